//! Members of zips, in every way they are written.

use super::*;

#[test]
fn every_way_to_write_a_zip_member_is_read() {
    let long = [text(), b"filler line\n".repeat(40_000)].concat();
    for style in [
        STORED,
        DEFLATED,
        STREAMED,
        ZipStyle {
            method: 93,
            ..STORED
        },
        ZipStyle {
            zip64: true,
            ..STORED
        },
        ZipStyle {
            zip64: true,
            ..DEFLATED
        },
        ZipStyle {
            zip64: true,
            ..STREAMED
        },
    ] {
        let bytes = zip(&[
            ("a", &long, style),
            ("b/", b"", STORED),
            ("c", &text(), style),
        ]);
        let outcome = scan("x.zip", &bytes);
        let expected = [("a".to_owned(), 2), ("c".to_owned(), 2)];
        assert_eq!(places(&outcome), expected, "method {}", style.method);
        assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);
    }
}

#[test]
fn an_encrypted_zip_member_is_said_and_the_next_one_is_read() {
    let locked = ZipStyle { flags: 1, ..STORED };
    let outcome = scan(
        "x.zip",
        &zip(&[("a", b"sealed", locked), ("b", &text(), DEFLATED)]),
    );
    assert_eq!(places(&outcome), [("b".to_owned(), 2)]);
    assert_eq!(codes(&outcome), [WarningCode::BrokenNestedArchive]);
    assert!(
        outcome.warnings[0]
            .message
            .contains("a: member is encrypted")
    );
    assert_eq!(outcome.warnings[0].path.as_deref(), Some("x.zip"));
}

#[test]
fn a_broken_zip_member_does_not_hide_its_neighbours() {
    let mut bytes = zip(&[("a", &text(), DEFLATED), ("b", &text(), STORED)]);
    bytes[31..35].fill(0xff);
    let outcome = scan("x.zip", &bytes);
    assert_eq!(places(&outcome), [("b".to_owned(), 2)]);
    assert_eq!(codes(&outcome), [WarningCode::BrokenNestedArchive]);
}
