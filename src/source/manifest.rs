//! One manifest: an image, an artifact, or statements about an image. That of OCI and Docker's of
//! schema 2 are read here, Docker's of schema 1 in `schema_one`.
//!
//! Whether it is an image is told by its config's media type, and where that says nothing, by
//! what its layers hold.

use serde_json::Value;

use super::candidate::{Attestation, Candidate, Place};
use super::faults::{missing_blob, missing_layer};
use super::parts::{self, Parts};
use super::survey::{Named, Survey, document};
use super::{RawImage, RawLayer, Role, schema_one};
use crate::archive::{Compression, is_tar, sniff};
use crate::error::{Warning, WarningCode, printable};
use crate::oci::{Descriptor, Digest, MediaType};

/// Said of layers that a directory lacks.
const SHARED_FOLDER: &str =
    " (blobs that several layouts share are found in a folder that holds them and the layouts)";
/// Bytes that tell a tar.
const TAR_HEAD: usize = 1_024;

/// A manifest and where it was found.
pub(super) struct Found<'f> {
    /// Folder of its blobs, with a slash at its end where it is not the root.
    pub base: &'f str,
    pub named: Named,
    pub value: Value,
    /// Digest of its bytes, where something names it by one.
    pub digest: Option<Digest>,
    pub reference: Option<&'f str>,
    pub place: Place,
    /// Whether the index calls it an attestation.
    pub is_attestation: bool,
    /// The image that it is about, as the index says.
    pub about: Option<Digest>,
}

/// Reads a manifest of whatever generation into the survey; gives back the bytes of what
/// is none.
pub(super) fn read(survey: &mut Survey<'_>, found: Found<'_>) -> Result<(), Named> {
    if parts::is_schema_one(&found.value) {
        schema_one::read(survey, found);
    } else if parts::is_manifest(&found.value) {
        schema_two(survey, found);
    } else {
        return Err(found.named);
    }
    Ok(())
}

/// Reads an OCI manifest, or Docker's of schema 2.
fn schema_two(survey: &mut Survey<'_>, found: Found<'_>) {
    let mut warnings = Vec::new();
    let mut parts = Parts::of(&found.value);
    survey.bound_layers(&mut parts.layers, &mut warnings);
    let named = &found.named;
    let digest = found.digest.as_ref();
    warnings
        .extend(digest.and_then(|digest| survey.check_digest(&named.name, digest, &named.blob)));
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
            (Some(descriptor), named)
                if parts.is_artifact && !is_filesystem(&descriptor, named.as_ref()) =>
            {
                artifact_data(survey, image, &descriptor, named);
            }
            (descriptor, named) => add_layer(survey, image, raw_layer(position, descriptor, named)),
        }
    }
    survey.add(candidate);
}

/// Whether a blob of an artifact is a layer after all; of an absent one its writer's word counts.
fn is_filesystem(descriptor: &Descriptor, named: Option<&Named>) -> bool {
    named.map_or_else(
        || descriptor.media_type.is_layer(),
        |named| looks_like_tar(&named.blob),
    )
}

fn artifact_data(
    survey: &mut Survey<'_>,
    image: &mut RawImage,
    descriptor: &Descriptor,
    named: Option<Named>,
) {
    let digest = &descriptor.digest;
    match named {
        Some(Named { name, blob }) => {
            let mismatch = survey.check_digest(&name, digest, &blob);
            image.warnings.extend(mismatch);
            let data = document(&name, Role::ArtifactData, &blob);
            image.documents.push(data);
        }
        None => {
            let missing = missing_blob("the artifact's blob", digest.as_str());
            image.warnings.push(missing);
        }
    }
}

fn add_layer(survey: &Survey<'_>, image: &mut RawImage, layer: RawLayer) {
    if layer.blob.is_none() {
        let mut warning = missing_layer(image.layers.len(), &layer);
        if survey.members.archive().is_directory() {
            warning.message.push_str(SHARED_FOLDER);
        }
        image.warnings.push(warning);
    }
    image.layers.push(layer);
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
        Some(named) => survey.take_config(image, named),
        None => {
            let missing = missing_blob("the config", descriptor.digest.as_str());
            image.warnings.push(missing);
        }
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
    let config = parts.config.as_ref().map(|config| {
        let named = survey.fetch(found.base, config);
        (config, named)
    });
    let layers = parts.layers.iter().zip(blobs);
    let statements = layers.filter_map(|(layer, named)| Some((layer.as_ref()?, named)));
    for (descriptor, named) in config.into_iter().chain(statements) {
        match named {
            Some(Named { name, blob }) => {
                warnings.extend(survey.check_digest(&name, &descriptor.digest, &blob));
                documents.push(document(&name, Role::Attestation, &blob));
            }
            None => warnings.push(missing_blob(
                "the attestation's blob",
                descriptor.digest.as_str(),
            )),
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

/// Raw bytes where a manifest was expected.
pub(super) fn not_a_manifest(survey: &mut Survey<'_>, named: &Named) {
    let Named { name, blob } = named;
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
