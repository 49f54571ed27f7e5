//! Small nested archives that break: what came out of them before is searched.

use super::*;

#[test]
fn the_content_of_a_small_archive_that_breaks_is_searched() {
    let whole = gzip(&text());
    let cut = whole[..whole.len() - 4].to_vec();
    let mut wrong = whole.clone();
    let checksum = wrong.len() - 8;
    wrong[checksum] ^= 1;
    let nested = gzip(&whole);
    let nested = nested[..nested.len() - 4].to_vec();
    for bytes in [cut, wrong, nested] {
        let outcome = scan("a.gz", &bytes);
        assert_eq!(outcome.hits.len(), 1);
        assert_eq!(outcome.hits[0].matched.position.line, 2);
        assert!(codes(&outcome).contains(&WarningCode::BrokenNestedArchive));
    }
}

#[test]
fn the_content_of_a_small_zip_member_that_is_cut_is_searched() {
    let content = [&text()[..], b"0123456789abcdefghijklmnopqrstuvwxyz"].concat();
    let mut bytes = zip(&[("a.txt", &content, DEFLATED)]);
    bytes.truncate(30 + "a.txt".len() + deflate(&content).len() - 8);
    let outcome = scan("a.zip", &bytes);
    assert_eq!(places(&outcome)[0], ("a.txt".to_owned(), 2));
    assert!(codes(&outcome).contains(&WarningCode::BrokenNestedArchive));
}

#[test]
fn a_zip_behind_a_script_is_opened_and_the_script_is_searched() {
    let members = zip(&[("a.txt", &text(), DEFLATED)]);
    for padding in [0, 1, 4_070, 4_075, 5_000] {
        let script = format!("#!/bin/sh\n# {SECRET}\n{}\n", "x".repeat(padding));
        let outcome = scan("run", &[script.as_bytes(), &members].concat());
        let expected = [(String::new(), 2), ("a.txt".to_owned(), 2)];
        assert_eq!(places(&outcome), expected, "{padding}");
        assert_eq!(codes(&outcome), []);
    }
    let plain = format!("#!/bin/sh\n# {SECRET}\n{}", "x\n".repeat(9_000));
    assert_eq!(places(&scan("run", plain.as_bytes())), [(String::new(), 2)]);
}

#[test]
fn archives_of_a_layer_are_held_to_the_limits_together() {
    let engine = engine();
    let limits = Limits {
        total_size: 3 << 20,
        ..Limits::default()
    };
    let mut scanner = Scanner::new(&engine, &limits);
    let bomb = [gzip(&vec![0; 1 << 20]), text()].concat();
    let mut limited = Vec::new();
    for _ in 0..5 {
        let outcome = scanner.scan(&Context::default(), &mut &bomb[..]);
        assert_eq!(outcome.hits.len(), 1, "searched as it stands");
        limited.push(codes(&outcome).contains(&WarningCode::LimitReached));
    }
    assert_eq!(limited, [false, false, false, true, true]);
}
