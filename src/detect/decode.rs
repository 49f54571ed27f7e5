//! Values as they are written: in base64, with a user before the password, as part of a URL. One
//! small function for each decoding, by the name that rules use.
//!
//! What is cut out of the text as it stands keeps its own place; what had to be decoded stands
//! where its encoded form does.

use std::ops::Range;

use super::detector::Written;
use super::matched::Facts;
use super::span::Span;
use super::validate;

mod wrapped;
mod wrapped_pem;

pub(super) use wrapped::WRAPPED;

/// Longest value that is decoded: each secret in it carries all of it along.
const LONGEST: usize = 128 << 10;
/// Lines of one value that are values of their own.
const MOST_LINES: usize = 1_000;

/// A value and where it is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Value {
    /// Where in the text.
    pub at: Range<usize>,
    /// What it says, where that is not what stands there.
    pub text: Option<Vec<u8>>,
    /// Decodings that were undone, outermost first.
    pub how: Vec<&'static str>,
    /// What it was cut out of.
    pub whole: Option<Vec<u8>>,
    /// Where in a decoded text of several values it stands.
    pub inner: Option<Range<usize>>,
    /// The name that was found with it.
    pub name: Option<Vec<u8>>,
    /// What was told beside it.
    pub facts: Facts,
    /// Whether the encoding alone proves its form.
    pub proven: bool,
}

impl Value {
    /// What stands at `at` as it is.
    pub(super) fn plain(at: Range<usize>) -> Self {
        Self {
            at,
            ..Self::default()
        }
    }

    /// What it says.
    pub(super) fn text<'a>(&'a self, bytes: &'a [u8]) -> &'a [u8] {
        match &self.text {
            Some(text) => text,
            None => bytes.get(self.at.clone()).unwrap_or_default(),
        }
    }

    /// Without the white space around it.
    pub(super) fn trim(&mut self, bytes: &[u8]) {
        let text = self.text(bytes);
        let start = text.len() - text.trim_ascii_start().len();
        let end = start + text.trim_ascii().len();
        if start > 0 || end < text.len() {
            self.cut(bytes, start..end.max(start));
        }
    }

    /// What is left when decodings are undone: nothing where it is not written so.
    pub(super) fn decode(self, bytes: &[u8], decodings: &[Decoding]) -> Vec<Self> {
        let mut values = vec![self];
        values.retain(|value| decodings.is_empty() || value.text(bytes).len() <= LONGEST);
        for decoding in decodings {
            match decoding {
                Decoding::One(undo) => values.retain_mut(|value| undo(value, bytes)),
                Decoding::Many(split) => {
                    values = values
                        .iter()
                        .flat_map(|value| split(value, bytes))
                        .collect();
                }
            }
        }
        values
    }

    /// The hit's text, where it is not what stands in the file.
    pub(super) fn written(self) -> Option<Written> {
        Some(Written {
            text: self.text?,
            how: self.how,
            inner: (self.inner).map(|at| Span::new(at.start as u64, at.len() as u64)),
        })
    }

    /// Keeps a part of the text.
    fn cut(&mut self, bytes: &[u8], part: Range<usize>) {
        match &mut self.text {
            Some(text) => *text = text.get(part).unwrap_or_default().to_vec(),
            None => {
                let start = self.at.start;
                self.at = start + part.start..(start + part.end).min(bytes.len());
            }
        }
    }

    /// One part of it, as a value of its own.
    fn line(&self, part: Range<usize>) -> Self {
        let start = self.at.start;
        match &self.text {
            Some(text) => Self {
                text: text.get(part.clone()).map(<[u8]>::to_vec),
                at: self.at.clone(),
                how: self.how.clone(),
                inner: Some(part),
                whole: self.whole.clone(),
                name: self.name.clone(),
                facts: self.facts.clone(),
                proven: self.proven,
            },
            None => self.standing(start + part.start..start + part.end),
        }
    }

    /// A part that stands in the file as it is.
    fn standing(&self, at: Range<usize>) -> Self {
        Self {
            at,
            whole: self.whole.clone(),
            name: self.name.clone(),
            facts: self.facts.clone(),
            proven: self.proven,
            ..Self::default()
        }
    }

    /// Keeps a part of the text, remembering what the part was cut out of.
    fn cut_out(&mut self, bytes: &[u8], part: Range<usize>) {
        self.whole = Some(self.text(bytes).to_vec());
        self.cut(bytes, part);
    }
}

/// How a value is written.
#[derive(Clone, Copy)]
pub(super) enum Decoding {
    /// As one value; whether it is written so.
    One(fn(&mut Value, &[u8]) -> bool),
    /// As one of several.
    Many(fn(&Value, &[u8]) -> Vec<Value>),
}

/// Every decoding by its name, in order of name.
pub(super) const DECODINGS: &[(&str, Decoding)] = &[
    ("assignment", Decoding::One(assignment)),
    ("base64", Decoding::One(from_base64)),
    ("connection-string", Decoding::One(connection_string)),
    ("lines", Decoding::Many(lines)),
    ("url", Decoding::One(url)),
    ("user-password", Decoding::One(user_password)),
    (WRAPPED, Decoding::One(wrapped::wrapped)),
    (
        wrapped_pem::WRAPPED_PEM,
        Decoding::One(wrapped_pem::wrapped_pem),
    ),
];

