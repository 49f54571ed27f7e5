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
        finish(&state)
    }

    fn root(&self) -> State {
        [self.0.build_hasher(), self.1.build_hasher()]
    }

    /// Keys of the root and every folder down to the path itself, in one pass over the path.
    pub(super) fn keys(&self, path: &[u8]) -> Vec<Key> {
        self.go(&mut Trail::default(), path)
    }

    /// Goes on to another folder; keys of it and of those above it, but for what the way before had
    /// in common with this one.
    pub(super) fn go(&self, trail: &mut Trail, folder: &[u8]) -> Vec<Key> {
        let common = trail.common(folder);
        let states = &mut trail.states;
        states.truncate(components(&folder[..common]).count() + 1);
        let mut keys = Vec::new();
        if common == 0 {
            states.clear();
            states.push(self.root());
            keys.extend(states.last().map(finish));
        }
        for component in components(&folder[common..]) {
            if component == b".." {
                if states.len() > 1 {
                    states.pop();
                    keys.pop();
                }
                continue;
            }
            let mut state = states.last().cloned().unwrap_or_else(|| self.root());
            pass(&mut state, component);
            keys.push(finish(&state));
            states.push(state);
        }
        trail.folder.clear();
        trail.folder.extend_from_slice(folder);
        keys
    }

    /// The key of what has this name in the folder that the trail leads to.
    pub(super) fn key_in(&self, trail: &Trail, name: &[u8]) -> Option<Key> {
        if matches!(name, b"" | b"." | b"..") {
            return None;
        }
        let mut state = match trail.states.last() {
            Some(state) => state.clone(),
            None => self.root(),
        };
        pass(&mut state, name);
        Some(finish(&state))
    }
}

type State = [DefaultHasher; 2];

/// The way to a folder: most entries lie in the one of the entry before, or near it.
#[derive(Debug, Default)]
pub(super) struct Trail {
    folder: Vec<u8>,
    /// Of the root and of each folder on the way.
    states: Vec<State>,
}

impl Trail {
    pub(super) fn leads_to(&self, folder: &[u8]) -> bool {
        self.folder == folder
    }

    /// How much of the way to another folder is the same, in whole components.
    fn common(&self, folder: &[u8]) -> usize {
        let goes_up = |path: &[u8]| components(path).any(|component| component == b"..");
        let both = self.folder.iter().zip(folder);
        let same = both.take_while(|(one, other)| one == other).count();
        let is_end = |path: &[u8]| path.get(same).is_none_or(|byte| *byte == b'/');
        if goes_up(&self.folder) || goes_up(folder) {
            return 0;
        }
        match is_end(&self.folder) && is_end(folder) {
            true => same,
            false => memchr::memrchr(b'/', &folder[..same]).unwrap_or(0),
        }
    }
}

fn finish(state: &State) -> Key {
    state.each_ref().map(Hasher::finish)
}

/// One folder further.
fn pass(state: &mut State, component: &[u8]) {
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
    // Of so few bytes there are not as many components.
    path.len() <= DEEPEST || path.len() <= LONGEST && components(path).count() <= DEEPEST
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
    fn a_trail_leads_to_the_keys_that_the_whole_path_has() {
        let hasher = PathHasher::default();
        let mut trail = Trail::default();
        let folders = [
            "a/b", "a/b/c", "a/bc", "a", "", "x/./y", "x//y/z", "x/../a/b", "a/b/c", "../a", "a/",
            "a/b",
        ];
        for folder in folders {
            let keys = hasher.keys(folder.as_bytes());
            let new = hasher.go(&mut trail, folder.as_bytes());
            assert!(trail.leads_to(folder.as_bytes()));
            assert!(keys.ends_with(&new), "{folder}");
            for name in ["f", "b", ".", "..", ""] {
                let path = format!("{folder}/{name}");
                let key = hasher.key_in(&trail, name.as_bytes());
                assert!(
                    key.is_none_or(|key| key == hasher.key(path.as_bytes())),
                    "{path}"
                );
                assert_eq!(key.is_some(), name.len() == 1 && name != ".");
            }
        }
    }

    #[test]
    fn what_a_trail_has_passed_it_does_not_pass_again() {
        let hasher = PathHasher::default();
        let mut trail = Trail::default();
        let mut passed = |folder: &[u8]| hasher.go(&mut trail, folder).len();
        let folders: [&[u8]; 5] = [b"a/b/c", b"a/b/d/e", b"a/b", b"a/bd", b"b"];
        assert_eq!(folders.map(&mut passed), [4, 2, 0, 1, 2]);
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
