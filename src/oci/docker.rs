//! Docker's own documents: `manifest.json` of `docker save`, and the old schema 1 manifest.

use serde::Deserialize;

use super::{Digest, null_is_default};

/// One image of `docker save`'s `manifest.json`. jib writes the keys in lower case.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct DockerManifestItem {
    /// Path of the config in the archive.
    #[serde(
        default,
        rename = "Config",
        alias = "config",
        deserialize_with = "null_is_default"
    )]
    pub config: String,
    /// `name:tag` references.
    #[serde(
        default,
        rename = "RepoTags",
        alias = "repoTags",
        alias = "repotags",
        deserialize_with = "null_is_default"
    )]
    pub repo_tags: Vec<String>,
    /// Paths of the layers in the archive, base first.
    #[serde(
        default,
        rename = "Layers",
        alias = "layers",
        deserialize_with = "null_is_default"
    )]
    pub layers: Vec<String>,
}

/// A Docker v2 schema 1 manifest. Layers and history are listed **newest first**.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaOneManifest {
    /// Always 1.
    #[serde(default)]
    pub schema_version: u32,
    /// Repository.
    #[serde(default, deserialize_with = "null_is_default")]
    pub name: String,
    /// Tag.
    #[serde(default, deserialize_with = "null_is_default")]
    pub tag: String,
    /// Processor.
    #[serde(default, deserialize_with = "null_is_default")]
    pub architecture: String,
    /// Layers, newest first.
    #[serde(default, deserialize_with = "null_is_default")]
    pub fs_layers: Vec<SchemaOneLayer>,
    /// Legacy configs, newest first.
    #[serde(default, deserialize_with = "null_is_default")]
    pub history: Vec<SchemaOneHistory>,
}

/// A layer of a schema 1 manifest.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaOneLayer {
    /// Digest of the compressed layer.
    pub blob_sum: Digest,
}

/// A history item of a schema 1 manifest.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaOneHistory {
    /// A legacy config, JSON inside a JSON string.
    #[serde(default, deserialize_with = "null_is_default")]
    pub v1_compatibility: String,
}
