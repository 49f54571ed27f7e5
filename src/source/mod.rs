//! Where an image comes from, by transports named as people know them from skopeo.
//!
//! A source (`transport` has the seam and the list of them) is narrow: it delivers bytes and names
//! ([`Contents`]). History pairing, digests, compression and overlay are computed once, by `image`
//! and `scan`, whatever the source.
//!
//! The way through: `reference` parses what was typed; `local` opens the file; `shape` tells by content which forms an
//! archive has and hands each to its reader (`docker_archive`, `legacy`, `oci_layout`,
//! `schema_one`, `manifest`); they fill a `survey` of candidates, each image once; `select`
//! chooses, `left_out` says what was passed over; `leftovers` gives what nothing refers to. Formats: OCI image-spec 1.1, Docker image
//! manifest v2 schema 1 and 2, Docker image specification 1.2, and skopeo's `containers-transports`.

mod candidate;
mod docker_archive;
mod faults;
pub(crate) mod json;
mod left_out;
mod leftovers;
mod legacy;
mod legacy_config;
mod local;
mod manifest;
mod members;
mod oci_layout;
mod open;
mod parts;
mod reference;
mod schema_one;
mod select;
mod shape;
mod survey;
#[cfg(test)]
mod tests;
mod transport;

pub use open::open;
pub use reference::path_of;

use crate::archive::Blob;
use crate::error::Warning;
use crate::oci::{Digest, MediaType, Platform};

/// Which images of an input are wanted, and whether its documents are checked.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// `--image REF`: a reference, tag or digest; every image when absent.
    pub image: Option<String>,
    /// `--platform` and `--all-platforms`.
    pub platforms: Platforms,
    /// `--no-verify`: documents are taken as they are, whatever digest names them.
    pub unverified: bool,
}

/// Which platforms of an index are wanted.
#[derive(Debug, Clone, Default)]
pub enum Platforms {
    /// The host's, or the first where the index has no such.
    #[default]
    Host,
    /// This one.
    One(Platform),
    /// Every one.
    All,
}

/// All that an input holds of the selected images.
#[derive(Debug, Default)]
pub struct Contents {
    /// In the order of the archive.
    pub images: Vec<RawImage>,
    /// What belongs to the archive and not to one image: indexes, `repositories`, attestations,
    /// orphan blobs, extra files, names of members.
    pub documents: Vec<Document>,
    /// What is wrong with the archive, not with one image.
    pub warnings: Vec<Warning>,
}

/// One image as bytes and names.
#[derive(Debug, Default)]
pub struct RawImage {
    /// References that point at it, as written.
    pub references: Vec<String>,
    /// Digest of the manifest, where there is one.
    pub manifest_digest: Option<Digest>,
    /// Digest of the config as the manifest names it, or as computed.
    pub config_digest: Option<Digest>,
    /// The config document; `None` when the blob is absent (a warning says so).
    pub config: Option<Blob>,
    /// As the index states it; the config wins where it has one.
    pub platform: Option<Platform>,
    /// Base first.
    pub layers: Vec<RawLayer>,
    /// Manifest, config, legacy configs, attestations … of this image.
    pub documents: Vec<Document>,
    /// What is wrong with this image; `image` is filled in later.
    pub warnings: Vec<Warning>,
}

/// One layer as the source names it.
#[derive(Debug, Clone)]
pub struct RawLayer {
    /// Digest of the stored bytes where the source states one.
    pub digest: Option<Digest>,
    /// As the manifest states it; empty where it does not.
    pub media_type: MediaType,
    /// Name of the blob in the archive.
    pub name: String,
    /// The stored bytes; `None` when they are absent (a warning says so).
    pub blob: Option<Blob>,
}

/// Bytes of an archive that are no layer, to be scanned as metadata.
#[derive(Debug, Clone)]
pub struct Document {
    /// Name in the archive (`manifest.json`, `blobs/sha256/…`).
    pub name: String,
    /// What it is.
    pub role: Role,
    /// The bytes.
    pub blob: Blob,
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// An image config.
    Config,
    /// An image or artifact manifest.
    Manifest,
    /// An index or manifest list.
    Index,
    /// A legacy v1 config (`<id>/json`, `v1Compatibility`, orphan blobs of Docker 25).
    LegacyConfig,
    /// A layer of an attestation manifest: an in-toto statement.
    Attestation,
    /// A layer of an artifact: not a filesystem, scanned as a file.
    ArtifactData,
    /// A blob that nothing refers to.
    OrphanBlob,
    /// Any other file of the archive.
    ArchiveFile,
    /// Bytes of the archive that are part of no file.
    Slack,
    /// The name of a member or target of a link, as text.
    MemberName,
}
