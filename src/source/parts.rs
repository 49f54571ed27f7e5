//! A manifest taken apart, and what kind of document a JSON value is.
//!
//! Taken piece by piece, since a manifest that is broken in one place still names blobs elsewhere.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::oci::{Descriptor, Digest, MediaType};

/// The parts of a manifest.
pub(super) struct Parts {
    pub config: Option<Descriptor>,
    pub layers: Vec<Option<Descriptor>>,
    pub is_artifact: bool,
    pub subject: Option<Digest>,
}

impl Parts {
    /// Takes a manifest apart.
    pub fn of(value: &Value) -> Self {
        let config = value.get("config").and_then(descriptor);
        let list = ["layers", "blobs"]
            .iter()
            .find_map(|key| value.get(*key)?.as_array());
        let media_type = config.as_ref().map(|config| &config.media_type);
        let has_type = value.get("artifactType").is_some_and(Value::is_string);
        Self {
            is_artifact: is_artifact(media_type, has_type),
            layers: list
                .map(|layers| layers.iter().map(descriptor).collect())
                .unwrap_or_default(),
            subject: value
                .get("subject")
                .and_then(descriptor)
                .map(|subject| subject.digest),
            config,
        }
    }
}

/// A descriptor, read piece by piece where it is not as it should be as a whole: as long as it
/// has a digest, it leads to a blob.
pub(super) fn descriptor(value: &Value) -> Option<Descriptor> {
    fn piece<T: DeserializeOwned>(value: &Value, key: &str) -> Option<T> {
        T::deserialize(value.get(key)?).ok()
    }
    if let Ok(descriptor) = Descriptor::deserialize(value) {
        return Some(descriptor);
    }
    let annotations = value.get("annotations").and_then(Value::as_object);
    Some(Descriptor {
        media_type: piece(value, "mediaType").unwrap_or_default(),
        digest: piece(value, "digest")?,
        annotations: annotations
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect(),
        platform: piece(value, "platform"),
        data: piece(value, "data"),
    })
}

/// Whether a manifest with this config is no container image. Old writers name no media type or
/// the type of any bytes.
fn is_artifact(config: Option<&MediaType>, has_artifact_type: bool) -> bool {
    match config {
        None => has_artifact_type,
        Some(media_type) => {
            !media_type.is_image_config()
                && (has_artifact_type
                    || !matches!(media_type.as_str(), "" | "application/octet-stream"))
        }
    }
}

/// Whether a document is an index, whatever its media type says.
pub(super) fn is_index(value: &Value) -> bool {
    value.get("config").is_none()
        && value.get("layers").is_none()
        && value
            .get("manifests")
            .is_some_and(|manifests| manifests.is_array() || manifests.is_null())
}

/// Whether a document is a schema 1 manifest.
pub(super) fn is_schema_one(value: &Value) -> bool {
    value.get("fsLayers").is_some_and(Value::is_array)
}

/// Whether a document is an image or artifact manifest.
pub(super) fn is_manifest(value: &Value) -> bool {
    ["config", "layers", "blobs"]
        .iter()
        .any(|key| value.get(*key).is_some())
}
