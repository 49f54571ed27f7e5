//! The rules that results refer to, and how severities are spelled in SARIF.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::text::message;
use crate::finding::{Finding, Report};
use crate::rules::{Confidence, Severity};

/// The rules of a report's findings, in order of id.
pub(super) struct Rules<'a>(BTreeMap<&'a str, &'a Finding>);

impl<'a> Rules<'a> {
    /// Collects them; the first finding of a rule speaks for it.
    pub(super) fn of(report: &'a Report) -> Self {
        let suppressed = report.suppressed.iter().map(|s| &s.finding);
        let mut rules = BTreeMap::new();
        for finding in report.findings.iter().chain(suppressed) {
            rules.entry(finding.rule.as_str()).or_insert(finding);
        }
        Self(rules)
    }

    /// Position of a rule among the descriptors.
    pub(super) fn index(&self, rule: &str) -> usize {
        self.0.range(..rule).count()
    }

    pub(super) fn descriptors(&self) -> Vec<Value> {
        self.0.values().map(|finding| descriptor(finding)).collect()
    }
}

fn descriptor(finding: &Finding) -> Value {
    let title = message(&finding.title);
    let mut descriptor = json!({
        "id": finding.rule,
        "shortDescription": { "text": title },
        "fullDescription": { "text": format!("{title} in a container image") },
        "help": { "text": format!(
            "{title}: whoever can pull the image can read it, also when a later layer deletes or \
             overwrites the file. Revoke it first, then build the image without it."
        )},
        "defaultConfiguration": { "level": level(finding.severity) },
        "properties": {
            "tags": ["security", "secret"],
            "security-severity": security_severity(finding.severity),
        },
    });
    let is_url = |text: &&String| text.starts_with("https://") || text.starts_with("http://");
    if let Some(reference) = finding.references.iter().find(is_url) {
        descriptor["helpUri"] = json!(reference);
    }
    descriptor
}

/// SARIF's level.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// SARIF's rank, 0 to 100: by severity, then by confidence.
pub(super) fn rank(severity: Severity, confidence: Confidence) -> f64 {
    let by_severity = match severity {
        Severity::Critical => 90.0,
        Severity::High => 65.0,
        Severity::Medium => 40.0,
        Severity::Low => 15.0,
    };
    let by_confidence = match confidence {
        Confidence::Confirmed => 10.0,
        Confidence::Likely => 5.0,
        Confidence::Possible => 0.0,
    };
    by_severity + by_confidence
}

/// The score by which GitHub names severities: over 9.0 critical, 7.0 high, 4.0 medium, else low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}
