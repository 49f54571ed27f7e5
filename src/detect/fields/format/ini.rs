//! INI and its many relatives: sections, keys with `=` or `:`, comments with `#` or `;`.
//!
//! A section with a name in quotes, as git has them, is two steps. Values in lines of their own
//! below a key without one, as pip has them, are items of that key.

use std::ops::Range;

use super::line::{lines, trim, uncommented, unquoted};
use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};

/// Reads the file.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    let mut reader = Reader {
        bytes,
        tree,
        root,
        section: root,
        list: None,
    };
    for line in lines(bytes) {
        if reader.line(line).is_none() {
            return;
        }
    }
}

/// Where the sections of a file begin.
pub(in crate::detect) fn sections(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let starts = lines(bytes).map(|line| trim(bytes, line).start);
    starts.filter(|start| bytes.get(*start) == Some(&b'['))
}

struct Reader<'a> {
    bytes: &'a [u8],
    tree: &'a mut Tree,
    root: NodeId,
    section: NodeId,
    /// A key without a value: its node, how far it is indented, how many items it has.
    list: Option<(NodeId, usize, usize)>,
}

/// `None` where the tree has no more room.
impl Reader<'_> {
    fn line(&mut self, line: Range<usize>) -> Option<()> {
        let text = trim(self.bytes, line.clone());
        let indent = text.start - line.start;
        let inner = self.bytes.get(text.clone()).unwrap_or_default();
        match inner {
            [] | [b'#' | b';', ..] => return Some(()),
            [b'[', ..] => {
                let end = memchr::memrchr(b']', inner).unwrap_or(inner.len());
                self.list = None;
                return self.header(text.start + 1..text.start + end.max(1));
            }
            _ => {}
        }
        if let Some((node, outer, items)) = &mut self.list
            && indent > *outer
        {
            let (node, index) = (*node, *items);
            *items += 1;
            let value = unquoted(self.bytes, text);
            self.tree.leaf(node, Name::index(index), value)?;
            return Some(());
        }
        self.list = None;
        let Some(separator) = separator(inner) else {
            return Some(());
        };
        let name = trim(self.bytes, text.start..text.start + separator);
        let value = trim(self.bytes, text.start + separator + 1..text.end);
        let node = self.tree.child(self.section, Name::At(name))?;
        if value.is_empty() {
            self.list = Some((node, indent, 0));
        } else {
            let value = self.value(value);
            self.tree.set(node, value);
        }
        Some(())
    }

    fn value(&self, at: Range<usize>) -> Scalar {
        let quoted = unquoted(self.bytes, at.clone());
        if quoted.at != at {
            return quoted;
        }
        unquoted(self.bytes, uncommented(self.bytes, at, b"#;"))
    }

    /// `[section]` or `[section "name"]`.
    fn header(&mut self, at: Range<usize>) -> Option<()> {
        let text = self.bytes.get(at.clone()).unwrap_or_default();
        let quote = memchr::memchr(b'"', text).unwrap_or(text.len());
        let name = trim(self.bytes, at.start..at.start + quote);
        self.section = self.tree.child(self.root, Name::At(name))?;
        if quote < text.len() {
            let quoted = trim(self.bytes, at.start + quote..at.end);
            let Scalar { at, .. } = unquoted(self.bytes, quoted);
            self.section = self.tree.child(self.section, Name::At(at))?;
        }
        Some(())
    }
}

/// Where the key of a line ends. An address as a key, as npm has them, is full of colons.
fn separator(line: &[u8]) -> Option<usize> {
    let equals = memchr::memchr(b'=', line);
    if matches!(line, [b'/' | b'@', ..]) {
        return equals;
    }
    let colon = memchr::memchr(b':', line);
    match (equals, colon) {
        (Some(equals), Some(colon)) => Some(equals.min(colon)),
        (equals, colon) => equals.or(colon),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn sections_keys_comments_and_quotes() {
        let text = "top = 1\n# c = d\n[a]\nk=v ; c\nl : \"w # x\"\n[remote \"or.igin\"]\n\turl = u#v\n\tflag\n; x=y\nq = \"a\\\"b\"\n";
        assert_eq!(
            fields("ini", text),
            [
                "top=1",
                "a.k=v",
                "a.l=w # x",
                "remote.or.igin.url=u#v",
                "remote.or.igin.q=a\"b <a\\\"b>",
            ]
        );
    }

    #[test]
    fn a_key_may_have_its_values_below_and_an_address_may_be_a_key() {
        let text = "[global]\r\nextra =\r\n    https://a=b\r\n    c\r\nother = d\r\n//x.y:8/:_auth=e\r\n@s:r = f\r\n";
        assert_eq!(
            fields("ini", text),
            [
                "global.extra.0=https://a=b",
                "global.extra.1=c",
                "global.other=d",
                "global.//x.y:8/:_auth=e",
                "global.@s:r=f",
            ]
        );
    }
}
