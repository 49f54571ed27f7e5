//! The built-in detector `file`: a file that holds a secret and nothing else.
//!
//! Only the file's path says what it is, so rules that use it name their paths. Where the rule
//! has validators they must prove the content; else it must be one line that could be a secret.

use std::ops::Range;

use super::assignment::value;
use super::detector::{Desk, Detector, Found, View};
use super::matched::{By, Facts, Suppression, TextKind};
use super::shannon::bits_per_byte;
use super::validate::{Candidate, Validator};
use super::weigh::{Validated, validated, validators};
use super::{phrase, suppress};
use crate::rules::{Confidence, Rule};

/// Lengths of a text that is taken for a secret.
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=4096;

/// The detector.
pub(super) struct Whole {
    validators: Vec<Validator>,
}

/// What is made of a file's text.
type Judgement = (Confidence, Facts, Option<Suppression>);

impl Whole {
    /// Looks up the validators that `rule` names.
    pub(super) fn new(rule: &Rule) -> Self {
        Self {
            validators: validators(rule),
        }
    }

    /// By what its own bytes prove.
    fn proven(&self, view: &View<'_>, desk: &Desk<'_>, text: &[u8]) -> Option<Judgement> {
        let candidate = Candidate {
            secret: text,
            whole: text,
            around: text,
            path: view.context.path,
            effort: &desk.sights.effort,
        };
        let rule = desk.rule;
        let confidence = rule.syntax.confidence;
        let Validated {
            confidence, facts, ..
        } = validated(&self.validators, &candidate, confidence, false)?;
        // A file's name alone is no reason to take what fails for a secret.
        let proven = confidence == Confidence::Confirmed;
        proven.then(|| {
            let suppressed = suppress::reason(text, confidence, rule.syntax.guessable);
            (confidence, facts, suppressed)
        })
    }
}

/// By its looks.
fn looked_at(rule: &Rule, text: &[u8]) -> Option<Judgement> {
    let least = rule.syntax.entropy.unwrap_or(2.0);
    if !text.iter().all(u8::is_ascii_graphic)
        || value::is_placeholder(text)
        || value::is_reference(text)
        || value::is_path(text)
        || bits_per_byte(text) < least
    {
        return None;
    }
    let confidence = if value::is_wordlike(text) || phrase::only_tells(text) {
        Confidence::Possible
    } else {
        rule.syntax.confidence
    };
    Some((confidence, Facts::new(), suppress::assigned(text)))
}

impl Detector for Whole {
    fn on_anchor(&self, _view: &View<'_>, _anchor: Range<usize>, _desk: &mut Desk<'_>) {}

    fn on_view(&self, view: &View<'_>, desk: &mut Desk<'_>) {
        if view.context.kind != TextKind::File || view.base > 0 || !view.last {
            return;
        }
        let text = view.bytes.trim_ascii();
        if !LENGTHS.contains(&text.len()) {
            return;
        }
        let judged = if self.validators.is_empty() {
            looked_at(desk.rule, text)
        } else {
            self.proven(view, desk, text)
        };
        let Some((confidence, facts, suppressed)) = judged else {
            return;
        };
        let start = view.bytes.len() - view.bytes.trim_ascii_start().len();
        desk.report(Found {
            rule: desk.index,
            by: By::Looks,
            written: None,
            secret: start..start + text.len(),
            label: None,
            confidence,
            facts,
            suppressed,
        });
    }
}
