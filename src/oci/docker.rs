//! Docker's own list of images: `manifest.json` of `docker save` (Docker image specification 1.2).

use serde::Deserialize;

use super::null_is_default;

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
