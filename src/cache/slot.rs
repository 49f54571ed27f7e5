//! The place of one layer in the cache.
//!
//! Its name is a hash of all that the journal depends on: what the layer is said to be, the rules, the
//! options, and the build of this program. An image may say anything, so a journal is opened only when
//! the stored bytes, hashed anew, are what the layer is said to be.

use sha2::{Digest as _, Sha256};

use super::journal::Journal;
use super::{Cache, seal};
use crate::archive::{Compression, ContentKey, Limits, sniff};
use crate::image::{Layer, LayerSummary};
use crate::oci::Digest;

/// Counts the forms that journals have had.
const FORM: &str = "1";

/// The place of a layer.
#[derive(Debug)]
pub(crate) struct Slot {
    cache: Cache,
    name: String,
    /// What the stored bytes should hash to.
    stated: Digest,
}

impl Cache {
    /// The place of a layer, scanned with these rules and limits, with packages or without; `None` for
    /// one that does not say in SHA-256 which bytes it is.
    pub(crate) fn slot(
        &self,
        layer: &Layer,
        rules: &Digest,
        limits: &Limits,
        packages: bool,
    ) -> Option<Slot> {
        let blob = layer.blob.as_ref()?;
        // Stored as it is, a layer is the tar that the diff ID names.
        let of_tar = layer.diff_id.as_ref().map(|id| &id.0);
        let of_tar = of_tar.filter(|_| sniff(blob) == Compression::None);
        let stated = layer.digest.as_ref().or(of_tar)?;
        if stated.algorithm() != "sha256" {
            return None;
        }
        let promises = format!("{stated} {:?} {:?}", layer.diff_id, layer.media_type);
        let options = format!("{limits:?} {packages}");
        let build = concat!(env!("CARGO_PKG_VERSION"), " ", env!("RESIDUE_BUILD"));
        let mut hasher = Sha256::new();
        for part in [FORM, build, rules.as_str(), &options, &promises] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Some(Slot {
            cache: self.clone(),
            name: Digest::from_sha256(&hasher.finalize()).encoded().to_owned(),
            stated: stated.clone(),
        })
    }
}

impl Slot {
    /// What these stored bytes said when they were scanned.
    pub(crate) fn open(&self, stored: &[u8]) -> Option<Journal> {
        let entry = self.cache.read(&self.name)?;
        let (digest, key) = ContentKey::of(stored);
        if digest != self.stated {
            return None;
        }
        let journal = Journal::new(seal::open(&key, &self.name, &entry.bytes)?)?;
        entry.touch();
        Some(journal)
    }

    /// Keeps what a layer said, if that was a whole layer that is what it is said to be.
    pub(crate) fn keep(&self, summary: &LayerSummary, journal: &[u8]) {
        let is_clean = summary.verified == Some(true) && summary.warnings.is_empty();
        // Of a layer without a digest, the diff ID was compared and not these bytes.
        let is_it = summary.digest.as_ref() == Some(&self.stated);
        let Some(key) = summary.key.as_ref().filter(|_| is_clean && is_it) else {
            return;
        };
        if let Some(sealed) = seal::seal(key, &self.name, journal) {
            self.cache.write(&self.name, &sealed);
        }
    }
}
