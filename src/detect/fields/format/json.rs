//! JSON as people write it: with comments, trailing commas, single quotes and bare keys (JSON5),
//! several documents one after the other (JSON lines). A broken file counts up to where it breaks.

use std::ops::Range;

use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};

/// Reads every document.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let mut reader = Reader { bytes, at: 0, tree };
    let mut documents = || -> Option<()> {
        loop {
            reader.blank();
            reader.peek()?;
            let root = reader.tree.document()?;
            reader.value(root)?;
            reader.blank();
            reader.eat(b',');
        }
    };
    // However it ends, what was read counts.
    documents();
}

/// Reads the list that begins at `at`, into the children of `node`.
pub(super) fn list(bytes: &[u8], at: usize, tree: &mut Tree, node: NodeId) {
    Reader { bytes, at, tree }.list(node);
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    tree: &'a mut Tree,
}

/// Every step gives `None` where the file breaks, or the tree has no more room; the depth of the
/// tree bounds the recursion.
impl Reader<'_> {
    fn value(&mut self, node: NodeId) -> Option<()> {
        self.blank();
        match self.peek()? {
            b'{' => self.object(node),
            b'[' => self.list(node),
            b'"' | b'\'' => {
                let scalar = self.string()?;
                self.tree.set(node, scalar);
                Some(())
            }
            _ => {
                let at = self.word()?;
                let word = self.bytes.get(at.clone())?;
                let is_word = matches!(word, b"true" | b"false" | b"null" | b"undefined");
                let scalar = Scalar {
                    is_word,
                    ..Scalar::plain(at)
                };
                self.tree.set(node, scalar);
                Some(())
            }
        }
    }

    fn object(&mut self, node: NodeId) -> Option<()> {
        self.at += 1;
        loop {
            self.blank();
            if self.eat(b'}') {
                return Some(());
            }
            let name = match self.peek()? {
                b'"' | b'\'' => match self.string()? {
                    Scalar {
                        text: Some(text), ..
                    } => Name::Text(text),
                    Scalar { at, .. } => Name::At(at),
                },
                _ => Name::At(self.word()?),
            };
            self.blank();
            self.eat(b':').then_some(())?;
            let child = self.tree.child(node, name)?;
            self.value(child)?;
            self.blank();
            if !self.eat(b',') && self.peek()? != b'}' {
                return None;
            }
        }
    }

    fn list(&mut self, node: NodeId) -> Option<()> {
        self.at += 1;
        for index in 0.. {
            self.blank();
            if self.eat(b']') {
                break;
            }
            let child = self.tree.child(node, Name::index(index))?;
            self.value(child)?;
            self.blank();
            if !self.eat(b',') && self.peek()? != b']' {
                return None;
            }
        }
        Some(())
    }

    /// A quoted string.
    fn string(&mut self) -> Option<Scalar> {
        let quote = self.peek()?;
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(at..)?;
            at += memchr::memchr3(quote, b'\\', b'\n', rest)?;
            match self.bytes.get(at)? {
                b'\\' => {
                    escaped = true;
                    at += 2;
                }
                b'\n' => return None,
                _ => break,
            }
        }
        self.at = at + 1;
        if !escaped {
            return Some(Scalar::plain(start..at));
        }
        let text = unescape(self.bytes.get(start..at)?);
        Some(Scalar::saying(start..at, self.bytes, &text))
    }

    /// A number, a bare word or a bare key.
    fn word(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let rest = self.bytes.get(start..)?;
        let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"_$.+-".contains(b) || !b.is_ascii();
        let length = rest.iter().take_while(|b| is_part(b)).count();
        self.at += length;
        (length > 0).then_some(start..start + length)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Passes white space, comments, and a backslash where a Dockerfile goes on in the next line.
    fn blank(&mut self) {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let spaces = rest.len() - rest.trim_ascii_start().len();
            let rest = &rest[spaces..];
            let comment = match rest {
                [b'/', b'/', ..] => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
                [b'/', b'*', ..] => {
                    let end = memchr::memmem::find(rest, b"*/");
                    end.map_or(rest.len(), |at| at + 2)
                }
                [b'\\', b'\n', ..] => 2,
                [b'\\', b'\r', b'\n', ..] => 3,
                [0xef, 0xbb, 0xbf, ..] if self.at == 0 => 3,
                _ => 0,
            };
            self.at += spaces + comment;
            if spaces + comment == 0 {
                return;
            }
        }
    }
}

