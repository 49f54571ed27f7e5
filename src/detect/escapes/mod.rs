//! Secrets that the writers of JSON spell with escapes: `\/` of PHP, `\u002B`, `\u0026` and `\u0027` of .NET
//! and Go. No rule knows such spellings, and the detectors need not: what stands around an escape is shown
//! to them once more, with its escapes undone ([`undone`]).
//!
//! Escapes are looked for behind anchors only, and where one breaks what rules have for an anchor ([`BREAKS`]).
//! A text falls into blocks, whatever view shows them; those with such an escape are searched anew, each
//! with a margin, so that all of it takes as many times as long at most as a block with its margins is longer
//! than one.

mod undone;

use std::ops::Range;

pub(super) use self::undone::Undone;
use super::detector::View;

/// What an escape makes of `://`, and escapes of signs that are parts of anchors; in any case.
pub(super) const BREAKS: &[&str] = &[
    r":\/\/", r":\\\/", r"1\/\/0", r"\u0026", r"\u0027", r"\u002b", r"\u002d", r"\u002f", r"\u003d",
];

/// Bytes of a text that are searched anew together.
const BLOCK: u64 = 2 << 10;
/// Bytes on both sides of them in which a match may begin or end.
const MARGIN: usize = 1 << 10;
/// Bytes behind an anchor in which an escape leads on.
const REACH: usize = 256;
/// Bytes of a string before an escape.
const LONGEST_BEFORE: usize = 512;
/// Apostrophes of a string before an escape.
const MOST_APOSTROPHES: usize = 8;

/// Where the view at hand has escapes that lead on.
#[derive(Default)]
pub(super) struct Escapes {
    /// The first backslash behind the last anchor that was asked about, once there was one.
    next: Option<usize>,
    /// Blocks of the text, in order.
    blocks: Vec<u64>,
}

impl Escapes {
    /// Another view comes.
    pub(super) fn begin(&mut self) {
        self.next = None;
        self.blocks.clear();
    }

    /// An anchor stands at `anchor`, which breaks others or not. Anchors come in order of where they end.
    pub(super) fn on_anchor(&mut self, view: &View<'_>, anchor: &Range<usize>, breaks: bool) {
        let bytes = view.bytes;
        let from = match breaks {
            true => anchor.start + usize::from(bytes[anchor.start] != b'\\'),
            false => anchor.end,
        };
        let mut next = self.next.filter(|next| *next >= from);
        let limit = bytes.len().min(anchor.end + REACH);
        loop {
            let at = next.unwrap_or_else(|| backslash(bytes, from));
            self.next = Some(at);
            if at >= limit {
                return;
            }
            next = Some(match undone::escape(&bytes[at..]) {
                Some(escape) => {
                    if undone::is_telling(bytes, at, &escape) {
                        self.take(view, at);
                    }
                    backslash(bytes, at + escape.takes)
                }
                None => backslash(bytes, at + undone::slashes(&bytes[at..])),
            });
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
    pub(super) fn parts(&mut self, view: &View<'_>) -> Vec<Range<usize>> {
        let blocks = self.blocks.drain(..);
        blocks.map(|block| part(view, block)).collect()
    }
}

/// The first backslash from a place on, or the end.
fn backslash(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memchr(b'\\', rest).map_or(bytes.len(), |at| from + at)
}

/// A block with its margins, from where no word is cut on.
fn part(view: &View<'_>, block: u64) -> Range<usize> {
    let place = |offset: u64| usize::try_from(offset.saturating_sub(view.base));
    let start = place(block * BLOCK).unwrap_or(usize::MAX);
    let end = place((block + 1) * BLOCK).unwrap_or(usize::MAX);
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
