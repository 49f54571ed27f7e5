//! Where a regex may match, told by what every match of it holds.
//!
//! Most anchors are words that stand in any source, and the token that the rule asks for beside
//! them is nowhere near: no `secret` behind `google`, no forty letters and digits in a row behind
//! `aws`, no `@` behind `://`. A word is looked for by its rarest bytes, a run of bytes in strides
//! of its length, so that a regex is started, and compiled, only where it may succeed. Nothing is
//! lost: both are read off the regex itself (`rules/demand`).

mod run;
mod word;

use self::run::Run;
use self::word::Word;
use crate::rules::demand::Demanded;

/// What every match of a rule's regex holds, as it is looked for.
#[derive(Debug, Default)]
pub(super) struct Demand {
    words: Vec<Word>,
    runs: Vec<Run>,
    behind: Option<Run>,
    /// A regex of all that follows the anchor that is followed by it.
    pub tail: Option<String>,
}

impl From<Demanded> for Demand {
    fn from(demanded: Demanded) -> Self {
        Self {
            words: demanded.words.into_iter().filter_map(Word::new).collect(),
            runs: demanded.runs.into_iter().map(Run::from).collect(),
            behind: demanded.behind.map(Run::from),
            tail: demanded.tail,
        }
    }
}

impl Demand {
    /// Whether an anchor that ends at `end` may be the one that each match has with the right bytes behind it.
    pub(super) fn is_followed(&self, bytes: &[u8], end: usize) -> bool {
        let behind = bytes.get(end..).unwrap_or_default();
        (self.behind.as_ref()).is_none_or(|run| run.begins(behind))
    }

    /// Where a match of at most `longest` bytes may begin, at `from` or behind it; `None` where there
    /// is none up to the end of `bytes`.
    pub(super) fn start(&self, bytes: &[u8], mut from: usize, longest: usize) -> Option<usize> {
        for word in &self.words {
            let at = word.find(bytes, from)?;
            from = from.max((at + word.len()).saturating_sub(longest));
        }
        for run in &self.runs {
            let at = run.find(bytes, from)?;
            from = from.max((at + run.length).saturating_sub(longest));
        }
        Some(from)
    }
}

#[cfg(test)]
mod tests;
