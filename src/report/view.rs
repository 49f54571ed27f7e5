//! Findings as the JSON formats show them.
//!
//! `Finding` does not implement `Serialize` on purpose: whether a secret's value is written is
//! decided here, in [`SecretView`], and nowhere else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

use crate::facts::Facts;
use crate::finding::{Finding, Occurrence, Part, Suppressed, Visibility};
use crate::rules::{Confidence, Severity};
use crate::secret::Secret;

/// One finding.
#[derive(Serialize)]
pub(super) struct FindingView<'a> {
    id: &'a str,
    rule: &'a str,
    title: &'a str,
    severity: Severity,
    confidence: Confidence,
    secret: SecretView<'a>,
    facts: &'a Facts,
    visibility: Visibility,
    advice: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartView<'a>>,
    occurrences: &'a [Occurrence],
}

impl<'a> FindingView<'a> {
    pub(super) fn new(finding: &'a Finding, reveal: bool) -> Self {
        Self {
            id: &finding.id,
            rule: &finding.rule,
            title: &finding.title,
            severity: finding.severity,
            confidence: finding.confidence,
            secret: SecretView::new(&finding.secret, reveal),
            facts: &finding.facts,
            visibility: finding.visibility,
            advice: &finding.advice,
            parts: (finding.parts.iter())
                .map(|part| PartView::new(part, reveal))
                .collect(),
            occurrences: &finding.occurrences,
        }
    }
}

/// Another part of a finding's secret.
#[derive(Serialize)]
struct PartView<'a> {
    rule: &'a str,
    title: &'a str,
    secret: SecretView<'a>,
    occurrences: &'a [Occurrence],
}

impl<'a> PartView<'a> {
    fn new(part: &'a Part, reveal: bool) -> Self {
        Self {
            rule: &part.rule,
            title: &part.title,
            secret: SecretView::new(&part.secret, reveal),
            occurrences: &part.occurrences,
        }
    }
}

/// A secret: its preview and length, and its value only when asked for.
#[derive(Serialize)]
pub(super) struct SecretView<'a> {
    preview: String,
    length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

impl<'a> SecretView<'a> {
    pub(super) fn new(secret: &'a Secret, reveal: bool) -> Self {
        let shown = reveal.then(|| secret.expose());
        let value = shown.and_then(|bytes| std::str::from_utf8(bytes).ok());
        let value_base64 = match (shown, value) {
            (Some(bytes), None) => Some(STANDARD.encode(bytes)),
            _ => None,
        };
        Self {
            preview: secret.preview(),
            length: secret.len(),
            value,
            value_base64,
        }
    }
}

/// A finding that does not count: as a finding, and why.
#[derive(Serialize)]
pub(super) struct SuppressedView<'a> {
    #[serde(flatten)]
    finding: FindingView<'a>,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

impl<'a> SuppressedView<'a> {
    pub(super) fn new(suppressed: &'a Suppressed, reveal: bool) -> Self {
        Self {
            finding: FindingView::new(&suppressed.finding, reveal),
            reason: &suppressed.reason,
            note: suppressed.note.as_deref(),
        }
    }
}

/// A list whose views are made one at a time while they are written.
pub(super) struct Each<'a, T, F>(pub(super) &'a [T], pub(super) F);

impl<'a, T, V: Serialize, F: Fn(&'a T) -> V> Serialize for Each<'a, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}
