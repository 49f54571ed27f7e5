//! Contents that lie in more than one layer under the same path, as after `chown -R` or where a base was
//! built anew: one in which nothing was found is not scanned again. One with findings is, which are rare,
//! so that nothing has to be carried over.
//!
//! Contents of plain layers are in the memory map and are compared byte by byte. Those of compressed
//! layers are gone by then, so that a hash has to tell. It is taken of every content, so it has to cost next
//! to nothing: BLAKE3 at 3 GB/s and SHA-256 at 1.5 take a sixth and a third of what a scan takes, more than equal
//! contents save. XXH3 runs at some 17 GB/s. It resists nobody who knows its secret, so that is chosen
//! at random in every run, and there are two of them: an image is written before, and cannot aim at either.
//! Rules look at paths, so equal contents under other paths are others.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use xxhash_rust::xxh3::{Xxh3, Xxh3Builder};

use crate::archive::Blob;

/// Smaller contents are scanned as soon as they are looked up.
const SHORTEST: u64 = 1 << 10;
/// Parts of the table, so that no thread waits for another.
const PARTS: usize = 16;
/// Contents that are remembered: some 8 MiB. As many as fit before a part would double.
const MOST: usize = PARTS * ((1 << 14) / 8 * 7);

/// Names a path and a size, in this run alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TwinKey(u64);

/// A content in which nothing was found.
#[derive(Clone)]
enum Clean {
    There(Blob),
    Hashed(Print),
}

/// What two seeds make of a content.
type Print = [u64; 2];
type Seed = [u8; 192];

/// Contents in which nothing was found, of all layers of a scan.
pub(super) struct Twins {
    parts: [Mutex<HashMap<TwinKey, Clean>>; PARTS],
    names: RandomState,
    seeds: [Seed; 2],
    is_on: bool,
}

impl Twins {
    /// Of so many layers.
    pub(super) fn of(layers: usize) -> Self {
        Self {
            parts: Default::default(),
            names: RandomState::new(),
            seeds: [(); 2].map(|()| seed()),
            is_on: layers > 1,
        }
    }

    /// The key of a file, if its content may have a twin.
    pub(super) fn key(&self, path: &[u8], size: u64) -> Option<TwinKey> {
        let key = || TwinKey(self.names.hash_one((path, size)));
        (self.is_on && size >= SHORTEST).then(key)
    }

    /// Whether something is remembered under this key.
    pub(super) fn knows(&self, key: TwinKey) -> bool {
        self.part(key).contains_key(&key)
    }

    /// Whether nothing was found in an equal content.
    pub(super) fn is_clean(&self, key: TwinKey, bytes: &[u8]) -> bool {
        let known = self.part(key).get(&key).cloned();
        match known {
            Some(Clean::There(other)) => *other == *bytes,
            Some(Clean::Hashed(hash)) => self.print([bytes]) == hash,
            None => false,
        }
    }

    /// As [`is_clean`](Self::is_clean), of a content in pieces.
    pub(super) fn is_clean_in_pieces(&self, key: TwinKey, pieces: &[Vec<u8>]) -> bool {
        let known = self.part(key).get(&key).cloned();
        match known {
            Some(Clean::There(other)) => {
                let mut rest = &other[..];
                let fits = |piece: &Vec<u8>| rest.strip_prefix(&piece[..]).map(|next| rest = next);
                pieces.iter().map(fits).all(|fits| fits.is_some()) && rest.is_empty()
            }
            Some(Clean::Hashed(hash)) => self.print(of(pieces)) == hash,
            None => false,
        }
    }

    /// Nothing was found in this content, which stays where it is.
    pub(super) fn add(&self, key: TwinKey, bytes: Blob) {
        self.remember(key, || Clean::There(bytes));
    }

    /// Nothing was found in this content, which will be gone.
    pub(super) fn add_hash(&self, key: TwinKey, pieces: &[Vec<u8>]) {
        self.remember(key, || Clean::Hashed(self.print(of(pieces))));
    }

    /// As [`add_hash`](Self::add_hash), of a content in one piece.
    pub(super) fn add_hash_of(&self, key: TwinKey, bytes: &[u8]) {
        self.remember(key, || Clean::Hashed(self.print([bytes])));
    }

