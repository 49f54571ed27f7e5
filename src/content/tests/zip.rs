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
        STORED_STREAMED,
        ZipStyle {
            zip64: true,
            ..STORED_STREAMED
        },
        ZipStyle {
            method: 12,
            ..STREAMED
        },
        ZipStyle {
            method: 93,
            ..STREAMED
        },
        ZipStyle {
            method: 95,
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

#[test]
fn a_stored_member_of_unknown_size_does_not_hide_the_next_ones() {
    let bytes = zip(&[
        ("logo.png", b"\x89PNG\0\x01", STORED_STREAMED),
        ("empty", b"", STORED_STREAMED),
        (".env", &text(), STREAMED),
        ("b", &text(), STORED_STREAMED),
    ]);
    let outcome = scan("x.zip", &bytes);
    let expected = [(".env".to_owned(), 2), ("b".to_owned(), 2)];
    assert_eq!(places(&outcome), expected);
    assert_eq!(codes(&outcome), []);
}

#[test]
fn a_jar_that_is_stored_in_a_streamed_war_is_opened() {
    for style in [DEFLATED, STREAMED, STORED_STREAMED] {
        let jar = zip(&[("logo", b"png", style), ("app.properties", &text(), style)]);
        let bytes = zip(&[
            ("WEB-INF/lib/a.jar", &jar, STORED_STREAMED),
            ("web.xml", &text(), STREAMED),
        ]);
        let outcome = scan("a.war", &bytes);
        let way = "WEB-INF/lib/a.jar > app.properties".to_owned();
        let mut found = places(&outcome);
        found.dedup();
        assert_eq!(found, [(way, 2), ("web.xml".to_owned(), 2)]);
        assert_eq!(codes(&outcome), []);
    }
}

#[test]
fn members_of_unknown_size_that_cannot_be_read_are_said_and_the_next_one_is_read() {
    for (method, flags, why) in [
        (0, 9, "a: member is encrypted"),
        (8, 9, "a: member is encrypted"),
        (93, 9, "a: member is encrypted"),
        (14, 8, "a: member is compressed in an unknown way"),
    ] {
        let style = ZipStyle {
            method,
            flags,
            zip64: false,
        };
        let bytes = zip(&[("a", b"sealed", style), ("b", &text(), STREAMED)]);
        let outcome = scan("x.zip", &bytes);
        assert_eq!(places(&outcome), [("b".to_owned(), 2)]);
        assert_eq!(codes(&outcome), [WarningCode::BrokenNestedArchive]);
        assert!(outcome.warnings[0].message.contains(why), "{method}");
    }
}

#[test]
fn a_broken_member_of_unknown_size_is_searched_as_it_stands_and_does_not_hide_the_next_one() {
    let mut bytes = zip(&[("a", &text(), STORED_STREAMED), ("b", &text(), STREAMED)]);
    bytes[8] = 12;
    let outcome = scan("x.zip", &bytes);
    let expected = [("a".to_owned(), 2), ("b".to_owned(), 2)];
    assert_eq!(places(&outcome), expected);
    assert_eq!(codes(&outcome), [WarningCode::BrokenNestedArchive]);
}

/// A descriptor with the sizes as they are given.
fn descriptor(checksum: u32, size: u32) -> Vec<u8> {
    let fields = [checksum, size, size].map(u32::to_le_bytes);
    [b"PK\x07\x08", &fields.concat()[..]].concat()
}

#[test]
fn a_stored_content_that_holds_signatures_is_not_cut() {
    for by_chance in [
        b"PK\x07\x08PK\x03\x04".to_vec(),
        [&descriptor(0, 0)[..], b"PK\x03\x04"].concat(),
        // The right size, and no member behind it, or another checksum.
        descriptor(crc32fast::hash(b"0123"), 4),
        [&descriptor(1, 4)[..], b"PK\x03\x04"].concat(),
        [&descriptor(1, 4)[..], b"PK\x01\x02"]
            .concat()
            .repeat(2_000),
    ] {
        let content = [b"0123", &by_chance[..], b"\n", &text(), b"PK\x07\x08"].concat();
        let bytes = zip(&[("a", &content, STORED_STREAMED), ("b", &text(), STREAMED)]);
        let outcome = scan("x.zip", &bytes);
        let found = places(&outcome);
        assert_eq!(found, [("a".to_owned(), 3), ("b".to_owned(), 2)]);
        assert_eq!(codes(&outcome), []);
    }
}

#[test]
fn a_descriptor_is_found_wherever_it_lies_in_what_is_looked_at_together() {
    let at_edge = (16 << 10) - 40..(16 << 10) + 2;
    for (length, zip64) in at_edge.flat_map(|length| [(length, false), (length, true)]) {
        let style = ZipStyle {
            zip64,
            ..STORED_STREAMED
        };
        let content = vec![b'P'; length];
        let outcome = scan(
            "x.zip",
            &zip(&[("a", &content, style), ("b", &text(), STREAMED)]),
        );
        assert_eq!(places(&outcome), [("b".to_owned(), 2)], "{length}");
        assert_eq!(codes(&outcome), [], "{length}");
    }
}

#[test]
fn where_no_descriptor_fits_the_rest_is_searched_as_it_stands() {
    let filler = b"filler line\n".repeat(30_000);
    for method in [0, 12, 14] {
        let mut bytes = zip(&[
            ("a", b"plain", STORED_STREAMED),
            ("b", &[&text()[..], &filler].concat(), STORED),
        ]);
        bytes[8] = method;
        // The signature: "PK\x07\x08" is wanted.
        let at = bytes.windows(4).position(|four| four == b"PK\x07\x08");
        bytes[at.unwrap()] = b'-';
        let outcome = scan("x.zip", &bytes);
        assert_eq!(outcome.hits.len(), 1, "{method}");
        let warned = |what: &str| {
            let mut messages = outcome.warnings.iter().map(|warning| &warning.message);
            messages.any(|message| message.contains(what))
        };
        assert!(warned("zip member of unknown size"), "{method}");
    }
}

#[test]
fn whole_content_before_a_missing_descriptor_is_searched_once() {
    for method in [0, 12, 93, 95] {
        let style = ZipStyle { method, ..STREAMED };
        let whole = zip(&[("a", &text(), style)]);
        let end = whole.windows(4).position(|four| four == b"PK\x07\x08");
        let outcome = scan("x.zip", &whole[..end.unwrap()]);
        assert_eq!(places(&outcome), [("a".to_owned(), 2)], "{method}");
        assert_eq!(codes(&outcome), [WarningCode::BrokenNestedArchive]);
    }
}
