//! Every rule's own proof: its examples must match, its rejects must not.

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
                    found.iter().any(|hit| hit.rule == index)
                })
            };
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
        }
        failures
    }
}