    fn remember(&self, key: TwinKey, clean: impl FnOnce() -> Clean) {
        let is_full = |known: &HashMap<_, _>| known.len() >= MOST / PARTS;
        if is_full(&self.part(key)) {
            return;
        }
        // Hashed while nobody waits.
        let clean = clean();
        let mut part = self.part(key);
        if !is_full(&part) {
            part.insert(key, clean);
        }
    }

    fn print<'b>(&self, pieces: impl IntoIterator<Item = &'b [u8]>) -> Print {
        let hasher = |seed: &Seed| Xxh3Builder::new().with_secret(*seed).build();
        let mut hashers: [Xxh3; 2] = self.seeds.each_ref().map(hasher);
        for piece in pieces {
            hashers.iter_mut().for_each(|hasher| hasher.update(piece));
        }
        hashers.map(|hasher| hasher.digest())
    }

    fn part(&self, key: TwinKey) -> MutexGuard<'_, HashMap<TwinKey, Clean>> {
        let part = &self.parts[key.0 as usize % PARTS];
        part.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of(pieces: &[Vec<u8>]) -> impl Iterator<Item = &[u8]> {
    pieces.iter().map(Vec::as_slice)
}

/// Random bytes: the keys of hash tables come from the system.
fn seed() -> Seed {
    let mut seed = [0; 192];
    let random = RandomState::new();
    let (words, _) = seed.as_chunks_mut();
    for (number, word) in words.iter_mut().enumerate() {
        *word = random.hash_one(number).to_ne_bytes();
    }
    seed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_equal_content_under_the_same_path_is_a_twin() {
        let twins = Twins::of(2);
        let (there, gone) = (vec![b'a'; 40_000], vec![b'b'; 40_000]);
        let key = |path: &str| twins.key(path.as_bytes(), 40_000).unwrap();
        twins.add(key("there"), Blob::from_vec(there.clone()));
        twins.add_hash_of(key("gone"), &gone);
        let pieces =
            |bytes: &[u8]| -> Vec<Vec<u8>> { bytes.chunks(700).map(<[u8]>::to_vec).collect() };
        for (path, right) in [("there", &there), ("gone", &gone)] {
            assert!(twins.knows(key(path)) && twins.is_clean(key(path), right));
            assert!(twins.is_clean_in_pieces(key(path), &pieces(right)));
            let mut other = right.clone();
            other[39_999] = b'c';
            for wrong in [&other[..], &right[1..], &[right.as_slice(), b"d"].concat()] {
                assert!(!twins.is_clean(key(path), wrong));
                assert!(!twins.is_clean_in_pieces(key(path), &pieces(wrong)));
            }
        }
        assert!(!twins.is_clean(key("elsewhere"), &there));
        assert!(key("there") != twins.key(b"there", 40_001).unwrap());
    }

    #[test]
    fn every_run_has_other_secrets() {
        let [one, other] = [(); 2].map(|()| Twins::of(2));
        let all = [one.seeds, other.seeds].concat();
        for (number, secret) in all.iter().enumerate() {
            assert!(!all[number + 1..].contains(secret));
            assert!(
                secret
                    .as_chunks::<8>()
                    .0
                    .windows(2)
                    .all(|pair| pair[0] != pair[1])
            );
        }
        assert_ne!(one.print([&b"x"[..]]), other.print([&b"x"[..]]));
    }

    #[test]
    fn a_layer_alone_has_no_twins_and_what_is_remembered_is_bounded() {
        assert!(Twins::of(1).key(b"a", 1 << 20).is_none());
        let twins = Twins::of(2);
        assert!(twins.key(b"a", 10).is_none());
        let blob = Blob::from_vec(vec![b'x']);
        for n in 0..2 * MOST {
            twins.add(TwinKey(n as u64), blob.clone());
        }
        let all: usize = twins
            .parts
            .iter()
            .map(|part| part.lock().unwrap().len())
            .sum();
        assert_eq!(all, MOST);
        let room = twins
            .parts
            .iter()
            .map(|part| part.lock().unwrap().capacity());
        assert_eq!(room.sum::<usize>(), MOST, "no part doubled");
    }
}
