//! Paths as unpackers place them, and their keys.
//!
//! Docker and containerd clean a name before they use it: `x/../y` is `y`, and nothing leads above
//! the root.

use std::hash::{BuildHasher, DefaultHasher, Hasher, RandomState};

/// No file system takes a longer path (`PATH_MAX`).
const LONGEST: usize = 4_096;
/// Far more folders than any path has, and few enough to be looked at one by one.
const DEEPEST: usize = 1_000;

/// Stands for a path.
pub(super) type Key = [u64; 2];

/// Hashes paths to 128 bits with a key of this run, so that no image can provoke a collision.
#[derive(Debug, Clone, Default)]
pub(super) struct PathHasher(RandomState, RandomState);

impl PathHasher {
    /// The key of the path itself.
    pub(super) fn key(&self, path: &[u8]) -> Key {
        if components(path).any(|component| component == b"..") {
            return self.keys(path).last().copied().unwrap_or_default();
        }
        let mut state = self.root();
        for component in components(path) {
            pass(&mut state, component);
        }
        state.map(|state| state.finish())
    }

    fn root(&self) -> [DefaultHasher; 2] {
        [self.0.build_hasher(), self.1.build_hasher()]
    }

    /// Keys of the root and every folder down to the path itself, in one pass over the path.
    pub(super) fn keys(&self, path: &[u8]) -> Vec<Key> {
        let root = self.root();
        let mut keys = vec![root.each_ref().map(Hasher::finish)];
        let mut states = vec![root];
        for component in components(path) {
            if component == b".." {
                if states.len() > 1 {
                    states.pop();
                    keys.pop();
                }
                continue;
            }
            let Some(mut state) = states.last().cloned() else {
                continue;
            };
            pass(&mut state, component);
            keys.push(state.each_ref().map(Hasher::finish));
            states.push(state);
        }
        keys
    }
}

/// One folder further.
fn pass(state: &mut [DefaultHasher; 2], component: &[u8]) {
    for state in state {
        state.write(component);
        state.write_u8(b'/');
    }
}

/// For tables of keys, which are hashes already.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes
            .first_chunk()
            .map_or(self.0, |first| u64::from_le_bytes(*first));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Whether a file system can hold the path.
pub(super) fn is_placeable(path: &[u8]) -> bool {
    path.len() <= LONGEST && components(path).count() <= DEEPEST
}

/// The path without `..`, which at the root leads to the root.
pub(in crate::scan) fn clean(path: &[u8]) -> Vec<u8> {
    let mut stack: Vec<&[u8]> = Vec::new();
    for component in components(path) {
        if component == b".." {
            stack.pop();
        } else {
            stack.push(component);
        }
    }
    stack.join(&b'/')
}

/// The path below its first `depth` components, with its slash; empty for the path itself.
pub(super) fn below(path: &[u8], depth: usize) -> &[u8] {
    if depth == 0 {
        return path;
    }
    let slash = memchr::memchr_iter(b'/', path).nth(depth - 1);
    slash.map_or(&[], |slash| &path[slash + 1..])
}

/// The folder of a path; of the root none.
pub(super) fn parent(path: &[u8]) -> Option<&[u8]> {
    if path.is_empty() {
        return None;
    }
    Some(memchr::memrchr(b'/', path).map_or(&[], |slash| &path[..slash]))
}

fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/')
        .filter(|component| !matches!(*component, b"" | b"."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_up_are_cleaned_as_unpackers_do() {
        for (name, path) in [
            ("a/../b", "b"),
            ("../a", "a"),
            ("a/b/..", "a"),
            ("a/../../b/./c", "b/c"),
            ("..", ""),
        ] {
            assert_eq!(clean(name.as_bytes()), path.as_bytes(), "{name}");
            let hasher = PathHasher::default();
            let key = hasher.key(name.as_bytes());
            assert_eq!(Some(&key), hasher.keys(path.as_bytes()).last());
            assert_eq!(hasher.keys(name.as_bytes()), hasher.keys(path.as_bytes()));
        }
    }

    #[test]
    fn what_no_file_system_holds_has_no_place() {
        assert!(is_placeable(&b"a/".repeat(1_000)));
        assert!(!is_placeable(&b"a/".repeat(1_001)));
        assert!(!is_placeable(&[b'a'; 4_097]));
    }

    #[test]
    fn the_rest_of_a_path_begins_after_its_first_folders() {
        assert_eq!(below(b"a/b/c", 0), b"a/b/c");
        assert_eq!(below(b"a/b/c", 1), b"b/c");
        assert_eq!(below(b"a/b/c", 3), b"");
    }
}
