//! Lines that a backslash at their end joins to the next, as in systemd units and Dockerfiles.

use std::borrow::Cow;
use std::ops::Range;

use super::line::{lines, trim};

/// The lines of a text with those that belong to one joined. The text of a joined line is as long
/// as its place: what joins it, and comments of these signs within it, are spaces.
pub(super) fn joined<'b>(
    bytes: &'b [u8],
    signs: &'static [u8],
) -> impl Iterator<Item = (Range<usize>, Cow<'b, [u8]>)> {
    let mut lines = lines(bytes);
    std::iter::from_fn(move || {
        let first = lines.next()?;
        let line = bytes.get(first.clone()).unwrap_or_default();
        let Some(said) = goes_on(line).filter(|_| !is_comment(bytes, &first, signs)) else {
            return Some((first, Cow::Borrowed(line)));
        };
        let mut text = said.to_vec();
        for next in lines.by_ref() {
            text.resize(next.start - first.start, b' ');
            if is_comment(bytes, &next, signs) {
                continue;
            }
            let line = bytes.get(next).unwrap_or_default();
            let more = goes_on(line);
            text.extend_from_slice(more.unwrap_or(line));
            if more.is_none() {
                break;
            }
        }
        Some((first.start..first.start + text.len(), Cow::Owned(text)))
    })
}

/// What a line says before the backslash that joins it to the next.
fn goes_on(line: &[u8]) -> Option<&[u8]> {
    line.trim_ascii_end().strip_suffix(b"\\")
}

fn is_comment(bytes: &[u8], line: &Range<usize>, signs: &[u8]) -> bool {
    let first = bytes.get(trim(bytes, line.clone()).start);
    !line.is_empty() && first.is_some_and(|sign| signs.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_joined_line_keeps_the_places_of_its_parts() {
        let text = b"a \\\n # c\n\tb \\\r\nc\n#d \\\ne\nf \\\n";
        let lines: Vec<String> = joined(text, b"#")
            .map(|(at, said)| {
                assert_eq!(at.len(), said.len());
                String::from_utf8_lossy(&said).into_owned()
            })
            .collect();
        assert_eq!(lines, ["a        \tb    c", "#d \\", "e", "f "]);
    }
}
