//! What commits and trees say of other objects: the path of each file and the first commit that
//! has it.
//!
//! Everything is numbered, so that an entry of a tree takes eight bytes. Where it becomes too much,
//! all but the names is forgotten, and objects are called by kind and id.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use super::names::{Met, Names};
use super::object::{Algorithm, Id};

/// Bytes that are kept, beside the names.
const MOST: usize = 128 << 20;
/// About what an object takes beside its own bytes.
const NUMBER: usize = 80;
/// Packs of one layer for which paths are worked out before its end.
const SETTLEMENTS: u32 = 64;
/// Steps of the longest path, and its bytes: a name may have megabytes, and each step may be it.
const DEEPEST: usize = 1000;
const LONGEST: usize = 4096;
/// The mode of a commit of another repository in a tree.
const SUBMODULE: &[u8] = b"160000";

/// All that is known of the repositories of a layer.
#[derive(Default)]
pub(super) struct Graph {
    numbers: HashMap<Id, u32>,
    ids: Vec<Id>,
    names: Names,
    trees: HashMap<u32, Range<u32>>,
    entries: Vec<TreeEntry>,
    commits: HashMap<u32, Commit>,
    size: usize,
    is_full: bool,
    has_news: bool,
    settlements: u32,
    /// By number.
    first: Vec<Option<First>>,
}

#[derive(Clone, Copy)]
struct TreeEntry {
    object: u32,
    name: u32,
}

struct Commit {
    tree: u32,
    time: i64,
    parents: Vec<u32>,
}

/// How an object was first met.
#[derive(Clone, Copy)]
struct First {
    commit: u32,
    /// The tree and the name in it; of a commit's own tree there is none.
    entry: Option<(u32, u32)>,
}

impl Graph {
    /// Takes what a commit says of its tree and the commits before it.
    pub(super) fn commit(&mut self, id: Id, content: &[u8], algorithm: Algorithm) {
        let (mut tree, mut time, mut parents) = (None, 0, Vec::new());
        for line in content.split(|byte| *byte == b'\n') {
            if let Some(digits) = line.strip_prefix(b"tree ") {
                tree = tree.or(algorithm.parse(digits));
            } else if let Some(digits) = line.strip_prefix(b"parent ") {
                parents.extend(algorithm.parse(digits));
            } else if line.starts_with(b"committer ") {
                time = seconds(line);
            } else if line.is_empty() {
                break;
            }
        }
        let Some(tree) = tree.filter(|_| !self.is_full) else {
            return;
        };
        let number = self.number(id);
        let tree = self.number(tree);
        let parents: Vec<u32> = parents.into_iter().map(|id| self.number(id)).collect();
        self.take(NUMBER + 4 * parents.len());
        if !self.is_full {
            let commit = Commit {
                tree,
                time,
                parents,
            };
            self.has_news |= self.commits.insert(number, commit).is_none();
        }
    }

    /// Takes the entries of a tree. Gives the names in it that are new, a line each.
    pub(super) fn tree(&mut self, id: Id, content: &[u8], algorithm: Algorithm) -> Vec<u8> {
        let mut new_names = Vec::new();
        let number = self.number(id);
        if self.trees.contains_key(&number) {
            return new_names;
        }
        let start = self.entries.len() as u32;
        let mut rest = content;
        while let Some((mode, name, object)) = next_entry(&mut rest, algorithm) {
            let met = self.names.meet(name);
            if !matches!(met, Met::Again(_)) {
                new_names.extend_from_slice(name);
                new_names.push(b'\n');
            }
            let (Met::Again(name) | Met::First(name)) = met else {
                // A file that is left out would have another file's path or commit.
                self.forget();
                continue;
            };
            if mode != SUBMODULE && !self.is_full {
                let object = self.number(object);
                self.entries.push(TreeEntry { object, name });
                self.take(size_of::<TreeEntry>());
            }
        }
        if !self.is_full {
            self.trees.insert(number, start..self.entries.len() as u32);
            self.take(NUMBER);
            self.has_news = true;
        }
        new_names
    }

    fn number(&mut self, id: Id) -> u32 {
        if let Some(number) = self.numbers.get(&id) {
            return *number;
        }
        let number = self.ids.len() as u32;
        if !self.is_full {
            self.ids.push(id);
            self.numbers.insert(id, number);
            self.take(2 * size_of::<Id>() + NUMBER);
        }
        number
    }

