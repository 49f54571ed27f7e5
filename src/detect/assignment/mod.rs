//! The built-in detector `assignment`: a key that names a secret, and a value that could be one.
//!
//! `DB_PASSWORD=…`, `password: "…"`, `"apiKey": "…"`, `api_key => '…'`, `<password>…</password>`,
//! `define('KEY', '…')`, `name: KEY` with `value: …`, `--token …`. The keywords come from the
//! rule's anchors; [`key`] finds the key around one and where its value starts, [`extent`] where
//! it ends (or [`list`] and [`yaml`] where several stand or one stands further on) and [`pieces`] what else is of
//! it, [`lexicon`] says what the key's name means, and [`judge`] weighs both.

mod cursor;
mod extent;
mod further;
pub(super) mod judge;
mod key;
pub(super) mod lexicon;
mod list;
mod lists;
mod pieces;
mod tie;
pub(super) mod value;
mod words;
mod yaml;

use std::ops::Range;

use self::judge::Place;
use self::key::Key;
use self::pieces::Setting;
use super::class::Class;
use super::decode::Value;
use super::detector::{Desk, Detector, Found, View};
use super::matched::{By, Suppression, TextKind};
use super::{place, suppress};
use crate::rules::Confidence;

/// Lists within lists that are looked through.
const DEEPEST_LIST: usize = 4;

/// The detector.
pub(super) struct Assignment;

impl Detector for Assignment {
    fn on_anchor(&self, view: &View<'_>, anchor: Range<usize>, desk: &mut Desk<'_>) {
        let decided = view.base + anchor.end as u64 <= desk.state.resume;
        if view.class == Class::Hashes || decided || desk.state.limited {
            return;
        }
        let Some(end) = key::end_of_name(view.bytes, anchor.end) else {
            return;
        };
        let Some(key) = key::find(view.bytes, anchor.start, end, view.class) else {
            return;
        };
        desk.state.resume = view.base + end as u64;
        let name = &view.bytes[key.name.clone()];
        let Some((kind, is_plural)) = named(name) else {
            return;
        };
        let context = &view.context;
        let first = extent::of(view.bytes, &key, view.class, context.kind, context.path);
        let place = place_of(view);
        if let Some(first) = first.filter(|_| !is_plural) {
            let setting = Setting {
                key: &key,
                class: view.class,
                enclosed: false,
            };
            let value = pieces::join(view.bytes, setting, first);
            let text = value.text(view.bytes);
            if let Some(confidence) = judge::judge(name, kind, text, place) {
                let suppressed = suppress::assigned(text);
                return report(view, desk, name, value, (confidence, suppressed));
            }
            if judge::is_stand_in(kind, text, place) {
                let listed = (Confidence::Possible, Some(Suppression::Placeholder));
                return report(view, desk, name, value, listed);
            }
        }
        for value in values(view, &key, desk) {
            let text = value.text(view.bytes);
            if let Some(confidence) = judge::judge(name, kind, text, place) {
                let suppressed = suppress::assigned(text);
                report(view, desk, name, value, (confidence, suppressed));
            }
        }
    }

    /// A text with a label is the value of that key as a whole.
    fn on_view(&self, view: &View<'_>, desk: &mut Desk<'_>) {
        let Some(label) = view.context.label else {
            return;
        };
        if view.base > 0 || !view.last || view.context.kind == TextKind::Name {
            return;
        }
        let text = view.bytes.trim_ascii();
        let Some(kind) = lexicon::classify(label.as_bytes()) else {
            return;
        };
        let place = Place {
            class: Class::Config,
            stock: false,
        };
        if let Some(confidence) = judge::judge(label.as_bytes(), kind, text, place) {
            let start = view.bytes.len() - view.bytes.trim_ascii_start().len();
            desk.report(Found {
                rule: desk.index,
                by: By::Assignment,
                written: None,
                label: Some(label.to_owned()),
                secret: start..start + text.len(),
                confidence,
                facts: Default::default(),
                suppressed: suppress::assigned(text),
            });
        }
    }
}

/// The values of a list that stands behind `key`. Keys in lists have lists of their own, but a text of
/// nothing else is not looked through for each of them anew.
fn values(view: &View<'_>, key: &Key, desk: &mut Desk<'_>) -> Vec<Value> {
    let start = view.base + key.value as u64;
    let open = &mut desk.state.open_lists;
    open.retain(|end| start < *end);
    if open.len() > DEEPEST_LIST {
        return Vec::new();
    }
    let values = list::of(view.bytes, key, view.class);
    open.extend(values.last().map(|last| view.base + last.at.end as u64));
    values
}

/// What a key's name means, and whether it names several, which only a list can be.
fn named(name: &[u8]) -> Option<(lexicon::KeyKind, bool)> {
    let one = lexicon::classify(name).map(|kind| (kind, false));
    one.or_else(|| {
        let (b's' | b'S', singular) = name.split_last()? else {
            return None;
        };
        lexicon::classify(singular).map(|kind| (kind, true))
    })
}

/// Takes a value that is judged to be a secret, or to stand for one.
fn report(
    view: &View<'_>,
    desk: &mut Desk<'_>,
    name: &[u8],
    value: Value,
    (mut confidence, mut suppressed): (Confidence, Option<Suppression>),
) {
    if desk.is_full() {
        return;
    }
    if place::is_shown(view) {
        (confidence, suppressed) = suppress::shown(view, confidence, suppressed);
    }
    // A value may stand before its name.
    let end = view.base + value.at.end as u64;
    desk.state.resume = desk.state.resume.max(end);
    desk.report(Found {
        rule: desk.index,
        by: By::Assignment,
        label: Some(String::from_utf8_lossy(name).into_owned()),
        suppressed,
        secret: value.at.clone(),
        written: value.written().map(Box::new),
        confidence,
        facts: Default::default(),
    });
}

fn place_of(view: &View<'_>) -> Place {
    Place {
        class: view.class,
        stock: place::is_stock(view),
    }
}
