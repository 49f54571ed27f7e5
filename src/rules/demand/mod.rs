//! What every match of a regex holds, told without the regex: words, so many bytes in a row of one class,
//! and what stands right behind an anchor.
//!
//! `build.rs` reads this folder too: to take hundreds of regexes apart would cost more than to scan a
//! small image.

mod behind;
mod run;
mod share;
mod words;

use regex_syntax::hir::Hir;
use serde::{Deserialize, Serialize};

pub(crate) use self::run::Run;
pub(crate) use self::share::share;
pub(crate) use self::words::SHORTEST;

/// Words and runs of one regex that are looked for.
const MOST_WORDS: usize = 2;
const MOST_RUNS: usize = 3;
/// What a run must say to be worth looking for, in bits.
const LEAST: f64 = 5.0;

/// What every match of a rule's regex holds.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Demanded {
    /// In lower case.
    pub words: Vec<Vec<u8>>,
    pub runs: Vec<Run>,
    /// What stands right behind some anchor.
    pub behind: Option<Run>,
    /// A regex of all that follows that anchor.
    pub tail: Option<String>,
}

impl Demanded {
    /// What a regex demands beside its anchors, since what every anchor holds is there already. Where their case
    /// does not count they are in lower case.
    pub(crate) fn of(hir: &Hir, anchors: &[impl AsRef<str>], ignore_case: bool) -> Self {
        let anchors = anchors.iter().map(|anchor| anchor.as_ref().as_bytes());
        let anchors: Vec<&[u8]> = anchors.collect();
        let stands_in_all =
            |word: &[u8]| anchors.iter().all(|anchor| words::stands_in(word, anchor));
        let words = words::all_of(hir).into_iter();
        let words = words.filter(|word| anchors.is_empty() || !stands_in_all(word));
        let mut runs = Vec::new();
        Run::all_of(hir, &mut runs);
        let (behind, tail) = behind::of(hir, &anchors, ignore_case).unzip();
        Self {
            words: words.take(MOST_WORDS).collect(),
            runs: choose(runs, &anchors),
            behind,
            tail: tail.flatten(),
        }
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
