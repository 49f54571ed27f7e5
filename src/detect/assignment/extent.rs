//! Where a value ends: at its quote, or, unquoted, where the kind of file says.

use std::ops::Range;

use super::cursor::MOST_SPACES;
use super::judge::LONGEST_VALUE;
use super::key::Key;
use super::tie::Tie;
use super::value;
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
        [a @ (b'"' | b'\''), b, c, ..] if a == b && b == c => between(bytes, at + 3, &[a; 3]),
        [b'[', b'[', ..] if path.ends_with(b".lua") => between(bytes, at + 2, b"]]"),
        [b'<', b'<', ..] => heredoc(bytes, at + 2),
        [b'r', b'#', b'"', ..] => between(bytes, at + 3, b"\"#"),
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

/// Up to `end`, over line ends too, without white space around.
fn between(bytes: &[u8], start: usize, end: &[u8]) -> Option<Range<usize>> {
    let rest = &bytes[start..bytes.len().min(start + LONGEST_VALUE + MOST_SPACES)];
    let length = memchr::memmem::find(rest, end)?;
    Some(within(bytes, start..start + length))
}

/// The only line of a document that ends where its mark stands alone: `<<EOT`, `<<-'EOT'`.
fn heredoc(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = &bytes[start..bytes.len().min(start + LONGEST_VALUE + MOST_SPACES)];
    let mut lines = rest.split(|b| *b == b'\n');
    let is_mark = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let first = lines.next()?;
    let mark = first
        .trim_ascii()
        .strip_prefix(b"-")
        .unwrap_or(first.trim_ascii());
    let mark = mark.strip_prefix(b"~").unwrap_or(mark);
    let mark = value::unquoted(mark);
    let line = lines.next()?;
    let is_over = lines.next()?.trim_ascii() == mark;
    let at = start + first.len() + 1;
    let is_whole = is_over && !mark.is_empty() && mark.iter().all(is_mark);
    is_whole.then(|| within(bytes, at..at + line.len()))
}

/// Without white space around.
fn within(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let text = &bytes[range.clone()];
    let start = range.start + text.len() - text.trim_ascii_start().len();
    start.min(range.end)..start.max(range.start + text.trim_ascii_end().len())
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
    if tight && bytes[..key.name.start].ends_with(b"--") {
        return until(&ends_word);
    }
    // A pair in quotes ends with them.
    if tight && matches!(before, b'"' | b'\'') {
        return until(&|b| b == before || b == b'\n');
    }
    if class == Class::Config && key.tie == Tie::Colon && is_in_braces(bytes, key.name.start) {
        return until(&|b| matches!(b, b',' | b'}' | b'\n' | b'\r'))
            .map(|value| within(bytes, value));
    }
    if rest.starts_with(b"<![CDATA[") {
        return between(bytes, start + b"<![CDATA[".len(), b"]]>");
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
        (Class::Other | Class::Shell, Tie::Firm) if shouts(&bytes[key.name.clone()]) => {
            until(&ends_word)
        }
        (Class::Code | Class::Other, Tie::Equals)
            if tight && (shouts(&bytes[key.name.clone()]) || is_line_of_text(bytes, key, path)) =>
        {
            until(&ends_word)
        }
        _ => None,
    }
}

/// Whether a key stands in a mapping of one line: `{user: a, password: b}`.
fn is_in_braces(bytes: &[u8], start: usize) -> bool {
    let before = &bytes[start.saturating_sub(LONGEST_VALUE)..start];
    let line = memchr::memrchr(b'\n', before).map_or(before, |at| &before[at + 1..]);
    let is_entry = matches!(line.trim_ascii_end().last(), Some(b'{' | b','));
    is_entry && memchr::memchr(b'{', line).is_some()
}

/// The rest of a line without a comment, trailing punctuation and spaces.
fn line(rest: &[u8], start: usize) -> Option<Range<usize>> {
    let end = rest
        .iter()
        .position(|b| matches!(b, b'\n' | b'\r' | b'\0'))
        .unwrap_or(rest.len());
    let mut text = &rest[..end];
    for comment in [&b" #"[..], b"\t#", b" //", b" ; "] {
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

/// Whether a key and one word are all of a line, in a text that no program reads as its source.
fn is_line_of_text(bytes: &[u8], key: &Key, path: &[u8]) -> bool {
    let name = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
    let is_text = !name.contains(&b'.')
        || [&b".txt"[..], b".log"]
            .iter()
            .any(|end| name.ends_with(end));
    let rest = &bytes[key.value..bytes.len().min(key.value + LONGEST_VALUE)];
    let end = rest.iter().position(u8::is_ascii_whitespace);
    let is_begun = key.name.start == 0 || bytes[key.name.start - 1] == b'\n';
    is_text && is_begun && end.is_none_or(|end| matches!(rest[end], b'\n' | b'\r'))
}

/// Whether a key is written as environment variables are.
fn shouts(name: &[u8]) -> bool {
    name.iter()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
}
