//! Every rule's own proof: its examples must match, its rejects must not.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::engine::Engine;
use super::keystore;
use super::matched::{By, Context, Match, Suppression, TextKind};
use crate::rules::Rule;

/// The places that an example is tried in: it may be the one or the other.
const PLACES: &[Context<'static>] = &[
    Context {
        path: b"",
        kind: TextKind::Env,
        label: None,
    },
    Context {
        path: b".env",
        kind: TextKind::File,
        label: None,
    },
];

impl Engine {
    /// Tries every example and reject of every rule, as [`Self::check_examples_of`] does of one.
    pub fn check_examples(&self) -> Vec<String> {
        let rules = 0..self.rules().rules().len();
        rules
            .flat_map(|rule| self.check_examples_of(rule))
            .collect()
    }

    /// Tries every example and reject of the rule at `index`; each failure names file, rule and which one
    /// it is. Nothing is said of a rule that holds what it promises.
    pub fn check_examples_of(&self, index: usize) -> Vec<String> {
        let rule = self.rules().rule(index);
        let matches = |text: &str| {
            let bytes = bytes_of(rule, text);
            PLACES.iter().any(|place| {
                let found = self.scan_example(place, &bytes);
                found.iter().any(|hit| hit.rule == index && counts(hit))
            })
        };
        let mut failures = Vec::new();
        let mut fail = |what: &str, at: usize, why: &str| {
            failures.push(format!("{}: {what} {} {why}", rule.place(), at + 1));
        };
        for (at, text) in rule.syntax.examples.iter().enumerate() {
            if !matches(text) {
                fail("example", at, "does not match");
            }
        }
        for (at, text) in rule.syntax.rejects.iter().enumerate() {
            if matches(text) {
                fail("reject", at, "matches");
            }
        }
        failures
    }

    /// Rivals of every rule, as [`Self::check_claims_of`] tells those of one.
    pub fn check_claims(&self) -> Vec<String> {
        let rules = 0..self.rules().rules().len();
        rules.flat_map(|rule| self.check_claims_of(rule)).collect()
    }

    /// Pattern rules that claim the secret of an example of the rule at `index` too, where neither says that it
    /// goes before the other. Rules that look at some paths only are taken to look at different ones.
    pub fn check_claims_of(&self, index: usize) -> Vec<String> {
        let rules = self.rules();
        let rule = rules.rule(index);
        let mut others = BTreeSet::new();
        for text in &rule.syntax.examples {
            for place in PLACES {
                let hits = self.scan_example(place, text.as_bytes());
                others.extend(rivals(&hits, index));
            }
        }
        let others = others.into_iter().map(|other| rules.rule(other));
        let unstated = others.filter(|other| !has_order(rule, other));
        let told = unstated.map(|other| {
            format!(
                "{}: an example is claimed by rule {:?} too, and neither names the other in `over`",
                rule.place(),
                other.id()
            )
        });
        told.collect()
    }
}

/// Whether a hit is one of a secret: not one part alone, of a form that its checksum refutes, or a key with
/// nothing but a placeholder.
fn counts(hit: &Match) -> bool {
    let is_none = match hit.suppressed {
        Some(Suppression::FailedChecksum) => true,
        Some(Suppression::Placeholder) => hit.by == By::Assignment,
        _ => false,
    };
    !is_none && !hit.is_lone
}

/// Rules with a hit that shares a byte with one of the rule at `index`. Fields are known by their
/// paths, which say whose they are.
fn rivals(hits: &[Match], index: usize) -> impl Iterator<Item = usize> {
    let patterns = || hits.iter().filter(|hit| hit.by == By::Pattern);
    let own = patterns().filter(move |hit| hit.rule == index);
    own.flat_map(move |own| {
        let others = patterns().filter(move |hit| hit.rule != index);
        others
            .filter(|other| own.span.overlaps(&other.span))
            .map(|other| other.rule)
    })
}

/// Whether something says which of the two goes before the other: built-in detectors go behind.
fn has_order(a: &Rule, b: &Rule) -> bool {
    let names = |a: &Rule, b: &Rule| a.syntax.over.iter().any(|id| id == b.id());
    a.syntax.regex.is_none()
        || b.syntax.regex.is_none()
        || a.syntax.last != b.syntax.last
        || !a.syntax.paths.is_empty() && !b.syntax.paths.is_empty()
        || names(a, b)
        || names(b, a)
}

/// What an example stands for: itself, or of files that are no text their bytes in base64.
fn bytes_of<'t>(rule: &Rule, text: &'t str) -> Cow<'t, [u8]> {
    let name = rule.syntax.detector.as_deref();
    let is_binary = name.is_some_and(|name| keystore::names().any(|known| known == name));
    let decoded = is_binary.then(|| STANDARD.decode(text).ok()).flatten();
    decoded.map_or(Cow::Borrowed(text.as_bytes()), Cow::Owned)
}
