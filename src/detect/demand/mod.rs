//! What every match of a regex holds, told without the regex: words, and so many bytes in a row of
//! one class.
//!
//! Most anchors are words that stand in any source, and the token that the rule asks for beside
//! them is nowhere near: no `secret` behind `google`, no forty letters and digits in a row behind
//! `aws`, no `@` behind `://`. A word is looked for by its rarest letter, a run of bytes in strides
//! of its length, so that a regex is started, and compiled, only where it may succeed. Nothing is
//! lost: both are read off the regex itself.

mod run;
mod word;

use self::run::{Run, Wanted};
use self::word::Word;
use crate::rules::{Rule, parse_regex};

/// Words and runs of one regex that are looked for.
const MOST_WORDS: usize = 2;
const MOST_RUNS: usize = 3;
/// What a run must say to be worth looking for, in bits.
const LEAST: f64 = 5.0;

/// What every match of a rule's regex holds.
#[derive(Debug, Default)]
pub(super) struct Demand {
    words: Vec<Word>,
    runs: Vec<Wanted>,
}

impl Demand {
    /// The demand of the rule's regex; none where there is no regex.
    pub(super) fn of(rule: &Rule) -> Self {
        let anchors: Vec<&[u8]> = rule
            .syntax
            .anchors
            .iter()
            .map(|text| text.as_bytes())
            .collect();
        match &rule.syntax.regex {
            Some(text) => Self::of_regex(text, &anchors),
            None => Self::default(),
        }
    }

    fn of_regex(text: &str, anchors: &[&[u8]]) -> Self {
        let Ok(hir) = parse_regex(text) else {
            return Self::default();
        };
        // What every anchor holds is there already.
        let is_news = |word: &Word| !anchors.iter().all(|anchor| word.stands_in(anchor));
        let words = Word::all_of(&hir).into_iter();
        let words = words.filter(|word| anchors.is_empty() || is_news(word));
        let mut runs = Vec::new();
        Run::all_of(&hir, &mut runs);
        Self {
            words: words.take(MOST_WORDS).collect(),
            runs: choose(runs, anchors).iter().map(Run::wanted).collect(),
        }
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

/// The runs that say most, none of which says what another one does.
fn choose(runs: Vec<Run>, anchors: &[&[u8]]) -> Vec<Run> {
    // What an anchor holds is there already.
    let is_news = |run: &Run| anchors.iter().all(|anchor| !run.stands_in(anchor));
    let mut weighed: Vec<(f64, Run)> = (runs.into_iter())
        .map(|run| (run.bits(), run))
        .filter(|(bits, run)| *bits >= LEAST && is_news(run))
        .collect();
    weighed.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut kept: Vec<Run> = Vec::new();
    for (_, run) in weighed {
        if kept.len() < MOST_RUNS && !kept.iter().any(|other| other.implies(&run)) {
            kept.push(run);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
