//! Names in trees: each has a number, and is searched only once in a layer.
//!
//! They outlive what a graph forgets when it is full, so that the names of a large repository are
//! not searched again with each of its trees.

use std::collections::HashMap;
use std::sync::Arc;

/// Bytes that are kept.
const MOST: usize = 32 << 20;
/// About what a name takes beside its own bytes.
const NAME: usize = 80;

#[derive(Default)]
pub(super) struct Names {
    numbers: HashMap<Arc<[u8]>, u32>,
    list: Vec<Arc<[u8]>>,
    size: usize,
}

/// A name as it is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    Again(u32),
    First(u32),
    /// There is no room for it, and nobody knows whether it was met.
    Unknown,
}

impl Names {
    pub(super) fn meet(&mut self, name: &[u8]) -> Met {
        if let Some(number) = self.numbers.get(name) {
            return Met::Again(*number);
        }
        let size = self.size + name.len() + NAME;
        if size > MOST {
            return Met::Unknown;
        }
        self.size = size;
        let number = self.list.len() as u32;
        let name: Arc<[u8]> = name.into();
        self.list.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        Met::First(number)
    }

    pub(super) fn get(&self, number: u32) -> Option<&[u8]> {
        self.list.get(number as usize).map(|name| &name[..])
    }
}
