//! Every rule's own proof: its examples must match, its rejects must not.

use std::collections::BTreeSet;

use super::engine::Engine;
use super::matched::{Context, TextKind};

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
    /// Tries every example and reject of every rule; each failure names file, rule and which one
    /// it is. Nothing is said of rules that hold what they promise.
    pub fn check_examples(&self) -> Vec<String> {
        let mut failures = Vec::new();
        for (index, rule) in self.rules().rules().iter().enumerate() {
            let matches = |text: &String| {
                PLACES.iter().any(|place| {
                    let found = self.scan_example(place, text.as_bytes());
                    found.iter().any(|hit| hit.rule == index && !hit.is_lone)
                })
            };
            let mut fail = |what: &str, at: usize, why: &str| {
                failures.push(format!(
                    "{}: rule {:?}: {what} {} {why}",
                    rule.file,
                    rule.id(),
                    at + 1
                ));
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
        }
        failures
    }

    /// Pairs of pattern rules that both claim the secret of an example, of which neither says that
    /// it goes before the other.
    pub fn check_claims(&self) -> Vec<String> {
        let rules = self.rules().rules();
        let mut claims = BTreeSet::new();
        for (index, rule) in rules.iter().enumerate() {
            for text in rule
                .syntax
                .examples
                .iter()
                .filter(|_| rule.syntax.regex.is_some())
            {
                for place in PLACES {
                    let hits = self.scan_example(place, text.as_bytes());
                    let own = hits.iter().filter(|hit| hit.rule == index);
                    for (own, other) in own.flat_map(|own| hits.iter().map(move |hit| (own, hit))) {
                        let is_pattern = rules[other.rule].syntax.regex.is_some();
                        let shares = own.span.offset < other.span.end()
                            && other.span.offset < own.span.end();
                        if other.rule != index && is_pattern && shares {
                            claims.insert((index, other.rule));
                        }
                    }
                }
            }
        }
        let is_stated =
            |a: usize, b: usize| rules[a].syntax.over.iter().any(|id| id == rules[b].id());
        let unstated = claims
            .into_iter()
            .filter(|(a, b)| !is_stated(*a, *b) && !is_stated(*b, *a));
        unstated
            .map(|(a, b)| {
                let (rule, other) = (&rules[a], &rules[b]);
                format!(
                    "{}: rule {:?}: an example is claimed by rule {:?} too, and neither names the \
                     other in `over`",
                    rule.file,
                    rule.id(),
                    other.id()
                )
            })
            .collect()
    }
}
