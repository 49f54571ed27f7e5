//! The rules of one run, in a fixed order, with the digest that names them.

use super::rule::Rule;
use crate::oci::Digest;

/// Something about a rule file that is no mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// File, line, rule, and what there is to say.
    pub text: String,
    /// Whether something that the file asks for is not honoured, so that whoever scans must know.
    pub matters: bool,
}

/// Checked rules in order of id. Shared by reference between threads.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    digest: Digest,
    whole: bool,
    notes: Vec<Note>,
}

impl RuleSet {
    /// Takes rules in any order; `whole` says that every embedded rule is among them.
    pub(super) fn new(mut rules: Vec<Rule>, whole: bool, notes: Vec<Note>) -> Self {
        rules.sort_by(|a, b| a.id().cmp(b.id()));
        Self {
            digest: digest_of(&rules),
            rules,
            whole,
            notes,
        }
    }

    /// The embedded rules, all and alone, in any order, with the digest that [`new`](Self::new) would
    /// compute.
    pub(super) fn embedded(mut rules: Vec<Rule>, digest: Digest) -> Self {
        rules.sort_by(|a, b| a.id().cmp(b.id()));
        Self {
            rules,
            digest,
            whole: true,
            notes: Vec::new(),
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

    /// The place of the rule with that id.
    pub(crate) fn index_of(&self, id: &str) -> Option<usize> {
        self.rules.binary_search_by(|rule| rule.id().cmp(id)).ok()
    }

    /// Whether every embedded rule is among them.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// What there is to say of the files that the rules come from.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Names the set: equal digests mean equal rules.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}

/// The digest of rules in order of id.
fn digest_of(rules: &[Rule]) -> Digest {
    let mut text = Vec::new();
    for rule in rules {
        text.extend(rule.syntax.digested());
        if let Some(foreign) = &rule.foreign {
            text.extend(foreign.written.as_bytes());
        }
    }
    Digest::sha256(&text)
}
