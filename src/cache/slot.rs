//! The place of one layer in the cache.
//!
//! Its name is a hash of all that the journal depends on: what the layer is said to be, the rules, the
//! options, and the build of this program. An image may say anything, so a journal is opened only when
//! the stored bytes, hashed anew, are what the layer is said to be; or when they were, and nobody wrote to
//! their file since (`shortcut`).

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::journal::{Journal, Recorded, Recorder};
use super::regions::Regions;
use super::shortcut::Shortcut;
use super::{Cache, seal};
use crate::archive::{Blob, Compression, ContentKey, Early, Limits, sniff};
use crate::image::{Layer, LayerSummary};
use crate::oci::Digest;

/// Counts the forms that journals have had.
const FORM: &str = "3";

/// The place of a layer.
#[derive(Debug)]
pub(crate) struct Slot {
    cache: Cache,
    name: String,
    /// What the stored bytes should hash to.
    stated: Digest,
    shortcut: Option<Shortcut>,
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
        let is_plain = sniff(blob) == Compression::None;
        let of_tar = of_tar.filter(|_| is_plain);
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
        let name = Digest::from_sha256(&hasher.finalize()).encoded().to_owned();
        // Elsewhere nobody knows where the stored bytes are of what was found.
        let shortcut = is_plain.then(|| Shortcut::to(&name, self, blob));
        Some(Slot {
            cache: self.clone(),
            name,
            stated: stated.clone(),
            shortcut: shortcut.flatten(),
        })
    }
}

impl Slot {
    /// To write a journal that may be kept here.
    pub(crate) fn recorder(&self) -> Recorder {
        self.cache.recorder()
    }

    /// What these stored bytes said when they were scanned. Some of them may have been hashed by now.
    pub(crate) fn open(&self, stored: &Blob, early: Option<&Arc<Early>>) -> Option<Journal<'_>> {
        let entry = self.cache.find(&self.name)?;
        let known = (self.shortcut.as_ref()).and_then(|shortcut| shortcut.key(stored));
        // The file is named as it was when it was opened, which may be a while ago.
        let known = known.filter(|_| stored.is_unchanged());
        let is_new = known.is_none();
        if let Some(early) = early.filter(|_| !is_new) {
            early.forget(stored);
        }
        let key = known.or_else(|| {
            let (digest, key) = ContentKey::of_stored(stored, early);
            (digest == self.stated).then_some(key)
        })?;
        let (sealed, turn) = entry.read()?;
        let mut opened = seal::open(&key, &self.name, sealed)?;
        let (regions, journal) = postcard::take_from_bytes(&opened).ok()?;
        let before = opened.len() - journal.len();
        opened.drain(..before);
        let journal = Journal::new(opened, turn)?;
        entry.touch();
        if is_new {
            self.shorten(stored, &key, &regions);
        }
        Some(journal)
    }

    /// Keeps what a layer said, if that was a whole layer that is what it is said to be, and nobody wrote to it
    /// meanwhile: what was hashed and what was scanned are the same bytes only then.
    pub(crate) fn keep(&self, stored: &Blob, summary: &LayerSummary, recorded: Recorded) {
        let is_clean = summary.verified == Some(true) && summary.warnings.is_empty();
        // Of a layer without a digest, the diff ID was compared and not these bytes.
        let is_it = summary.digest.as_ref() == Some(&self.stated) && stored.is_unchanged();
        let Some(key) = summary.key.as_ref().filter(|_| is_clean && is_it) else {
            return;
        };
        let Recorded {
            regions,
            mut journal,
        } = recorded;
        let Ok(before) = postcard::to_stdvec(&regions) else {
            return;
        };
        let mut plain = journal.take();
        plain.splice(..0, before);
        if let Some(sealed) = seal::seal(key, &self.name, plain) {
            self.cache.write(&self.name, &sealed);
            self.shorten(stored, key, &regions);
        }
    }

    /// Keeps the key, as long as the bytes that it was made of are those that the file has.
    fn shorten(&self, stored: &Blob, key: &ContentKey, regions: &Regions) {
        if let Some(shortcut) = self.shortcut.as_ref().filter(|_| stored.is_unchanged()) {
            shortcut.keep(stored, key, regions);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, SeekFrom, Write as _};
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::oci::MediaType;

    #[test]
    fn a_file_that_was_written_to_since_it_was_opened_is_hashed_in_spite_of_its_shortcut() {
        let scratch = tempfile::tempdir().unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; 5 << 20]).unwrap();
        let stored = Blob::map(&file, Path::new("layer")).unwrap();
        let (digest, key) = ContentKey::of(&stored);
        let layer = Layer {
            index: 0,
            digest: Some(digest.clone()),
            diff_id: None,
            media_type: MediaType::default(),
            name: "blob".to_owned(),
            blob: Some(stored.clone()),
            instruction: None,
        };
        // So late that the file is at rest.
        let cache = Cache::at(scratch.path(), 1 << 20).beginning(Duration::from_secs(1 << 40));
        let slot = cache
            .slot(&layer, &digest, &Limits::default(), true)
            .unwrap();
        let Some(shortcut) = &slot.shortcut else {
            return; // Nothing is believed of this file system.
        };
        let summary = LayerSummary {
            digest: Some(digest.clone()),
            key: Some(key),
            verified: Some(true),
            ..LayerSummary::default()
        };
        slot.keep(&stored, &summary, slot.recorder().finish(&summary).unwrap());
        assert!(shortcut.key(&stored).is_some() && slot.open(&stored, None).is_some());
        let unseen = (0..5 << 20).step_by(4096).find(|at| {
            let mut write = |byte| {
                file.seek(SeekFrom::Start(*at)).unwrap();
                file.write_all(&[byte]).unwrap();
            };
            write(8);
            let is_unseen = shortcut.key(&stored).is_some();
            if !is_unseen {
                write(7);
            }
            is_unseen
        });
        assert!(unseen.is_some(), "somewhere no block lies");
        assert!(
            slot.open(&stored, None).is_none(),
            "its digest is another one"
        );
    }
}
