//! Values that are written in pieces: strings that a program joins, and lines that a backslash joins.
//!
//! Such a value reaches from its first piece to its last, and says what all of them do. Pieces have no white
//! space in them: a text with words is no secret, and what joins it is left alone.

use std::ops::Range;

use super::cursor::{Cursor, line_before};
use super::extent::quoted;
use super::judge::LONGEST_VALUE;
use super::key::Key;
use super::tie::Tie;
use crate::detect::class::Class;
use crate::detect::decode::{Value, WRAPPED};
use crate::detect::json_escape;

/// Pieces of one value.
const MOST_PIECES: usize = 32;

/// What joins two strings, in some language.
const OPERATORS: [&[u8]; 6] = [b"++", b"+", b"..", b".", b"<>", b"&"];

/// Where a value stands.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub key: &'a Key,
    pub class: Class,
    /// Whether parentheses are around it.
    pub enclosed: bool,
}

/// The value that begins with `first`, with the pieces behind it.
pub(super) fn join(bytes: &[u8], setting: Setting<'_>, first: Range<usize>) -> Value {
    let mut lines = vec![first];
    let mut length = lines[0].len();
    while let Some(next) = lines.last().and_then(|last| behind(bytes, setting, last))
        && lines.len() < MOST_PIECES
        && length + next.len() <= LONGEST_VALUE
    {
        length += next.len();
        lines.push(next);
    }
    match &lines[..] {
        [only] if !is_continued(bytes, only) => only_one(bytes, only.clone()),
        _ => joined(bytes, &lines),
    }
}

/// A value of one piece. Quotes in it that are escaped are undone, and nothing else: other escapes mean one
/// thing here and another there.
fn only_one(bytes: &[u8], piece: Range<usize>) -> Value {
    let quote = bytes[..piece.start].last().copied();
    let text = &bytes[piece.clone()];
    let is_quoted = matches!(quote, Some(b'"' | b'\'')) && bytes.get(piece.end).copied() == quote;
    let is_undone = |at: usize| text.get(at + 1).copied() == quote;
    let mut escapes = memchr::memchr_iter(b'\\', text).peekable();
    if !is_quoted || escapes.peek().is_none() || !escapes.all(is_undone) {
        return Value::plain(piece);
    }
    Value {
        text: Some(json_escape::unescape(text)),
        how: vec![json_escape::HOW],
        ..Value::plain(piece)
    }
}

/// Whether a backslash ends a line in a piece, or ends the piece's.
fn is_continued(bytes: &[u8], piece: &Range<usize>) -> bool {
    let with_end = piece.start..bytes.len().min(piece.end + 1);
    memchr::memmem::find(&bytes[with_end], b"\\\n").is_some()
}

/// The value of all pieces together.
pub(super) fn joined(bytes: &[u8], pieces: &[Range<usize>]) -> Value {
    let mut text = Vec::new();
    for piece in pieces {
        for line in bytes[piece.clone()].split(|b| *b == b'\n') {
            text.extend(line.strip_suffix(b"\\").unwrap_or(line).trim_ascii_start());
        }
    }
    let (start, end) = (pieces.first(), pieces.last());
    Value {
        text: Some(text),
        how: vec![WRAPPED],
        ..Value::plain(start.map_or(0, |piece| piece.start)..end.map_or(0, |piece| piece.end))
    }
}

/// The piece behind one, if there is any.
fn behind(bytes: &[u8], setting: Setting<'_>, piece: &Range<usize>) -> Option<Range<usize>> {
    let next = match bytes.get(piece.end)? {
        quote @ (b'"' | b'\'' | b'`') if bytes[..piece.start].last() == Some(quote) => {
            string_behind(bytes, setting, piece.end)?
        }
        b'\n' if bytes[piece.clone()].ends_with(b"\\") => {
            line_behind(bytes, setting, piece.end + 1)?
        }
        _ => return None,
    };
    let is_word = bytes[next.clone()].iter().all(|b| !b.is_ascii_whitespace());
    (is_word && !next.is_empty()).then_some(next)
}

/// The string that is joined to one whose quote is at `end`.
fn string_behind(bytes: &[u8], setting: Setting<'_>, end: usize) -> Option<Range<usize>> {
    let mut cursor = Cursor { bytes, at: end + 1 };
    match setting.class {
        Class::Shell => cursor.eat(b"\\\n").then_some(())?,
        Class::Code | Class::Other => {
            let gap = Gap::pass(&mut cursor);
            if OPERATORS.iter().any(|operator| cursor.passes(operator)) {
                Gap::pass(&mut cursor);
            } else {
                let is_mapped = matches!(setting.key.tie, Tie::Equals | Tie::Colon);
                let is_adjacent = match gap {
                    Gap::None => false,
                    Gap::Line => {
                        setting.enclosed || is_mapped && is_deeper(bytes, setting.key, cursor.at)
                    }
                    Gap::Joined => setting.enclosed || is_mapped,
                };
                is_adjacent.then_some(())?;
            }
        }
        _ => return None,
    }
    let quote = *cursor.rest().first().filter(|b| b"\"'`".contains(b))?;
    let is_long = cursor.rest().starts_with(&[quote; 3]);
    quoted(bytes, cursor.at + 1, quote).filter(|_| !is_long)
}

/// What stands between two strings.
enum Gap {
    None,
    /// The end of a line.
    Line,
    /// Spaces, or a line end that a backslash takes back.
    Joined,
}

impl Gap {
    fn pass(cursor: &mut Cursor<'_>) -> Self {
        let is_spaced = cursor.spaces();
        if cursor.eat(b"\\\n") || cursor.eat(b"\\\r\n") {
            cursor.spaces();
            return Self::Joined;
        }
        match (cursor.blank(), is_spaced) {
            (true, _) => Self::Line,
            (false, true) => Self::Joined,
            (false, false) => Self::None,
        }
    }
}

/// Whether what stands at `at` is indented deeper than the line of its key, as what goes on is.
fn is_deeper(bytes: &[u8], key: &Key, at: usize) -> bool {
    let indent = |at: usize| {
        let line = line_before(bytes, at);
        line.len() - line.trim_ascii_start().len()
    };
    indent(at) > indent(key.name.start)
}

/// What goes on at `start` behind a line that a backslash ended: one word, and nothing that is assigned anew.
fn line_behind(bytes: &[u8], setting: Setting<'_>, start: usize) -> Option<Range<usize>> {
    let mut cursor = Cursor { bytes, at: start };
    let is_indented = cursor.spaces();
    let rest = &cursor.rest()[..cursor.rest().len().min(LONGEST_VALUE)];
    let length = rest
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(rest.len());
    let word = &rest[..length];
    let is_last = matches!(rest.get(length), None | Some(b'\n' | b'\r'));
    let own = word.strip_suffix(b"\\").unwrap_or(word);
    let own = &own[..own.iter().rposition(|b| *b != b'=').map_or(0, |at| at + 1)];
    let is_assigned = memchr::memchr2(b':', b'=', own).is_some();
    let goes_on = match setting.class {
        Class::Config => true,
        Class::Shell => !is_indented,
        _ => false,
    };
    (goes_on && is_last && !is_assigned).then(|| cursor.at..cursor.at + length)
}
