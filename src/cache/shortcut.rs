//! To the key of a layer without hashing all of it: for one that lies as it is in a file to which nobody
//! wrote since it was hashed, as far as the file system tells.
//!
//! The key is sealed in turn, in two steps. With blocks from all over the layer the regions open in which
//! something was found; with the bytes of those regions, the key. So what the journal holds opens to nobody
//! who lacks a file of the layer with a secret. What could be guessed comes first or twice in what is hashed, so that
//! each guess costs all blocks.

use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::folder::SHORTCUT;
use super::regions::Regions;
use super::seal::HEAD;
use super::{Cache, seal};
use crate::archive::{Blob, ContentKey};
use crate::oci::Digest;

/// Blocks of a layer that are looked at, and their bytes.
const BLOCKS: usize = 128;
const BLOCK: usize = 4096;
/// Smaller layers are hashed as soon.
const SMALLEST: usize = 4 << 20;
const _: () = assert!(SMALLEST >= BLOCKS * BLOCK);
/// Regions that are larger than this part of their layer are hashed no faster than it.
const SHARE: usize = 4;

/// The place of the key of one layer in one file.
#[derive(Debug)]
pub(super) struct Shortcut {
    cache: Cache,
    name: String,
}

impl Shortcut {
    /// To what is called `slot`; `None` where no file system tells whether somebody wrote to the layer.
    pub(super) fn to(slot: &str, cache: &Cache, layer: &Blob) -> Option<Self> {
        if layer.len() < SMALLEST {
            return None;
        }
        let file = layer.lasting_name(cache.begin()?)?;
        let hash = Sha256::digest(format!("shortcut to {slot} from {file}"));
        Some(Self {
            cache: cache.clone(),
            name: Digest::from_sha256(&hash).encoded().to_owned() + SHORTCUT,
        })
    }

    /// The key of the layer, if it was kept.
    pub(super) fn key(&self, layer: &[u8]) -> Option<ContentKey> {
        let entry = self.cache.find(&self.name)?;
        let (bytes, _) = entry.read()?;
        let (regions, key) =
            postcard::from_bytes::<(Vec<u8>, Vec<u8>)>(bytes.strip_prefix(&[HEAD])?).ok()?;
        let blocks = self.blocks(layer);
        let twice = ContentKey::of_parts(blocks.clone().chain(blocks.clone()));
        let regions = seal::open(&twice, &self.name, regions)?;
        let regions = postcard::from_bytes::<Regions>(&regions).ok()?;
        let all = regions.of(layer)?.into_iter().chain(blocks);
        let key = seal::open(&ContentKey::of_parts(all), &self.name, key)?;
        entry.touch();
        Some(ContentKey::kept(key.try_into().ok()?))
    }

    /// Keeps the key of the layer, if it is known where in it something was found. A folder that cannot be written
    /// serves as it is.
    pub(super) fn keep(&self, layer: &[u8], key: &ContentKey, regions: &Regions) {
        if let Some(sealed) = self.sealed(layer, key, regions) {
            let _ = self.cache.try_write(&self.name, &sealed);
        }
    }

    fn sealed(&self, layer: &[u8], key: &ContentKey, regions: &Regions) -> Option<Vec<u8>> {
        let blocks = self.blocks(layer);
        let found = regions.of(layer)?;
        let bytes: usize = found.iter().map(|region| region.len()).sum();
        if bytes > layer.len() / SHARE {
            return None;
        }
        let all = found.into_iter().chain(blocks.clone());
        let key = seal::seal(
            &ContentKey::of_parts(all),
            &self.name,
            key.expose().to_vec(),
        )?;
        let regions = postcard::to_stdvec(regions).ok()?;
        let twice = ContentKey::of_parts(blocks.clone().chain(blocks));
        let regions = seal::seal(&twice, &self.name, regions)?;
        let both = postcard::to_stdvec(&(&regions[..], &key[..])).ok()?;
        Some([&[HEAD], &both[..]].concat())
    }

