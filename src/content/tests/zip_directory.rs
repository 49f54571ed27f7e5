//! Zips whose central directory is at hand: what it tells, and where it is not believed.

use super::*;

/// A zip written member by member, and listed as readers that seek want it.
#[derive(Default)]
struct Listed {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    /// Where its offsets begin to count.
    origin: usize,
}

/// Length of what [`zip`] writes behind the last member.
const TAIL: usize = 46 + 22;

impl Listed {
    /// Bytes of no member.
    fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A member that is in the directory.
    fn member(mut self, name: &str, content: &[u8], style: ZipStyle) -> Self {
        self.list(name, content, style);
        self.unlisted(name, content, style)
    }

    fn unlisted(mut self, name: &str, content: &[u8], style: ZipStyle) -> Self {
        let member = zip(&[(name, content, style)]);
        self.bytes.extend_from_slice(&member[..member.len() - TAIL]);
        self
    }

    /// A member with a descriptor that has no signature.
    fn bare(mut self, name: &str, content: &[u8], style: ZipStyle) -> Self {
        self = self.member(name, content, style);
        let at = self.bytes.len() - if style.zip64 { 24 } else { 16 };
        assert_eq!(&self.bytes[at..at + 4], b"PK\x07\x08");
        self.bytes.drain(at..at + 4);
        self
    }

    fn list(&mut self, name: &str, content: &[u8], style: ZipStyle) {
        let stored = match style.method {
            12 => bzip2(content),
            8 => deflate(content),
            _ => content.to_vec(),
        };
        let out = &mut self.directory;
        out.extend(b"PK\x01\x02\x14\0\x14\0");
        out.extend(
            [style.flags, style.method, 0, 0]
                .map(u16::to_le_bytes)
                .concat(),
        );
        let sizes = [stored.len(), content.len()].map(|size| size as u32);
        let fields = [crc32fast::hash(content), sizes[0], sizes[1]];
        out.extend(fields.map(u32::to_le_bytes).concat());
        out.extend((name.len() as u16).to_le_bytes());
        out.extend([0; 12]);
        out.extend(((self.bytes.len() - self.origin) as u32).to_le_bytes());
        out.extend(name.as_bytes());
    }

    fn finish(self, comment: &str) -> Vec<u8> {
        let (start, length) = (self.bytes.len() - self.origin, self.directory.len());
        let numbers = [length, start].map(|number| (number as u32).to_le_bytes());
        let end = [&b"PK\x05\x06\0\0\0\0\0\0\0\0"[..], &numbers.concat()].concat();
        let comment_length = (comment.len() as u16).to_le_bytes();
        let parts = [&self.bytes[..], &self.directory, &end];
        [&parts.concat()[..], &comment_length, comment.as_bytes()].concat()
    }
}

/// Members whose ends nothing but the directory tells, and which methods they have.
const UNSIGNED: [ZipStyle; 4] = [
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
        method: 14,
        ..STREAMED
    },
];

#[test]
fn a_member_ends_where_the_directory_says_also_before_a_descriptor_without_signature() {
    for style in UNSIGNED {
        let bytes = Listed::default()
            .bare("logo", b"\x89PNG\0\x01", style)
            .bare("empty", b"", STORED_STREAMED)
            .bare("a", &text(), STORED_STREAMED)
            .member("b", &text(), STREAMED)
            .finish("a comment, PK\x05\x06 in it");
        let outcome = scan("x.zip", &bytes);
        let expected = [("a".to_owned(), 2), ("b".to_owned(), 2)];
        assert_eq!(places(&outcome), expected, "{}", style.method);
        let unknown = outcome
            .warnings
            .iter()
            .all(|w| w.message.contains("unknown way"));
        assert_eq!(
            (outcome.warnings.len(), unknown),
            (usize::from(style.method == 14), true)
        );
    }
}

#[test]
fn what_stands_before_the_directory_is_no_part_of_the_last_member() {
    let block = [&[7; 64][..], b"\n", &text(), b"APK Sig Block 42"].concat();
    let bytes = Listed::default()
        .member("a", &text(), STORED_STREAMED)
        .raw(&block)
        .finish("");
    let outcome = scan("x.apk", &bytes);
    let expected = [("a".to_owned(), 2), (String::new(), 3)];
    let lines = places(&outcome);
    assert_eq!(
        lines.iter().map(|(way, _)| way).collect::<Vec<_>>(),
        expected.each_ref().map(|(way, _)| way)
    );
    assert_eq!(codes(&outcome), []);
}

#[test]
fn bytes_between_members_are_searched_and_hide_no_member() {
    let junk = [&text()[..], b"PK\x01\x02 is no end"].concat();
    for start in [&b""[..], b"#!/bin/sh\n"] {
        let mut zip = Listed::default().raw(start);
        zip.origin = start.len();
        let bytes = zip
            .member("a", &text(), DEFLATED)
            .raw(&junk)
            .member("b", &text(), DEFLATED)
            .unlisted("hidden", &text(), DEFLATED)
            .finish("");
        let outcome = scan("x.zip", &bytes);
        let ways: Vec<_> = places(&outcome).into_iter().map(|(way, _)| way).collect();
        assert_eq!(ways, ["a", "", "b", "hidden"]);
        assert_eq!(codes(&outcome), []);
    }
}

#[test]
fn of_a_zip_behind_another_the_members_are_read_as_well() {
    let one = |name| Listed::default().member(name, &text(), DEFLATED).finish("");
    let outcome = scan("x.zip", &[one("a"), one("b")].concat());
    let ways: Vec<_> = places(&outcome).into_iter().map(|(way, _)| way).collect();
    assert_eq!(ways, ["a", "b"]);
}

#[test]
fn a_directory_that_lies_hides_nothing() {
    let content = [b"x\n", &text()[..]].concat();
    let honest = Listed::default()
        .member("a", &content, STORED_STREAMED)
        .member("b", &text(), STREAMED)
        .finish("");
    let listed = honest
        .windows(4)
        .rposition(|four| four == b"PK\x01\x02")
        .unwrap();
    let first = honest
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap();
    for (at, value) in [
        (first + 20, 1),
        (first + 16, 1),
        (first + 42, 200),
        (listed + 42, 1),
    ] {
        let mut lying = honest.clone();
        lying[at] ^= value;
        let outcome = scan("x.zip", &lying);
        assert_eq!(
            places(&outcome),
            [("a".to_owned(), 3), ("b".to_owned(), 2)],
            "{at}"
        );
        assert_eq!(codes(&outcome), []);
    }
}
