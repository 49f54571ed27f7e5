//! Indexes and manifests.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Descriptor, MediaType, null_is_default};

/// An image index or Docker manifest list (OCI image-spec `image-index.md`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageIndex {
    /// What the writer says this document is.
    #[serde(default, deserialize_with = "null_is_default")]
    pub media_type: MediaType,
    /// Manifests, nested indexes and artifacts; Docker 25 writes `null` for an image saved by ID.
    #[serde(default, deserialize_with = "null_is_default")]
    pub manifests: Vec<Descriptor>,
    /// Free key/value pairs.
    #[serde(default, deserialize_with = "null_is_default")]
    pub annotations: BTreeMap<String, String>,
}

/// An image manifest, OCI or Docker v2 schema 2 (OCI image-spec `manifest.md`).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageManifest {
    /// What the writer says this document is.
    #[serde(default, deserialize_with = "null_is_default")]
    pub media_type: MediaType,
    /// The image config, or that of another artifact.
    pub config: Descriptor,
    /// Layers, base first.
    #[serde(default, deserialize_with = "null_is_default")]
    pub layers: Vec<Descriptor>,
    /// Kind of artifact, where it is no image.
    #[serde(default)]
    pub artifact_type: Option<String>,
    /// What this manifest refers to (signatures, SBOMs, attestations).
    #[serde(default)]
    pub subject: Option<Descriptor>,
    /// Free key/value pairs.
    #[serde(default, deserialize_with = "null_is_default")]
    pub annotations: BTreeMap<String, String>,
}
