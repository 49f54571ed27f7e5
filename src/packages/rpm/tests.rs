use proptest::prelude::*;

use super::*;
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
        let told = told(|listen| assert_eq!(packages(&database, listen), Ok(()), "{name}"));
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
    let broken = |bytes: &[u8]| packages(bytes, &mut |_| {}).unwrap_err().to_string();
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
    });
    assert_eq!(told[1], "/etc/a ba7816");
}

/// A page that follows itself, and a tree that leads back to its root.
#[test]
fn a_circle_of_pages_ends() {
    let circle = Err(Broken("reads in circles"));
    let mut tree = build::sqlite(&headers());
    tree[512 + 8..512 + 12].copy_from_slice(&2_u32.to_be_bytes());
    assert_eq!(packages(&tree, &mut |_| {}), circle);
    let mut chain = build::bdb(&headers());
    let pages = chain.chunks_exact(4_096);
    let page = pages.into_iter().position(|page| page[25] == 7).unwrap();
    chain[page * 4_096 + 16] = page as u8;
    assert_eq!(packages(&chain, &mut |_| {}), circle);
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
        let _ = packages(&database, &mut |_| files += 1);
        prop_assert!(files <= database.len());
    }
}
