//! The report as plain data: what `scan` makes and `policy` and `report` read.
//!
//! Field order is the order of keys in the JSON report (`docs/report.md`). Nothing here computes;
//! nothing here holds a clock time of the run or a path of a temporary file.

mod package;
mod summary;

pub use package::{FileState, PackageFile};

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::error::Warning;
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
    pub facts: BTreeMap<String, Value>,
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

/// One place where a secret lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Occurrence {
    /// Index of the image.
    pub image: Option<usize>,
    /// What kind of place.
    pub kind: Kind,
    /// Index of the layer.
    pub layer: Option<usize>,
    /// That layer's diff ID.
    pub diff_id: Option<DiffId>,
    /// Index of the instruction that brought it.
    pub instruction: Option<usize>,
    /// Path in the layer, or name of the document in the archive; printable.
    pub path: Option<String>,
    /// JSON pointer in that document.
    pub pointer: Option<String>,
    /// Name the secret was assigned to: a variable, a label, a key of a file; printable.
    pub key: Option<String>,
    /// Members of nested archives, outermost first; printable.
    pub inside: Vec<String>,
    /// How the bytes were decoded, outermost first (`base64`, `utf-16le`).
    pub decoded: Vec<String>,
    /// From 1, in the decoded text.
    pub line: u64,
    /// In bytes, from 1.
    pub column: u64,
    /// In bytes, from the start of the decoded text.
    pub offset: u64,
    /// In bytes.
    pub length: u64,
    /// Who can still see it.
    pub visibility: Visibility,
    /// What hid it.
    pub removed_by: Option<Removal>,
    /// The tar entry it lies in.
    pub entry: Option<EntryFacts>,
    /// The package that owns the file, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageFile>,
}

impl Occurrence {
    /// Whether the place lies in a package's unmodified file, which is public.
    pub fn is_explained(&self) -> bool {
        self.package
            .as_ref()
            .is_some_and(PackageFile::is_unmodified)
    }

    /// Whether the place is an object of a git repository, in a pack or a file of its own.
    pub fn is_in_git(&self) -> bool {
        let kinds = ["commit ", "blob ", "tree ", "tag "];
        let is_object = |member: &String| kinds.iter().any(|kind| member.starts_with(kind));
        self.repository().is_some() && self.inside.iter().any(is_object)
    }

    /// Where the repository lies whose objects the file holds, if its path says that it does.
    pub(crate) fn repository(&self) -> Option<&str> {
        let path = self.path.as_deref()?;
        path.rsplit_once("objects/").map(|(folder, _)| folder)
    }
}

/// Kinds of places, as `kind` in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// Content of a file of a layer.
    File,
    /// Name of an entry, or target of its link.
    Name,
    /// PAX record, extended attribute, user or group name.
    EntryMetadata,
    /// Bytes of a layer's tar that belong to no entry.
    Slack,
    /// Bytes of a compressed layer that decompression does not show; offsets are in the blob.
    HiddenBytes,
    /// `Config.Env`.
    Env,
    /// `history[]`.
    History,
    /// `Config.Labels`.
    Label,
    /// `Config.Cmd`.
    Cmd,
    /// `Config.Entrypoint`.
    Entrypoint,
    /// `Config.Healthcheck`.
    Healthcheck,
    /// `Config.OnBuild`.
    Onbuild,
    /// Any other string of a config.
    Config,
    /// A legacy config: `container_config`, Docker's v1 JSON, `v1Compatibility`.
    LegacyConfig,
    /// `annotations` of a manifest, index or descriptor.
    Annotation,
    /// Any other string of a manifest or index.
    Manifest,
    /// An in-toto statement.
    Attestation,
    /// A blob of an artifact that is no filesystem.
    Artifact,
    /// A blob that nothing refers to.
    OrphanBlob,
    /// Any other file of the archive, or its name.
    ArchiveFile,
}

impl Kind {
    /// The name in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Name => "name",
            Self::EntryMetadata => "entry-metadata",
            Self::Slack => "slack",
            Self::HiddenBytes => "hidden-bytes",
            Self::Env => "env",
            Self::History => "history",
            Self::Label => "label",
            Self::Cmd => "cmd",
            Self::Entrypoint => "entrypoint",
            Self::Healthcheck => "healthcheck",
            Self::Onbuild => "onbuild",
            Self::Config => "config",
            Self::LegacyConfig => "legacy-config",
            Self::Annotation => "annotation",
            Self::Manifest => "manifest",
            Self::Attestation => "attestation",
            Self::Artifact => "artifact",
            Self::OrphanBlob => "orphan-blob",
            Self::ArchiveFile => "archive-file",
        }
    }
}

/// Who can still see a secret, least exposed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// A later layer deletes the file; the layer still ships it.
    Deleted,
    /// A later entry replaces the file; the layer still ships it.
    Overwritten,
    /// In the image's metadata, for everyone who can inspect it.
    Metadata,
    /// In the filesystem that a container sees.
    Final,
}

impl Visibility {
    /// Every visibility, most exposed first.
    pub const ALL: [Self; 4] = [
        Self::Final,
        Self::Metadata,
        Self::Overwritten,
        Self::Deleted,
    ];

    /// The name in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Overwritten => "overwritten",
            Self::Metadata => "metadata",
            Self::Final => "final",
        }
    }
}

/// What hid a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Removal {
    /// Index of the layer.
    pub layer: Option<usize>,
    /// Index of the instruction.
    pub instruction: Option<usize>,
}

/// What the tar says about an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EntryFacts {
    /// Permission bits, octal as in `ls`.
    pub mode: String,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Seconds since 1970.
    pub mtime: i64,
    /// Bytes.
    pub size: u64,
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
