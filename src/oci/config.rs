//! The image config: history, root filesystem and runtime settings.

use serde::Deserialize;
use serde_json::Value;

use super::{DiffId, Platform, null_is_default};

/// An image config (OCI image-spec `config.md`), as far as the analysis needs it typed; every
/// string of the document, known field or not, is scanned from the document itself.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ImageConfig {
    /// When the image was made, as written.
    #[serde(default, deserialize_with = "null_is_default")]
    pub created: Option<String>,
    /// Operating system and processor.
    #[serde(flatten)]
    pub platform: Platform,
    /// Runtime settings.
    #[serde(default, deserialize_with = "null_is_default")]
    pub config: RuntimeConfig,
    /// The layers' diff IDs.
    #[serde(default, deserialize_with = "null_is_default")]
    pub rootfs: RootFs,
    /// What made the image, oldest first.
    #[serde(default, deserialize_with = "null_is_default")]
    pub history: Vec<History>,
}

/// The runtime settings that the analysis reads by name.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct RuntimeConfig {
    /// `KEY=value` pairs; values of another type than string are kept as they are.
    #[serde(default, rename = "Env", deserialize_with = "null_is_default")]
    pub env: Vec<Value>,
}

/// The layers' diff IDs, base first.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct RootFs {
    /// One for each layer.
    #[serde(default, deserialize_with = "null_is_default")]
    pub diff_ids: Vec<DiffId>,
}

/// One step of the build as the builder recorded it, as far as it tells which layer it made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct History {
    /// When, as written.
    #[serde(default, deserialize_with = "null_is_default")]
    pub created: Option<String>,
    /// The command, in the builder's own dialect.
    #[serde(default, deserialize_with = "null_is_default")]
    pub created_by: String,
    /// Whether this step made no layer.
    #[serde(default, deserialize_with = "null_is_default")]
    pub empty_layer: bool,
}

/// Keywords of a Dockerfile that change no file.
const SETTINGS: [&str; 13] = [
    "ARG",
    "CMD",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
];

/// Whether an instruction with this keyword changes settings and no file. Where one stands at a
/// layer, the builder put a whole build into that layer (`buildah --layers=false`, `--squash`) and
/// named its last step only.
pub fn is_setting(keyword: Option<&str>) -> bool {
    keyword.is_some_and(|keyword| SETTINGS.contains(&keyword))
}
