//! To the key of a layer without hashing all of it: for one that lies as it is in a file to which nobody
//! wrote since it was hashed, as far as the file system tells.
//!
//! The key is sealed in turn, in two steps. With blocks from all over the layer the regions open in which
//! something was found; with the bytes of those regions, the key. So what the journal holds opens to nobody
//! who lacks a file of the layer with a secret, and a file that changed under an old name will not open.

use std::ops::Range;

use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::folder::SHORTCUT;
use super::regions::Regions;
use super::seal::HEAD;
use super::{Cache, seal};
use crate::archive::{Blob, ContentKey};
use crate::oci::Digest;

/// Blocks of a layer that are looked at, and their bytes.
const BLOCKS: usize = 256;
const BLOCK: usize = 4096;

/// The place of the key of one layer in one file.
#[derive(Debug)]
pub(super) struct Shortcut {
    cache: Cache,
    name: String,
}

impl Shortcut {
    /// To what is called `slot`; `None` where no file system tells whether somebody wrote to the layer.
    pub(super) fn to(slot: &str, cache: &Cache, layer: &Blob) -> Option<Self> {
        let file = layer.lasting_name(cache.begin()?)?;
        let hash = Sha256::digest(format!("shortcut to {slot} from {file}"));
        Some(Self {
            cache: cache.clone(),
            name: Digest::from_sha256(&hash).encoded().to_owned() + SHORTCUT,
        })
    }

    /// The key of the layer, if it was kept.
    pub(super) fn key(&self, layer: &[u8]) -> Option<ContentKey> {
        let entry = self.cache.read(&self.name)?;
        let (regions, key) = postcard::from_bytes(entry.bytes.strip_prefix(&[HEAD])?).ok()?;
        let blocks = self.blocks(layer);
        let regions = seal::open(&ContentKey::of_parts(blocks.clone()), &self.name, regions)?;
        let regions = postcard::from_bytes::<Regions>(&regions).ok()?;
        let all = regions.of(layer)?.into_iter().chain(blocks);
        let key = seal::open(&ContentKey::of_parts(all), &self.name, key)?;
        entry.touch();
        Some(ContentKey::kept(key.try_into().ok()?))
    }

    /// Keeps the key of the layer, if it is known where in it something was found.
    pub(super) fn keep(&self, layer: &[u8], key: &ContentKey, regions: &Regions) {
        let _ = self.sealed(layer, key, regions).map(|sealed| {
            self.cache.write(&self.name, &sealed);
        });
    }

    fn sealed(&self, layer: &[u8], key: &ContentKey, regions: &Regions) -> Option<Vec<u8>> {
        let blocks = self.blocks(layer);
        let all = regions.of(layer)?.into_iter().chain(blocks.clone());
        let key = seal::seal(&ContentKey::of_parts(all), &self.name, key.expose())?;
        let regions = postcard::to_stdvec(regions).ok()?;
        let regions = seal::seal(&ContentKey::of_parts(blocks), &self.name, &regions)?;
        let both = postcard::to_stdvec(&(&regions[..], &key[..])).ok()?;
        Some([&[HEAD], &both[..]].concat())
    }

    /// Blocks from all over the layer, or all of it where it is small.
    fn blocks<'l>(&self, layer: &'l [u8]) -> impl Iterator<Item = &'l [u8]> + Clone + use<'l> {
        let count = layer.len().div_ceil(BLOCK);
        let mut chosen: Vec<usize> = match count {
            0..=BLOCKS => (0..count).collect(),
            _ => (0..BLOCKS as u64)
                .map(|turn| xxh3_64_with_seed(self.name.as_bytes(), turn) as usize % count)
                .collect(),
        };
        chosen.sort_unstable();
        chosen.into_iter().filter_map(move |block| {
            let Range { start, end } = block * BLOCK..(block + 1) * BLOCK;
            layer.get(start..end.min(layer.len()))
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

    #[test]
    fn the_key_opens_with_the_regions_and_the_blocks_and_with_nothing_less() {
        let scratch = tempfile::tempdir().unwrap();
        let shortcut = shortcut(&scratch);
        let mut layer: Vec<u8> = (0..10 << 20).map(|at: u32| (at >> 10) as u8).collect();
        let key = ContentKey::of(&layer).1;
        let mut regions = Regions::default();
        let found = 3 << 20;
        regions.add(found..found + 10);
        assert_eq!(shortcut.key(&layer), None, "nothing was kept");
        shortcut.keep(&layer, &key, &regions);
        assert_eq!(shortcut.key(&layer), Some(key));
        let first = shortcut.blocks(&layer).next().unwrap();
        let first = first.as_ptr().addr() - layer.as_ptr().addr();
        for at in [found as usize, found as usize + 9, first] {
            layer[at] ^= 1;
            assert_eq!(shortcut.key(&layer), None, "{at}");
            layer[at] ^= 1;
        }
        assert!(shortcut.key(&layer).is_some());
        assert_eq!(shortcut.key(&layer[..found as usize]), None, "cut");
    }

    #[test]
    fn of_a_small_layer_every_byte_counts() {
        let scratch = tempfile::tempdir().unwrap();
        let shortcut = shortcut(&scratch);
        let mut layer = b"a layer of few bytes".repeat(500);
        let key = ContentKey::of(&layer).1;
        shortcut.keep(&layer, &key, &Regions::default());
        assert_eq!(shortcut.key(&layer), Some(key));
        for at in [0, 4095, 4096, layer.len() - 1] {
            layer[at] ^= 1;
            assert_eq!(shortcut.key(&layer), None, "{at}");
            layer[at] ^= 1;
        }
    }

    #[test]
    fn what_is_damaged_or_not_known_leads_nowhere() {
        let scratch = tempfile::tempdir().unwrap();
        let shortcut = shortcut(&scratch);
        let layer = b"a layer".repeat(9);
        let key = ContentKey::of(&layer).1;
        let mut unknown = Regions::default();
        unknown.give_up();
        shortcut.keep(&layer, &key, &unknown);
        assert_eq!(shortcut.cache.usage().unwrap().entries, 0);
        shortcut.keep(&layer, &key, &Regions::default());
        let sealed = shortcut.cache.read(&shortcut.name).unwrap().bytes;
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
