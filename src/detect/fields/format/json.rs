//! JSON as people write it: with comments, trailing commas, single quotes and bare keys (JSON5),
//! several documents one after the other (JSON lines). A broken file counts up to where it breaks.

use std::ops::Range;

use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};
use crate::detect::json_escape::unescape;

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
