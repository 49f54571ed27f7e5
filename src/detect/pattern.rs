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

/// Bytes behind the longest match that a look-around may see.
const NEIGHBOURS: usize = 8;
/// Anchors of one view that are kept one by one; where there are more, all of a run is asked at once.
const MOST_ENDS: usize = 4096;

/// What a rule with a regex makes of a match.
pub(super) struct Pattern {
    decodings: Vec<Decoding>,
    validators: Vec<Validator>,
    /// Read off the regex when it is first needed.
    demand: OnceLock<Demand>,
    sieve: OnceLock<Option<Box<Sieve>>>,
    /// Of what stands behind an anchor alone, which is told at each of them in a few bytes.
    tail: OnceLock<Option<Box<Sieve>>>,
}

impl Pattern {
    /// Looks up what `rule` names.
    pub(super) fn new(rule: &Rule) -> Self {
        Self {
            decodings: decode::by_names(&rule.syntax.decode),
            validators: weigh::validators(rule),
            demand: OnceLock::new(),
            sieve: OnceLock::new(),
            tail: OnceLock::new(),
        }
    }

    /// Searches for matches that begin from `at` on and before `last`, where the last anchor ends;
    /// gives the end of the last one. `ends` are those of the anchors, unless these are too many.
    fn search(
        &self,
        view: &View<'_>,
        desk: &mut Desk<'_>,
        (mut at, last): (usize, usize),
        ends: &[usize],
    ) -> usize {
        let haystack = haystack(view, desk.rule, last);
        let mut finder = None;
        while at < last && !desk.is_full() {
            let Some(start) = self.start(desk.rule, haystack, at, last) else {
                break;
            };
            let Some(start) = self.may_match(desk.rule, haystack, start, ends) else {
                break;
            };
            let rule = desk.rule;
            let Some(finder) = finder.get_or_insert_with(|| Finder::of(rule)) else {
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
            if let Some(found) = self.judge(view, desk, whole.clone(), secret) {
                let label = finder.key(haystack, &whole);
                desk.report(Found { label, ..found });
            }
        }
        at
    }

    /// From where on a match may begin that does so from `at` on and before `last`.
    fn start(&self, rule: &Rule, haystack: &[u8], at: usize, last: usize) -> Option<usize> {
        let start = self.demand(rule).start(haystack, at, rule.longest)?;
        (start < last).then_some(start)
    }

    fn demand(&self, rule: &Rule) -> &Demand {
        self.demand.get_or_init(|| rule.demanded().into())
    }

    /// From where on the regex may match that does so from `start` on.
    fn may_match(
        &self,
        rule: &Rule,
        haystack: &[u8],
        start: usize,
        ends: &[usize],
    ) -> Option<usize> {
        let ends = &ends[ends.partition_point(|end| *end <= start)..];
        let of_tail = || Sieve::of(self.demand(rule).tail.as_deref()?).map(Box::new);
        if !ends.is_empty()
            && let Some(tail) = self.tail.get_or_init(of_tail)
        {
            let end = tail.first_match(haystack, ends)?;
            return Some(start.max(end.saturating_sub(rule.longest)));
        }
        let of_all = || Sieve::of(rule.syntax.regex.as_deref()?).map(Box::new);
        let sieve = self.sieve.get_or_init(of_all).as_ref();
        let may_match = sieve.is_none_or(|sieve| sieve.may_match(haystack, start));
        may_match.then_some(start)
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
            written: value.written().map(Box::new),
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
        if desk.state.ends.len() < MOST_ENDS && self.demand(desk.rule).tail.is_some() {
            desk.state.ends.push(anchor.end);
        }
    }

    fn is_led_on(&self, rule: &Rule, view: &View<'_>, anchor: &Range<usize>) -> bool {
        self.demand(rule).is_followed(view.bytes, anchor.end)
    }

    fn on_view(&self, view: &View<'_>, desk: &mut Desk<'_>) {
        let mut runs = std::mem::take(&mut desk.state.runs);
        let mut ends = std::mem::take(&mut desk.state.ends);
        let mut left = &ends[..];
        for (first, last) in runs.drain(..) {
            let count = left.iter().take_while(|end| **end <= last).count();
            let (own, others) = left.split_at(count);
            left = others;
            let own = if own.last() == Some(&last) { own } else { &[] };
            let at = self.search(view, desk, (resume_at(view, desk, first), last), own);
            desk.state.resume = view.base + at.max(last) as u64;
        }
        ends.clear();
        (desk.state.runs, desk.state.ends) = (runs, ends);
    }

    fn only_notes(&self) -> bool {
        true
    }

    fn may_hit(&self, view: &View<'_>, desk: &Desk<'_>) -> bool {
        desk.state.runs.iter().any(|(first, last)| {
            let haystack = haystack(view, desk.rule, *last);
            let at = resume_at(view, desk, *first);
            at < *last && self.start(desk.rule, haystack, at, *last).is_some()
        })
    }
}

/// The bytes in which a match lies that holds an anchor that ends at `last`, or before it.
fn haystack<'v>(view: &View<'v>, rule: &Rule, last: usize) -> &'v [u8] {
    let end = view.bytes.len().min(last + rule.longest + NEIGHBOURS);
    &view.bytes[..end]
}

/// Where the search goes on for matches that hold an anchor that ends at `first`, or behind it.
fn resume_at(view: &View<'_>, desk: &Desk<'_>, first: usize) -> usize {
    let resume = usize::try_from(desk.state.resume.saturating_sub(view.base));
    let reach = first.saturating_sub(desk.rule.longest);
    resume.unwrap_or(usize::MAX).max(reach)
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
