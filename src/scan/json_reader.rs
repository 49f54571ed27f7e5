//! JSON read token by token and forgivingly: what an image's documents hold must not go unseen
//! because one of their strings has half a surrogate pair, a number is beyond any, or the end is
//! missing.
//!
//! A string is taken with whatever bytes it has, a number as it is written, nesting up to a
//! depth that costs no more than some megabytes. Only structure that makes no sense ends the reading, with the offset.

use std::borrow::Cow;

/// Containers that may be open at a time.
const DEEPEST: usize = 1 << 20;

/// What comes next in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event<'d> {
    /// A list, or an object, begins.
    Begin(Container),
    /// The innermost of them ends.
    End,
    /// The name of the member that follows.
    Key(Token<'d>),
    /// A string.
    Text(Token<'d>),
    /// A number as it is written.
    Number(&'d [u8]),
    /// `true`, `false` or `null`.
    Word,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    List,
    Object,
}

/// What stands between the quotes of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'d> {
    pub raw: &'d [u8],
    /// Offset of `raw` in the document.
    pub offset: usize,
}

/// Where structure ends to make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken(pub usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A value; whether the container may end instead.
    Value {
        or_end: bool,
    },
    Key {
        or_end: bool,
    },
    /// A comma or the end of the container.
    Next,
}

/// Reads one value.
pub(super) struct Reader<'d> {
    document: &'d [u8],
    at: usize,
    open: Vec<Container>,
    expect: Expect,
    begun: bool,
}

impl<'d> Reader<'d> {
    /// Reads the value at `at`.
    pub(super) fn new(document: &'d [u8], at: usize) -> Self {
        Self {
            document,
            at,
            open: Vec::new(),
            expect: Expect::Value { or_end: false },
            begun: false,
        }
    }

    /// How far it has read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next event; `None` behind the value.
    pub(super) fn next(&mut self) -> Result<Option<Event<'d>>, Broken> {
        if self.begun && self.open.is_empty() {
            return Ok(None);
        }
        self.begun = true;
        let mut byte = self.look()?;
        if self.expect == Expect::Next && byte == b',' {
            self.at += 1;
            self.expect = match self.open.last() {
                Some(Container::Object) => Expect::Key { or_end: false },
                _ => Expect::Value { or_end: false },
            };
            byte = self.look()?;
        }
        let event = match (self.expect, byte) {
            (Expect::Next | Expect::Key { or_end: true }, b'}') => self.end(Container::Object)?,
            (Expect::Next | Expect::Value { or_end: true }, b']') => self.end(Container::List)?,
            (Expect::Key { .. }, b'"') => self.key()?,
            (Expect::Value { .. }, _) => self.value(byte)?,
            _ => return Err(Broken(self.at)),
        };
        Ok(Some(event))
    }

    /// The next byte that is no white space.
    fn look(&mut self) -> Result<u8, Broken> {
        let rest = self.document.get(self.at..).unwrap_or_default();
        let space = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        self.at += space;
        rest.get(space).copied().ok_or(Broken(self.at))
    }

    fn end(&mut self, container: Container) -> Result<Event<'d>, Broken> {
        if self.open.pop() != Some(container) {
            return Err(Broken(self.at));
        }
        self.at += 1;
        self.expect = Expect::Next;
        Ok(Event::End)
    }

    /// A key; the colon is missing only where the document ends in the key.
    fn key(&mut self) -> Result<Event<'d>, Broken> {
        let token = self.token();
        self.expect = Expect::Value { or_end: false };
        match self.look() {
            Ok(b':') => self.at += 1,
            Ok(_) => return Err(Broken(token.offset)),
            Err(_) => {}
        }
        Ok(Event::Key(token))
    }

    fn value(&mut self, byte: u8) -> Result<Event<'d>, Broken> {
        match byte {
            b'{' => self.begin(Container::Object, Expect::Key { or_end: true }),
            b'[' => self.begin(Container::List, Expect::Value { or_end: true }),
            b'"' => {
                self.expect = Expect::Next;
                Ok(Event::Text(self.token()))
            }
            _ => self.word(),
        }
    }

    fn begin(&mut self, container: Container, expect: Expect) -> Result<Event<'d>, Broken> {
        if self.open.len() >= DEEPEST {
            return Err(Broken(self.at));
        }
        self.open.push(container);
        self.at += 1;
        self.expect = expect;
        Ok(Event::Begin(container))
    }

    fn word(&mut self) -> Result<Event<'d>, Broken> {
        let rest = self.document.get(self.at..).unwrap_or_default();
        let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        let length = rest.iter().take_while(is_part).count();
        let word = rest.get(..length).unwrap_or_default();
        let event = match word {
            b"true" | b"false" | b"null" | b"NaN" | b"Infinity" | b"-Infinity" => Event::Word,
            [b'-' | b'0'..=b'9', ..] => Event::Number(word),
            _ => return Err(Broken(self.at)),
        };
        self.at += length;
        self.expect = Expect::Next;
        Ok(event)
    }

    /// The string that begins here, to its end or that of the document.
    fn token(&mut self) -> Token<'d> {
        let offset = self.at + 1;
        let rest = self.document.get(offset..).unwrap_or_default();
        let mut length = 0;
        while let Some(step) = memchr::memchr2(b'"', b'\\', rest.get(length..).unwrap_or_default())
        {
            length += step;
            if rest[length] == b'"' {
                break;
            }
            length += 2;
        }
        let ends = rest.get(length) == Some(&b'"');
        let raw = match ends {
            true => rest.get(..length).unwrap_or_default(),
            false => rest,
        };
        self.at = offset + raw.len() + usize::from(ends);
        Token { raw, offset }
    }
}

