//! Every rule's own proof: its examples must match, its rejects must not.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::engine::Engine;
use super::keystore;
use super::matched::{Context, TextKind};
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
    /// Tries every example and reject of every rule; each failure names file, rule and which one
    /// it is. Nothing is said of rules that hold what they promise.
    pub fn check_examples(&self) -> Vec<String> {
        let mut failures = Vec::new();
        for (index, rule) in self.rules().rules().iter().enumerate() {
            let matches = |text: &String| {
                let bytes = bytes_of(rule, text);
                PLACES.iter().any(|place| {
                    let found = self.scan_example(place, &bytes);
                    found.iter().any(|hit| hit.rule == index)
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
}

/// What an example stands for: itself, or of files that are no text their bytes in base64.
fn bytes_of<'t>(rule: &Rule, text: &'t str) -> Cow<'t, [u8]> {
    let name = rule.syntax.detector.as_deref();
    let is_binary = name.is_some_and(|name| keystore::names().any(|known| known == name));
    let decoded = is_binary.then(|| STANDARD.decode(text).ok()).flatten();
    decoded.map_or(Cow::Borrowed(text.as_bytes()), Cow::Owned)
}
