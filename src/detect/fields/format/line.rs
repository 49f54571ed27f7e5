//! What the formats of lines have in common: places of lines, white space, quotes, comments.

use std::ops::Range;

use crate::detect::fields::tree::Scalar;

/// The lines from `at` on, without their ends.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let start = at;
        at += length + 1;
        let line = &rest[..length];
        Some(start..start + line.strip_suffix(b"\r").unwrap_or(line).len())
    })
}

/// A place without the white space at its ends.
pub(super) fn trim(bytes: &[u8], at: Range<usize>) -> Range<usize> {
    let text = bytes.get(at.clone()).unwrap_or_default();
    let start = at.start + text.len() - text.trim_ascii_start().len();
    start..start + text.trim_ascii().len()
}

/// What is left of a line before a comment behind white space.
pub(super) fn uncommented(bytes: &[u8], at: Range<usize>, signs: &[u8]) -> Range<usize> {
    let text = bytes.get(at.clone()).unwrap_or_default();
    let is_comment = |pair: &[u8]| matches!(pair, [b' ' | b'\t', sign] if signs.contains(sign));
    let end = text.windows(2).position(is_comment).unwrap_or(text.len());
    trim(bytes, at.start..at.start + end)
}

/// A value without the quotes around it; within double quotes a backslash quotes the next sign.
pub(super) fn unquoted(bytes: &[u8], at: Range<usize>) -> Scalar {
    let text = bytes.get(at.clone()).unwrap_or_default();
    let inner = at.start + 1..at.end.saturating_sub(1).max(at.start + 1);
    match text {
        [b'"', middle @ .., b'"'] if memchr::memchr(b'\\', middle).is_some() => {
            let mut said = Vec::with_capacity(middle.len());
            let mut rest = middle.iter();
            while let Some(byte) = rest.next() {
                match (byte, rest.as_slice().first()) {
                    (b'\\', Some(next @ (b'"' | b'\\'))) => {
                        said.push(*next);
                        rest.next();
                    }
                    _ => said.push(*byte),
                }
            }
            Scalar::saying(inner, bytes, &said)
        }
        [b'"', .., b'"'] | [b'\'', .., b'\''] => Scalar::plain(inner),
        _ => Scalar::plain(at),
    }
}
