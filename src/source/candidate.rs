//! An image that an archive describes, before anyone has chosen it.
//!
//! Two descriptions are the same image when they have the same manifest, or the same config over
//! the same layers, and the same bytes under these names; then one is merged into the other and
//! nothing of it is lost.

use std::collections::{BTreeSet, HashMap};

use super::{Document, RawImage};
use crate::archive::Blob;
use crate::error::{Warning, WarningCode};
use crate::oci::{Digest, Platform};

/// References kept of one image.
const REFERENCES: usize = 1_000;

/// An image that the archive describes.
#[derive(Debug, Default)]
pub(super) struct Candidate {
    pub image: RawImage,
    /// Where it is listed.
    pub places: Vec<Place>,
    /// Digests of other manifests that describe the same image.
    pub aliases: Vec<Digest>,
    /// Whether its manifest is not in the archive.
    pub absent: bool,
    /// What it refers to (signatures, SBOMs).
    pub subject: Option<Digest>,
    /// Whether it is something else than a container image.
    pub is_artifact: bool,
    /// Whether references were left out.
    pub has_more_references: bool,
}

/// A place that lists a manifest.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// Manifests of one index under one reference, between which the platform chooses.
    pub group: Option<usize>,
    /// As that index states it.
    pub platform: Option<Platform>,
    /// That index.
    pub index: Option<Digest>,
}

/// In-toto statements about an image.
#[derive(Debug, Default)]
pub(super) struct Attestation {
    /// Digest of that image's manifest.
    pub of: Option<Digest>,
    pub documents: Vec<Document>,
    pub warnings: Vec<Warning>,
}

impl Candidate {
    /// Adds a reference once.
    pub fn refer(&mut self, reference: Option<&str>) {
        if self.has_more_references {
            return;
        }
        let references = &mut self.image.references;
        let Some(reference) = reference.filter(|new| !references.iter().any(|r| r == new)) else {
            return;
        };
        if references.len() < REFERENCES {
            references.push(reference.to_owned());
        } else {
            self.has_more_references = true;
            self.image.warnings.push(Warning::new(
                WarningCode::LimitReached,
                format!("the image has more than {REFERENCES} references; the others are left out"),
            ));
        }
    }

    /// Takes over what another description of the same image says.
    pub fn merge(&mut self, other: Self) {
        for reference in &other.image.references {
            self.refer(Some(reference));
        }
        let listed = other.places.into_iter();
        self.places
            .extend(listed.filter(|place| place.group.is_some()));
        if let Some(digest) = other.image.manifest_digest {
            match &self.image.manifest_digest {
                None => self.image.manifest_digest = Some(digest),
                Some(own) if *own != digest => self.aliases.push(digest),
                Some(_) => {}
            }
        }
        let own = self.image.documents.iter();
        let known: HashMap<&String, &Blob> = own.map(|d| (&d.name, &d.blob)).collect();
        let is_known = |document: &Document| {
            let known = known.get(&document.name);
            known.is_some_and(|blob| {
                blob.key() == document.blob.key() || blob[..] == document.blob[..]
            })
        };
        let documents = other.image.documents.into_iter();
        let new: Vec<Document> = documents.filter(|document| !is_known(document)).collect();
        self.image.documents.extend(new);
        let known: BTreeSet<&Warning> = self.image.warnings.iter().collect();
        let new: Vec<Warning> = other
            .image
            .warnings
            .into_iter()
            .filter(|warning| !known.contains(warning))
            .collect();
        self.image.warnings.extend(new);
        self.image.platform = self.image.platform.take().or(other.image.platform);
        self.subject = self.subject.take().or(other.subject);
    }
}

/// What two descriptions of the same image have in common: config and layers. Artifacts often share an empty
/// config and are told apart by their manifests alone.
pub(super) fn content_key(candidate: &Candidate) -> Option<String> {
    let config = candidate.image.config_digest.as_ref()?;
    if candidate.is_artifact {
        return None;
    }
    let layers = candidate.image.layers.iter();
    Some(layers.fold(config.to_string(), |key, layer| {
        let name = layer
            .digest
            .as_ref()
            .map_or(layer.name.as_str(), Digest::as_str);
        key + "\n" + name
    }))
}
