//! What goes into a detector beside the bytes, and what comes out.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::span::{Position, Span};
pub use crate::facts::Facts;
use crate::rules::{Confidence, Rule};
use crate::secret::Secret;

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

/// What recognised a hit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum By {
    /// The rule's regex, or the form of a whole file that is no text.
    #[default]
    Pattern,
    /// A field whose key the rule names.
    Field,
    /// A field whose name tells, or what it lies in.
    NamedField,
    /// The detector `assignment`.
    Assignment,
    /// Another built-in detector.
    Looks,
}

/// How a secret is written where it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// Decodings that were undone, outermost first.
    pub how: Vec<&'static str>,
    /// The bytes as they stand there; the secrets of one decoded text share them.
    pub written: Arc<Secret>,
    /// Where in the decoded text the secret lies, if it was searched as a text of its own.
    pub inner: Option<Span>,
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
    /// The secret, decoded where it is written in some encoding.
    pub secret: Secret,
    /// How it is written, where that is not as it is, which is rare.
    pub decoded: Option<Box<Decoded>>,
    /// What recognised it.
    pub by: By,
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

    /// The secret as it stands in the text.
    pub fn written(&self) -> &Secret {
        let decoded = self.decoded.as_ref();
        decoded.map_or(&self.secret, |decoded| &decoded.written)
    }

    /// Decodings that lead from what stands in the text to the secret, outermost first.
    pub fn how(&self) -> &[&'static str] {
        self.decoded.as_ref().map_or(&[], |decoded| &decoded.how)
    }

    /// Bytes that its texts take.
    pub fn size(&self) -> usize {
        let label = self.label.as_ref().map_or(0, String::len);
        let written = self
            .decoded
            .as_ref()
            .map_or(0, |decoded| decoded.written.len());
        self.secret.len() + written + label
    }

    /// How little `rule`, which made the match, says of whose secret it is: 0 for a token with its
    /// provider's own form, more for what its place or its name gives away. Of two that share
    /// bytes the lower one counts.
    pub fn rank(&self, rule: &Rule) -> u8 {
        let syntax = &rule.syntax;
        match self.by {
            By::Pattern if syntax.last => 4,
            // Where a rule knows the field as well, the field is the better reading.
            By::Pattern if !syntax.fields.is_empty() => 2,
            By::Pattern if syntax.guessable => 3,
            By::Pattern => 0,
            By::Field => 1,
            By::NamedField => 5,
            By::Assignment => 6,
            By::Looks => 7,
        }
    }
}

/// Why a match is listed under `suppressed` and not among the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Suppression {
    /// A placeholder: `changeme`, `<token>`, `xxxx…`.
    Placeholder,
    /// A value that a vendor publishes: as an example, or with a program of its own.
    DocumentedSample,
    /// A weak match in a test, an example, a document, or the code of a package.
    Illustration,
    /// A private key that is published, in a test, an example, a document or a package.
    KnownTestKey,
    /// The checksum that tokens of its form carry does not hold.
    FailedChecksum,
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
            Self::FailedChecksum => "failed-checksum",
            Self::InlineAllow => "inline-allow",
            Self::Allowlist => "allowlist",
        }
    }
}
