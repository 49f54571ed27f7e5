//! Bounds on what a scan remembers: whoever wrote the image chooses how many secrets it holds, in
//! how many places and under how long names.
//!
//! A budget is fixed before the work begins, from the number of parts alone, so that what is kept
//! does not depend on which thread was first. What is refused is counted, and whoever holds the
//! budget says so in a warning.

use crate::detect::Match;

/// Bytes of hits kept of all layers, and of all documents.
const HITS: usize = 64 << 20;
/// Bytes of claims of package databases kept of all layers, and of one: more than a million files.
const CLAIMS: usize = 256 << 20;
const MOST_CLAIMS: usize = 32 << 20;
/// Least that one layer or document may keep, however many there are.
const LEAST: usize = 32 << 10;
/// What a match takes beside its texts: itself, its facts, its place in a report.
const MATCH: usize = 1_024;

/// Bytes that may still be kept.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    refused: u64,
}

impl Budget {
    /// So many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        Self {
            left: bytes,
            refused: 0,
        }
    }

    /// The share that one of `parts` has of the hits.
    pub(super) fn share(parts: usize) -> Self {
        Self::of((HITS / parts.max(1)).max(LEAST))
    }

    /// Whether a thing of `size` bytes may be kept.
    pub(super) fn take(&mut self, size: usize) -> bool {
        let left = self.left.checked_sub(size);
        match left {
            Some(left) => self.left = left,
            None => self.refused += 1,
        }
        left.is_some()
    }

    /// How many things were not kept.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }
}

/// Bytes of claims that one of `layers` may keep.
pub(super) fn claims(layers: usize) -> usize {
    (CLAIMS / layers.max(1)).clamp(LEAST, MOST_CLAIMS)
}

/// Bytes that a match takes.
pub(super) fn size_of(matched: &Match) -> usize {
    MATCH + matched.size()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_and_counted_and_smaller_things_still_fit() {
        let mut budget = Budget::of(10);
        assert!(budget.take(6));
        assert!(!budget.take(5));
        assert!(budget.take(4));
        assert!(!budget.take(1));
        assert_eq!(budget.refused(), 2);
    }

    #[test]
    fn a_share_depends_on_the_number_of_parts_alone_and_is_never_nothing() {
        for parts in [0, 1, 7, 200_000] {
            assert!(Budget::share(parts).take(LEAST), "{parts}");
        }
        assert!(!Budget::share(1_000_000).take(LEAST + 1));
    }
}
