//! Counts of one class, and what they mean.

use residue::detect::{By, Engine, Match};
use residue::rules::Confidence;

use crate::cases::Case;

/// Above the lines of the table.
pub const HEADER: &str =
    "class             leaks  found  recall | look-alikes  false | precision     F1";

/// What was found and what was cried.
#[derive(Default)]
pub struct Score {
    /// Values that leak.
    pub wanted: usize,
    /// Those that an apt rule found surely enough.
    pub found: usize,
    /// Lines and files that only look like it.
    pub innocent: usize,
    /// Those of which too much was said, and further findings in leaks.
    pub cried: usize,
    /// One line for each thing that is wrong.
    pub failures: Vec<String>,
}

impl Score {
    /// Scans a leak.
    pub fn leak(&mut self, case: &Case, engine: &Engine) {
        let hits = case.scan(engine);
        for wanted in &case.wanted {
            self.wanted += 1;
            let is_found = hits.iter().any(|hit| {
                is_of(hit, case, wanted)
                    && hit.suppressed.is_none()
                    && hit.confidence >= case.least
                    && case.allows(engine.rules().rule(hit.rule).id())
            });
            if is_found {
                self.found += 1;
            } else {
                self.failures.push(case.told("missed", engine, &hits));
            }
        }
        let made = || case.wanted.iter().chain(&case.other);
        let is_extra = |hit: &&Match| {
            hit.suppressed.is_none()
                && hit.confidence > Confidence::Possible
                && engine.rules().rule(hit.rule).syntax.alone
                && !made().any(|range| shares(hit, range))
        };
        let extra = hits.iter().filter(is_extra).count();
        if extra > 0 {
            self.cried += extra;
            self.failures.push(case.told("cried", engine, &hits));
        }
    }

    /// Scans a look-alike.
    pub fn lookalike(&mut self, case: &Case, engine: &Engine) {
        self.innocent += 1;
        let hits = case.scan(engine);
        let is_cry = |hit: &Match| {
            hit.suppressed.is_none()
                && (case.allows("none") || hit.confidence > Confidence::Possible)
        };
        if hits.iter().any(is_cry) {
            self.cried += 1;
            self.failures.push(case.told("cried", engine, &hits));
        }
    }

    /// Takes the counts of a class into those of all.
    pub fn add(&mut self, other: &Self) {
        self.wanted += other.wanted;
        self.found += other.found;
        self.innocent += other.innocent;
        self.cried += other.cried;
        self.failures.extend(other.failures.iter().cloned());
    }

    /// Share of what leaks that is found; 1 where nothing does.
    pub fn recall(&self) -> f64 {
        share(self.found, self.wanted)
    }

    /// Share of what is said that is right; 1 where nothing is.
    pub fn precision(&self) -> f64 {
        share(self.found, self.found + self.cried)
    }

    /// A line of the table.
    pub fn line(&self, class: &str) -> String {
        let (recall, precision) = (self.recall(), self.precision());
        let f1 = 2.0 * recall * precision / (recall + precision).max(f64::MIN_POSITIVE);
        format!(
            "{class:16} {:6} {:6} {recall:7.4} | {:11} {:6} | {precision:9.4} {f1:6.4}",
            self.wanted, self.found, self.innocent, self.cried
        )
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 1.0;
    }
    part as f64 / whole as f64
}

fn shares(hit: &Match, range: &std::ops::Range<usize>) -> bool {
    hit.span.offset < range.end as u64 && (range.start as u64) < hit.span.end()
}

/// Whether a hit is of the value. One that is told by its key alone ends where the value does: what follows in
/// its line is none of it.
fn is_of(hit: &Match, case: &Case, range: &std::ops::Range<usize>) -> bool {
    let value = case.text[range.clone()].as_bytes();
    let is_told_by_key = matches!(hit.by, By::Assignment) && hit.decoded.is_none();
    shares(hit, range) && (!is_told_by_key || hit.secret.expose().ends_with(value))
}
