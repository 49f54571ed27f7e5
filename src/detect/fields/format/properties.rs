//! Java properties: keys end at `=`, `:` or white space, a backslash quotes a sign or continues
//! the line. The parts of a key between dots are steps, so that it reads like the same key in YAML,
//! and keys that begin alike stand in one group, wherever their lines are.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::line::trim;
use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};
use crate::detect::json_escape::unescape_unicode;

/// Most steps of a key; more dots are part of the last one.
const MOST_STEPS: usize = 32;

/// The first node of each name in its group; there are no more than the tree has nodes.
type Groups<'a> = BTreeMap<(NodeId, Cow<'a, [u8]>), NodeId>;

/// Reads the file.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    let mut groups = Groups::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = logical_end(bytes, at);
        let line = trim(bytes, at..end);
        at = end + 1;
        let text = &bytes[line.clone()];
        if matches!(text, [] | [b'#' | b'!', ..]) {
            continue;
        }
        let key = key_length(text);
        let behind = trim(bytes, line.start + key..line.end);
        let value = match bytes[behind.clone()] {
            [b'=' | b':', ..] => trim(bytes, behind.start + 1..behind.end),
            _ => behind,
        };
        let key = line.start..line.start + key;
        let Some(node) = reach(bytes, tree, &mut groups, root, key) else {
            return;
        };
        let said = unescape(&bytes[value.clone()]);
        tree.set(node, Scalar::saying(value, bytes, &said));
    }
}

/// The node that the steps of a key lead to, without a value; `None` where the tree has no more
/// room.
fn reach<'a>(
    bytes: &'a [u8],
    tree: &mut Tree,
    groups: &mut Groups<'a>,
    root: NodeId,
    key: Range<usize>,
) -> Option<NodeId> {
    let mut node = root;
    let mut start = key.start;
    let mut parts = bytes[key]
        .splitn(MOST_STEPS, |byte| *byte == b'.')
        .peekable();
    while let Some(part) = parts.next() {
        let at = start..start + part.len();
        start = at.end + 1;
        let name = match unescape(part) {
            said if said == part => Cow::Borrowed(part),
            said => Cow::Owned(said),
        };
        let known = groups.get(&(node, Cow::Borrowed(&*name))).copied();
        // A key that is there twice has two values.
        let is_free = |node: &NodeId| parts.peek().is_some() || tree.value(*node).is_none();
        node = match known.filter(is_free) {
            Some(known) => known,
            None => {
                let called = match &name {
                    Cow::Borrowed(_) => Name::At(at),
                    Cow::Owned(said) => Name::Text(said.as_slice().into()),
                };
                let child = tree.child(node, called)?;
                groups.entry((node, name)).or_insert(child);
                child
            }
        };
    }
    Some(node)
}

/// Where a line ends that may be continued.
fn logical_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    let mut is_comment = None;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(length) = memchr::memchr(b'\n', rest) else {
            return bytes.len();
        };
        let line = rest[..length]
            .strip_suffix(b"\r")
            .unwrap_or(&rest[..length]);
        let quotes = line.iter().rev().take_while(|byte| **byte == b'\\').count();
        let starts = |sign: &[u8]| line.trim_ascii_start().starts_with(sign);
        let is_comment = *is_comment.get_or_insert_with(|| starts(b"#") || starts(b"!"));
        at += length;
        if is_comment || quotes % 2 == 0 {
            return at;
        }
        at += 1;
    }
}

fn key_length(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'=' | b':' | b' ' | b'\t' => break,
            _ => at += 1,
        }
    }
    at.min(text.len())
}

fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if *byte != b'\\' {
            text.push(*byte);
            continue;
        }
        let Some((quoted, tail)) = rest.split_first() else {
            break;
        };
        rest = tail;
        match quoted {
            b't' => text.push(b'\t'),
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b'\r' | b'\n' => rest = rest.trim_ascii_start(),
            b'u' => rest = unescape_unicode(rest, &mut text),
            other => text.push(*other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;
    use super::Tree;

    #[test]
    fn keys_are_steps_and_escapes_are_undone() {
        let text = "# c\n! c\na.b = x\nc:y\nd z\ne\\:f=g\\u0041\\=\nlong = one \\\n    two\nend=\n";
        assert_eq!(
            fields("properties", text),
            [
                "a.b=x",
                "c=y",
                "d=z",
                "e:f=gA= <g\\u0041\\=>",
                "long=one two <one \\\n    two>",
                "end=",
            ]
        );
    }

    #[test]
    fn keys_of_one_group_are_siblings_also_where_others_stand_between() {
        let text = "a.b.x=1\na.c=2\na.b.y=3\n\\u0061.b=4\na.b.x=5\nb.x=6\na.b.x=7\n";
        let mut tree = Tree::default();
        super::parse(text.as_bytes(), &mut tree);
        // The document, `a`, `a.b`, `a.c`, `a.b.y`, `b`, `b.x`, and three times `a.b.x`.
        assert_eq!(tree.ids().count(), 10);
        assert_eq!(
            fields("properties", text),
            [
                "a.b=4", "a.b.x=1", "a.c=2", "a.b.y=3", "a.b.x=5", "b.x=6", "a.b.x=7"
            ]
        );
    }

    #[test]
    fn a_line_end_of_windows_belongs_to_no_value() {
        assert_eq!(
            fields("properties", "a=x\r\nb=y\\\r\n z\r\n"),
            ["a=x", "b=yz <y\\\r\n z>"]
        );
    }
}
