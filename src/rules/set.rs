//! The rules of one run, in a fixed order, with the digest that names them.

use super::check::Rule;
use crate::oci::Digest;

/// Checked rules in order of id. Shared by reference between threads.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    digest: Digest,
    whole: bool,
}

impl RuleSet {
    /// Takes rules in any order; `whole` says that every embedded rule is among them.
    pub(super) fn new(mut rules: Vec<Rule>, whole: bool) -> Self {
        rules.sort_by(|a, b| a.id().cmp(b.id()));
        let mut text = String::new();
        for rule in &rules {
            text.push_str(&toml::to_string(&rule.syntax).unwrap_or_default());
        }
        let digest = Digest::sha256(text.as_bytes());
        Self {
            rules,
            digest,
            whole,
        }
    }

    /// The rules, in order of id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule at `index`, as a match names it.
    pub fn rule(&self, index: usize) -> &Rule {
        &self.rules[index]
    }

    /// Whether every embedded rule is among them.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Names the set: equal digests mean equal rules.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}
