//! Whether the value of a field is a secret, and what it is worth.
//!
//! Where the key pattern says that the field holds one, only a value that leads elsewhere is none.
//! Where the field's name has to tell, name and value are weighed as those of an assignment.

use std::ops::Range;

use super::Block;
use super::names::Names;
use crate::detect::assignment::judge::{self, Place};
use crate::detect::assignment::lexicon::{self, KeyKind, Strength};
use crate::detect::assignment::value as looks;
use crate::detect::class::Class;
use crate::detect::decode::Value;
use crate::detect::detector::View;
use crate::detect::matched::By;
use crate::detect::weigh::{self, Scale, Weighed};
use crate::detect::{place, suppress};
use crate::rules::{Confidence, Judge};

/// Lengths of a value that could be a secret.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=32 << 10;

/// A name that says nothing.
const NO_NAME: KeyKind = KeyKind {
    strength: Strength::Weak,
    password: false,
};

/// A name that could not say more.
const MARKED: KeyKind = KeyKind {
    strength: Strength::Strong,
    password: true,
};

/// What the value of a field is worth; `None` when it is no secret. `around` is all that the field
/// holds.
pub(super) fn judge(
    view: &View<'_>,
    scale: &Scale<'_>,
    block: &Block,
    judge: Judge,
    names: &Names,
    value: &Value,
    around: Range<usize>,
) -> Option<(By, Weighed)> {
    let text = value.text(view.bytes);
    if !LENGTHS.contains(&text.len()) {
        return None;
    }
    if judge == Judge::Key {
        let weighed = weigh::weigh(view, scale, value, around)?;
        let is_proven = weighed.confidence == Confidence::Confirmed;
        return (is_proven || !leads_elsewhere(text)).then_some((By::Field, weighed));
    }
    let class = match (block.format, judge) {
        ("env" | "systemd", _) | (_, Judge::Holder) => Class::Env,
        _ => Class::Config,
    };
    let place = Place {
        class,
        stock: place::is_stock(view),
    };
    let kind = match judge {
        Judge::Marked => Some(MARKED),
        _ => lexicon::classify(&names.telling),
    };
    let named = kind.and_then(|kind| judge::judge(&names.telling, kind, text, place));
    let held = || {
        let looks = judge == Judge::Holder && !lexicon::names_a_hash(&names.telling);
        looks.then(|| judge::judge(&names.telling, NO_NAME, text, place))?
    };
    let mut confidence = named.or_else(held)?;
    let mut suppressed = suppress::assigned(text);
    if place::is_shown(view) {
        (confidence, suppressed) = suppress::shown(view, confidence, suppressed);
    }
    let weighed = Weighed {
        confidence,
        facts: value.facts.clone(),
        suppressed,
    };
    Some((By::NamedField, weighed))
}

/// Whether a value only says where the secret is, or is no text of one line.
fn leads_elsewhere(text: &[u8]) -> bool {
    looks::is_reference(text) || looks::is_path(text) || text.iter().any(u8::is_ascii_control)
}
