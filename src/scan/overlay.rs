//! Visibility: which later layer hides a path, exactly as the OCI specification stacks layers.
//!
//! What one layer contributes ([`PathMarks`]) depends on that layer alone and is kept compactly:
//! for each path a hash and two numbers, whatever the number of entries. The stack ([`hidden_by`])
//! is asked only for the few paths that hold a secret.
//!
//! Source: OCI image-spec `layer.md`, "Applying changesets" and "Whiteouts".

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use crate::image::Whiteout;

/// Hashes paths to 128 bits with a key of this run, so that no image can provoke a collision.
#[derive(Debug, Clone, Default)]
pub(super) struct PathHasher(RandomState, RandomState);

type Key = [u64; 2];

impl PathHasher {
    fn key(&self, path: &[u8]) -> Key {
        [self.0.hash_one(path), self.1.hash_one(path)]
    }
}

/// What one layer says about paths.
#[derive(Debug, Default)]
pub(super) struct PathMarks {
    hasher: PathHasher,
    present: HashMap<Key, Mark>,
    deleted: HashSet<Key>,
    opaque: HashSet<Key>,
    /// Parent of the entry before, whose ancestors are marked already.
    last_parent: Vec<u8>,
}

/// The last entries of a path in a layer, as sequence number + 1; 0 = none.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    any: u32,
    non_directory: u32,
}

impl PathMarks {
    /// An empty layer; all layers of a stack share one hasher.
    pub(super) fn new(hasher: &PathHasher) -> Self {
        Self {
            hasher: hasher.clone(),
            ..Self::default()
        }
    }

    /// Notes an entry that is there. Its parents become directories even when the tar does not
    /// list them.
    pub(super) fn add(&mut self, path: &[u8], is_directory: bool, sequence: u32) {
        let mark = self.present.entry(self.hasher.key(path)).or_default();
        mark.any = sequence.saturating_add(1);
        if !is_directory {
            mark.non_directory = mark.any;
        }
        let parent = parent(path).unwrap_or_default();
        if parent != self.last_parent {
            for ancestor in ancestors(path) {
                self.present.entry(self.hasher.key(ancestor)).or_default();
            }
            self.last_parent.clear();
            self.last_parent.extend_from_slice(parent);
        }
    }

    /// Notes a whiteout.
    pub(super) fn remove(&mut self, whiteout: &Whiteout) {
        match whiteout {
            Whiteout::Path(path) => self.deleted.insert(self.hasher.key(path)),
            Whiteout::Opaque(directory) => self.opaque.insert(self.hasher.key(directory)),
        };
    }

    /// Sequence number of the last entry so far that stands at `path`.
    pub(super) fn last_entry(&self, path: &[u8]) -> Option<u32> {
        self.present.get(&self.hasher.key(path))?.any.checked_sub(1)
    }

    fn mark(&self, path: &[u8]) -> Option<Mark> {
        self.present.get(&self.hasher.key(path)).copied()
    }

    /// Whether a later entry of this very layer replaces the one at `path`.
    fn replaces_own(&self, path: &[u8], sequence: u32) -> bool {
        let own = sequence.saturating_add(1);
        self.mark(path).is_some_and(|mark| mark.any > own)
            || ancestors(path).any(|a| self.mark(a).is_some_and(|mark| mark.non_directory > own))
    }

    /// What this layer does to a file that a lower layer has at `path`.
    fn hides_lower(&self, path: &[u8]) -> Option<Hidden> {
        if self.mark(path).is_some() {
            return Some(Hidden::Overwritten);
        }
        let removes = |path: &[u8]| self.deleted.contains(&self.hasher.key(path));
        let covers = |ancestor: &[u8]| {
            removes(ancestor)
                || self.opaque.contains(&self.hasher.key(ancestor))
                || self
                    .mark(ancestor)
                    .is_some_and(|mark| mark.non_directory > 0)
        };
        (removes(path) || ancestors(path).any(covers)).then_some(Hidden::Deleted)
    }
}

/// How a path is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    /// Another entry stands there.
    Overwritten,
    /// Nothing stands there, or its directory is gone.
    Deleted,
}

/// How, and by which layer, the entry `sequence` of layer `layer` at `path` is first hidden;
/// `None` when the final filesystem shows it. `stack` is base first; a layer that could not be
/// read at all has empty marks.
pub(super) fn hidden_by(
    stack: &[&PathMarks],
    layer: usize,
    path: &[u8],
    sequence: u32,
) -> Option<(Hidden, usize)> {
    if stack
        .get(layer)
        .is_some_and(|own| own.replaces_own(path, sequence))
    {
        return Some((Hidden::Overwritten, layer));
    }
    let above = stack.iter().enumerate().skip(layer + 1);
    above
        .filter_map(|(index, marks)| Some((marks.hides_lower(path)?, index)))
        .next()
}

/// Every proper ancestor of a normalised path, nearest first, ending with the root `""`.
fn ancestors(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(parent(path), |path| parent(path))
}

fn parent(path: &[u8]) -> Option<&[u8]> {
    if path.is_empty() {
        return None;
    }
    Some(memchr::memrchr(b'/', path).map_or(&[], |slash| &path[..slash]))
}

#[cfg(test)]
mod tests;
