//! Paths that lead through symbolic links to folders.
//!
//! Unpackers resolve the folder of an entry in what is there already, within the root: with
//! `lib -> usr/lib` below, `lib/.wh.x` deletes `usr/lib/x`. Since a layer is read by itself, the
//! question is turned round: under which other names could a later layer mean this file?

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::OnceLock;

use super::path::{Hashed, Key, PathHasher, below, clean, parent};
use super::{PathMarks, symlink_fate};

/// Links that are followed for one path, as the kernel does it.
const MOST_STEPS: usize = 40;

/// The symbolic links of one layer, the last of each path.
#[derive(Debug, Default)]
pub(super) struct Symlinks {
    list: Vec<Symlink>,
    by_path: HashMap<Key, u32, BuildHasherDefault<Hashed>>,
    /// Known once somebody asks, when the layer was read.
    by_target: OnceLock<HashMap<Key, Vec<u32>, BuildHasherDefault<Hashed>>>,
    /// Folders down to the deepest target.
    deepest: usize,
}

#[derive(Debug)]
struct Symlink {
    sequence: u32,
    /// Both from the root and clean.
    path: Vec<u8>,
    target: Vec<u8>,
    target_key: Key,
}

impl Symlinks {
    /// Bytes that a link takes.
    pub(super) fn size_of(path: &[u8], target: &[u8]) -> usize {
        size_of::<Symlink>() + 128 + 2 * path.len() + target.len()
    }

    pub(super) fn add(&mut self, hasher: &PathHasher, path: &[u8], target: &[u8], sequence: u32) {
        let folder = match target.first() {
            Some(b'/') => &[],
            _ => parent(path).unwrap_or_default(),
        };
        let target = clean(&[folder, b"/", target].concat());
        // Or one more, for the root itself.
        let depth = 1 + memchr::memchr_iter(b'/', &target).count();
        self.deepest = self.deepest.max(depth);
        let link = Symlink {
            sequence,
            path: clean(path),
            target_key: hasher.key(&target),
            target,
        };
        self.by_target = OnceLock::new();
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let index = *self.by_path.entry(hasher.key(&link.path)).or_insert(next);
        match self.list.get_mut(index as usize) {
            // An entry of the same layer replaces the one before.
            Some(known) => *known = link,
            None => self.list.push(link),
        }
    }

    /// Whether the entry of this path and sequence is a symbolic link.
    pub(super) fn has(&self, path: &Key, sequence: u32) -> bool {
        self.at(path).is_some_and(|link| link.sequence == sequence)
    }

    /// The last link at a path.
    fn at(&self, path: &Key) -> Option<&Symlink> {
        let index = self.by_path.get(path)?;
        self.list.get(*index as usize)
    }

    fn to(&self, target: &Key) -> impl Iterator<Item = &Symlink> {
        let by_target = self.by_target.get_or_init(|| {
            let mut by_target: HashMap<Key, Vec<u32>, _> = HashMap::default();
            for (index, link) in (0..).zip(&self.list) {
                by_target.entry(link.target_key).or_default().push(index);
            }
            by_target
        });
        let indexes = by_target.get(target).into_iter().flatten();
        indexes.filter_map(|index| self.list.get(*index as usize))
    }
}

/// Another name of a file, through a symbolic link.
pub(super) struct Alias {
    path: Vec<u8>,
    keys: Vec<Key>,
    /// How many folders down the link stands.
    depth: usize,
    /// The layer of the link and its sequence there.
    pub(super) layer: usize,
    pub(super) sequence: u32,
    /// The first layer that no longer has the link.
    until: usize,
}

impl Alias {
    /// The short key of the name.
    pub(super) fn short_key(&self) -> Option<u64> {
        self.keys.last().map(|key| key[0])
    }

    /// Whether a layer can use the name.
    pub(super) fn is_there_in(&self, layer: usize) -> bool {
        (self.layer..self.until).contains(&layer)
    }

    /// The entry of a layer after which the name is there.
    pub(super) fn sequence_in(&self, layer: usize) -> u32 {
        if self.layer == layer {
            self.sequence
        } else {
            0
        }
    }

    /// Keys of the link and what is below it.
    pub(super) fn inner(&self) -> &[Key] {
        self.keys.get(self.depth..).unwrap_or_default()
    }
}

