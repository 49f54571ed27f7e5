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

    /// As above, remembering what the part was cut out of.
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
];

/// The decodings of those names.
pub(super) fn by_names(names: &[String]) -> Vec<Decoding> {
    let known = |name: &String| DECODINGS.iter().find(|(known, _)| known == name);
    names
        .iter()
        .filter_map(known)
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

/// `user:password`: the user is told.
fn user_password(value: &mut Value, bytes: &[u8]) -> bool {
    let text = value.text(bytes);
    let Some(colon) = memchr::memchr(b':', text) else {
        return false;
    };
    let end = text.len();
    let is_same = text[..colon] == text[colon + 1..];
    if let Some(user) = validate::text(&text[..colon]) {
        value.facts.insert("user".to_owned(), user);
    }
    value.cut_out(bytes, colon + 1..end);
    value.proven |= !is_same && value.how.last() == Some(&"base64");
    !value.text(bytes).is_empty()
}

/// A value a line.
fn lines(value: &Value, bytes: &[u8]) -> Vec<Value> {
    let text = value.text(bytes);
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split(|byte| *byte == b'\n').take(MOST_LINES) {
        let part = start..start + line.len();
        start = part.end + 1;
        let mut one = value.clone();
        one.cut(bytes, part.clone());
        if one.text.is_some() {
            one.inner = Some(part);
        }
        one.trim(bytes);
        if !one.text(bytes).is_empty() {
            lines.push(one);
        }
    }
    lines
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
mod tests {
    use super::*;

    /// What a decoding makes of a text: what it says and where that is written.
    fn all(names: &[&str], text: &str) -> Vec<(String, String)> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let bytes = format!("<{text}>");
        let value = Value::plain(1..bytes.len() - 1);
        let values = value
            .decode(bytes.as_bytes(), &by_names(&names))
            .into_iter();
        let said =
            |value: &Value| String::from_utf8_lossy(value.text(bytes.as_bytes())).into_owned();
        values
            .map(|value| (said(&value), bytes[value.at].to_owned()))
            .collect()
    }

    fn decoded(names: &[&str], text: &str) -> Option<(String, String)> {
        all(names, text).pop()
    }

    #[test]
    fn a_part_of_the_text_keeps_its_place_and_what_is_decoded_stands_where_it_is_encoded() {
        let plain = decoded(&["user-password"], "ci:h4nter:2").unwrap();
        assert_eq!(plain, ("h4nter:2".to_owned(), "h4nter:2".to_owned()));
        // `ci:h4nter2`, in two lines.
        let encoded = "Y2k6aDRu\ndGVyMg==";
        let both = decoded(&["base64", "user-password"], encoded).unwrap();
        assert_eq!(both, ("h4nter2".to_owned(), encoded.to_owned()));
        for (names, text) in [
            (&["base64"][..], "not base64!"),
            (&["base64"], "AAECAwQ="),
            (&["base64", "user-password"], "aDRudGVy"),
            (&["user-password"], "ci:"),
        ] {
            assert_eq!(decoded(names, text), None, "{text}");
        }
    }

    #[test]
    fn a_user_and_a_password_in_base64_are_proof_and_the_user_is_told() {
        let names = ["base64", "user-password"].map(str::to_owned);
        let proven = |bytes: &[u8]| {
            let encoded = validate::tests::standard_base64(bytes);
            let value = Value::plain(0..encoded.len());
            let mut values = value.decode(encoded.as_bytes(), &by_names(&names));
            values.pop().map(|value| (value.proven, value.facts))
        };
        let told = Facts::from([("user".to_owned(), "ci".into())]);
        assert_eq!(proven(b"ci:h4nter2"), Some((true, told.clone())));
        assert_eq!(proven(b"ci:ci"), Some((false, told)));
        assert_eq!(proven(b"\x00:\x01"), None);
    }

    #[test]
    fn passwords_are_cut_out_of_urls_and_connection_strings() {
        let cut = |name: &str, text: &str| decoded(&[name], text).map(|(said, _)| said);
        let password = Some("h4n@ter2".to_owned());
        assert_eq!(cut("url", "https://ci:h4n@ter2@x.y/simple?a@b"), password);
        for text in [
            "https://x.y/a:b@c",
            "https://ci@x.y",
            "ci:h4nter2@x",
            "s://u:@x",
        ] {
            assert_eq!(cut("url", text), None, "{text}");
        }
        let password = Some("h4n=ter2".to_owned());
        for text in [
            "Server=db;Password=h4n=ter2;X=y",
            "pwd=h4n=ter2",
            "a; PWD =h4n=ter2",
        ] {
            assert_eq!(cut("connection-string", text), password, "{text}");
        }
        for text in ["Server=db;", "Password=;Server=db", "Password"] {
            assert_eq!(cut("connection-string", text), None, "{text}");
        }
    }

    #[test]
    fn a_text_may_hold_a_value_a_line_and_a_name_before_it() {
        let text = "root:h4nter2\n\n  ci:t0kyo9\nnone\n";
        let found = all(&["lines", "user-password"], text);
        assert_eq!(
            found.iter().map(|(said, _)| &said[..]).collect::<Vec<_>>(),
            ["h4nter2", "t0kyo9"]
        );
        assert_eq!(decoded(&["assignment"], "A = b=c").unwrap().0, " b=c");
        assert_eq!(decoded(&["assignment"], "A"), None);
    }

    #[test]
    fn names_are_in_order_and_white_space_goes() {
        assert!(DECODINGS.is_sorted_by_key(|(name, _)| *name));
        let mut value = Value::plain(0..6);
        value.trim(b" ab \t\n");
        assert_eq!(value.at, 1..3);
        let mut value = Value::plain(0..3);
        value.trim(b"   ");
        assert!(value.at.is_empty());
    }
}
