//! What a rule of another tool's configuration asks for and our own rule files cannot say: secrets
//! by number of group, paths by regex, keywords anywhere in a text, allowlists, several parts.
//!
//! `gitleaks` fills it in, the detectors read it; a rule of our own has none of it.

use std::sync::Arc;

use regex::bytes::Regex;

use super::allowlist::{Allowlist, Candidate};

/// Longest match of a rule that is searched block by block, in bytes.
pub(crate) const LONGEST_OPEN: usize = 16 << 10;

/// How a rule's secrets are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    /// Its regex around its anchors, as rules of our own.
    Anchored,
    /// Its regex block by block: it has no longest match, or no anchor.
    Blocks,
    /// No regex: a file is known by its path.
    Path,
}

/// A match of another rule that must lie near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Required {
    /// Id of the other rule.
    pub rule: String,
    /// Distance in lines; anywhere in the text where there is none.
    pub lines: Option<u64>,
    /// Distance in columns.
    pub columns: Option<u64>,
}

/// What a rule asks for beyond [`RuleSyntax`](super::RuleSyntax).
#[derive(Debug)]
pub(crate) struct Foreign {
    /// How it is searched.
    pub search: Search,
    /// Capture groups in order of preference: the first that is not empty is the secret.
    pub groups: Vec<usize>,
    /// Of these one must stand somewhere in the text, in any ASCII case; none means always.
    pub keywords: Vec<String>,
    /// Matches of other rules that must lie near.
    pub required: Vec<Required>,
    /// Whether its matches serve other rules only.
    pub hidden: bool,
    /// The rule in the form of its own tool, whole.
    pub written: String,
    pub(super) path: Option<Regex>,
    pub(super) allowlists: Vec<Arc<Allowlist>>,
}

impl Foreign {
    /// Whether the rule looks at a text of that path; metadata has none.
    pub(super) fn applies_to(&self, path: &[u8]) -> bool {
        let there = self
            .path
            .as_ref()
            .is_none_or(|regex| !path.is_empty() && regex.is_match(path));
        there && !self.allowlists.iter().any(|list| list.covers_path(path))
    }

    /// Whether an allowlist of the rule covers a match.
    pub(crate) fn allows(&self, candidate: &Candidate<'_>) -> bool {
        self.allowlists.iter().any(|list| list.covers(candidate))
    }
}
