//! The OCI image specification (and Docker's dialects of it) as pure data, without I/O.
//!
//! Readers are lenient where real writers are: unknown fields are ignored, `null` lists are
//! empty, and Docker's `manifest.json` keys are accepted in any case. What is scanned for secrets
//! is never this parsed form but the document itself, so leniency loses nothing. Indexes and
//! manifests have no types here: `source` takes them apart piece by piece, because one that is
//! broken in one place still names blobs elsewhere.
//!
//! Sources: OCI image-spec v1.1 (`descriptor.md`, `config.md`, `media-types.md`); Docker image
//! manifest v2 schema 2; `docker save`'s `manifest.json`.

mod config;
mod descriptor;
mod digest;
mod docker;
mod media_type;
mod platform;

pub(crate) use config::{History, ImageConfig, is_setting};
pub(crate) use descriptor::Descriptor;
pub use digest::{DiffId, Digest};
pub(crate) use docker::DockerManifestItem;
pub use media_type::MediaType;
pub use platform::Platform;

use serde::{Deserialize, Deserializer};

/// `null` reads as the default, as Go readers do.
fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
