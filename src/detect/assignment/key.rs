//! From a keyword to the key it is part of and to where the key's value starts.
//!
//! The bytes behind the keyword are looked at before anything else: nearly every `key`, `pass` or
//! `auth` in a text is followed by something that cannot be an assignment.

use std::ops::Range;

use crate::detect::class::Class;

/// Bytes before and behind a keyword that may belong to its key.
const LONGEST_SIDE: usize = 64;
/// Spaces between key, separator and value.
const MOST_SPACES: usize = 64;

/// How a value is tied to its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tie {
    /// `key=value`, with or without spaces around.
    Equals,
    /// `key: value`.
    Colon,
    /// `key => value`, `key := value`, `key <- value`, `define('key', 'value')`, `name: key, value: …`.
    Firm,
    /// `${key:-value}`.
    Default,
    /// `<key>value</key>`.
    Element,
    /// `--key value`, `ENV key value`.
    Space,
}

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
    matches!(
        bytes[end],
        b'=' | b':'
            | b'"'
            | b'\''
            | b'`'
            | b' '
            | b'\t'
            | b'\n'
            | b'>'
            | b']'
            | b'\\'
            | b'?'
            | b'|'
    )
    .then_some(end)
}

/// The key around a keyword whose name ends at `end`.
pub(super) fn find(bytes: &[u8], keyword: usize, end: usize, class: Class) -> Option<Key> {
    let floor = keyword.saturating_sub(LONGEST_SIDE);
    let mut start = keyword;
    while start > floor && is_name(bytes[start - 1]) {
        start -= 1;
    }
    let mut cursor = Cursor { bytes, at: end };
    let mut quoted = false;
    if let Some(quote) = cursor.quote() {
        while start > floor && matches!(bytes[start - 1], b':' | b'/') {
            start -= 1;
            while start > floor && is_name(bytes[start - 1]) {
                start -= 1;
            }
        }
        if start == 0 || bytes[start - 1] != quote {
            return None;
        }
        quoted = true;
    }
    while start < keyword && matches!(bytes[start], b'-' | b'.' | b':' | b'/') {
        start += 1;
    }
    let bracket = cursor.eat(b"]");
    let after_name = cursor.at;
    let spaces = cursor.spaces();
    let tie = match tie(&mut cursor, bytes, start, quoted, bracket) {
        Some(tie) => tie,
        None if spaces && !quoted && takes_space(bytes, start) => Tie::Space,
        None => {
            cursor.at = after_name;
            named_value(&mut cursor)?
        }
    };
    let before = cursor.at;
    let spaced = cursor.spaces() || tie == Tie::Equals && spaces;
    if tie == Tie::Colon && class == Class::Code {
        cursor.pass_type();
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

/// The separator behind a name.
fn tie(
    cursor: &mut Cursor<'_>,
    bytes: &[u8],
    start: usize,
    quoted: bool,
    bracket: bool,
) -> Option<Tie> {
    let before = start.checked_sub(1).map(|at| bytes[at]);
    if before == Some(b'{') && (cursor.eat(b":-") || cursor.eat(b":=")) {
        return Some(Tie::Default);
    }
    if cursor.eat(b"<-")
        || cursor.eat(b"=>")
        || cursor.eat(b":=")
        || cursor.eat(b"?=")
        || cursor.eat(b"||=")
    {
        return Some(Tie::Firm);
    }
    if cursor.eat(b"==") || cursor.eat(b"=~") || cursor.eat(b"::") {
        return None;
    }
    if cursor.eat(b"=") {
        return Some(Tie::Equals);
    }
    if !bracket && cursor.eat(b":") {
        return Some(Tie::Colon);
    }
    if (quoted || before == Some(b'<')) && cursor.eat(b">") {
        return Some(Tie::Element);
    }
    let open = start.saturating_sub(1);
    let called = || bytes[..open].trim_ascii_end_within(4).last() == Some(&b'(');
    if quoted && called() && cursor.eat(b",") {
        cursor.spaces();
        return cursor.peek_quote().map(|_| Tie::Firm);
    }
    None
}

/// `name: KEY` and then `value: …` on the same or the next line, in YAML, JSON and XML.
fn named_value(cursor: &mut Cursor<'_>) -> Option<Tie> {
    let limit = cursor.at + MOST_SPACES;
    while let Some(byte) = cursor.bytes.get(cursor.at)
        && cursor.at < limit
        && (byte.is_ascii_whitespace() || matches!(byte, b',' | b'"'))
    {
        cursor.at += 1;
    }
    if !(cursor.eat(b"value") || cursor.eat(b"Value")) {
        return None;
    }
    cursor.quote();
    cursor.spaces();
    (cursor.eat(b"=") || cursor.eat(b":")).then_some(Tie::Firm)
}

/// Whether a key at `start` takes its value behind a space: `--key value`, `ENV key value`.
fn takes_space(bytes: &[u8], start: usize) -> bool {
    let line = &bytes[start.saturating_sub(LONGEST_SIDE)..start];
    if line.ends_with(b"--") {
        return true;
    }
    let line = memchr::memrchr(b'\n', line).map_or(line, |at| &line[at + 1..]);
    let word = line.trim_ascii();
    let is_flag = |flags: &[u8]| flags.iter().all(u8::is_ascii_alphabetic);
    [&b"ENV"[..], b"ARG", b"setenv", b"set", b"#define"].contains(&word)
        || word.strip_prefix(b"set -").is_some_and(is_flag)
}

trait TrimWithin {
    fn trim_ascii_end_within(&self, most: usize) -> &[u8];
}

impl TrimWithin for [u8] {
    /// Without up to `most` spaces at the end.
    fn trim_ascii_end_within(&self, most: usize) -> &[u8] {
        let tail = &self[self.len().saturating_sub(most)..];
        let kept = self.len() - tail.len() + tail.trim_ascii_end().len();
        &self[..kept]
    }
}

/// A place in the bytes that moves forward only.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn eat<const N: usize>(&mut self, text: &[u8; N]) -> bool {
        let there = self.bytes[self.at..].first_chunk() == Some(text);
        if there {
            self.at += N;
        }
        there
    }

    /// Passes spaces and tabs; whether there were any.
    fn spaces(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let limit = rest.len().min(MOST_SPACES);
        let count = rest[..limit]
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        self.at += count;
        count > 0
    }

    /// Passes a quote, escaped or not.
    fn quote(&mut self) -> Option<u8> {
        let (quote, length) = self.peek_quote()?;
        self.at += length;
        Some(quote)
    }

    fn peek_quote(&self) -> Option<(u8, usize)> {
        match self.bytes[self.at..] {
            [quote @ (b'"' | b'\'' | b'`'), ..] => Some((quote, 1)),
            [b'\\', quote @ (b'"' | b'\''), ..] => Some((quote, 2)),
            _ => None,
        }
    }

    /// Passes a type between `:` and `=` if a quoted value follows.
    fn pass_type(&mut self) {
        let rest = &self.bytes[self.at..];
        let rest = &rest[..rest.len().min(48)];
        let is_type = |b: &u8| b.is_ascii_alphanumeric() || b"_<>&'[]?|. ".contains(b);
        let length = rest.iter().take_while(|b| is_type(b)).count();
        if length > 0
            && rest[0].is_ascii_alphabetic() | (rest[0] == b'&')
            && rest.get(length) == Some(&b'=')
        {
            let mut ahead = Cursor {
                bytes: self.bytes,
                at: self.at + length + 1,
            };
            ahead.spaces();
            if ahead.peek_quote().is_some() {
                self.at = ahead.at;
            }
        }
    }
}
