//! Objects in files of their own: broken ones, and blobs that wait for what commits tell of them.

use super::support::{Object, zlib};
use super::{text, ways};
use crate::archive::Limits;
use crate::content::Scanner;
use crate::content::tests::{SECRET, codes, engine, scan};
use crate::detect::Context;
use crate::error::WarningCode;

#[test]
fn a_loose_object_that_lies_about_itself_is_told_and_searched_as_far_as_it_comes() {
    let behind = [&Object::blob(text(SECRET)).loose()[..], SECRET.as_bytes()].concat();
    assert_eq!(scan("x", &behind).hits.len(), 2);
    for kind in ["commit", "tree", "blob", "tag"] {
        let of_size = |size: usize| {
            let head = format!("{kind} {size}\0");
            zlib(&[head.as_bytes(), &noise(), &text(SECRET), &noise()].concat())
        };
        let whole = of_size(2 * noise().len() + text(SECRET).len());
        for broken in [&whole[..whole.len() - 900], &of_size(10), &of_size(900_000)] {
            let outcome = scan("x", broken);
            assert_eq!(ways(&outcome), [kind]);
            assert_eq!(codes(&outcome), [WarningCode::BrokenNestedArchive]);
        }
    }
}

/// What no codec makes smaller.
fn noise() -> Vec<u8> {
    let numbers = std::iter::successors(Some(1u32), |n| Some(n.wrapping_mul(0x915f_77f5)));
    numbers
        .skip(1)
        .take(100_000)
        .map(|n| (n >> 24) as u8 | 0x80)
        .collect()
}

#[test]
fn only_whoever_takes_a_postponed_blob_back_gets_one() {
    let (engine, limits) = (engine(), Limits::default());
    let mut scanner = Scanner::new(&engine, &limits);
    let blob = Object::blob(text(SECRET)).loose();
    let context = Context::default();
    let nested = {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, &blob).unwrap();
        gzip.finish().unwrap()
    };
    for outcome in [
        scanner.scan(&context, &mut &blob[..]),
        scanner.scan_loose(&context, &blob),
        scanner.scan_or_postpone(&context, &mut &nested[..]),
    ] {
        assert_eq!(outcome.hits.len(), 1);
        assert_eq!(outcome.postponed, None);
    }
    let outcome = scanner.scan_or_postpone(&context, &mut &blob[..]);
    assert!(outcome.hits.is_empty());
    assert_eq!(outcome.postponed, Some(blob.clone()));
    scanner.settle();
    let outcome = scanner.scan_or_postpone(&context, &mut &blob[..]);
    assert_eq!(outcome.hits.len(), 1);
}
