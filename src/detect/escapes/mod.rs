//! Secrets that the writers of JSON spell with escapes: `\/` of PHP, `\u002B`, `\u0026` and `\u0027` of .NET
//! and Go. No rule knows such spellings, and the detectors need not: what stands around an escape is shown
//! to them once more, with its escapes undone ([`undone`]).
//!
//! Escapes are looked for behind anchors only, and where they broke one ([`BROKEN`]).
//! A text falls into blocks, whatever view shows them; those with such an escape are searched anew, each
//! with a margin, so that all of it takes as many times as long at most as a block with its margins is longer
//! than one.

mod undone;

use std::ops::Range;

pub(super) use self::undone::Undone;
use super::detector::View;

/// What escapes make of parts of anchors, in any case: `://`, `1//0`, and the signs from `&` to `/`, and `=`.
pub(super) const BROKEN: &[&str] = &[r":\/\/", r":\\\/", r"1\/\/0", r"\u002", r"\u003d"];

/// Bytes of a text that are searched anew together.
const BLOCK: u64 = 2 << 10;
/// Blocks next to each other that are searched together.
const MOST_BLOCKS: usize = 8;
/// Bytes on both sides of them in which a match may begin or end.
const MARGIN: usize = 1 << 10;
/// Bytes behind an anchor in which an escape leads on.
const REACH: usize = 256;
/// Bytes of a string before an escape.
const LONGEST_BEFORE: usize = 1024;
/// Apostrophes of a string before an escape.
const MOST_APOSTROPHES: usize = 8;

/// Where the view at hand has escapes that lead on.
#[derive(Default)]
pub(super) struct Escapes {
    /// The first backslash that was not looked at, behind the last anchor for which that was asked.
    next: usize,
    /// Blocks of the text, in order.
    blocks: Vec<u64>,
}

impl Escapes {
    /// Another view comes.
    pub(super) fn begin(&mut self) {
        self.next = 0;
        self.blocks.clear();
    }

    /// An anchor stands at `anchor`, which escapes broke or not. Anchors come in order of where they end.
    #[inline]
    pub(super) fn on_anchor(&mut self, view: &View<'_>, anchor: &Range<usize>, is_broken: bool) {
        if is_broken || self.next < anchor.end + REACH {
            self.look(view, anchor, is_broken);
        }
    }

    /// Looks at the escapes behind an anchor, or in one.
    fn look(&mut self, view: &View<'_>, anchor: &Range<usize>, is_broken: bool) {
        let bytes = view.bytes;
        let from = match is_broken {
            true => anchor.start,
            false => anchor.end,
        };
        if self.next < from {
            self.next = backslash(bytes, from);
        }
        while self.next < anchor.end + REACH {
            let at = self.next;
            let rest = &bytes[at..];
            let length = match undone::escape(rest) {
                Some(escape) => {
                    if undone::is_telling(bytes, at, &escape) {
                        self.take(view, at);
                    }
                    escape.takes
                }
                None => undone::slashes(rest),
            };
            self.next = backslash(bytes, at + length);
        }
    }

    /// Takes the block of an escape.
    fn take(&mut self, view: &View<'_>, at: usize) {
        let block = (view.base + at as u64) / BLOCK;
        if self.blocks.last() != Some(&block) && is_in_string(view.bytes, at) {
            self.blocks.push(block);
        }
    }

    /// The parts of the view that are to be searched anew.
    pub(super) fn parts(&self, view: &View<'_>) -> Vec<Range<usize>> {
        let is_next = |a: &u64, b: &u64| *b == a + 1;
        let rows = self.blocks.chunk_by(is_next);
        let rows = rows.flat_map(|row| row.chunks(MOST_BLOCKS));
        rows.filter_map(|row| Some(part(view, *row.first()?, *row.last()?)))
            .collect()
    }
}

/// The first backslash from a place on, or none ever.
fn backslash(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memchr(b'\\', rest).map_or(usize::MAX, |at| from + at)
}

/// Blocks with their margins, from where no word is cut on.
fn part(view: &View<'_>, first: u64, last: u64) -> Range<usize> {
    let place = |offset: u64| usize::try_from(offset.saturating_sub(view.base));
    let start = place(first * BLOCK).unwrap_or(usize::MAX);
    let end = place((last + 1) * BLOCK).unwrap_or(usize::MAX);
    let end = end.saturating_add(MARGIN).min(view.bytes.len());
    let is_between = |b: &u8| b.is_ascii_whitespace() || b"\"'`<>".contains(b);
    let from = match start.checked_sub(MARGIN) {
        None | Some(0) => 0,
        Some(from) => {
            let margin = &view.bytes[from..start.min(end)];
            let clean = margin.iter().position(is_between);
            from + clean.map_or(0, |at| at + 1)
        }
    };
    from..end
}

/// Whether a place lies in a quoted string, told by the quote before it. Escapes outside of strings are those
/// of regular expressions.
fn is_in_string(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[at.saturating_sub(LONGEST_BEFORE)..at];
    let mut line = match memchr::memrchr(b'\n', before) {
        Some(end) => &before[end..],
        None => before,
    };
    for _ in 0..=MOST_APOSTROPHES {
        let Some(quote) = memchr::memrchr2(b'"', b'\'', line) else {
            return false;
        };
        let is_apostrophe = line[quote] == b'\'';
        line = &line[..quote];
        let opens = |b: &u8| b.is_ascii_whitespace() || b"\\{[(<>,:;=+?&|!".contains(b);
        if line.last().is_none_or(opens) {
            return true;
        }
        if !is_apostrophe {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests;
