//! The detector of rules with a regex: searches only around confirmed anchors.
//!
//! A match contains an anchor, so it starts less than the rule's longest match before the
//! anchor's end. Anchors whose reaches touch are searched as one run, each byte of it once:
//! linear even for a file of nothing but anchors. The regex sees the real neighbours of a match,
//! as `\b` needs them. It is started only where the run holds what every match does (`demand`), and
//! compiled as a whole only where it matches (`sieve`).

use std::ops::Range;
use std::sync::OnceLock;

use super::decode::{self, Decoding, Value};
use super::demand::Demand;
use super::detector::{AROUND, Desk, Detector, Found, View};
use super::finder::Finder;
use super::matched::{By, Suppression};
use super::sieve::Sieve;
use super::validate::Validator;
use super::weigh::{self, Scale};
use crate::rules::{self, Rule};

/// Longest match of a regex that is asked first whether it matches at all.
const LONGEST: usize = 4 << 10;
/// Bytes behind the longest match that a look-around may see.
const NEIGHBOURS: usize = 8;

/// What a rule with a regex makes of a match.
pub(super) struct Pattern {
    decodings: Vec<Decoding>,
    validators: Vec<Validator>,
    /// Read off the regex when it is first needed.
    demand: OnceLock<Demand>,
    sieve: OnceLock<Option<Sieve>>,
}

impl Pattern {
    /// Looks up what `rule` names.
    pub(super) fn new(rule: &Rule) -> Self {
        Self {
            decodings: decode::by_names(&rule.syntax.decode),
            validators: weigh::validators(rule),
            demand: OnceLock::new(),
            sieve: OnceLock::new(),
        }
    }

    /// Searches for matches that begin from `at` on and before `last`, where the last anchor ends;
    /// gives the end of the last one.
    fn search(&self, view: &View<'_>, desk: &mut Desk<'_>, mut at: usize, last: usize) -> usize {
        let longest = desk.rule.longest;
        let demand = self.demand.get_or_init(|| Demand::of(desk.rule));
        let end = view.bytes.len().min(last + longest + NEIGHBOURS);
        let haystack = &view.bytes[..end];
        while at < last && !desk.is_full() {
            let start = demand.start(haystack, at, longest);
            let Some(start) = start.filter(|start| *start < last) else {
                break;
            };
            if !self.may_match(desk.rule, haystack, start) {
                break;
            }
            let Some(finder) = Finder::of(desk.rule) else {
                break;
            };
            let Some(whole) = finder.find(haystack, start) else {
                break;
            };
            if whole.start >= last {
                break;
            }
            let secret = finder.secret(haystack, &whole);
            at = whole.end.max(whole.start + 1);
            if let Some(found) = self.judge(view, desk, whole, secret) {
                desk.report(found);
            }
        }
        at
    }

    /// Whether the regex matches at all from `start` on. Not asked of those with long matches, which
    /// keep much memory however they are searched for.
    fn may_match(&self, rule: &Rule, haystack: &[u8], start: usize) -> bool {
        let make = || {
            let regex = rule.syntax.regex.as_deref()?;
            (rule.longest <= LONGEST).then(|| Sieve::of(regex))?
        };
        let sieve = self.sieve.get_or_init(make).as_ref();
        sieve.is_none_or(|sieve| sieve.may_match(haystack, start))
    }

    /// Judges one match; `None` when it is none after all.
    pub(super) fn judge(
        &self,
        view: &View<'_>,
        desk: &mut Desk<'_>,
        whole: Range<usize>,
        secret: Range<usize>,
    ) -> Option<Found> {
        let values = Value::plain(secret).decode(view.bytes, &self.decodings);
        let value = values.into_iter().next()?;
        let is_covered = is_allowed(view, desk.rule, &whole, &value.at);
        let scale = Scale {
            rule: desk.rule,
            validators: &self.validators,
            effort: &desk.sights.effort,
        };
        let mut weighed = weigh::weigh(view, &scale, &value, whole)?;
        if is_covered {
            if !desk.has_room_for_allowed() {
                return None;
            }
            weighed.suppressed = Some(Suppression::Allowlist);
        }
        Some(Found {
            rule: desk.index,
            by: By::Pattern,
            secret: value.at.clone(),
            written: value.written(),
            label: None,
            confidence: weighed.confidence,
            facts: weighed.facts,
            suppressed: weighed.suppressed,
        })
    }
}

impl Detector for Pattern {
    fn on_anchor(&self, _view: &View<'_>, anchor: Range<usize>, desk: &mut Desk<'_>) {
        let reach = anchor.end.saturating_sub(desk.rule.longest);
        match desk.state.runs.last_mut() {
            Some((_, last)) if reach <= *last => *last = anchor.end,
            _ => desk.state.runs.push((anchor.end, anchor.end)),
        }
    }

    fn on_view(&self, view: &View<'_>, desk: &mut Desk<'_>) {
        let mut runs = std::mem::take(&mut desk.state.runs);
        for (first, last) in runs.drain(..) {
            let resume = usize::try_from(desk.state.resume.saturating_sub(view.base));
            let reach = first.saturating_sub(desk.rule.longest);
            let at = resume.unwrap_or(usize::MAX).max(reach);
            let at = self.search(view, desk, at, last);
            desk.state.resume = view.base + at.max(last) as u64;
        }
        desk.state.runs = runs;
    }
}

/// Whether an allowlist of the rule covers a match.
fn is_allowed(view: &View<'_>, rule: &Rule, whole: &Range<usize>, secret: &Range<usize>) -> bool {
    let Some(foreign) = &rule.foreign else {
        return false;
    };
    let bytes = view.bytes;
    let before = &bytes[whole.start.saturating_sub(AROUND)..whole.start];
    let after = &bytes[whole.end..bytes.len().min(whole.end + AROUND)];
    let begin = memchr::memrchr(b'\n', before).map_or(before.len(), |at| before.len() - at - 1);
    let end = memchr::memchr(b'\n', after).unwrap_or(after.len());
    foreign.allows(&rules::Candidate {
        path: view.context.path,
        secret: &bytes[secret.clone()],
        whole: &bytes[whole.clone()],
        line: &bytes[whole.start - begin..whole.end + end],
    })
}
