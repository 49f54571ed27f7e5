//! Everything that an archive describes, before the user's selection is applied.
//!
//! The same image is often described twice: by two tags, by a nested index, by `index.json` and
//! by `manifest.json`. It is kept once, with every reference and every place that points at it.

use std::collections::{BTreeSet, HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::members::Members;
use super::{Document, RawImage, RawLayer, Role, json};
use crate::archive::{Archive, Blob, Limits};
use crate::error::{Warning, WarningCode, printable};
use crate::oci::{Descriptor, Digest, Platform};

/// Manifests looked at in one archive.
const MANIFESTS: usize = 4_096;
/// Layers kept of one image.
pub(super) const LAYERS: usize = 10_000;
/// Bytes of manifests and indexes parsed in one archive, each as often as it is referred to.
const PARSED_BYTES: u64 = 16 * Limits::DOCUMENT_SIZE;

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

/// What an archive describes.
pub(super) struct Survey<'a> {
    pub members: Members<'a>,
    pub candidates: Vec<Candidate>,
    pub attestations: Vec<Attestation>,
    pub documents: Vec<Document>,
    pub warnings: Vec<Warning>,
    /// Attestation manifests that were read.
    pub attested: HashSet<Digest>,
    documented: HashSet<String>,
    by_manifest: HashMap<Digest, usize>,
    by_content: HashMap<String, usize>,
    groups: usize,
    manifests: usize,
    parsed_bytes: u64,
}

/// A blob with its name.
pub(super) struct Named {
    pub name: String,
    pub blob: Blob,
}

impl<'a> Survey<'a> {
    pub fn new(archive: &'a Archive) -> Self {
        Self {
            members: Members::new(archive),
            candidates: Vec::new(),
            attestations: Vec::new(),
            documents: Vec::new(),
            warnings: Vec::new(),
            attested: HashSet::new(),
            documented: HashSet::new(),
            by_manifest: HashMap::new(),
            by_content: HashMap::new(),
            groups: 0,
            manifests: 0,
            parsed_bytes: 0,
        }
    }

    /// A new group of manifests between which the platform chooses.
    pub fn new_group(&mut self) -> usize {
        self.groups += 1;
        self.groups
    }

    /// Counts a manifest; `false` when there are more than any real archive has.
    pub fn count_manifest(&mut self) -> bool {
        self.manifests += 1;
        if self.manifests == MANIFESTS + 1 {
            self.warnings.push(Warning::new(
                WarningCode::LimitReached,
                format!("more than {MANIFESTS} manifests are listed; the others are not read"),
            ));
        }
        self.manifests <= MANIFESTS
    }

    /// Counts the bytes of a document to parse; `false` when it has been too much.
    pub fn count_parsed(&mut self, name: &str, bytes: usize) -> bool {
        let before = self.parsed_bytes;
        self.parsed_bytes = before.saturating_add(bytes as u64);
        if before <= PARSED_BYTES && self.parsed_bytes > PARSED_BYTES {
            self.warnings.push(
                Warning::new(
                    WarningCode::LimitReached,
                    format!(
                        "more than {PARSED_BYTES} bytes of manifests are listed; the others are \
                         not read"
                    ),
                )
                .at(name.as_bytes()),
            );
        }
        self.parsed_bytes <= PARSED_BYTES
    }

    /// A document of the archive as a whole, once for each name.
    pub fn document(&mut self, name: &str, role: Role, blob: &Blob) {
        if self.documented.insert(name.to_owned()) {
            self.documents.push(document(name, role, blob));
        }
    }

    /// The blob that a descriptor points at: a member, or else the copy inside the descriptor.
    /// An inner copy that differs from the member is kept as a document.
    pub fn fetch(&mut self, base: &str, descriptor: &Descriptor) -> Option<Named> {
        let name = self.members.locate(base, &descriptor.digest);
        let member = name.and_then(|name| {
            let blob = self.members.read(&name)?;
            Some(Named { name, blob })
        });
        let Some(inner) = descriptor
            .data
            .as_deref()
            .and_then(|data| STANDARD.decode(data).ok())
        else {
            return member;
        };
        let named = Named {
            name: format!("{base}data of {}", descriptor.digest),
            blob: Blob::from_vec(inner),
        };
        match member {
            Some(member) => {
                if member.blob[..] != named.blob[..] {
                    self.document(&named.name, Role::ArchiveFile, &named.blob);
                }
                Some(member)
            }
            None => Some(named),
        }
    }

    /// The candidate whose manifest has this digest.
    pub fn known(&mut self, digest: &Digest) -> Option<&mut Candidate> {
        self.candidates.get_mut(*self.by_manifest.get(digest)?)
    }

