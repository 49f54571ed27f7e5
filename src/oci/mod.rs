//! The OCI image specification (and Docker's dialects of it) as pure data, without I/O.
//!
//! Readers are lenient where real writers are: unknown fields are ignored, `null` lists are
//! empty, and Docker's `manifest.json` keys are accepted in any case. What is scanned for secrets
//! is never this parsed form but the document itself, so leniency loses nothing.
//!
//! Sources: OCI image-spec v1.1 (`descriptor.md`, `image-index.md`, `manifest.md`, `config.md`);
//! Docker image manifest v2 schema 2 and schema 1; `docker save`'s `manifest.json`.

mod config;
mod descriptor;
mod digest;
mod docker;
mod manifest;
mod media_type;
mod platform;

pub use config::{History, ImageConfig, RootFs, RuntimeConfig};
pub use descriptor::Descriptor;
pub use digest::{ChainId, DiffId, Digest};
pub use docker::{DockerManifestItem, SchemaOneManifest};
pub use manifest::{ImageIndex, ImageManifest};
pub use media_type::MediaType;
pub use platform::Platform;

use serde::{Deserialize, Deserializer};

/// `null` reads as the default, as Go readers do.
pub(crate) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
