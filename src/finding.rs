//! The report as plain data: what `scan` makes and `policy` and `report` read.
//!
//! Field order is the order of keys in the JSON report (`docs/report.md`). Nothing here computes;
//! nothing here holds a clock time of the run or a path of a temporary file.

mod package;
mod place;
mod summary;

pub use package::{FileState, PackageFile};
pub use place::{EntryFacts, Kind, Occurrence, Removal, Visibility};

use serde::Serialize;
use std::collections::BTreeMap;

use crate::error::Warning;
use crate::facts::Facts;
use crate::oci::{DiffId, Digest, Platform};
use crate::rules::{Confidence, Severity};
use crate::secret::Secret;

/// Everything one scan found out.
#[derive(Debug, Clone)]
pub struct Report {
    /// The program and rule set.
    pub tool: Tool,
    /// In the order they were named and lie in their archives.
    pub images: Vec<ImageReport>,
    /// In total order: most urgent first.
    pub findings: Vec<Finding>,
    /// What was recognised but does not count, with the reason.
    pub suppressed: Vec<Suppressed>,
    /// What is wrong with the subject.
    pub warnings: Vec<Warning>,
    /// Whether every byte that was asked for was scanned and is what it says it is.
    pub complete: bool,
    /// Counts.
    pub summary: Summary,
    /// What the policy makes of it.
    pub verdict: Verdict,
}

/// The program and its rule set.
#[derive(Debug, Clone, Serialize)]
pub struct Tool {
    /// `residue`.
    pub name: &'static str,
    /// Cargo's version.
    pub version: &'static str,
    /// Number of rules in use.
    pub rules: usize,
    /// Digest of the rule set.
    pub ruleset: Digest,
}

/// One image.
#[derive(Debug, Clone, Serialize)]
pub struct ImageReport {
    /// As the user named the input.
    pub source: String,
    /// References that point at the image.
    pub references: Vec<String>,
    /// Digest of the manifest.
    pub manifest_digest: Option<Digest>,
    /// Digest of the config.
    pub config_digest: Option<Digest>,
    /// `os/arch[/variant]`.
    #[serde(serialize_with = "platform_text")]
    pub platform: Option<Platform>,
    /// When it was made, as written.
    pub created: Option<String>,
    /// Base first.
    pub layers: Vec<LayerReport>,
    /// Oldest first.
    pub instructions: Vec<InstructionReport>,
}

fn platform_text<S: serde::Serializer>(
    platform: &Option<Platform>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    platform
        .as_ref()
        .map(Platform::to_string)
        .serialize(serializer)
}

/// One layer.
#[derive(Debug, Clone, Serialize)]
pub struct LayerReport {
    /// 0 = base.
    pub index: usize,
    /// Hash of the stored bytes as stated.
    pub digest: Option<Digest>,
    /// Hash of the uncompressed tar as stated, else as computed.
    pub diff_id: Option<DiffId>,
    /// As written.
    pub media_type: String,
    /// Stored bytes.
    pub size: u64,
    /// Bytes of the tar.
    pub uncompressed_size: u64,
    /// Members of the tar.
    pub entries: u64,
    /// Members that delete.
    pub whiteouts: u64,
    /// Whether digest and diff ID hold; `None` when not checked.
    pub verified: Option<bool>,
    /// Index of the instruction that made it.
    pub instruction: Option<usize>,
}

/// One history item; `created_by` is redacted unless the user asked to reveal.
#[derive(Debug, Clone, Serialize)]
pub struct InstructionReport {
    /// Position in the history.
    pub index: usize,
    /// When, as written.
    pub created: Option<String>,
    /// The command as written, redacted.
    pub created_by: String,
    /// Dockerfile keyword, where it can be told.
    pub keyword: Option<String>,
    /// What follows the keyword without builder decoration, redacted.
    pub arguments: String,
    /// Whether it made no layer.
    pub empty_layer: bool,
    /// Index of the layer it made.
    pub layer: Option<usize>,
    /// Whether `layer` is a guess.
    pub approximate: bool,
}

/// One secret with every place where it lies.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Stable across runs and rebuilds.
    pub id: String,
    /// Id of the rule.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// How bad a leak is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The secret; what is shown of it is the renderer's matter.
    pub secret: Secret,
    /// What can be told offline.
    pub facts: Facts,
    /// The most exposed of its occurrences.
    pub visibility: Visibility,
    /// Where to revoke, and how the image should have been built.
    pub advice: String,
    /// Where the rule's format is documented, best first.
    pub references: Vec<String>,
    /// The other parts of the same secret: the id of a key, the second of two keys.
    pub parts: Vec<Part>,
    /// In total order: most exposed first.
    pub occurrences: Vec<Occurrence>,
}

impl Finding {
    /// Every place that the secret or a part of it lies in.
    pub fn places(&self) -> impl Iterator<Item = &Occurrence> {
        let of_parts = self.parts.iter().flat_map(|part| &part.occurrences);
        self.occurrences.iter().chain(of_parts)
    }
}

/// Another part of a secret, with its own places.
#[derive(Debug, Clone)]
pub struct Part {
    /// Id of its rule.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// Its bytes, shown as a secret's are.
    pub secret: Secret,
    /// In total order: most exposed first.
    pub occurrences: Vec<Occurrence>,
    /// Whether there are more places than these, which another finding has that shares the part.
    pub is_shortened: bool,
}

/// A finding that does not count.
#[derive(Debug, Clone)]
pub struct Suppressed {
    /// As it would have been reported.
    pub finding: Finding,
    /// Why it does not count: `placeholder`, `package`, `baseline`, `allow`, ….
    pub reason: String,
    /// What the people who allowed it wrote, or which packages own its files.
    pub note: Option<String>,
}

/// Counts over the whole report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Number of findings.
    pub findings: usize,
    /// Findings by severity, every severity named.
    pub by_severity: BTreeMap<String, usize>,
    /// Findings by visibility, every visibility named.
    pub by_visibility: BTreeMap<String, usize>,
    /// Distinct layers scanned.
    pub layers: usize,
    /// Entries of those layers.
    pub entries: u64,
    /// Uncompressed bytes of those layers.
    pub bytes: u64,
}

/// What the policy makes of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Complete, nothing at or above the gate.
    Pass,
    /// At least one finding at or above the gate.
    Fail,
    /// No failing finding, but the scan is incomplete.
    Incomplete,
}

#[cfg(test)]
pub(crate) mod fixture;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_text_are_the_names_in_json() {
        for visibility in Visibility::ALL {
            assert_eq!(serde_json::json!(visibility), visibility.as_str());
        }
        for kind in fixture::EVERY_KIND {
            assert_eq!(serde_json::json!(kind), kind.as_str());
        }
    }
}
