//! Warnings in bounded number: a hostile archive has as many odd names as it likes.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::error::{Warning, WarningCode};

/// Keeps the first few warnings of each kind and counts the others.
#[derive(Debug)]
pub(crate) struct Capped {
    /// How many of each kind are kept.
    most: u64,
    kept: Vec<Warning>,
    /// Bytes of those that are kept: names in them may be megabytes long.
    size: usize,
    dropped: BTreeMap<WarningCode, u64>,
    counts: BTreeMap<WarningCode, u64>,
}

impl Default for Capped {
    fn default() -> Self {
        Self::keeping(8)
    }
}

impl Capped {
    /// Bytes of messages and paths that are kept; the first of a kind always is.
    const BYTES: usize = 4 << 20;

    /// Keeps so many of each kind.
    pub(crate) fn keeping(most: u64) -> Self {
        Self {
            most,
            kept: Vec::new(),
            size: 0,
            dropped: BTreeMap::new(),
            counts: BTreeMap::new(),
        }
    }

    pub(crate) fn push(&mut self, warning: Warning) {
        let count = self.counts.entry(warning.code).or_default();
        *count += 1;
        let size = warning.message.len() + warning.path.as_ref().map_or(0, String::len);
        let fits = *count <= self.most && self.size + size <= Self::BYTES;
        if fits || *count == 1 {
            self.size += size;
            self.kept.push(warning);
        } else {
            *self.dropped.entry(warning.code).or_default() += 1;
        }
    }

    /// All that was kept, and for each kind of which there were too many, how many more.
    pub(crate) fn finish(self, what: impl Display) -> Vec<Warning> {
        let more = self.dropped.into_iter().map(|(code, n)| {
            Warning::new(code, format!("{what} has {n} more warnings of this kind"))
        });
        self.kept.into_iter().chain(more).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_warnings_is_counted_and_rare_kinds_still_show() {
        let mut capped = Capped::default();
        for _ in 0..1000 {
            capped.push(Warning::new(WarningCode::HostileName, "odd"));
        }
        capped.push(Warning::new(WarningCode::BrokenLink, "link"));
        let warnings = capped.finish("the archive");
        assert_eq!(warnings.len(), 10);
        assert!(warnings[9].message.contains("992 more"), "{warnings:?}");
    }

    #[test]
    fn warnings_with_names_of_megabytes_are_bounded_by_their_bytes() {
        let mut capped = Capped::keeping(1_000);
        for code in [WarningCode::HostileName, WarningCode::BrokenLink] {
            for _ in 0..10 {
                capped.push(Warning::new(code, "n".repeat(3 << 20)));
            }
        }
        let warnings = capped.finish("layer 0");
        let size: usize = warnings.iter().map(|warning| warning.message.len()).sum();
        assert!(size < 7 << 20, "{size}");
        let codes: Vec<WarningCode> = warnings.iter().map(|warning| warning.code).collect();
        assert!(codes.contains(&WarningCode::BrokenLink));
    }
}
