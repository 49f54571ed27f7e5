use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What a parser tells, a line a record: name and version, or path and the first digits of the
/// checksum.
pub(super) fn told(parse: impl FnOnce(&mut Listen<'_>) -> Result<(), Broken>) -> Vec<String> {
    let mut told = Vec::new();
    let parsed = parse(&mut |record| {
        told.push(line(record));
        Ok(())
    });
    assert_eq!(parsed, Ok(()));
    told
}

fn line(record: Record<'_>) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match record {
        Record::Package { name, version } => {
            let version = version.map(|version| format!(" {}", text(version)));
            text(name) + &version.unwrap_or_default()
        }
        Record::File { path, checksum } => {
            let [a, b, c, ..] = checksum.head();
            format!("{} {a:02x}{b:02x}{c:02x}", text(path))
        }
    }
}

#[test]
fn databases_are_known_by_their_paths() {
    for (path, expected) in [
        ("var/lib/dpkg/status", Some(Database::DpkgStatus)),
        ("var/lib/dpkg/status.d/base", Some(Database::DpkgStatus)),
        (
            "var/lib/dpkg/status.d/base.md5sums",
            Some(Database::DpkgSums(b"base")),
        ),
        (
            "var/lib/dpkg/info/libc6:amd64.md5sums",
            Some(Database::DpkgSums(b"libc6:amd64")),
        ),
        ("var/lib/dpkg/info/libc6.list", None),
        ("var/lib/dpkg/info/a/b.md5sums", None),
        ("var/lib/dpkg/status-old", None),
        ("lib/apk/db/installed", Some(Database::Apk)),
        ("usr/lib/apk/db/installed", Some(Database::Apk)),
        ("var/lib/rpm/rpmdb.sqlite", Some(Database::Rpm)),
        ("usr/lib/sysimage/rpm/Packages.db", Some(Database::Rpm)),
        ("var/lib/rpm/Packages", Some(Database::Rpm)),
        ("var/lib/rpm/__db.001", None),
        (
            "opt/v/lib/x-1.dist-info/RECORD",
            Some(Database::Python(b"opt/v/lib/x-1.dist-info")),
        ),
        ("opt/x/RECORD", None),
        ("RECORD", None),
    ] {
        assert_eq!(Database::at(path.as_bytes()), expected, "{path}");
    }
}

#[test]
fn paths_are_normalised_and_hostile_overlong_and_local_ones_are_left_out() {
    const SUM: &str = "900150983cd24fb0d6963f7d28e17f72";
    let long = "x/".repeat(LONGEST_PATH);
    let paths = [
        "./a/b",
        "/c",
        "../d",
        &long,
        "opt/e",
        "usr/local/f",
        "optical/g",
    ];
    let list: String = paths
        .iter()
        .map(|path| format!("{SUM}  {path}\n"))
        .collect();
    let database = Database::DpkgSums(b"p");
    let mut told = Vec::new();
    let read = database.read(list.as_bytes(), &mut |record| told.push(line(record)));
    assert_eq!(read, Ok(()));
    assert_eq!(told, ["p", "a/b 900150", "c 900150", "optical/g 900150"]);
}

/// SHA-1 of `abc` as apk writes it.
const APK_SUM: &str = "Q1qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";

/// A folder named once for many short names of files.
#[test]
fn reading_stops_where_the_paths_are_many_times_longer_than_the_database() {
    let apk = |folder: &str, files: usize| {
        let file = format!("R:a\nZ:{APK_SUM}\n");
        format!("P:p\nF:{folder}\n{}", file.repeat(files))
    };
    let told = |database: Database<'_>, text: &str| {
        let (mut files, mut length) = (0, 0);
        let read = database.read(text.as_bytes(), &mut |record| {
            if let Record::File { path, .. } = record {
                (files, length) = (files + 1, length + path.len());
            }
        });
        (read, files, length)
    };
    let (usual, hostile) = (
        apk(&"f/".repeat(50), 1_000),
        apk(&"f/".repeat(2_000), 1_000),
    );
    assert_eq!(told(Database::Apk, &usual).0, Ok(()));
    let (read, files, length) = told(Database::Apk, &hostile);
    assert_eq!(read, Err(TOO_MANY_PATHS));
    assert!(
        files > 0 && length <= MOST_PATHS * hostile.len(),
        "{length}"
    );
    let folder = [b"f/".repeat(1_500), b"d-1.dist-info".to_vec()].concat();
    let sum = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";
    let record = format!("a,sha256={sum},3\n").repeat(1_000);
    let (read, _, length) = told(Database::Python(&folder), &record);
    assert_eq!(read, Err(TOO_MANY_PATHS));
    assert!(length <= MOST_PATHS * record.len(), "{length}");
}

#[test]
fn a_path_that_no_file_system_has_is_that_of_no_database() {
    let at = |folders: usize| {
        let path = "f/".repeat(folders) + "d-1.dist-info/RECORD";
        Database::at(path.as_bytes()).is_some()
    };
    assert!(at(2_000) && !at(2_048));
}

const EVERY: [Database<'_>; 5] = [
    Database::DpkgSums(b"x"),
    Database::DpkgStatus,
    Database::Apk,
    Database::Rpm,
    Database::Python(b"a/b-1.dist-info"),
];

/// Bytes that look a little like a database: pieces of every format in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    const WORDS: [&[u8]; 16] = [
        b"SQLite format 3\0\x02\0",
        b"RpmP\0\0\0\0",
        b"Slot",
        b"BlbS",
        b"\x61\x15\x06\0",
        b"\n\n",
        b"Package: a\n",
        b"Conffiles:\n /",
        b" 900150983cd24fb0d6963f7d28e17f72",
        b"  ",
        b"P:a\nF:b\nR:c\nZ:Q1",
        b",sha256=",
        b"\"",
        b"../",
        b"\0\0\x03\xe8\0\0\0\x06",
        b"\x0d\0\0\0\x01",
    ];
    let piece = prop_oneof![
        (0..WORDS.len()).prop_map(|word| WORDS[word].to_vec()),
        vec(any::<u8>(), 0..40),
        vec(Just(0), 0..300),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic_or_tell_of_more_files_than_there_are_bytes(bytes in pieces()) {
        for database in EVERY {
            let mut files = 0;
            let _ = database.read(&bytes, &mut |record| {
                files += usize::from(matches!(record, Record::File { .. }));
            });
            prop_assert!(files <= bytes.len());
        }
    }
}
