//! One manifest, OCI or Docker schema 2: an image, an artifact, or statements about an image.
//!
//! Read piece by piece, since a manifest that is broken in one place still names blobs elsewhere.
//! Whether it is an image is told by its config's media type, and where that says nothing, by
//! what its layers hold.

use serde_json::Value;

use super::survey::{
    Attestation, Candidate, Named, Place, Survey, bound_layers, check_digest, document,
    missing_blob, missing_layer,
};
use super::{Document, RawImage, RawLayer, Role};
use crate::archive::{Blob, Compression, is_tar, sniff};
use crate::error::{Warning, WarningCode, printable};
use crate::oci::{Descriptor, Digest, MediaType};

/// Bytes that tell a tar.
const TAR_HEAD: usize = 1_024;

/// A manifest and where it was found.
pub(super) struct Found<'f> {
    /// Folder of its blobs, with a slash at its end where it is not the root.
    pub base: &'f str,
    pub named: Named,
    pub value: Value,
    /// Digest of its bytes, as the index names it.
    pub digest: Option<Digest>,
    pub reference: Option<&'f str>,
    pub place: Place,
    /// Whether the index calls it an attestation.
    pub is_attestation: bool,
    /// The image that it is about, as the index says.
    pub about: Option<Digest>,
}

/// The parts of a manifest.
struct Parts {
    config: Option<Descriptor>,
    layers: Vec<Option<Descriptor>>,
    is_artifact: bool,
    subject: Option<Digest>,
}

/// Reads a manifest into the survey.
pub(super) fn read(survey: &mut Survey<'_>, found: Found<'_>) {
    let mut warnings = Vec::new();
    let mut parts = Parts::of(&found.value);
    bound_layers(&mut parts.layers, &mut warnings);
    warnings.extend(
        found
            .digest
            .as_ref()
            .and_then(|digest| check_digest(&found.named.name, digest, &found.named.blob)),
    );
    let blobs: Vec<Option<Named>> = parts
        .layers
        .iter()
        .map(|layer| survey.fetch(found.base, layer.as_ref()?))
        .collect();
    let has_filesystem = blobs
        .iter()
        .flatten()
        .any(|layer| looks_like_tar(&layer.blob));
    if found.is_attestation && !has_filesystem {
        attestation(survey, found, &parts, blobs, warnings);
    } else {
        image(survey, found, parts, blobs, warnings);
    }
}