    /// Blocks from all over the layer, as the name has it: one of each of as many parts of it.
    fn blocks<'l>(&self, layer: &'l [u8]) -> impl Iterator<Item = &'l [u8]> + Clone + use<'l> {
        let part = layer.len() / BLOCKS;
        let seed = xxh3_64(self.name.as_bytes());
        (0..BLOCKS).filter_map(move |number| {
            let chance = xxh3_64_with_seed(&number.to_le_bytes(), seed);
            let start = number * part + chance as usize % part.saturating_sub(BLOCK).max(1);
            layer.get(start..start + BLOCK)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortcut(scratch: &tempfile::TempDir) -> Shortcut {
        Shortcut {
            cache: Cache::at(scratch.path(), 1 << 20),
            name: "5".repeat(64),
        }
    }

    /// Where in a layer a block begins that is looked at.
    fn begins(layer: &[u8], block: &[u8]) -> usize {
        block.as_ptr().addr() - layer.as_ptr().addr()
    }

    fn layer() -> Vec<u8> {
        (0..10 << 20).map(|at: u32| (at >> 10) as u8).collect()
    }

    #[test]
    fn the_key_opens_with_the_regions_and_the_blocks_and_with_nothing_less() {
        let scratch = tempfile::tempdir().unwrap();
        let shortcut = shortcut(&scratch);
        let mut layer = layer();
        let key = ContentKey::of(&layer).1;
        let blocks: Vec<usize> = (shortcut.blocks(&layer))
            .map(|block| begins(&layer, block))
            .collect();
        // Between two blocks.
        let found = blocks[60] + BLOCK;
        assert!(found + 11 <= blocks[61], "the name may be chosen anew");
        let mut regions = Regions::default();
        regions.add(found as u64..found as u64 + 10);
        assert_eq!(shortcut.key(&layer), None, "nothing was kept");
        shortcut.keep(&layer, &key, &regions);
        assert_eq!(shortcut.key(&layer), Some(key));
        for at in [found, found + 9, blocks[0], blocks[127] + BLOCK - 1] {
            layer[at] ^= 1;
            assert_eq!(shortcut.key(&layer), None, "{at}");
            layer[at] ^= 1;
        }
        layer[found + 10] ^= 1;
        assert!(shortcut.key(&layer).is_some(), "nobody looks there");
        assert_eq!(shortcut.key(&layer[..found]), None, "cut");
    }

    #[test]
    fn the_blocks_lie_all_over_a_layer_of_any_length() {
        let scratch = tempfile::tempdir().unwrap();
        let shortcut = shortcut(&scratch);
        let layer = layer();
        for length in [SMALLEST, SMALLEST + 4095, layer.len()] {
            let part = length / BLOCKS;
            let blocks = shortcut.blocks(&layer[..length]);
            let starts = blocks.map(|block| (begins(&layer, block), block.len()));
            let starts: Vec<_> = starts.collect();
            assert_eq!(starts.len(), BLOCKS);
            for (number, (start, size)) in starts.iter().enumerate() {
                assert!(number * part <= *start && start + BLOCK <= (number + 1) * part);
                assert_eq!(*size, BLOCK);
            }
        }
        assert_eq!(shortcut.blocks(b"").count(), 0);
        assert_eq!(shortcut.blocks(&layer[..100]).count(), 0);
    }

    #[test]
    fn what_is_damaged_or_not_known_leads_nowhere() {
        let scratch = tempfile::tempdir().unwrap();
        let shortcut = shortcut(&scratch);
        let layer = layer();
        let key = ContentKey::of(&layer).1;
        let mut unknown = Regions::default();
        unknown.give_up();
        let mut large = Regions::default();
        large.add(0..layer.len() as u64 / (SHARE as u64 - 1));
        for regions in [unknown, large] {
            shortcut.keep(&layer, &key, &regions);
            assert!(shortcut.cache.find(&shortcut.name).is_none());
        }
        shortcut.keep(&layer, &key, &Regions::default());
        let sealed = shortcut
            .cache
            .find(&shortcut.name)
            .unwrap()
            .read()
            .unwrap()
            .0;
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 0x10;
            shortcut.cache.write(&shortcut.name, &damaged);
            assert_eq!(shortcut.key(&layer), None, "{at}");
            shortcut.cache.write(&shortcut.name, &sealed[..at]);
            assert_eq!(shortcut.key(&layer), None, "cut at {at}");
        }
    }
}
