use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What a parser tells, a line a record: name and version, or path and the first digits of the
/// checksum.
pub(super) fn told(parse: impl FnOnce(&mut Listen<'_>)) -> Vec<String> {
    let mut told = Vec::new();
    parse(&mut |record| told.push(line(record)));
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
    let told = told(|listen| database.read(list.as_bytes(), listen).unwrap());
    assert_eq!(told, ["p", "a/b 900150", "c 900150", "optical/g 900150"]);
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
