//! The detector of rules with a regex: searches only around confirmed anchors.
//!
//! A match contains an anchor, so it starts less than the rule's longest match before the
//! anchor's end. Anchors whose reaches touch are searched as one run, each byte of it once:
//! linear even for a file of nothing but anchors. The regex sees the real neighbours of a match,
//! as `\b` needs them.

use std::ops::Range;

use super::decode::{self, Decoding, Value};
use super::detector::{Desk, Detector, Found, View};
use super::matched::By;
use super::validate::Validator;
use super::weigh;
use crate::rules::Rule;

/// Bytes behind the longest match that a look-around may see.
const NEIGHBOURS: usize = 8;

/// What a rule with a regex makes of a match.
pub(super) struct Pattern {
    decodings: Vec<Decoding>,
    validators: Vec<Validator>,
}

impl Pattern {
    /// Looks up what `rule` names.
    pub(super) fn new(rule: &Rule) -> Self {
        Self {
            decodings: decode::by_names(&rule.syntax.decode),
            validators: weigh::validators(rule),
        }
    }

    /// Judges one match; `None` when it is none after all.
    fn judge(
        &self,
        view: &View<'_>,
        desk: &Desk<'_>,
        whole: Range<usize>,
        secret: Range<usize>,
    ) -> Option<Found> {
        let values = Value::plain(secret).decode(view.bytes, &self.decodings);
        let value = values.into_iter().next()?;
        let weighed = weigh::weigh(view, desk.rule, &self.validators, &value, whole)?;
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
        let Some(regex) = desk.rule.regex() else {
            return;
        };
        let group = regex.capture_names().flatten().any(|name| name == "secret");
        let mut runs = std::mem::take(&mut desk.state.runs);
        for (first, last) in runs.drain(..) {
            let resume = usize::try_from(desk.state.resume.saturating_sub(view.base));
            let reach = first.saturating_sub(desk.rule.longest);
            let mut at = resume.unwrap_or(usize::MAX).max(reach);
            let end = view.bytes.len().min(last + desk.rule.longest + NEIGHBOURS);
            let haystack = &view.bytes[..end];
            while at < last && !desk.is_full() {
                let Some(hit) = regex.find_at(haystack, at) else {
                    break;
                };
                if hit.start() >= last {
                    break;
                }
                let mut secret = hit.range();
                if group && let Some(captures) = regex.captures_at(haystack, hit.start()) {
                    secret = captures.name("secret").map_or(secret, |part| part.range());
                }
                if let Some(found) = self.judge(view, desk, hit.range(), secret) {
                    desk.report(found);
                }
                at = hit.end().max(hit.start() + 1);
            }
            desk.state.resume = view.base + at.max(last) as u64;
        }
        desk.state.runs = runs;
    }
}
