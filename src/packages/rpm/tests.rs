use proptest::prelude::*;

use super::*;
use crate::packages::Record;
use crate::packages::tests::told;

#[path = "../../../tests/it/support/rpm.rs"]
mod build;

/// SHA-256 and MD5 of `abc`.
const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";

type Build = fn(&[Vec<u8>]) -> Vec<u8>;
const FORMS: [(&str, Build); 3] = [
    ("sqlite", build::sqlite),
    ("ndb", build::ndb),
    ("bdb", build::bdb),
];

/// A small package, one of many files, and one of before there were other digests than MD5.
fn headers() -> Vec<Vec<u8>> {
    let many: Vec<String> = (0..300).map(|n| format!("/usr/share/many/{n}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|path| (path.as_str(), SHA256)).collect();
    vec![
        build::header("small", Some(8), &[("/etc/a", SHA256), ("/etc/folder", "")]),
        build::header("many", Some(8), &many),
        build::header("old", None, &[("/usr/bin/old", MD5)]),
        build::header("odd", Some(99), &[("/usr/bin/odd", SHA256)]),
        build::header("key", None, &[]),
    ]
}

#[test]
fn every_form_tells_of_every_package_and_file() {
    for (name, build) in FORMS {
        let database = build(&headers());
        let told = told(|listen| packages(&database, listen));
        assert_eq!(told.len(), 5 + 1 + 300 + 1, "{name}");
        assert_eq!(
            told[..3],
            ["small 1.2.3-4.el9", "/etc/a ba7816", "many 1.2.3-4.el9"]
        );
        assert_eq!(told[302], "/usr/share/many/299 ba7816", "{name}");
        assert_eq!(told[304], "/usr/bin/old 900150", "{name}");
    }
}

#[test]
fn what_is_broken_is_said_and_what_came_before_is_told() {
    let broken = |bytes: &[u8]| packages(bytes, &mut |_| Ok(())).unwrap_err().to_string();
    assert!(broken(b"no database").contains("in no form"));
    assert!(broken(&[0; 40]).contains("in no form"));
    for (name, build) in FORMS {
        let whole = build(&headers());
        let mut cut = whole.clone();
        cut.truncate(whole.len() - 600);
        assert!(!broken(&cut).is_empty(), "{name}");
        assert!(!broken(&whole[..40]).is_empty(), "{name}");
    }
    let half = vec![headers()[0].clone(), vec![1; 700]];
    let told = told(|listen| {
        let read = packages(&build::ndb(&half), listen);
        assert!(read.unwrap_err().to_string().contains("header"));
        Ok(())
    });
    assert_eq!(told[1], "/etc/a ba7816");
}

/// A page that follows itself, and a tree that leads back to its root.
#[test]
fn a_circle_of_pages_ends() {
    let circle = Err(Broken("reads in circles"));
    let mut tree = build::sqlite(&headers());
    tree[512 + 8..512 + 12].copy_from_slice(&2_u32.to_be_bytes());
    assert_eq!(packages(&tree, &mut |_| Ok(())), circle);
    let mut chain = build::bdb(&headers());
    let pages = chain.chunks_exact(4_096);
    let page = pages.into_iter().position(|page| page[25] == 7).unwrap();
    chain[page * 4_096 + 16] = page as u8;
    assert_eq!(packages(&chain, &mut |_| Ok(())), circle);
}

/// A leaf whose every cell pointer leads to the same row.
#[test]
fn one_row_that_many_cells_claim_is_not_read_for_each() {
    let mut database = build::sqlite(&headers()[..1]);
    let leaf = database.len() - 512;
    assert_eq!(database[leaf], 0x0d);
    let cell = database[leaf + 8..leaf + 10].to_vec();
    let cells = 20_u16;
    database[leaf + 3..leaf + 5].copy_from_slice(&cells.to_be_bytes());
    database[leaf + 8..leaf + 8 + 2 * 20].copy_from_slice(&cell.repeat(20));
    let mut told = 0;
    let read = packages(&database, &mut |record| {
        told += usize::from(matches!(record, Record::Package { .. }));
        Ok(())
    });
    assert_eq!(read, Err(Broken("reads in circles")));
    assert!(told < 20, "{told}");
}

/// The names of folders, said to be without number, go on with zeros.
#[test]
fn folders_are_known_up_to_a_bound() {
    let build = |zeros: usize| {
        let mut header = build::header("demo", Some(8), &[("/etc/a", SHA256)]);
        let folders = 1118_u32.to_be_bytes();
        let at = header.windows(4).position(|tag| tag == folders).unwrap();
        header[at + 12..at + 16].copy_from_slice(&u32::MAX.to_be_bytes());
        let length = u32::from_be_bytes(header[4..8].try_into().unwrap());
        header[4..8].copy_from_slice(&(length + zeros as u32).to_be_bytes());
        header.resize(header.len() + zeros, 0);
        header
    };
    let folders = |zeros: usize| {
        let header = build(zeros);
        header::Package::of(&header).unwrap().header.folders().len()
    };
    assert!((1_000..1_200).contains(&folders(1_000)));
    assert_eq!(folders(2 * header::MOST_FOLDERS), header::MOST_FOLDERS);
}

proptest! {
    #[test]
    fn a_few_wrong_bytes_never_make_a_reader_panic(
        form in 0..FORMS.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut database = FORMS[form].1(&headers());
        // The first pages hold what leads to all others.
        let most = database.len().min(10_000);
        for (place, byte) in changes {
            database[place.index(most)] = byte;
        }
        let mut files = 0;
        let _ = packages(&database, &mut |_| {
            files += 1;
            Ok(())
        });
        prop_assert!(files <= database.len());
    }
}