impl Parts {
    fn of(value: &Value) -> Self {
        let descriptor = |value: &Value| serde_json::from_value::<Descriptor>(value.clone()).ok();
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

/// Whether bytes can be a filesystem layer.
fn looks_like_tar(bytes: &[u8]) -> bool {
    let head = bytes.get(..TAR_HEAD).unwrap_or(bytes);
    !bytes.is_empty() && (!matches!(sniff(bytes), Compression::None) || is_tar(head))
}

fn image(
    survey: &mut Survey<'_>,
    found: Found<'_>,
    parts: Parts,
    blobs: Vec<Option<Named>>,
    warnings: Vec<Warning>,
) {
    let mut candidate = Candidate {
        image: RawImage {
            manifest_digest: found.digest.clone(),
            platform: found.place.platform.clone(),
            documents: vec![document(
                &found.named.name,
                Role::Manifest,
                &found.named.blob,
            )],
            warnings,
            ..RawImage::default()
        },
        places: vec![found.place],
        subject: parts.subject,
        is_artifact: parts.is_artifact,
        ..Candidate::default()
    };
    candidate.refer(found.reference);
    let image = &mut candidate.image;
    match &parts.config {
        Some(config) => read_config(survey, found.base, config, image),
        None if parts.is_artifact => {}
        None => image.warnings.push(no_config(&found.named.name)),
    }
    for (position, (descriptor, named)) in parts.layers.into_iter().zip(blobs).enumerate() {
        match (descriptor, named) {
            (Some(descriptor), Some(named))
                if parts.is_artifact && !looks_like_tar(&named.blob) =>
            {
                image
                    .warnings
                    .extend(check_digest(&named.name, &descriptor.digest, &named.blob));
                image
                    .documents
                    .push(document(&named.name, Role::ArtifactData, &named.blob));
            }
            (Some(descriptor), None) if parts.is_artifact && !descriptor.media_type.is_layer() => {
                image.warnings.push(missing_blob(
                    "the artifact's blob",
                    descriptor.digest.as_str(),
                ));
            }
            (descriptor, named) => {
                let layer = raw_layer(position, descriptor, named);
                if layer.blob.is_none() {
                    let index = image.layers.len();
                    image.warnings.push(missing_layer(index, &layer));
                }
                image.layers.push(layer);
            }
        }
    }
    survey.add(candidate);
}

fn raw_layer(position: usize, descriptor: Option<Descriptor>, named: Option<Named>) -> RawLayer {
    let Some(descriptor) = descriptor else {
        return RawLayer {
            digest: None,
            media_type: MediaType::default(),
            name: format!("layer {position}, for which the manifest has no valid descriptor"),
            blob: None,
        };
    };
    let (name, blob) = match named {
        Some(named) => (named.name, Some(named.blob)),
        None => (descriptor.digest.to_string(), None),
    };
    RawLayer {
        digest: Some(descriptor.digest),
        media_type: descriptor.media_type,
        name,
        blob,
    }
}

/// Reads the config that a manifest points at into `image`.
fn read_config(survey: &mut Survey<'_>, base: &str, descriptor: &Descriptor, image: &mut RawImage) {
    image.config_digest = Some(descriptor.digest.clone());
    match survey.fetch(base, descriptor) {
        Some(named) => {
            image
                .warnings
                .extend(check_digest(&named.name, &descriptor.digest, &named.blob));
            image
                .documents
                .push(document(&named.name, Role::Config, &named.blob));
            image.config = Some(named.blob);
        }
        None => image
            .warnings
            .push(missing_blob("the config", descriptor.digest.as_str())),
    }
}

fn no_config(name: &str) -> Warning {
    Warning::new(
        WarningCode::BrokenJson,
        format!(
            "manifest {} names no config, so history and settings of the image are unknown",
            printable(name.as_bytes())
        ),
    )
    .at(name.as_bytes())
}

fn attestation(
    survey: &mut Survey<'_>,
    found: Found<'_>,
    parts: &Parts,
    blobs: Vec<Option<Named>>,
    mut warnings: Vec<Warning>,
) {
    let mut documents = vec![document(
        &found.named.name,
        Role::Manifest,
        &found.named.blob,
    )];
    let mut take = |descriptor: &Descriptor, named: Option<Named>, role: Role| match named {
        Some(Named { name, blob }) => {
            warnings.extend(check_digest(&name, &descriptor.digest, &blob));
            documents.push(Document { name, role, blob });
        }
        None => warnings.push(missing_blob(
            "the attestation's blob",
            descriptor.digest.as_str(),
        )),
    };
    if let Some(config) = &parts.config {
        let named = survey.fetch(found.base, config);
        take(config, named, Role::Attestation);
    }
    for (descriptor, named) in parts.layers.iter().zip(blobs) {
        if let Some(descriptor) = descriptor {
            take(descriptor, named, Role::Attestation);
        }
    }
    survey.attestations.push(Attestation {
        of: found.about.or_else(|| parts.subject.clone()),
        documents,
        warnings,
    });
}

/// A manifest that is listed and not in the archive.
pub(super) fn absent(
    survey: &mut Survey<'_>,
    digest: &Digest,
    place: Place,
    reference: Option<&str>,
) {
    let mut candidate = Candidate {
        image: RawImage {
            manifest_digest: Some(digest.clone()),
            platform: place.platform.clone(),
            warnings: vec![missing_blob("the manifest", digest.as_str())],
            ..RawImage::default()
        },
        places: vec![place],
        absent: true,
        ..Candidate::default()
    };
    candidate.refer(reference);
    survey.add(candidate);
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

/// Raw bytes where a manifest was expected.
pub(super) fn not_a_manifest(name: &str, blob: &Blob, survey: &mut Survey<'_>) {
    survey.warnings.push(
        Warning::new(
            WarningCode::BrokenJson,
            format!(
                "{} is listed as a manifest and is none: it has neither config nor layers nor \
                 manifests",
                printable(name.as_bytes())
            ),
        )
        .at(name.as_bytes()),
    );
    survey.document(name, Role::Manifest, blob);
}
