//! Environment files: `KEY=value` lines, with `export` or without, quoted over several lines.

use std::ops::Range;

use super::line::{trim, uncommented};
use crate::detect::fields::tree::{Name, Scalar, Tree};
use crate::detect::json_escape;

/// Longest value in quotes.
const LONGEST: usize = 32 << 10;
/// Quotes that do not end; each is looked for in as many bytes, so behind them a quote is a sign.
const MOST_OPEN: usize = 64;

/// Reads the file.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    let (mut at, mut open) = (0, 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = trim(bytes, at..end);
        at = end + 1;
        let Some((name, value)) = assignment(bytes, &line) else {
            continue;
        };
        let in_quotes = (open < MOST_OPEN).then(|| quoted(bytes, value.start));
        let scalar = match in_quotes.flatten() {
            Some((scalar, behind)) => {
                let rest = bytes.get(behind..).unwrap_or_default();
                at = behind + memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
                scalar
            }
            None => {
                open += usize::from(is_quote(bytes, value.start));
                Scalar::plain(uncommented(bytes, value, b"#"))
            }
        };
        if tree.leaf(root, Name::At(name), scalar).is_none() {
            return;
        }
    }
}

/// Name and value of a line.
fn assignment(bytes: &[u8], line: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let text = bytes.get(line.clone())?;
    let equals = memchr::memchr(b'=', text)?;
    let mut name = trim(bytes, line.start..line.start + equals);
    for word in [&b"export "[..], b"set "] {
        if bytes[name.clone()].starts_with(word) {
            name = trim(bytes, name.start + word.len()..name.end);
        }
    }
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let is_there = !name.is_empty() && bytes[name.clone()].iter().all(is_name);
    is_there.then(|| (name, trim(bytes, line.start + equals + 1..line.end)))
}

/// A value in quotes and where it ends; `None` where it is in none.
fn quoted(bytes: &[u8], at: usize) -> Option<(Scalar, usize)> {
    let quote = *bytes.get(at).filter(|_| is_quote(bytes, at))?;
    let start = at + 1;
    let rest = bytes.get(start..bytes.len().min(start + LONGEST))?;
    let mut length = 0;
    let mut escaped = false;
    loop {
        length += memchr::memchr2(quote, b'\\', rest.get(length..)?)?;
        if rest[length] == quote {
            break;
        }
        let skips = quote == b'"';
        escaped |= skips;
        length += if skips { 2 } else { 1 };
    }
    let inner = start..start + length;
    let scalar = if escaped {
        Scalar::saying(inner, bytes, &json_escape::unescape(&rest[..length]))
    } else {
        Scalar::plain(inner)
    };
    Some((scalar, start + length + 1))
}

fn is_quote(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), Some(b'"' | b'\'' | b'`'))
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn values_are_bare_quoted_or_quoted_over_several_lines() {
        let text = "# c\nA=x # y\nexport B = 'z#1'\nC=\"a\\\"b\"\nD=\"one\ntwo\" # c\nE=`q`\nF=\nnot a line\nG=a=b#c\r\nH='open\nI=j\n";
        assert_eq!(
            fields("env", text),
            [
                "A=x",
                "B=z#1",
                "C=a\"b <a\\\"b>",
                "D=one\ntwo",
                "E=q",
                "F=",
                "G=a=b#c",
                "H='open",
                "I=j",
            ]
        );
    }
}
