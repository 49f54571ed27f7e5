//! Where a value ends: at its quote, or, unquoted, where the kind of file says.

use std::ops::Range;

use super::judge::LONGEST_VALUE;
use super::key::{Key, Tie};
use crate::detect::class::Class;
use crate::detect::matched::TextKind;

/// The value of `key`, without quotes; `None` when none can stand there.
pub(super) fn of(
    bytes: &[u8],
    key: &Key,
    class: Class,
    kind: TextKind,
    path: &[u8],
) -> Option<Range<usize>> {
    let at = key.value;
    match bytes[at..] {
        [quote @ (b'"' | b'\'' | b'`'), ..] => quoted(bytes, at + 1, quote),
        [b'\\', quote @ (b'"' | b'\''), ..] => escaped(bytes, at + 2, quote),
        [
            b'b' | b'r' | b'u' | b'f' | b'L' | b'@' | b'N',
            quote @ (b'"' | b'\''),
            ..,
        ] => quoted(bytes, at + 2, quote),
        _ => unquoted(bytes, key, class, kind, path),
    }
}

/// Up to the quote that ends it, in one line.
pub(super) fn quoted(bytes: &[u8], start: usize, quote: u8) -> Option<Range<usize>> {
    let limit = bytes.len().min(start + LONGEST_VALUE + 1);
    let mut at = start;
    while at < limit {
        match bytes[at] {
            b'\\' => at += 2,
            b'\n' => return None,
            byte if byte == quote => return Some(start..at),
            _ => at += 1,
        }
    }
    None
}

/// A value in a string within a string: `\"value\"`.
fn escaped(bytes: &[u8], start: usize, quote: u8) -> Option<Range<usize>> {
    let rest = &bytes[start..bytes.len().min(start + LONGEST_VALUE + 2)];
    let length = rest.windows(2).position(|pair| pair == [b'\\', quote])?;
    (!rest[..length].contains(&b'\n')).then_some(start..start + length)
}

fn unquoted(
    bytes: &[u8],
    key: &Key,
    class: Class,
    kind: TextKind,
    path: &[u8],
) -> Option<Range<usize>> {
    let start = key.value;
    let before = key.name.start.checked_sub(1).map_or(b'\n', |at| bytes[at]);
    let rest = &bytes[start..bytes.len().min(start + LONGEST_VALUE + 1)];
    let tight = key.tie == Tie::Equals && !key.spaced;
    let until = |ends: &dyn Fn(u8) -> bool| {
        let length = rest.iter().position(|b| ends(*b)).unwrap_or(rest.len());
        Some(start..start + length)
    };
    let ends_word =
        |b: u8| b.is_ascii_whitespace() || b.is_ascii_control() || b"\"'`;&|)<>".contains(&b);
    if tight && matches!(before, b';' | b'?' | b'&') {
        return until(&|b| ends_word(b) || b == b'#');
    }
    match (class, key.tie) {
        (_, Tie::Element) => (class == Class::Config || class == Class::Other)
            .then(|| until(&|b| b == b'<' || b == b'\n'))?,
        (_, Tie::Space) => until(&ends_word),
        (_, Tie::Default) => until(&|b| ends_word(b) || b == b'}'),
        (Class::Env, _) if kind == TextKind::Env => until(&|b| b == b'\n'),
        (Class::Env, _) => line(rest, start),
        (Class::Shell, Tie::Equals) if tight => until(&ends_word),
        (Class::Config, _) if !path.ends_with(b".json") && !is_code_like(rest) => line(rest, start),
        (Class::Code | Class::Other, Tie::Equals) if tight && shouts(&bytes[key.name.clone()]) => {
            until(&ends_word)
        }
        _ => None,
    }
}

/// The rest of a line without a comment, trailing punctuation and spaces.
fn line(rest: &[u8], start: usize) -> Option<Range<usize>> {
    let end = rest
        .iter()
        .position(|b| matches!(b, b'\n' | b'\r' | b'\0'))
        .unwrap_or(rest.len());
    let mut text = &rest[..end];
    for comment in [&b" #"[..], b"\t#", b" //"] {
        if let Some(at) = memchr::memmem::find(text, comment) {
            text = &text[..at];
        }
    }
    while let [head @ .., b' ' | b'\t' | b',' | b';'] = text {
        text = head;
    }
    Some(start..start + text.len())
}

/// Whether an unquoted value is an expression: a call, a block, a list, an element.
fn is_code_like(rest: &[u8]) -> bool {
    matches!(
        rest,
        [b'(' | b'[' | b'{' | b'<' | b'|' | b'>' | b'&' | b'*', ..]
    )
}

/// Whether a key is written as environment variables are.
fn shouts(name: &[u8]) -> bool {
    name.iter()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
}
