//! What stands around escapes is searched once more with them undone, as a part of the same text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{DEEPEST, Session};
use crate::detect::detector::{Found, View, Written};
use crate::detect::escapes::Undone;
use crate::detect::identity;
use crate::detect::json_escape::HOW;
use crate::detect::matched::TextKind;
use crate::rules::RuleSet;
use crate::secret::Secret;

/// Bytes between a secret and the escape that kept it from being found.
const DISTANCE: usize = 256;
/// Bytes at the ends of a part in which nothing is taken, since the rest may be cut off.
const EDGE: usize = 8;

impl Session<'_> {
    /// Searches the parts of a view that have escapes where they could hide something. The effort is that
    /// of the text.
    pub(super) fn look_at_escapes(&mut self, view: &View<'_>) {
        let parts = self.escapes.parts(view);
        if parts.is_empty() || self.depth >= DEEPEST || view.context.kind == TextKind::Name {
            return;
        }
        let engine = self.engine;
        let mut inner = (self.inner.take()).unwrap_or_else(|| Box::new(Self::new(engine)));
        inner.sights.effort.take_over(&self.sights.effort);
        let mut known = Known::of(&self.found);
        let mut full = self.full();
        for part in parts {
            let undone = Undone::of(&view.bytes[part.clone()]);
            for rule in &full {
                inner.touch(view, *rule).fill();
            }
            inner.search(&View {
                own: 0..undone.text.len(),
                bytes: &undone.text,
                // Never a whole text.
                base: (view.base + part.start as u64).max(1),
                last: true,
                context: view.context,
                class: view.class,
                stock: view.stock.clone(),
            });
            for found in std::mem::take(&mut inner.found) {
                let keyword = inner.has_keyword(found.rule);
                let Some(found) = written(found, &undone, &part, view) else {
                    continue;
                };
                let (rule, count) = (found.rule, self.found.len());
                match known.around(&self.found, &found) {
                    // It begins with what is left of an escape that nobody undid.
                    Some(at) if is_misread(&self.found[at], &undone, &part) => {
                        self.found[at] = found
                    }
                    Some(at) if !is_better(engine.rules(), view, &found, &self.found[at]) => {}
                    _ => self.report(view, found),
                }
                self.desk(rule).state.keyword |= keyword;
                known.note(&self.found, count);
            }
            for rule in inner.take_back_states() {
                self.touch(view, rule).limited = true;
            }
            full = self.full();
        }
        inner.lookers.forget();
        inner.sights.take();
        self.sights.effort.take_over(&inner.sights.effort);
        self.inner = Some(inner);
    }
}

impl Session<'_> {
    /// Rules with as many matches as are kept.
    fn full(&self) -> Vec<usize> {
        let used = self.touched.iter().zip(&self.states);
        let full = used.filter(|(_, state)| state.is_full());
        full.map(|(rule, _)| *rule).collect()
    }
}

/// A hit in a part of the view with its escapes undone, as one of the view; `None` where it may be cut
/// off, or has nothing to do with an escape.
fn written(found: Found, undone: &Undone, part: &Range<usize>, view: &View<'_>) -> Option<Found> {
    let said = &found.secret;
    let is_cut = part.start > 0 && said.start < EDGE
        || part.end < view.bytes.len() && said.end + EDGE > undone.text.len();
    let within = undone.written(said);
    if is_cut || !undone.is_near(&within, DISTANCE) {
        return None;
    }
    let secret = part.start + within.start..part.start + within.end;
    let is_changed = view.bytes[secret.clone()] != undone.text[said.clone()];
    let written = match found.written {
        Some(mut other) => {
            if is_changed && other.how.first() != Some(&HOW) {
                other.how.insert(0, HOW);
            }
            Some(other)
        }
        None => is_changed.then(|| Written {
            text: undone.text[said.clone()].to_vec(),
            how: vec![HOW],
            inner: None,
        }),
    };
    Some(Found {
        secret,
        written,
        ..found
    })
}

fn is_misread(known: &Found, undone: &Undone, part: &Range<usize>) -> bool {
    let start = known.secret.start.checked_sub(part.start);
    start.is_some_and(|start| undone.is_within(start))
}

/// Whether a hit says what a known one around it does not: what else stands in the same place.
fn is_better(rules: &RuleSet, view: &View<'_>, hit: &Found, known: &Found) -> bool {
    let identity = |hit: &Found| {
        let text = hit.written.as_ref().map(|written| &written.text[..]);
        let text = text.unwrap_or(&view.bytes[hit.secret.clone()]);
        identity::of(rules.rule(hit.rule), text).unwrap_or_else(|| Secret::new(text))
    };
    known.secret == hit.secret && identity(known) != identity(hit)
}

/// What was found already: of each rule the places in the list of hits, in the order of the text.
struct Known(BTreeMap<usize, Vec<usize>>);

impl Known {
    fn of(found: &[Found]) -> Self {
        let mut by_rule: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, hit) in found.iter().enumerate() {
            by_rule.entry(hit.rule).or_default().push(at);
        }
        for hits in by_rule.values_mut() {
            hits.sort_by_key(|at| found[*at].secret.start);
        }
        Self(by_rule)
    }

    /// The hit of the same rule that begins with this one or before it, and ends with it or behind it.
    fn around(&self, found: &[Found], hit: &Found) -> Option<usize> {
        let hits = self.0.get(&hit.rule)?;
        let behind = hits.partition_point(|at| found[*at].secret.start <= hit.secret.start);
        let last = hits[behind.checked_sub(1)?];
        (found[last].secret.end >= hit.secret.end).then_some(last)
    }

    /// Notes the hits from a place of the list on.
    fn note(&mut self, found: &[Found], from: usize) {
        for (at, hit) in found.iter().enumerate().skip(from) {
            let hits = self.0.entry(hit.rule).or_default();
            let behind = hits.partition_point(|at| found[*at].secret.start <= hit.secret.start);
            hits.insert(behind, at);
        }
    }
}