    fn take(&mut self, bytes: usize) {
        self.size += bytes;
        if self.size > MOST {
            self.forget();
        }
    }

    /// Forgets all but the names, for good.
    fn forget(&mut self) {
        *self = Self {
            names: std::mem::take(&mut self.names),
            is_full: true,
            ..Self::default()
        };
    }

    /// Settles for the blobs of a pack, unless that was done often.
    pub(super) fn settle_for_pack(&mut self) {
        if self.has_news && self.settlements < SETTLEMENTS {
            self.settlements += 1;
            self.settle();
        }
    }

    /// Works out which commit first has an object, oldest commits first. Each object is met once.
    pub(super) fn settle(&mut self) {
        if !self.has_news {
            return;
        }
        self.has_news = false;
        let mut first = vec![None; self.ids.len()];
        for number in self.oldest_first() {
            if let Some(commit) = self.commits.get(&number) {
                self.spread(number, commit.tree, &mut first);
            }
        }
        self.first = first;
    }

    /// Notes all below a commit's tree that no older one has.
    fn spread(&self, commit: u32, root: u32, first: &mut [Option<First>]) {
        let mut open = VecDeque::new();
        let mut meet = |object: u32, entry, open: &mut VecDeque<u32>| {
            if let Some(known @ None) = first.get_mut(object as usize) {
                *known = Some(First { commit, entry });
                open.push_back(object);
            }
        };
        meet(root, None, &mut open);
        while let Some(tree) = open.pop_front() {
            let range = self.trees.get(&tree).cloned().unwrap_or_default();
            let entries = self.entries.get(range.start as usize..range.end as usize);
            for entry in entries.unwrap_or_default() {
                meet(entry.object, Some((tree, entry.name)), &mut open);
            }
        }
    }

    /// Commits by their time, but none before its parents.
    fn oldest_first(&self) -> Vec<u32> {
        let mut by_time: Vec<(i64, u32)> = (self.commits.iter())
            .map(|(number, commit)| (commit.time, *number))
            .collect();
        by_time.sort_unstable();
        let mut order = Vec::with_capacity(by_time.len());
        let mut seen: HashMap<u32, bool> = HashMap::new();
        for (_, newest) in by_time {
            let mut open = vec![newest];
            while let Some(number) = open.pop() {
                match seen.get(&number) {
                    Some(true) => {}
                    Some(false) => {
                        seen.insert(number, true);
                        order.push(number);
                    }
                    None => {
                        seen.insert(number, false);
                        open.push(number);
                        let parents = self.commits.get(&number).map(|commit| &commit.parents);
                        let unseen = |parent: &&u32| !seen.contains_key(parent);
                        open.extend(parents.into_iter().flatten().filter(unseen));
                    }
                }
            }
        }
        order
    }

    /// The first commit that has the object, and its path there.
    pub(super) fn place(&self, id: Id) -> Option<(Id, Vec<u8>)> {
        let first = |number: u32| *self.first.get(number as usize)?;
        let mut at: First = first(*self.numbers.get(&id)?)?;
        let commit = *self.ids.get(at.commit as usize)?;
        let (mut steps, mut length): (Vec<&[u8]>, usize) = (Vec::new(), 0);
        while let Some((tree, name)) = at.entry {
            let name = self.names.get(name)?;
            steps.push(name);
            length += name.len() + 1;
            (steps.len() <= DEEPEST && length <= LONGEST).then_some(())?;
            at = first(tree)?;
        }
        steps.reverse();
        Some((commit, steps.join(&b'/')))
    }
}

/// Mode, name and id of the next entry of a tree.
fn next_entry<'c>(rest: &mut &'c [u8], algorithm: Algorithm) -> Option<(&'c [u8], &'c [u8], Id)> {
    let space = memchr::memchr(b' ', rest)?;
    let (mode, behind) = rest.split_at_checked(space)?;
    let behind = behind.get(1..)?;
    let end = memchr::memchr(0, behind)?;
    let (name, behind) = behind.split_at_checked(end)?;
    let (id, behind) = behind.get(1..)?.split_at_checked(algorithm.length())?;
    *rest = behind;
    Some((mode, name, algorithm.read(id)?))
}

/// The time at the end of a line about a person: seconds, then the zone.
fn seconds(line: &[u8]) -> i64 {
    let mut words = line.rsplit(|byte| *byte == b' ');
    let number = words.nth(1).and_then(|word| std::str::from_utf8(word).ok());
    number.and_then(|word| word.parse().ok()).unwrap_or(0)
}
