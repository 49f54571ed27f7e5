//! Warnings in bounded number: a hostile archive has as many odd names as it likes.

use std::collections::BTreeMap;

use crate::error::{Warning, WarningCode};

/// Keeps the first few warnings of each kind and counts the others.
#[derive(Debug, Default)]
pub(crate) struct Capped {
    kept: Vec<Warning>,
    counts: BTreeMap<WarningCode, u64>,
}

impl Capped {
    /// How many of each kind are kept.
    const MOST: u64 = 8;

    pub(crate) fn push(&mut self, warning: Warning) {
        let count = self.counts.entry(warning.code).or_default();
        *count += 1;
        if *count <= Self::MOST {
            self.kept.push(warning);
        }
    }

    /// All that was kept, and for each kind of which there were too many, how many more.
    pub(crate) fn finish(self, what: &str) -> Vec<Warning> {
        let more = self.counts.into_iter().filter(|(_, n)| *n > Self::MOST);
        let more = more.map(|(code, n)| {
            let n = n - Self::MOST;
            Warning::new(code, format!("{what} has {n} more warnings of this kind"))
        });
        self.kept
            .into_iter()
            .chain(more.collect::<Vec<_>>())
            .collect()
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
}
