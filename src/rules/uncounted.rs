//! A regex without its large numbers of repetitions.
//!
//! A regex that counts to twelve thousand is compiled to as many states: that takes as long as to scan a few
//! megabytes, and its searches work on most of a megabyte. What it matches is hardly ever that long. Where the
//! most of a repetition is left out the regex has the same parses and more, in the same order. So where it
//! finds nothing, the whole one does not either; and a match of no more bytes than the smallest number that
//! was left out repeats nothing more often, so that the whole one prefers it as well.

use std::ops::Range;

use regex::bytes::{Captures, Regex};
use regex_syntax::hir::{Hir, HirKind, Repetition};

use super::hir;

/// Numbers from which on they are left out: less is compiled in no time.
const LARGE: u32 = 1_000;

/// A regex without its large numbers.
#[derive(Debug)]
pub(crate) struct Uncounted {
    regex: Regex,
    /// The smallest number that was left out: bytes up to which a match is one of the whole regex.
    most: usize,
}

/// A match is longer than what can be told without the numbers.
pub(crate) struct TooLong;

impl Uncounted {
    /// `None` where there are no large numbers.
    pub(super) fn of(
        regex: &str,
        compile: impl FnOnce(&str) -> Result<Regex, regex::Error>,
    ) -> Option<Self> {
        let mut most = None;
        let uncounted = uncount(hir::parse(regex).ok()?, LARGE, &mut most);
        Some(Self {
            most: most? as usize,
            regex: compile(&uncounted.to_string()).ok()?,
        })
    }

    pub(super) fn regex(&self) -> &Regex {
        &self.regex
    }

    /// The first match that begins at `at` or behind it.
    pub(crate) fn find(&self, haystack: &[u8], at: usize) -> Result<Option<Range<usize>>, TooLong> {
        match self.regex.find_at(haystack, at) {
            Some(found) if found.len() > self.most => Err(TooLong),
            found => Ok(found.map(|found| found.range())),
        }
    }

    /// The groups of a match of the whole regex, where they can be told.
    pub(super) fn captures<'h>(
        &self,
        haystack: &'h [u8],
        whole: &Range<usize>,
    ) -> Option<Captures<'h>> {
        if whole.len() > self.most {
            return None;
        }
        let captures = self.regex.captures_at(haystack, whole.start)?;
        (captures.get(0)?.range() == *whole).then_some(captures)
    }
}

/// Leaves out numbers from `large` on, and gives the smallest of them.
fn uncount(hir: Hir, large: u32, smallest: &mut Option<u32>) -> Hir {
    let mut each = |parts: Vec<Hir>| -> Vec<Hir> {
        let parts = parts.into_iter();
        parts.map(|part| uncount(part, large, smallest)).collect()
    };
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Concat(parts) => Hir::concat(each(parts)),
        HirKind::Alternation(branches) => Hir::alternation(each(branches)),
        HirKind::Capture(mut capture) => {
            *capture.sub = uncount(*capture.sub, large, smallest);
            Hir::capture(capture)
        }
        HirKind::Repetition(Repetition {
            min,
            mut max,
            greedy,
            sub,
        }) => {
            // Each time must take a byte, or more times would fit into a match than it has bytes.
            let takes_bytes = sub.properties().minimum_len() > Some(0);
            if let Some(number) = max.filter(|max| *max >= large && takes_bytes) {
                *smallest = Some(smallest.map_or(number, |other| other.min(number)));
                max = None;
            }
            let sub = Box::new(uncount(*sub, large, smallest));
            Hir::repetition(Repetition {
                min,
                max,
                greedy,
                sub,
            })
        }
    }
}

#[cfg(test)]
mod tests;
