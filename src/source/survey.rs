//! Everything that an archive describes, before the user's selection is applied.
//!
//! The same image is often described twice: by two tags, by a nested index, by `index.json` and
//! by `manifest.json`. It is kept once, with every reference and every place that points at it.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::candidate::{Attestation, Candidate, content_key};
use super::members::Members;
use super::{Document, RawImage, Role, faults, json};
use crate::archive::{Archive, Blob, BlobKey, Limits};
use crate::error::{Warning, WarningCode};
use crate::oci::{Descriptor, Digest};

/// Manifests looked at in one archive.
const MANIFESTS: usize = 4_096;
/// Layers kept of one image.
pub(super) const LAYERS: usize = 10_000;
/// Layers kept of all images of one archive.
const ALL_LAYERS: usize = 200_000;
/// Bytes of manifests, indexes and configs parsed in one archive, each as often as it is referred to.
const PARSED_BYTES: u64 = 4 * Limits::DOCUMENT_SIZE;

/// What an archive describes.
pub(super) struct Survey<'a> {
    pub members: Members<'a>,
    pub candidates: Vec<Candidate>,
    pub attestations: Vec<Attestation>,
    pub documents: Vec<Document>,
    pub warnings: Vec<Warning>,
    /// Attestation manifests that were read.
    pub attested: HashSet<Digest>,
    /// How many more are listed and not in the archive.
    pub absent_attestations: usize,
    documented: HashSet<String>,
    by_manifest: HashMap<Digest, usize>,
    by_content: HashMap<String, usize>,
    groups: usize,
    manifests: usize,
    layers: usize,
    parsed_bytes: u64,
    verifies: bool,
    verdicts: HashMap<(String, Digest), Option<Warning>>,
    digests: HashMap<String, Digest>,
    /// Digests of blobs that were compared, with the blobs, whose keys hold as long as they live.
    compared: HashMap<BlobKey, (Blob, Digest)>,
}

/// A blob with its name.
pub(super) struct Named {
    pub name: String,
    pub blob: Blob,
}

impl<'a> Survey<'a> {
    /// Nothing is known yet; `verifies` says whether documents must have the digests that name
    /// them.
    pub fn new(archive: &'a Archive, verifies: bool) -> Self {
        Self {
            members: Members::new(archive),
            candidates: Vec::new(),
            attestations: Vec::new(),
            documents: Vec::new(),
            warnings: Vec::new(),
            attested: HashSet::new(),
            absent_attestations: 0,
            documented: HashSet::new(),
            by_manifest: HashMap::new(),
            by_content: HashMap::new(),
            groups: 0,
            manifests: 0,
            layers: 0,
            parsed_bytes: 0,
            verifies,
            verdicts: HashMap::new(),
            digests: HashMap::new(),
            compared: HashMap::new(),
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
                        "more than {PARSED_BYTES} bytes of manifests and configs are listed; the \
                         others are not parsed, their raw bytes are scanned"
                    ),
                )
                .at(name.as_bytes()),
            );
        }
        self.parsed_bytes <= PARSED_BYTES
    }

    /// Keeps the layers of an image to a number that memory can hold.
    pub fn bound_layers<T>(&mut self, layers: &mut Vec<T>, warnings: &mut Vec<Warning>) {
        let most = LAYERS.min(ALL_LAYERS.saturating_sub(self.layers));
        if layers.len() > most {
            warnings.push(Warning::new(
                WarningCode::LimitReached,
                format!(
                    "the image lists {} layers; those above {most} are not read",
                    layers.len()
                ),
            ));
            layers.truncate(most);
        }
        self.layers += layers.len();
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

    /// What is wrong where bytes do not have the digest that they are promised to have. Each
    /// blob is hashed once, however often it is named.
    pub fn check_digest(&mut self, name: &str, digest: &Digest, blob: &Blob) -> Option<Warning> {
        if !self.verifies {
            return None;
        }
        let key = (name.to_owned(), digest.clone());
        let verdict = self.verdicts.entry(key);
        verdict
            .or_insert_with(|| faults::check_digest(name, digest, blob))
            .clone()
    }

    /// The digest of bytes that nothing names by digest, computed once for each name.
    pub fn digest_of(&mut self, name: &str, blob: &Blob) -> Digest {
        let digest = self.digests.entry(name.to_owned());
        digest.or_insert_with(|| Digest::sha256(blob)).clone()
    }

    /// Takes a config into `image`, if it is within what is parsed of one archive.
    pub fn take_config(&mut self, image: &mut RawImage, named: Named) {
        let Named { name, blob } = named;
        let mismatch = image
            .config_digest
            .as_ref()
            .and_then(|digest| self.check_digest(&name, digest, &blob));
        image.warnings.extend(mismatch);
        image.documents.push(document(&name, Role::Config, &blob));
        if self.count_parsed(&name, blob.len()) {
            image.config = Some(blob);
        }
    }

    /// The candidate whose manifest has this digest.
    pub fn known(&mut self, digest: &Digest) -> Option<&mut Candidate> {
        self.candidates.get_mut(*self.by_manifest.get(digest)?)
    }

    /// Takes a candidate, or adds what it says to the one that is the same image. Names alone
    /// make no image the same: what has other bytes under the same digests stays beside it, and
    /// the bytes tell which of them lies.
    pub fn add(&mut self, candidate: Candidate) {
        let content = content_key(&candidate);
        let manifest = candidate.image.manifest_digest.clone();
        let by_manifest = manifest.as_ref().and_then(|m| self.by_manifest.get(m));
        let by_content = content.as_ref().and_then(|c| self.by_content.get(c));
        let same = [by_manifest.copied(), by_content.copied()];
        let same = same
            .into_iter()
            .flatten()
            .find(|index| self.holds(*index, &candidate));
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

    /// Whether the candidate at `index` has every byte that `other` has.
    fn holds(&mut self, index: usize, other: &Candidate) -> bool {
        let Some(known) = self.candidates.get(index) else {
            return false;
        };
        let blobs = |image: &RawImage| {
            let layers = image.layers.iter().map(|layer| layer.blob.clone());
            layers.chain([image.config.clone()]).collect::<Vec<_>>()
        };
        let (known, new) = (blobs(&known.image), blobs(&other.image));
        other.absent
            || known.len() == new.len()
                && known.iter().zip(&new).all(|pair| match pair {
                    (_, None) => true,
                    (None, Some(_)) => false,
                    (Some(known), Some(new)) => self.is_same(known, new),
                })
    }

    /// Whether two blobs have the same bytes. Each is hashed once, however often it is compared.
    fn is_same(&mut self, one: &Blob, other: &Blob) -> bool {
        let mut digest = |blob: &Blob| {
            let known = self.compared.entry(blob.key());
            let (_, digest) = known.or_insert_with(|| (blob.clone(), Digest::sha256(blob)));
            digest.clone()
        };
        one.key() == other.key() || one.len() == other.len() && digest(one) == digest(other)
    }
}

/// A document of this name.
pub(super) fn document(name: &str, role: Role, blob: &Blob) -> Document {
    Document {
        name: name.to_owned(),
        role,
        blob: blob.clone(),
    }
}

/// Parses a document and keeps what is wrong with it.
pub(super) fn parse(name: &str, blob: &Blob, warnings: &mut Vec<Warning>) -> Option<Value> {
    let (value, warning) = json::parse(name, blob);
    warnings.extend(warning);
    value
}
