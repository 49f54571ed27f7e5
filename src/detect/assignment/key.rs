//! From a keyword to the key it is part of and to where the key's value starts.
//!
//! The bytes behind the keyword are looked at before anything else: nearly every `key`, `pass` or
//! `auth` in a text is followed by something that cannot be an assignment.

use std::ops::Range;

use super::cursor::Cursor;
use super::further;
use super::tie::{self, Around, Tie};
use crate::detect::class::Class;

/// Bytes before and behind a keyword that may belong to its key.
const LONGEST_SIDE: usize = 64;

/// A key and where its value starts.
#[derive(Debug, PartialEq)]
pub(super) struct Key {
    /// The name.
    pub name: Range<usize>,
    /// First byte of the value, its quote included.
    pub value: usize,
    /// How they are tied.
    pub tie: Tie,
    /// Whether there is white space between the two.
    pub spaced: bool,
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Whether what follows a keyword could lead to a value; decided in a few bytes.
pub(super) fn end_of_name(bytes: &[u8], from: usize) -> Option<usize> {
    let limit = bytes.len().min(from + LONGEST_SIDE);
    let length = bytes[from..limit].iter().position(|b| !is_name(*b))?;
    let end = from + length;
    leads_on(&bytes[end..]).then_some(end)
}

/// Whether what stands behind a name may lead to a value.
fn leads_on(rest: &[u8]) -> bool {
    matches!(
        rest,
        [b'=' | b':' | b'"' | b'\'' | b'`' | b' ' | b'\t' | b'\n', ..]
            | [b'>' | b']' | b'\\' | b'?' | b'|', ..]
            | [b'(' | b'{', b'"' | b'\'' | b'`', ..]
            | [b'(', b'[', ..]
            | [b',', b'"', ..]
            | [b',', b' ' | b'<', b'"' | b'<', ..]
            | [b'*', b' ', b'"', ..]
            | [b'<', b'/', ..]
            | [b'[', b']' | b'0'..=b'9', ..]
            | [b'}', b' ' | b'=' | b'|' | b'?', ..]
    )
}

/// The key around a keyword whose name ends at `end`.
pub(super) fn find(bytes: &[u8], keyword: usize, end: usize, class: Class) -> Option<Key> {
    let mut cursor = Cursor { bytes, at: end };
    let quote = cursor.quote();
    let start = start(bytes, keyword, quote, class)?;
    let quoted = quote.is_some();
    let around = Around::of(&mut cursor, start, quoted, class);
    let after_name = cursor.at;
    let spaces = cursor.spaces();
    let tie = match tie::find(&mut cursor, &around) {
        Some(tie) => tie,
        None if spaces && !quoted && around.takes_space(&cursor) => Tie::Space,
        None => {
            cursor.at = after_name;
            further::find(&mut cursor, &around)?
        }
    };
    let before = cursor.at;
    let spaced = cursor.spaces() || tie == Tie::Equals && spaces;
    if class == Class::Code {
        if tie == Tie::Colon {
            cursor.pass_type();
        }
        cursor.pass_wrapper();
    }
    if class == Class::Code || quoted {
        cursor.pass_line_end();
    }
    let is_line_end = || matches!(bytes.get(cursor.at), Some(b'\n' | b'\r'));
    let loose = tie == Tie::Colon
        && cursor.at == before
        && cursor.peek_quote().is_none()
        && !(class == Class::Config && is_line_end());
    (!loose && cursor.at < bytes.len()).then_some(Key {
        name: start..end,
        value: cursor.at,
        tie,
        spaced,
    })
}

/// Where the name around a keyword begins; `None` where `quote` ends something else.
fn start(bytes: &[u8], keyword: usize, quote: Option<u8>, class: Class) -> Option<usize> {
    let floor = keyword.saturating_sub(LONGEST_SIDE);
    let go_back = |mut start: usize, joins: &[u8]| loop {
        while start > floor && is_name(bytes[start - 1]) {
            start -= 1;
        }
        if start == floor || !joins.contains(&bytes[start - 1]) {
            return start;
        }
        start -= 1;
    };
    let mut start = match (quote, class) {
        (Some(_), _) => go_back(keyword, b":/"),
        // `checksum/secret: …`
        (None, Class::Config) => go_back(keyword, b"/"),
        (None, _) => go_back(keyword, b""),
    };
    if quote.is_some() && (start == 0 || Some(bytes[start - 1]) != quote) {
        return None;
    }
    while start < keyword && matches!(bytes[start], b'-' | b'.' | b':' | b'/') {
        start += 1;
    }
    Some(start)
}