/// The text of a string with escapes; those that mean nothing stand for themselves.
pub(super) fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((first, tail)) = rest.split_first() else {
            break;
        };
        rest = tail;
        match first {
            b'n' => text.push(b'\n'),
            b't' => text.push(b'\t'),
            b'r' => text.push(b'\r'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'u' => rest = unescape_unicode(rest, &mut text),
            other => text.push(*other),
        }
    }
    text.extend_from_slice(rest);
    text
}

/// How many bytes the escape takes that `rest` begins with, and how many it means: as `unescape` has it.
pub(in crate::detect::fields) fn escape(rest: &[u8]) -> (usize, usize) {
    match rest {
        [_, b'u', tail @ ..] => match unicode(tail) {
            Some((c, length)) => (2 + length, c.len_utf8()),
            None => (2, 1),
        },
        [_, _, ..] => (2, 1),
        _ => (1, 0),
    }
}

/// Adds the character of what follows `\u`, or the `u` where that is none; what is left of `rest`.
pub(super) fn unescape_unicode<'a>(rest: &'a [u8], text: &mut Vec<u8>) -> &'a [u8] {
    let Some((c, length)) = unicode(rest) else {
        text.push(b'u');
        return rest;
    };
    text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    &rest[length..]
}

/// The character of `XXXX`, or of `XXXX\uXXXX` where it takes two; and the bytes that it takes.
fn unicode(rest: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| -> Option<u32> {
        let digits = rest.get(at..at + 4)?;
        let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
        let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    if (0xd800..0xdc00).contains(&first) && rest.get(4..6) == Some(b"\\u") {
        let second = unit(6).filter(|low| (0xdc00..0xe000).contains(low))?;
        let c = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return Some((char::from_u32(c)?, 10));
    }
    Some((
        char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER),
        4,
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn objects_and_lists_lead_to_their_values_and_the_places_are_without_quotes() {
        let text =
            r#"{"a": {"b": "x"}, "list": [1, "two", {"k": true}], "e": "a\/b\u0026\ud83d\ude00"}"#;
        assert_eq!(
            fields("json", text),
            [
                "a.b=x",
                "list.0=1",
                "list.1=two",
                "list.2.k=true!",
                "e=a/b&😀 <a\\/b\\u0026\\ud83d\\ude00>"
            ]
        );
    }

    #[test]
    fn an_escape_takes_and_means_as_many_bytes_as_it_does_when_it_is_undone() {
        for text in [
            "\\n",
            "\\\"",
            "\\x",
            "\\u0041",
            "\\u00e4",
            "\\u20ac",
            "\\ud83d\\ude00",
            "\\ud83d",
            "\\u12",
            "\\",
        ] {
            let (mut at, mut said) = (0, 0);
            while at < text.len() {
                match text.as_bytes()[at] {
                    b'\\' => {
                        let (takes, means) = super::escape(&text.as_bytes()[at..]);
                        at += takes;
                        said += means;
                    }
                    _ => (at, said) = (at + 1, said + 1),
                }
            }
            assert_eq!(at, text.len(), "{text}");
            assert_eq!(said, super::unescape(text.as_bytes()).len(), "{text}");
        }
    }

    #[test]
    fn what_people_write_beside_the_standard_is_taken() {
        let text = "\u{feff}// c\n{'a': 'x', /* c */ b: \"y\",}\n{\"c\": [\"z\",],}";
        assert_eq!(fields("json", text), ["a=x", "b=y", "c.0=z"]);
    }

    #[test]
    fn a_broken_file_counts_up_to_where_it_breaks() {
        for broken in [
            "{\"a\": \"x\", \"b\": ",
            "{\"a\": \"x\", \"b\" \"y\"}",
            "{\"a\":\"x\" \"b\":1}",
        ] {
            assert_eq!(fields("json", broken), ["a=x"], "{broken}");
        }
        assert_eq!(fields("json", "{\"a\": \"x\ny\"}"), Vec::<String>::new());
    }
}
