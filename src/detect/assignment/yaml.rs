//! Values of YAML that stand on lines of their own: in lists, in blocks, below their key, and wrapped.

use std::ops::Range;

use super::cursor::{LONGEST_SIDE, line_before};
use super::key::Key;
use super::list::{LONGEST_LIST, MOST_VALUES, unquoted};
use super::pieces;
use crate::detect::decode::Value;

/// Shortest line of a text that is wrapped in lines of one length.
const SHORTEST_LINE: usize = 16;

/// Lines that begin with a dash, or one value below its key. `start` is where the key's line ends.
pub(super) fn below(bytes: &[u8], key: &Key, start: usize) -> Vec<Value> {
    let items = dashed(bytes, start);
    match items.is_empty() {
        true => plain(bytes, key, start).into_iter().collect(),
        false => items.into_iter().map(Value::plain).collect(),
    }
}

fn dashed(bytes: &[u8], start: usize) -> Vec<Range<usize>> {
    let limit = bytes.len().min(start + LONGEST_LIST);
    let mut values = Vec::new();
    let mut at = start;
    while let Some(length) = memchr::memchr(b'\n', &bytes[at..limit])
        && values.len() < MOST_VALUES
    {
        let line = line(bytes, at + length + 1, limit);
        let text = &bytes[line.clone()];
        let value = text.trim_ascii();
        let Some(value) = value.strip_prefix(b"- ").map(<[u8]>::trim_ascii) else {
            break;
        };
        let end = line.start + text.trim_ascii_end().len();
        values.push(unquoted(bytes, end - value.len()..end));
        at = line.end;
    }
    values
}

/// A scalar on the line below its key, in quotes or one word.
fn plain(bytes: &[u8], key: &Key, start: usize) -> Option<Value> {
    let column = column(bytes, key)?;
    let limit = bytes.len().min(start + LONGEST_LIST);
    let length = memchr::memchr(b'\n', &bytes[start..limit])?;
    let first = line(bytes, start + length + 1, limit);
    let is_deeper = indent(bytes, &first) > column;
    let text = bytes[first.clone()].trim_ascii();
    let begins_otherwise = matches!(text, [first, ..] if b"-?:,[]{}#&*!|>@`%<".contains(first));
    let is_scalar = is_word(text) && !begins_otherwise && !text.ends_with(b":");
    (is_deeper && is_scalar).then(|| wrapped(bytes, first, limit, column + 1))?
}

/// The column of a key that begins its line, or an item of a list.
fn column(bytes: &[u8], key: &Key) -> Option<usize> {
    let line = line_before(bytes, key.name.start);
    let is_whole = line.len() < LONGEST_SIDE;
    let is_indent = line.iter().all(|b| matches!(b, b' ' | b'-' | b'"' | b'\''));
    let quote = usize::from(matches!(line, [.., b'"' | b'\'']));
    (is_whole && is_indent).then(|| line.len() - quote)
}

/// A block scalar: `|` or `>-`, and one line, or one value wrapped in several.
pub(super) fn block(bytes: &[u8], start: usize) -> Option<Value> {
    let limit = bytes.len().min(start + LONGEST_LIST);
    let length = memchr::memchr(b'\n', &bytes[start..limit])?;
    let marks = bytes[start + 1..start + length].trim_ascii();
    if marks.len() > 2 || !marks.iter().all(|b| matches!(b, b'+' | b'-' | b'0'..=b'9')) {
        return None;
    }
    let first = line(bytes, start + length + 1, limit);
    let indent = indent(bytes, &first);
    (indent > 0).then(|| wrapped(bytes, first, limit, indent))?
}

/// The value that begins with a line: that line alone, or words of one length, the last one shorter, one below
/// the other. None where the lines that are indented so far are anything else.
fn wrapped(bytes: &[u8], first: Range<usize>, limit: usize, least: usize) -> Option<Value> {
    let indented = indent(bytes, &first);
    let trimmed = |line: &Range<usize>| {
        let start = line.start + indent(bytes, line);
        start..start + bytes[line.clone()].trim_ascii().len()
    };
    let mut lines = vec![trimmed(&first)];
    let mut at = first.end;
    let length = lines[0].len();
    loop {
        let next = line(bytes, (at + 1).min(limit), limit);
        let piece = trimmed(&next);
        if piece.is_empty() || indent(bytes, &next) < least {
            break;
        }
        let is_wrapped = indent(bytes, &next) == indented
            && is_word(&bytes[piece.clone()])
            && is_word(&bytes[lines[0].clone()])
            && lines.last()?.len() == length
            && piece.len() <= length
            && length >= SHORTEST_LINE
            && lines.len() < MOST_VALUES;
        if !is_wrapped {
            return None;
        }
        lines.push(piece);
        at = next.end;
    }
    let only = match lines.len() {
        1 => unquoted(bytes, lines.remove(0)),
        _ => return Some(pieces::joined(bytes, &lines)),
    };
    Some(Value::plain(only))
}

/// Whether a text has no white space in it.
fn is_word(text: &[u8]) -> bool {
    !text.is_empty() && !text.iter().any(u8::is_ascii_whitespace)
}

fn indent(bytes: &[u8], line: &Range<usize>) -> usize {
    let text = &bytes[line.clone()];
    text.len() - text.trim_ascii_start().len()
}

/// The line that begins at `start`, without its end.
fn line(bytes: &[u8], start: usize, limit: usize) -> Range<usize> {
    let start = start.min(limit);
    let length = memchr::memchr(b'\n', &bytes[start..limit]).unwrap_or(limit - start);
    start..start + length
}
