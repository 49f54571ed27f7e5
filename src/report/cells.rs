//! Text measured in terminal cells: widths, cutting in the middle, human byte sizes. The report for
//! people and the tables of the command line lay out with the same measures.
//!
//! Text here has passed [`printable`]; an escape that it wrote (`\x1b`, `\u{202e}`) is one atom
//! and never cut apart.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

use crate::error::printable;

/// From this many hexadecimal digits on, a number in an instruction is a hash.
const SHORTEST_HASH: usize = 40;

/// Cells that a text takes. A character of no width counts one, so that a name made of a million
/// combining marks cannot hide its length from the layout.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(1).max(1)).sum()
}

/// The smallest parts of a text that must stay together: characters, and escapes.
pub(super) fn atoms(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let length = escape(rest).unwrap_or(first.len_utf8());
        let (atom, tail) = rest.split_at(length);
        rest = tail;
        Some(atom)
    })
}

/// Length of the escape that a text starts with.
fn escape(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes {
        [b'\\', b'x', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => Some(4),
        [b'\\', b'u', b'{', rest @ ..] => {
            let digits = rest.iter().take_while(|b| b.is_ascii_hexdigit()).count();
            (1..=6).contains(&digits).then_some(())?;
            (rest.get(digits) == Some(&b'}')).then_some(digits + 4)
        }
        _ => None,
    }
}

/// Raw text made printable and cut in the middle to at most `most` cells. Its cost depends on
/// `most`, not on the length of the text.
pub fn elide(raw: &str, most: usize) -> String {
    let text = printable(ends(raw, most).as_bytes());
    if width(&text) <= most {
        return text;
    }
    let atoms: Vec<&str> = atoms(&text).collect();
    let kept = most.saturating_sub(1);
    let tail = take(atoms.iter().rev().copied(), kept / 2);
    let head = take(atoms.iter().copied(), kept - tail.cells);
    let tail: String = atoms.iter().rev().take(tail.count).rev().copied().collect();
    let head: String = atoms.iter().take(head.count).copied().collect();
    format!("{head}…{tail}")
}

/// Both ends of a text too long for `most` cells, before any work is done on the rest of it. A
/// cell takes at least one character, and a character at most four bytes.
pub(super) fn ends(raw: &str, most: usize) -> Cow<'_, str> {
    let end = most.saturating_mul(4).saturating_add(4);
    if raw.len() <= end.saturating_mul(2) {
        return Cow::Borrowed(raw);
    }
    let head = raw.floor_char_boundary(end);
    let tail = raw.ceil_char_boundary(raw.len() - end);
    let [head, tail] = [raw.get(..head), raw.get(tail..)].map(Option::unwrap_or_default);
    Cow::Owned(format!("{head}…{tail}"))
}

struct Taken {
    count: usize,
    cells: usize,
}

/// How many atoms fit into `most` cells.
fn take<'a>(atoms: impl Iterator<Item = &'a str>, most: usize) -> Taken {
    let mut taken = Taken { count: 0, cells: 0 };
    for atom in atoms {
        let cells = width(atom);
        if taken.cells + cells > most {
            break;
        }
        taken.count += 1;
        taken.cells += cells;
    }
    taken
}

/// A size for people: `512 B`, `8.1 MiB`.
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if size < 1024 {
        return format!("{size} B");
    }
    let mut scaled = size as f64;
    let mut unit = "B";
    for next in UNITS {
        // Rounded to one digit, 1023.95 would read 1024.0.
        if scaled < 1023.95 {
            break;
        }
        scaled /= 1024.0;
        unit = next;
    }
    format!("{scaled:.1} {unit}")
}

/// `1 place`, `2 places`; the plural is the singular and an `s` unless given.
pub(super) fn count(number: impl Into<u64>, singular: &str, plural: &str) -> String {
    let number = number.into();
    let word = if number == 1 { singular } else { plural };
    format!("{number} {word}")
}

/// An instruction without the most of the hashes that the classic builder names files by:
/// `file:5ce1250fbf2c…` says as much to people as all 64 digits.
pub fn short_hashes(text: &str) -> String {
    let mut short = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        let (before, run) = rest.split_at(start);
        let end = run
            .find(|c: char| !c.is_ascii_hexdigit())
            .unwrap_or(run.len());
        let (digits, after) = run.split_at(end);
        short.push_str(before);
        match digits.get(..12).filter(|_| digits.len() >= SHORTEST_HASH) {
            Some(head) => short.push_str(&format!("{head}…")),
            None => short.push_str(digits),
        }
        rest = after;
    }
    short + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        for (size, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (8_493_466, "8.1 MiB"),
            (1024 * 1024 - 1, "1.0 MiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(bytes(size), text);
        }
    }

    #[test]
    fn a_long_text_is_cut_in_the_middle_and_never_inside_an_escape() {
        assert_eq!(elide("short", 5), "short");
        assert_eq!(elide("0123456789", 5), "01…89");
        assert_eq!(elide("ab\u{1b}cdefgh\u{202e}", 8), "ab\\x1bc…");
        assert_eq!(elide("日本語日本語", 8), "日本…語");
        for most in 0..40 {
            let cut = elide("x\u{1b}\u{202e}\u{1b}日本yz\u{7}", most);
            assert!(width(&cut) <= most.max(1), "{most}: {cut}");
        }
    }

    #[test]
    fn cutting_a_huge_text_keeps_both_ends() {
        let text = format!("start{}end", "\u{301}".repeat(1_000_000));
        let cut = elide(&text, 20);
        assert!(cut.starts_with("start") && cut.ends_with("end"));
        assert!(cut.chars().count() <= 20);
    }

    #[test]
    fn hashes_of_the_classic_builder_are_shortened_and_other_words_kept() {
        let hash = "5ce1250fbf2c4507dea1d42e8c9967509b8253d4cd619980eec59c1b71879556";
        assert_eq!(
            short_hashes(&format!("--chown=1000:1000dir:{hash}")),
            "--chown=1000:1000dir:5ce1250fbf2c…"
        );
        for text in ["deadbeef", "COPY /srv/app", "", "é1", "0123456789abcdef"] {
            assert_eq!(short_hashes(text), text);
        }
    }
}