    /// Takes a candidate, or adds what it says to the one that is the same image.
    pub fn add(&mut self, candidate: Candidate) {
        let content = content_key(&candidate);
        let manifest = candidate.image.manifest_digest.clone();
        let same = manifest
            .as_ref()
            .and_then(|digest| self.by_manifest.get(digest))
            .or_else(|| self.by_content.get(content.as_ref()?))
            .copied();
        let index = match same.and_then(|index| Some((index, self.candidates.get_mut(index)?))) {
            Some((index, known)) => {
                known.merge(candidate);
                index
            }
            None => {
                self.candidates.push(candidate);
                self.candidates.len() - 1
            }
        };
        if let Some(manifest) = manifest {
            self.by_manifest.entry(manifest).or_insert(index);
        }
        if let Some(content) = content {
            self.by_content.entry(content).or_insert(index);
        }
    }
}

impl Candidate {
    /// Adds a reference once.
    pub fn refer(&mut self, reference: Option<&str>) {
        if let Some(reference) = reference
            && !self.image.references.iter().any(|r| r == reference)
        {
            self.image.references.push(reference.to_owned());
        }
    }

    fn merge(&mut self, other: Self) {
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
        let known: HashSet<&String> = self.image.documents.iter().map(|d| &d.name).collect();
        let new: Vec<Document> = other
            .image
            .documents
            .into_iter()
            .filter(|document| !known.contains(&document.name))
            .collect();
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

/// What makes two descriptions the same image: config and layers. Artifacts often share an empty
/// config and are told apart by their manifests alone.
fn content_key(candidate: &Candidate) -> Option<String> {
    let config = candidate.image.config_digest.as_ref()?;
    if candidate.is_artifact {
        return None;
    }
    let layers = candidate.image.layers.iter();
    Some(layers.fold(config.to_string(), |key, layer| key + "\n" + &layer.name))
}

/// A document of this name.
pub(super) fn document(name: &str, role: Role, blob: &Blob) -> Document {
    Document {
        name: name.to_owned(),
        role,
        blob: blob.clone(),
    }
}

/// What is wrong where bytes do not have the digest that they are promised to have.
pub(super) fn check_digest(name: &str, digest: &Digest, blob: &Blob) -> Option<Warning> {
    let (code, reason) = match digest.verify(blob) {
        Some(true) => return None,
        Some(false) => (
            WarningCode::DigestMismatch,
            format!(
                "should have the digest {digest} and has {}",
                Digest::sha256(blob)
            ),
        ),
        None => (
            WarningCode::UnverifiedDigest,
            format!("was not checked against {digest}: unknown algorithm"),
        ),
    };
    let message = format!("{} {reason}", printable(name.as_bytes()));
    Some(Warning::new(code, message).at(name.as_bytes()))
}

/// A warning for a layer that is not in the archive.
pub(super) fn missing_layer(index: usize, layer: &RawLayer) -> Warning {
    let reason = if layer.media_type.is_foreign() {
        "; it is a foreign (non-distributable) layer, which writers leave out: its files are not \
         scanned"
    } else {
        "; its files are not scanned. Blobs in a folder that several layouts share are found when \
         the input holds that folder too"
    };
    Warning::new(
        WarningCode::MissingLayer,
        format!(
            "layer {index} ({}) is not in the archive{reason}",
            printable(layer.name.as_bytes())
        ),
    )
    .in_layer(index)
    .at(layer.name.as_bytes())
}

/// A warning for a manifest, config or other blob that is not in the archive.
pub(super) fn missing_blob(what: &str, name: &str) -> Warning {
    Warning::new(
        WarningCode::MissingBlob,
        format!(
            "{what} {} is not in the archive",
            printable(name.as_bytes())
        ),
    )
    .at(name.as_bytes())
}

/// Keeps the layers of one image to a number that memory can hold.
pub(super) fn bound_layers<T>(layers: &mut Vec<T>, warnings: &mut Vec<Warning>) {
    if layers.len() > LAYERS {
        warnings.push(Warning::new(
            WarningCode::LimitReached,
            format!(
                "the image lists {} layers; those above {LAYERS} are not read",
                layers.len()
            ),
        ));
        layers.truncate(LAYERS);
    }
}

/// Parses a document and keeps what is wrong with it.
pub(super) fn parse(name: &str, blob: &Blob, warnings: &mut Vec<Warning>) -> Option<Value> {
    let (value, warning) = json::parse(name, blob);
    warnings.extend(warning);
    value
}