impl<'d> Token<'d> {
    /// Whether some of it is written as an escape.
    pub(super) fn is_escaped(&self) -> bool {
        memchr::memchr(b'\\', self.raw).is_some()
    }

    /// The string; what is no character is replaced.
    pub(super) fn text(&self) -> Cow<'d, str> {
        if !self.is_escaped() {
            return String::from_utf8_lossy(self.raw);
        }
        let mut text = Vec::with_capacity(self.raw.len());
        let mut rest = self.raw;
        while let Some(at) = memchr::memchr(b'\\', rest) {
            text.extend_from_slice(&rest[..at]);
            let (c, length) = escape(&rest[at..]);
            text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            rest = rest.get(at + length..).unwrap_or_default();
        }
        text.extend_from_slice(rest);
        match String::from_utf8(text) {
            Ok(text) => Cow::Owned(text),
            Err(error) => Cow::Owned(String::from_utf8_lossy(error.as_bytes()).into_owned()),
        }
    }
}

/// The character of the escape that `bytes` begin with, and how many of them it takes. An unknown
/// one stands for its backslash.
fn escape(bytes: &[u8]) -> (char, usize) {
    let plain = |c| (c, 2);
    match bytes.get(1) {
        Some(b'n') => plain('\n'),
        Some(b'r') => plain('\r'),
        Some(b't') => plain('\t'),
        Some(b'b') => plain('\u{8}'),
        Some(b'f') => plain('\u{c}'),
        Some(b'"') => plain('"'),
        Some(b'/') => plain('/'),
        Some(b'\\') => plain('\\'),
        Some(b'u') => match (unit(bytes), bytes.get(6..).and_then(unit)) {
            (None, _) => ('\\', 1),
            (Some(high), low) => {
                let pair = low.map(|low| char::decode_utf16([high, low]).next());
                match (pair, char::from_u32(u32::from(high))) {
                    (_, Some(c)) => (c, 6),
                    (Some(Some(Ok(c))), None) => (c, 12),
                    _ => (char::REPLACEMENT_CHARACTER, 6),
                }
            }
        },
        _ => ('\\', 1),
    }
}

/// The code unit of `\uXXXX`.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// The strings, keys and numbers of a value, and how the reading ended.
    fn read(document: &[u8]) -> (Vec<String>, Result<usize, Broken>) {
        let mut reader = Reader::new(document, 0);
        let mut texts = Vec::new();
        loop {
            match reader.next() {
                Ok(None) => return (texts, Ok(reader.position())),
                Err(broken) => return (texts, Err(broken)),
                Ok(Some(Event::Key(token) | Event::Text(token))) => {
                    texts.push(token.text().into_owned());
                }
                Ok(Some(Event::Number(number))) => {
                    texts.push(String::from_utf8_lossy(number).into_owned());
                }
                Ok(Some(_)) => {}
            }
        }
    }

    #[test]
    fn strings_come_with_whatever_they_hold() {
        let cases: [(&[u8], &str); 7] = [
            (br#"["a\"b\\c\/\n\t"]"#, "a\"b\\c/\n\t"),
            (br#"["\ud83d\ude00"]"#, "😀"),
            (br#"["x\ud800y"]"#, "x\u{fffd}y"),
            (br#"["\ud800\u0041"]"#, "\u{fffd}A"),
            (b"[\"a\xffb\"]", "a\u{fffd}b"),
            (b"[\"a\nb\"]", "a\nb"),
            (br#"["\q\u12"]"#, "\\q\\u12"),
        ];
        for (document, text) in cases {
            assert_eq!(read(document).0, [text]);
            assert_eq!(read(document).1, Ok(document.len()));
        }
    }

    #[test]
    fn what_came_before_the_place_where_it_breaks_was_read() {
        let cases: [(&[u8], &[&str], usize); 7] = [
            (br#"{"a":"b"#, &["a", "b"], 7),
            (br#"{"a"#, &["a"], 3),
            (br#"{"a":["b",]}"#, &["a", "b"], 10),
            (br#"["a" "b"]"#, &["a"], 5),
            (br#"["a"}"#, &["a"], 4),
            (b"[section]", &[], 1),
            (b"[\"a\\", &["a\\"], 4),
        ];
        for (document, texts, at) in cases {
            let read = read(document);
            assert_eq!(read.0, texts);
            assert_eq!(read.1, Err(Broken(at)), "{texts:?}");
        }
        let deep = "[".repeat(2 << 20);
        assert_eq!(read(deep.as_bytes()).1, Err(Broken(DEEPEST)));
        assert_eq!(read(b"[1e999,-2.5]x").0, ["1e999", "-2.5"]);
        assert_eq!(read(b"[1e999,-2.5]x").1, Ok(12));
    }

    fn model(value: &Value, texts: &mut Vec<String>) {
        match value {
            Value::String(text) => texts.push(text.clone()),
            Value::Number(number) => texts.push(number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| model(item, texts)),
            Value::Object(members) => members.iter().for_each(|(key, value)| {
                texts.push(key.clone());
                model(value, texts);
            }),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn well_formed_documents_are_read_as_the_strict_parser_does(value in any_json()) {
            let mut texts = Vec::new();
            model(&value, &mut texts);
            let document = serde_json::to_vec_pretty(&value).unwrap_or_default();
            prop_assert_eq!(read(&document), (texts, Ok(document.len())));
        }

        #[test]
        fn nothing_breaks_the_reader(document in "[\\[\\]{}\":,a\\\\u1 -]{0,40}") {
            let read = read(document.as_bytes()).1;
            prop_assert!(read.unwrap_or_else(|broken| broken.0) <= document.len());
        }
    }
}
