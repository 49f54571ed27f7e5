//! A rule as written in a rule file.
//!
//! `build.rs` reads this file too, for the digest of the embedded rules; what only the program needs
//! (`in_program`) is left out there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad it is when the secret leaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(in_program, derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Of little use to an attacker, or public by design.
    Low,
    /// Limited reach, or a test account.
    Medium,
    /// Access to one service or system.
    High,
    /// Access to accounts, payment, infrastructure.
    Critical,
}

/// How sure it is that a match is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(in_program, derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Looks like one by key name or entropy.
    Possible,
    /// Has a form that hardly anything else has.
    Likely,
    /// A checksum or a parse proves the form.
    Confirmed,
}

impl Severity {
    /// Every severity, worst first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Confirmed => "confirmed",
        })
    }
}

/// What is written in a rule file; of an embedded one it stays where the program has it.
pub type Text = Cow<'static, str>;

/// One `[[rule]]` table, as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSyntax {
    /// `provider.kind`, kebab-case.
    pub id: Text,
    /// What it is, for people.
    pub title: Text,
    /// How bad a leak is.
    pub severity: Severity,
    /// What a bare match is worth.
    pub confidence: Confidence,
    /// Literals of which one must be there.
    #[serde(default)]
    pub anchors: Vec<Text>,
    /// Whether anchors match in any ASCII case; the regex says `(?i)` for itself.
    #[serde(default)]
    pub ignore_case: bool,
    /// Rust regex syntax on bytes; the group `secret` is the secret, else the whole match.
    pub regex: Option<Text>,
    /// A built-in detector instead of a regex: `assignment`, `entropy`, `file`, or one of a keystore.
    pub detector: Option<Text>,
    /// Minimum Shannon entropy of the secret, bits per byte.
    pub entropy: Option<f64>,
    /// How what the regex finds is written, outermost first: names of decodings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decode: Vec<Text>,
    /// Names of validators; they see what was decoded.
    #[serde(default)]
    pub validate: Vec<Text>,
    /// Globs of paths; only there.
    #[serde(default)]
    pub paths: Vec<Text>,
    /// Rules whose match lies near: the other parts of one secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<Near>,
    /// Whether a match counts that no other rule takes for a part of its own: an id says nothing
    /// without its secret.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub alone: bool,
    /// Rules whose word counts less where both match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<Text>,
    /// Whether every other regex's word counts more, and that of a field: a form that other
    /// secrets stand in.
    #[serde(default, skip_serializing_if = "is_no")]
    pub last: bool,
    /// Whether values could be guessed (passwords): the finding's id is then not derived from
    /// the value.
    #[serde(default)]
    pub guessable: bool,
    /// Where its owner revokes it.
    pub revoke: Text,
    /// Where the format is documented.
    #[serde(default)]
    pub references: Vec<Text>,
    /// Each must match this rule.
    #[serde(default)]
    pub examples: Vec<Text>,
    /// Each must not.
    #[serde(default)]
    pub rejects: Vec<Text>,
    /// Files whose format is parsed, and the keys that lead to the secret there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldsSyntax>,
}

impl RuleSyntax {
    /// What the digest of a set of rules is computed of, rule by rule. JSON rather than TOML: it takes
    /// less time.
    pub(super) fn digested(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// A pair: the other half lies within so many bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Near {
    /// Id of the other rule.
    pub rule: Text,
    /// Distance in bytes.
    pub within: u64,
    /// Whether a match without it is none.
    #[serde(default = "yes")]
    pub required: bool,
    /// Whether the keys of both have to be the same up to what says which is which.
    #[serde(default, skip_serializing_if = "is_no")]
    pub same_stem: bool,
}

/// What tells that a field holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(in_program, derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Judge {
    /// The key pattern does: whatever the value, unless it only leads to the secret.
    #[default]
    Key,
    /// The field's name has to, as for the detector `assignment`.
    Name,
    /// What is around it does, mostly: beside telling names, values that look random.
    Holder,
    /// The file itself does: what could be a secret is one, as where a name says so.
    Marked,
    /// Nothing has to: it is a command line, or a list of its words, to be searched as such.
    Command,
}

/// A `[[rule.fields]]` table, as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldsSyntax {
    /// Name of the format.
    pub format: Text,
    /// Globs of paths; only there.
    pub paths: Vec<Text>,
    /// Literals of which one must stand in the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anchors: Vec<Text>,
    /// Patterns of the keys that lead to the secret.
    pub keys: Vec<Text>,
    /// What tells that a field holds a secret.
    #[serde(default)]
    pub judge: Judge,
    /// The field holds a file, which all rules search under this name; nothing else is taken of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Text>,
    /// A field beside it whose value is its name: `name` where a list holds `name` and `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named_by: Option<Text>,
    /// How the value is written, outermost first: names of decodings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decode: Vec<Text>,
    /// Facts that fields beside it tell, by the names of those fields: `user = "username"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tell: BTreeMap<Text, Text>,
}

fn is_no(value: &bool) -> bool {
    !value
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}