/// Where an entry that is called `path` really stands.
pub(in crate::scan) fn real_path(
    stack: &[&PathMarks],
    layer: usize,
    path: &[u8],
    sequence: u32,
) -> Vec<u8> {
    let mut path = clean(path);
    let reach = stack.get(..=layer).unwrap_or_default();
    let Some(hasher) = reach.last().map(|own| &own.common.hasher) else {
        return path;
    };
    if reach.iter().all(|marks| marks.symlinks.list.is_empty()) {
        return path;
    }
    for _ in 0..MOST_STEPS {
        let keys = hasher.keys(&path);
        let folders = 1..keys.len().saturating_sub(1);
        let link = folders.into_iter().find_map(|depth| {
            let link = link_at(reach, keys.get(..=depth)?, sequence)?;
            Some((depth, link))
        });
        let Some((depth, link)) = link else { break };
        path = joined(&link.target, below(&path, depth));
    }
    path
}

/// The link that stands at a path when the entry `sequence` of the last layer is unpacked.
fn link_at<'s>(reach: &[&'s PathMarks], keys: &[Key], sequence: u32) -> Option<&'s Symlink> {
    let top = reach.len() - 1;
    let found = reach.iter().enumerate().rev().find_map(|(layer, marks)| {
        let link = marks.symlinks.at(keys.last()?)?;
        (layer < top || link.sequence < sequence).then_some((layer, link))
    });
    let (layer, link) = found?;
    let fate = symlink_fate(reach, layer, keys, link.sequence);
    fate.is_none().then_some(link)
}

/// Every other name of the file at the real path `path`, as far as links are followed.
pub(super) fn aliases(stack: &[&PathMarks], hasher: &PathHasher, path: &[u8]) -> Vec<Alias> {
    let mut found: Vec<Alias> = Vec::new();
    if stack.iter().all(|marks| marks.symlinks.list.is_empty()) {
        return found;
    }
    // No link leads further down, however deep the path is.
    let deepest = stack.iter().map(|marks| marks.symlinks.deepest).max();
    let most = deepest.map_or(0, |deepest| deepest + 1);
    let mut next = (path.to_vec(), hasher.keys(path), 0, stack.len());
    for step in 0..=MOST_STEPS {
        let (path, keys, since, until) = &next;
        let folders = keys.iter().enumerate().take(most.min(keys.len() - 1));
        for (depth, folder) in folders {
            for (layer, marks) in stack.iter().enumerate() {
                for link in marks.symlinks.to(folder) {
                    if found.len() >= MOST_STEPS {
                        return found;
                    }
                    let name = joined(&link.path, below(path, depth));
                    let is_known = found.iter().any(|a| a.layer == layer && a.path == name);
                    if is_known || name.len() > 2 * path.len() + link.path.len() {
                        continue;
                    }
                    let of_link = hasher.keys(&link.path);
                    let fate = symlink_fate(stack, layer, &of_link, link.sequence);
                    found.push(Alias {
                        keys: hasher.keys(&name),
                        path: name,
                        depth: of_link.len() - 1,
                        layer: layer.max(*since),
                        sequence: if layer < *since { 0 } else { link.sequence },
                        until: fate.map_or(stack.len(), |(_, by)| by).min(*until),
                    });
                }
            }
        }
        let Some(alias) = found.get(step) else { break };
        next = (
            alias.path.clone(),
            alias.keys.clone(),
            alias.layer,
            alias.until,
        );
    }
    found
}

fn joined(folder: &[u8], rest: &[u8]) -> Vec<u8> {
    if folder.is_empty() {
        return rest.to_vec();
    }
    [folder, b"/", rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_is_written_again_replaces_itself() {
        let hasher = PathHasher::default();
        let mut links = Symlinks::default();
        let mut add = |path: &str, target: &str, sequence| {
            links.add(&hasher, path.as_bytes(), target.as_bytes(), sequence);
        };
        for sequence in 0..100 {
            add("lib", "usr/lib", sequence);
            add("var/run", "/run", 100 + sequence);
            add("./var/../lib64", "usr/lib", 200 + sequence);
        }
        add("var/run", "/usr/lib", 300);
        let to = |target: &str| {
            let target = hasher.key(target.as_bytes());
            let links = links.to(&target);
            links.map(|link| link.sequence).collect::<Vec<u32>>()
        };
        assert_eq!(to("usr/lib"), [99, 300, 299]);
        assert!(to("run").is_empty());
        let path = hasher.key(b"var/run");
        assert!(links.has(&path, 300) && !links.has(&path, 199));
    }
}
