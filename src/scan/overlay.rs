//! Visibility: which later layer hides a path, exactly as the OCI specification stacks layers.
//!
//! What one layer contributes ([`PathMarks`]) depends on that layer alone and is kept compactly:
//! for each path a hash and two numbers, whatever the number of entries. The stack ([`hidden_by`])
//! is asked only for the few paths that hold a secret.
//!
//! Source: OCI image-spec `layer.md`, "Applying changesets" and "Whiteouts".

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};

use crate::image::Whiteout;

/// Hashes paths to 128 bits with a key of this run, so that no image can provoke a collision.
#[derive(Debug, Clone, Default)]
pub(super) struct PathHasher(RandomState, RandomState);

type Key = [u64; 2];

impl PathHasher {
    /// Half of the path's key: enough to find it again among a million.
    pub(super) fn short_key(&self, path: &[u8]) -> u64 {
        self.key(path)[0]
    }

    /// The key of the path itself.
    fn key(&self, path: &[u8]) -> Key {
        self.keys(path).last().unwrap_or_default()
    }

    /// Keys of the root and every folder down to the path itself, in one pass over the path: a
    /// name of a million folders must not be read a million times.
    fn keys(&self, path: &[u8]) -> impl Iterator<Item = Key> {
        let mut states = [self.0.build_hasher(), self.1.build_hasher()];
        let root = states.each_ref().map(Hasher::finish);
        let components = path.split(|byte| *byte == b'/');
        let below = components
            .filter(|component| !component.is_empty())
            .map(move |component| {
                states.each_mut().map(|state| {
                    state.write(component);
                    state.write_u8(b'/');
                    state.finish()
                })
            });
        std::iter::once(root).chain(below)
    }
}

/// Paths that are kept of one layer. The largest images have a few hundred thousand.
const MOST_PATHS: usize = 3_500_000;

/// What one layer says about paths.
#[derive(Debug, Default)]
pub(super) struct PathMarks {
    hasher: PathHasher,
    present: HashMap<Key, Mark>,
    deleted: HashSet<Key>,
    opaque: HashSet<Key>,
    /// Parent of the entry before, whose ancestors are marked already.
    last_parent: Vec<u8>,
    /// Paths and whiteouts that were not kept because there were too many.
    lost: u64,
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
        let hasher = self.hasher.clone();
        let parent = parent(path).unwrap_or_default();
        if parent != self.last_parent {
            for ancestor in hasher.keys(parent) {
                self.place(ancestor);
            }
            self.last_parent.clear();
            self.last_parent.extend_from_slice(parent);
        }
        if let Some(mark) = self.place(hasher.key(path)) {
            mark.any = sequence.saturating_add(1);
            if !is_directory {
                mark.non_directory = mark.any;
            }
        }
    }

    /// The mark of a path, made where there is none and room for it.
    fn place(&mut self, key: Key) -> Option<&mut Mark> {
        if self.len() >= MOST_PATHS && !self.present.contains_key(&key) {
            self.lost += 1;
            return None;
        }
        Some(self.present.entry(key).or_default())
    }

    fn len(&self) -> usize {
        self.present.len() + self.deleted.len() + self.opaque.len()
    }

    /// Notes a whiteout.
    pub(super) fn remove(&mut self, whiteout: &Whiteout) {
        if self.len() >= MOST_PATHS {
            self.lost += 1;
            return;
        }
        match whiteout {
            Whiteout::Path(path) => self.deleted.insert(self.hasher.key(path)),
            Whiteout::Opaque(directory) => self.opaque.insert(self.hasher.key(directory)),
        };
    }

    /// How many paths were not kept; what hides what is then known only in part.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// Sequence number of the last entry so far that stands at `path`.
    pub(super) fn last_entry(&self, path: &[u8]) -> Option<u32> {
        self.present.get(&self.hasher.key(path))?.any.checked_sub(1)
    }

    fn mark(&self, key: &Key) -> Option<Mark> {
        self.present.get(key).copied()
    }

    /// Whether a later entry of this very layer replaces the one of these keys.
    fn replaces_own(&self, keys: &[Key], sequence: u32) -> bool {
        let Some((path, ancestors)) = keys.split_last() else {
            return false;
        };
        let own = sequence.saturating_add(1);
        self.mark(path).is_some_and(|mark| mark.any > own)
            || ancestors
                .iter()
                .any(|a| self.mark(a).is_some_and(|mark| mark.non_directory > own))
    }

    /// What this layer does to a file that a lower layer has at the path of these keys.
    fn hides_lower(&self, keys: &[Key]) -> Option<Hidden> {
        let (path, ancestors) = keys.split_last()?;
        if self.mark(path).is_some() {
            return Some(Hidden::Overwritten);
        }
        let covers = |ancestor: &Key| {
            self.deleted.contains(ancestor)
                || self.opaque.contains(ancestor)
                || self
                    .mark(ancestor)
                    .is_some_and(|mark| mark.non_directory > 0)
        };
        (self.deleted.contains(path) || ancestors.iter().any(covers)).then_some(Hidden::Deleted)
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
    let own = stack.get(layer)?;
    let keys: Vec<Key> = own.hasher.keys(path).collect();
    if own.replaces_own(&keys, sequence) {
        return Some((Hidden::Overwritten, layer));
    }
    let above = stack.iter().enumerate().skip(layer + 1);
    above
        .filter_map(|(index, marks)| Some((marks.hides_lower(&keys)?, index)))
        .next()
}

fn parent(path: &[u8]) -> Option<&[u8]> {
    if path.is_empty() {
        return None;
    }
    Some(memchr::memrchr(b'/', path).map_or(&[], |slash| &path[..slash]))
}

#[cfg(test)]
mod tests;
