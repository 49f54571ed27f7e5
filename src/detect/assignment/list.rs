//! Values that do not stand right behind their key: in a list, in brackets over several lines, behind
//! what they are the default of.

use std::ops::Range;

use super::extent::quoted;
use super::key::Key;
use super::tie::Tie;
use crate::detect::class::Class;

/// Values of one list that are looked at.
const MOST_VALUES: usize = 64;
/// Bytes in which they stand.
const LONGEST_LIST: usize = 8 << 10;
/// Bytes of an expression before its default.
const LONGEST_EXPRESSION: usize = 96;

/// The values of `key`, without quotes; none where there is no such list.
pub(super) fn of(bytes: &[u8], key: &Key, class: Class) -> Vec<Range<usize>> {
    let at = key.value;
    match (class, bytes[at]) {
        (Class::Code | Class::Config | Class::Other, b'[' | b'(') => bracketed(bytes, at + 1),
        (Class::Config, b'\n' | b'\r') => dashed(bytes, at),
        (Class::Config, b'|' | b'>') => block(bytes, at).into_iter().collect(),
        (Class::Code, _) if matches!(key.tie, Tie::Equals | Tie::Colon) => {
            default(bytes, at).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// `["…", "…"]` and `("…")`: quoted strings up to the closing bracket.
fn bracketed(bytes: &[u8], start: usize) -> Vec<Range<usize>> {
    let limit = bytes.len().min(start + LONGEST_LIST);
    let mut values = Vec::new();
    let mut at = start;
    while at < limit && values.len() < MOST_VALUES {
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => {
                let Some(value) = quoted(bytes, at + 1, quote) else {
                    break;
                };
                at = value.end + 1;
                values.push(value);
            }
            b' ' | b'\t' | b'\r' | b'\n' | b',' => at += 1,
            _ => break,
        }
    }
    values
}

/// A YAML list: lines that begin with a dash.
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

/// A YAML block scalar of one line: `|` or `>-` and a line of its own.
fn block(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let limit = bytes.len().min(start + LONGEST_LIST);
    let length = memchr::memchr(b'\n', &bytes[start..limit])?;
    let marks = bytes[start + 1..start + length].trim_ascii();
    if marks.len() > 2 || !marks.iter().all(|b| matches!(b, b'+' | b'-' | b'0'..=b'9')) {
        return None;
    }
    let first = line(bytes, start + length + 1, limit);
    let indent = |line: &Range<usize>| {
        let text = &bytes[line.clone()];
        text.len() - text.trim_ascii_start().len()
    };
    let next = line(bytes, (first.end + 1).min(limit), limit);
    let goes_on = !bytes[next.clone()].trim_ascii().is_empty() && indent(&next) >= indent(&first);
    let end = first.start + bytes[first.clone()].trim_ascii_end().len();
    (indent(&first) > 0 && !goes_on).then(|| (first.start + indent(&first)).min(end)..end)
}

/// `process.env.KEY || '…'`, `config.key ?? "…"`.
fn default(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = &bytes[start..bytes.len().min(start + LONGEST_EXPRESSION)];
    let is_expression = |b: &u8| b.is_ascii_alphanumeric() || b"_.$[]\"' ()!?|".contains(b);
    let length = rest.iter().take_while(|b| is_expression(b)).count();
    let expression = &rest[..length];
    let operator = [&b"||"[..], b"??"]
        .iter()
        .find_map(|operator| memchr::memmem::find(expression, operator))?;
    let mut at = start + operator + 2;
    let spaces = bytes.get(at..)?.iter().take(LONGEST_EXPRESSION);
    at += spaces.take_while(|byte| **byte == b' ').count();
    match *bytes.get(at)? {
        quote @ (b'"' | b'\'' | b'`') => quoted(bytes, at + 1, quote),
        _ => None,
    }
}

/// The line that begins at `start`, without its end.
fn line(bytes: &[u8], start: usize, limit: usize) -> Range<usize> {
    let start = start.min(limit);
    let length = memchr::memchr(b'\n', &bytes[start..limit]).unwrap_or(limit - start);
    start..start + length
}

/// Without quotes around it.
fn unquoted(bytes: &[u8], value: Range<usize>) -> Range<usize> {
    match &bytes[value.clone()] {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => value.start + 1..value.end - 1,
        _ => value,
    }
}
