//! Java properties: keys end at `=`, `:` or white space, a backslash quotes a sign or continues
//! the line. The parts of a key between dots are steps, so that it reads like the same key in YAML.

use std::ops::Range;

use super::json::unicode;
use super::line::trim;
use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};

/// Most steps of a key; more dots are part of the last one.
const MOST_STEPS: usize = 32;

/// Reads the file.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
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
        if add(bytes, tree, root, line.start..line.start + key, value).is_none() {
            return;
        }
    }
}

/// A value below the steps of its key; `None` where the tree has no more room.
fn add(
    bytes: &[u8],
    tree: &mut Tree,
    root: NodeId,
    key: Range<usize>,
    value: Range<usize>,
) -> Option<()> {
    let mut node = root;
    let mut start = key.start;
    for part in bytes[key].splitn(MOST_STEPS, |byte| *byte == b'.') {
        let said = unescape(part);
        let name = match said == part {
            true => Name::At(start..start + part.len()),
            false => Name::Text(said.into()),
        };
        node = tree.child(node, name)?;
        start += part.len() + 1;
    }
    let said = unescape(&bytes[value.clone()]);
    tree.set(node, Scalar::saying(value, bytes, &said));
    Some(())
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
            b'u' => match unicode(rest) {
                Some((c, length)) => {
                    text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    rest = &rest[length..];
                }
                None => text.push(b'u'),
            },
            other => text.push(*other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

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
    fn a_line_end_of_windows_belongs_to_no_value() {
        assert_eq!(
            fields("properties", "a=x\r\nb=y\\\r\n z\r\n"),
            ["a=x", "b=yz <y\\\r\n z>"]
        );
    }
}
