//! Words of a setting of systemd: between white space, quoted as a whole or in part, with escapes
//! as in C and `%%` for a percent sign.

use std::ops::Range;

/// What a word says, and where each byte of that is written.
pub(super) struct Word {
    text: Vec<u8>,
    places: Vec<(usize, usize)>,
    end: usize,
}

/// A part of a word.
pub(super) struct Part<'w> {
    pub text: &'w [u8],
    /// Where it is written in the setting.
    pub at: Range<usize>,
}

/// The words of a setting.
pub(super) fn words(setting: &[u8]) -> impl Iterator<Item = Word> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = setting.get(at..)?;
        let start = at + rest.len() - rest.trim_ascii_start().len();
        let word = (start < setting.len()).then(|| Word::read(setting, start, true))?;
        at = word.end;
        Some(word)
    })
}

impl Word {
    /// All of a setting as one word, in which quotes stand for themselves.
    pub(super) fn whole(setting: &[u8]) -> Self {
        Self::read(setting, 0, false)
    }

    fn read(setting: &[u8], mut at: usize, splits: bool) -> Self {
        let (mut text, mut places) = (Vec::new(), Vec::new());
        let mut open = None;
        while let Some((first, _)) = setting.get(at..).and_then(<[u8]>::split_first) {
            match (open, *first) {
                (None, byte) if splits && byte.is_ascii_whitespace() => break,
                (None, quote @ (b'"' | b'\'')) if splits => (open, at) = (Some(quote), at + 1),
                (Some(quote), byte) if byte == quote => (open, at) = (None, at + 1),
                _ => {
                    let length = sign(&setting[at..], &mut text);
                    places.resize(text.len(), (at, at + length));
                    at += length;
                }
            }
        }
        Self {
            text,
            places,
            end: at,
        }
    }

    /// What stands before and behind the first separator; nothing where the first is no name.
    pub(super) fn split(&self, separator: u8) -> Option<(Part<'_>, Part<'_>)> {
        let at = memchr::memchr(separator, &self.text)?;
        let (name, value) = (self.part(0..at), self.part(at + 1..self.text.len()));
        let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"_.-".contains(b);
        let starts = name.text.first().is_some_and(|b| !b.is_ascii_digit());
        (starts && name.text.iter().all(is_part)).then_some((name, value))
    }

    fn part(&self, part: Range<usize>) -> Part<'_> {
        let places = self.places.get(part.clone()).unwrap_or_default();
        let at = match places {
            [(start, end)] => *start..*end,
            [(start, _), .., (_, end)] => *start..*end,
            [] => self.end..self.end,
        };
        let text = self.text.get(part).unwrap_or_default();
        Part { text, at }
    }
}

/// Adds what the first sign says, and gives the bytes it takes.
fn sign(rest: &[u8], text: &mut Vec<u8>) -> usize {
    let (said, length) = match rest {
        [b'%', b'%', ..] => (b'%', 2),
        [b'\\', b'n', ..] => (b'\n', 2),
        [b'\\', b't', ..] => (b'\t', 2),
        [b'\\', b'r', ..] => (b'\r', 2),
        [b'\\', b's', ..] => (b' ', 2),
        [b'\\', sign @ (b'\\' | b'"' | b'\''), ..] => (*sign, 2),
        [b'\\', tail @ ..] => return number(tail, text),
        [byte, ..] => (*byte, 1),
        [] => return 1,
    };
    text.push(said);
    length
}

/// Adds what a backslash means before `tail`: a byte or a character by its number. What means nothing
/// stands for itself. Gives the bytes it takes with the backslash.
fn number(tail: &[u8], text: &mut Vec<u8>) -> usize {
    let (skip, digits, radix) = match tail {
        [b'x', ..] => (1, 2, 16),
        [b'u', ..] => (1, 4, 16),
        [b'U', ..] => (1, 8, 16),
        _ => (0, 3, 8),
    };
    let written = tail.get(skip..skip + digits);
    let written = written.filter(|it| it.iter().all(u8::is_ascii_hexdigit));
    let value =
        written.and_then(|it| u32::from_str_radix(std::str::from_utf8(it).ok()?, radix).ok());
    match value.map(|value| (u8::try_from(value), char::from_u32(value))) {
        Some((Ok(byte), _)) if digits < 4 => text.push(byte),
        Some((_, Some(c))) => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        _ => {
            text.push(b'\\');
            return 1;
        }
    }
    1 + skip + digits
}