/// The decodings of those names.
pub(super) fn by_names(names: &[impl AsRef<str>]) -> Vec<Decoding> {
    let known = |name: &str| DECODINGS.iter().find(|(known, _)| *known == name);
    names
        .iter()
        .filter_map(|name| known(name.as_ref()))
        .map(|(_, decoding)| *decoding)
        .collect()
}

/// `NAME=value`: the value, under that name.
fn assignment(value: &mut Value, bytes: &[u8]) -> bool {
    let text = value.text(bytes);
    let Some(equals) = memchr::memchr(b'=', text) else {
        return false;
    };
    let (name, end) = (text[..equals].trim_ascii().to_vec(), text.len());
    value.name = Some(name);
    value.cut(bytes, equals + 1..end);
    true
}

/// Base64 of text, in lines or in one, with padding or without.
fn from_base64(value: &mut Value, bytes: &[u8]) -> bool {
    let packed: Vec<u8> = (value.text(bytes).iter().copied())
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let Some(decoded) = validate::base64(&packed).filter(|decoded| is_text(decoded)) else {
        return false;
    };
    value.text = Some(decoded);
    value.how.push("base64");
    true
}

/// What stands where a password would when a token is the user.
const NO_PASSWORDS: &[&[u8]] = &[b"", b"x", b"X", b"x-oauth-basic"];

/// `user:password`: the user is told, unless it is a token.
fn user_password(value: &mut Value, bytes: &[u8]) -> bool {
    let text = value.text(bytes);
    let Some(colon) = memchr::memchr(b':', text) else {
        return false;
    };
    let end = text.len();
    let (user, password) = (&text[..colon], &text[colon + 1..]);
    let is_same = user == password;
    let is_token = validate::is_token(user);
    let told = validate::text(user).filter(|_| !is_token);
    let secret = match is_token && NO_PASSWORDS.contains(&password) {
        true => 0..colon,
        false => colon + 1..end,
    };
    value.cut_out(bytes, secret);
    value
        .facts
        .extend(told.map(|user| ("user".to_owned(), user)));
    value.proven |= !is_same && value.how.last() == Some(&"base64");
    !value.text(bytes).is_empty()
}

/// A value a line. One that is written in the file as a line of its own, as in a block of YAML,
/// stands there; of what else was decoded only the whole has a place.
fn lines(value: &Value, bytes: &[u8]) -> Vec<Value> {
    let text = value.text(bytes);
    let mut written = places(bytes, &value.at);
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split(|byte| *byte == b'\n').take(MOST_LINES) {
        let part = start..start + line.len();
        start = part.end + 1;
        let text_at = |at: &Range<usize>| bytes.get(at.clone()).unwrap_or_default().trim_ascii();
        let is_it = |at: &Range<usize>| text_at(at) == line.trim_ascii();
        let mut one = match written.next().filter(is_it) {
            Some(at) => value.standing(at),
            None => value.line(part),
        };
        one.trim(bytes);
        if !one.text(bytes).is_empty() {
            lines.push(one);
        }
    }
    lines
}

/// Where the lines of a part of the file stand.
fn places(bytes: &[u8], part: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let text = bytes.get(part.clone()).unwrap_or_default();
    let mut start = part.start;
    text.split(|byte| *byte == b'\n').map(move |line| {
        let at = start..start + line.len();
        start = at.end + 1;
        at
    })
}

/// `scheme://user:password@host`: the password.
fn url(value: &mut Value, bytes: &[u8]) -> bool {
    let text = value.text(bytes);
    let Some(start) = memchr::memmem::find(text, b"://").map(|at| at + 3) else {
        return false;
    };
    let authority = text[start..].split(|byte| b"/?#\"' \t\r\n".contains(byte));
    let authority = authority.into_iter().next().unwrap_or_default();
    let Some(at) = memchr::memrchr(b'@', authority) else {
        return false;
    };
    let Some(colon) = memchr::memchr(b':', &authority[..at]) else {
        return false;
    };
    let part = start + colon + 1..start + at;
    let is_there = !part.is_empty();
    value.cut_out(bytes, part);
    is_there
}

/// `Server=…;Password=…;`: the password.
fn connection_string(value: &mut Value, bytes: &[u8]) -> bool {
    let text = value.text(bytes);
    let mut at = 0;
    for part in text.split(|byte| *byte == b';') {
        let equals = memchr::memchr(b'=', part).unwrap_or(part.len());
        let key = part[..equals].trim_ascii();
        let is_password = key.eq_ignore_ascii_case(b"password") || key.eq_ignore_ascii_case(b"pwd");
        if is_password && equals + 1 < part.len() {
            let part = at + equals + 1..at + part.len();
            value.cut_out(bytes, part);
            return true;
        }
        at += part.len() + 1;
    }
    false
}

/// Whether bytes are text that people or programs write: no control characters but line ends and
/// tabs.
fn is_text(bytes: &[u8]) -> bool {
    let is_fine = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    !bytes.is_empty() && std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(is_fine))
}

#[cfg(test)]
mod tests;
