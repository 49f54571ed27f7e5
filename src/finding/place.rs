//! Where a secret lies, who can still see it there, and what hid it.

use serde::{Deserialize, Serialize};

use super::PackageFile;
use crate::oci::DiffId;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
