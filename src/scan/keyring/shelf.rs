//! What layers remember, written down, each thing once for all of them: images in many layers hold the same bundles
//! of certificates in each, and hundreds of copies would be most of what a scan takes.

use std::sync::{Mutex, PoisonError};

use indexmap::IndexSet;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What was written down, by number.
#[derive(Debug, Default)]
pub(in crate::scan) struct Shelf(Mutex<IndexSet<Box<[u8]>>>);

impl Shelf {
    /// What a thing takes beside its bytes: where these lie, their hash, its place among the others.
    pub(super) const EACH: usize = 64;

    /// The number of a thing from now on; `None` where it cannot be written, or has none.
    pub(super) fn put(&self, thing: &impl Serialize) -> Option<u32> {
        let bytes = postcard::to_allocvec(thing).ok()?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get_index_of(&bytes[..]);
        let place = known.unwrap_or_else(|| all.insert_full(bytes.into()).0);
        u32::try_from(place).ok()
    }

    /// The thing of that number.
    pub(super) fn get<T: DeserializeOwned>(&self, number: u32) -> Option<T> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        postcard::from_bytes(all.get_index(number as usize)?).ok()
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.lock().map_or(0, |all| all.len())
    }
}
