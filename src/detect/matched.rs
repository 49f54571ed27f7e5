//! What goes into a detector beside the bytes, and what comes out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::span::{Position, Span};
use crate::rules::Confidence;
use crate::secret::Secret;

/// What can be told of a secret offline: `"checksum": "valid"`, `"aws_account_id": "…"`, ….
pub type Facts = BTreeMap<String, Value>;

/// What a detector may know of a text beside its bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// Path of the innermost file, without leading slash; empty for metadata.
    pub path: &'a [u8],
    /// What kind of text it is.
    pub kind: TextKind,
    /// The key that this text is the value of (a label's, an annotation's), where it has one.
    pub label: Option<&'a str>,
}

/// Kinds of texts, as far as they change what a detector looks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// A file's content.
    #[default]
    File,
    /// One `KEY=value` of the environment.
    Env,
    /// A command line: history, `Cmd`, `Entrypoint`, ….
    Command,
    /// Any other string of a document.
    Metadata,
    /// A name: of a file, of a link's target, of a user.
    Name,
}

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Index of the rule in its `RuleSet`.
    pub rule: usize,
    /// Where the secret lies in the text.
    pub span: Span,
    /// Line and column of its first byte.
    pub position: Position,
    /// The secret as it stands there.
    pub secret: Secret,
    /// What makes it the same secret elsewhere, where that is not the bytes as they stand (a
    /// private key without line breaks).
    pub identity: Option<Secret>,
    /// The key name it was assigned to, where it was.
    pub label: Option<String>,
    /// What the match is worth after validation.
    pub confidence: Confidence,
    /// What can be told of it offline.
    pub facts: Facts,
    /// Why it is no finding, where it is none.
    pub suppressed: Option<Suppression>,
    /// The other parts of the same secret that lie near.
    pub parts: Vec<Part>,
    /// Whether it counts only together with another match that this text does not have.
    pub is_lone: bool,
}

/// Another part of a secret: the id of a key, the account of a password.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Index of the part's rule.
    pub rule: usize,
    /// What makes it the same elsewhere.
    pub identity: Secret,
}

impl Match {
    /// The bytes by which equal secrets are recognised.
    pub fn identity(&self) -> &Secret {
        self.identity.as_ref().unwrap_or(&self.secret)
    }
}

/// Why a match is listed under `suppressed` and not among the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suppression {
    /// A placeholder: `changeme`, `<token>`, `xxxx…`.
    Placeholder,
    /// A value that a vendor publishes as an example.
    DocumentedSample,
    /// A weak match in a test, an example, a document, or the code of a package.
    Illustration,
    /// A private key that is published, in a test, an example, a document or a package.
    KnownTestKey,
    /// `residue:allow` stands beside it.
    InlineAllow,
    /// An allowlist of its own rule covers it.
    Allowlist,
}

impl Suppression {
    /// As the report shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder",
            Self::DocumentedSample => "documented-sample",
            Self::Illustration => "illustration",
            Self::KnownTestKey => "known-test-key",
            Self::InlineAllow => "inline-allow",
            Self::Allowlist => "allowlist",
        }
    }
}
