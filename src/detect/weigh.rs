//! What a match is worth: its validators, its place, and whether it only stands for a secret.

use super::assignment::value;
use super::decode::Value;
use super::detector::{AROUND, View};

use super::matched::{Facts, Suppression};
use super::shannon::bits_per_byte;
use super::validate::{self, Candidate, Effort, Validator, Verdict};
use super::{place, suppress};
use crate::rules::{Confidence, Rule};

/// What is made of a match.
pub(super) struct Weighed {
    /// After validation.
    pub confidence: Confidence,
    /// What can be told offline.
    pub facts: Facts,
    /// Why it does not count.
    pub suppressed: Option<Suppression>,
}

/// The validators that a rule names.
pub(super) fn validators(rule: &Rule) -> Vec<Validator> {
    let names = rule.syntax.validate.iter();
    names.filter_map(|name| validate::by_name(name)).collect()
}

/// What matches of one rule are weighed with.
pub(super) struct Scale<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Its validators.
    pub validators: &'a [Validator],
    /// What they may spend.
    pub effort: &'a Effort,
}

/// Weighs a secret that was found at its place; `whole` is the match around it. `None` when it is
/// none after all.
pub(super) fn weigh(
    view: &View<'_>,
    scale: &Scale<'_>,
    value: &Value,
    whole: std::ops::Range<usize>,
) -> Option<Weighed> {
    let Scale {
        rule,
        validators,
        effort,
    } = *scale;
    let bytes = view.bytes;
    let text = value.text(bytes);
    if text.is_empty() {
        return None;
    }
    if let Some(least) = rule.syntax.entropy
        && bits_per_byte(text) < least
    {
        return None;
    }
    let candidate = Candidate {
        secret: text,
        whole: (value.whole.as_deref()).unwrap_or(&bytes[whole.clone()]),
        around: &bytes[whole.start.saturating_sub(AROUND)..bytes.len().min(whole.end + AROUND)],
        path: view.context.path,
        effort,
    };
    let Validated {
        mut confidence,
        mut facts,
        refuted,
    } = validated(validators, &candidate, rule.syntax.confidence, value.proven)?;
    for (key, told) in &value.facts {
        facts.entry(key.clone()).or_insert_with(|| told.clone());
    }
    let guessable = rule.syntax.guessable;
    let proven = confidence == Confidence::Confirmed && !guessable;
    let mut suppressed = refuted
        .or_else(|| suppress::reason(text, confidence, guessable))
        .or_else(|| suppress::known_key(&facts, view));
    if !proven && place::is_shown(view) {
        (confidence, suppressed) = suppress::shown(view, confidence, suppressed);
    } else if guessable && place::is_stock(view) {
        // In code that came with a package, a plain word for a password is hardly one.
        if confidence == Confidence::Possible || value::is_wordlike(text) {
            (confidence, suppressed) = suppress::shown(view, confidence, suppressed);
        }
    }
    Some(Weighed {
        confidence,
        facts,
        suppressed,
    })
}

/// What the validators make of a match.
pub(super) struct Validated {
    pub confidence: Confidence,
    pub facts: Facts,
    /// Why it does not count: what it looks like it is not, and so it is nothing else either.
    pub refuted: Option<Suppression>,
}

/// Asks the validators; `None` when one drops the match. A failed check outweighs one that holds.
pub(super) fn validated(
    validators: &[Validator],
    candidate: &Candidate<'_>,
    confidence: Confidence,
    proven: bool,
) -> Option<Validated> {
    let mut facts = Facts::new();
    let (mut confirmed, mut demoted, mut refuted) = (proven, false, None);
    for validator in validators {
        let learned = match validator(candidate) {
            Verdict::Confirmed(learned) => {
                confirmed = true;
                learned
            }
            Verdict::Kept(learned) => learned,
            Verdict::Demoted(learned) => {
                demoted = true;
                learned
            }
            Verdict::Refuted(learned) => {
                (demoted, refuted) = (true, Some(Suppression::FailedChecksum));
                learned
            }
            Verdict::Dropped => return None,
        };
        facts.extend(learned);
    }
    let confidence = match (demoted, confirmed) {
        (true, _) => Confidence::Possible,
        (false, true) => Confidence::Confirmed,
        (false, false) => confidence,
    };
    Some(Validated {
        confidence,
        facts,
        refuted,
    })
}
