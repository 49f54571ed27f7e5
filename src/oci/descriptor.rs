//! Descriptors: how documents point at blobs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Digest, MediaType, Platform, null_is_default};

/// A pointer to a blob (OCI image-spec `descriptor.md`). Its stated size is of no use: the archive
/// has the bytes, and their digest says whether they are all there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the writer says the blob is.
    #[serde(default, deserialize_with = "null_is_default")]
    pub media_type: MediaType,
    /// Hash of the blob.
    pub digest: Digest,
    /// Free key/value pairs.
    #[serde(default, deserialize_with = "null_is_default")]
    pub annotations: BTreeMap<String, String>,
    /// Only in an index.
    #[serde(default)]
    pub platform: Option<Platform>,
    /// The blob itself, base64, inlined.
    #[serde(default)]
    pub data: Option<String>,
}

impl Descriptor {
    /// The full reference or the tag that a layout's index gives this entry.
    pub fn reference(&self) -> Option<&str> {
        [
            "io.containerd.image.name",
            "org.opencontainers.image.ref.name",
        ]
        .iter()
        .find_map(|key| self.annotations.get(*key))
        .map(String::as_str)
    }

    /// Whether BuildKit marked this manifest as an attestation.
    pub fn is_attestation(&self) -> bool {
        self.annotations
            .get("vnd.docker.reference.type")
            .is_some_and(|kind| kind == "attestation-manifest")
            || self.platform.as_ref().is_some_and(Platform::is_unknown)
    }
}
