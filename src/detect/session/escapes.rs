//! What stands around escapes is searched once more with them undone, as a part of the same text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{DEEPEST, Session};
use crate::detect::detector::{Found, View, Written};
use crate::detect::escapes::Undone;
use crate::detect::identity;
use crate::detect::json_escape::HOW;
use crate::detect::matched::TextKind;
use crate::rules::Rule;
use crate::secret::Secret;

/// Bytes between a secret and the escape that kept it from being found.
const DISTANCE: usize = 256;
/// Bytes at the ends of a part in which nothing is taken, since the rest may be cut off.
const EDGE: usize = 8;

impl Session<'_> {
    /// Searches the parts of a view that have escapes where they could hide something. They are paid for
    /// from the effort of the text.
    pub(super) fn look_at_escapes(&mut self, view: &View<'_>) {
        let parts = self.escapes.parts(view);
        if parts.is_empty() || self.depth >= DEEPEST || view.context.kind == TextKind::Name {
            return;
        }
        let engine = self.engine;
        let mut inner = (self.inner.take()).unwrap_or_else(|| Box::new(Self::new(engine)));
        inner.sights.effort.take_over(&self.sights.effort);
        let mut known = Known::of(&self.found);
        for at in parts {
            let undone = Undone::of(&view.bytes[at.clone()]);
            let part = Part { view, at, undone };
            for rule in self.full() {
                inner.touch(view, rule).fill();
            }
            inner.search(&part.undone_view());
            self.take_over(&mut inner, &part, &mut known);
        }
        inner.lookers.forget();
        // Keys and certificates were seen as they are written.
        inner.sights.take();
        self.sights.effort.take_over(&inner.sights.effort);
        self.inner = Some(inner);
    }

    /// Takes over what another session found in a part, and how many matches its rules had.
    fn take_over(&mut self, inner: &mut Self, part: &Part<'_>, known: &mut Known) {
        let rules = self.engine.rules();
        for found in std::mem::take(&mut inner.found) {
            let keyword = inner.has_keyword(found.rule);
            let Some(found) = part.written(found) else {
                continue;
            };
            let (rule, count) = (found.rule, self.found.len());
            match known.around(&self.found, &found) {
                Some(at) if part.misread(&self.found[at]) => self.found[at] = found,
                Some(at) if !part.says_more(rules.rule(rule), &found, &self.found[at]) => {}
                _ => self.report(part.view, found),
            }
            self.desk(rule).state.keyword |= keyword;
            known.note(&self.found, count);
        }
        for rule in inner.take_back_states() {
            self.touch(part.view, rule).limited = true;
        }
    }

    /// Rules with as many matches as are kept.
    fn full(&self) -> Vec<usize> {
        let used = self.touched.iter().zip(&self.states);
        let full = used.filter(|(_, state)| state.is_full());
        full.map(|(rule, _)| *rule).collect()
    }
}

/// A part of a view, as it is written and with its escapes undone.
struct Part<'v> {
    view: &'v View<'v>,
    at: Range<usize>,
    undone: Undone,
}

impl Part<'_> {
    fn undone_view(&self) -> View<'_> {
        View {
            bytes: &self.undone.text,
            own: 0..self.undone.text.len(),
            // Never a whole text.
            base: (self.view.base + self.at.start as u64).max(1),
            last: true,
            context: self.view.context,
            class: self.view.class,
            stock: self.view.stock.clone(),
        }
    }

    /// A hit in the text with its escapes undone as one of the view; `None` where it may be cut off, or has
    /// nothing to do with an escape.
    fn written(&self, found: Found) -> Option<Found> {
        let (undone, written) = (&self.undone, self.view.bytes);
        let said = found.secret.clone();
        let is_cut = self.at.start > 0 && said.start < EDGE
            || self.at.end < written.len() && said.end + EDGE > undone.text.len();
        let within = undone.written(&said);
        if is_cut || !undone.is_near(&within, DISTANCE) {
            return None;
        }
        let secret = self.at.start + within.start..self.at.start + within.end;
        let text = &undone.text[said];
        let is_changed = written[secret.clone()] != *text;
        let written = match found.written {
            Some(mut other) => {
                if is_changed && other.how.first() != Some(&HOW) {
                    other.how.insert(0, HOW);
                }
                Some(other)
            }
            None => is_changed.then(|| {
                Box::new(Written {
                    text: text.to_vec(),
                    how: vec![HOW],
                    inner: None,
                })
            }),
        };
        Some(Found {
            secret,
            written,
            ..found
        })
    }

    /// Whether a hit that was found before begins with what is left of an escape: `u0027…`.
    fn misread(&self, known: &Found) -> bool {
        let start = known.secret.start.checked_sub(self.at.start);
        start.is_some_and(|start| self.undone.is_within(start))
    }

    /// Whether a hit says what a known one around it does not: what stands in the same place.
    fn says_more(&self, rule: &Rule, hit: &Found, known: &Found) -> bool {
        let identity = |hit: &Found| {
            let text = hit.written.as_ref().map(|written| &written.text[..]);
            let text = text.unwrap_or(&self.view.bytes[hit.secret.clone()]);
            identity::of(rule, text).unwrap_or_else(|| Secret::new(text))
        };
        known.secret == hit.secret && identity(known) != identity(hit)
    }
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
