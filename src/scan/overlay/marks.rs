//! What one layer says about paths: for each a hash and two numbers, whatever the number of its
//! entries.

use super::Hidden;
use super::path::{Key, Trail, is_placeable, parent};
use super::room::Common;
use super::symlinks::Symlinks;
use super::table::{self, Mark, Table};
use crate::image::Whiteout;

/// What one layer says about paths.
#[derive(Debug, Default)]
pub(in crate::scan) struct PathMarks {
    pub(super) common: Common,
    marks: Table,
    pub(super) symlinks: Symlinks,
    /// Leads to the folder of the entry before; the folders on the way are marked already.
    trail: Trail,
    /// Bytes of the common room that it has.
    used: usize,
    /// The first entry behind the end mark of the tar, where there is one.
    end: Option<u32>,
    /// Things that were not kept because there were too many.
    lost: u64,
    /// Names that no file system can hold.
    unplaceable: u64,
}

impl PathMarks {
    /// An empty layer.
    pub(in crate::scan) fn new(common: &Common) -> Self {
        Self {
            common: common.clone(),
            ..Self::default()
        }
    }

    /// The layer is over: lets go of what only helped on the way.
    pub(in crate::scan) fn closed(self) -> Self {
        Self {
            marks: self.marks.closed(),
            trail: Trail::default(),
            ..self
        }
    }

    /// Notes an entry that is there. Its parents become directories even when the tar does not
    /// list them.
    pub(in crate::scan) fn add(&mut self, path: &[u8], is_directory: bool, sequence: u32) {
        if !is_placeable(path) {
            self.unplaceable += 1;
            return;
        }
        let parent = parent(path).unwrap_or_default();
        if !self.trail.leads_to(parent) {
            for ancestor in self.common.hasher.go(&mut self.trail, parent) {
                self.change(&ancestor, |mark| mark.is_there = true);
            }
        }
        let name = path.get(parent.len()..).unwrap_or_default();
        let name = name.strip_prefix(b"/").unwrap_or(name);
        let hasher = &self.common.hasher;
        let key = (hasher.key_in(&self.trail, name)).unwrap_or_else(|| hasher.key(path));
        self.change(&key, |mark| {
            mark.is_there = true;
            mark.any = sequence.saturating_add(1);
            if !is_directory {
                mark.non_directory = mark.any;
            }
        });
    }

    /// Notes where the symbolic link of an entry leads, after the entry itself.
    pub(in crate::scan) fn add_symlink(&mut self, path: &[u8], target: &[u8], sequence: u32) {
        if is_placeable(path) && is_placeable(target) && self.take(Symlinks::size_of(path, target))
        {
            let hasher = &self.common.hasher;
            self.symlinks.add(hasher, path, target, sequence);
        }
    }

    /// Changes the mark of a path, which is made where there is none and room for it.
    fn change(&mut self, key: &Key, change: impl FnOnce(&mut Mark)) {
        let known = self.marks.get(key);
        if known.is_none() && !self.take(table::SIZE) {
            return;
        }
        let mut mark = known.unwrap_or_default();
        change(&mut mark);
        self.marks.set(key, mark);
    }

    /// Whether there is room for so many bytes; counts what finds none.
    pub(in crate::scan) fn take(&mut self, bytes: usize) -> bool {
        let fits = self.common.take(self.used, bytes);
        if fits {
            self.used += bytes;
        } else {
            self.lost += 1;
        }
        fits
    }

    /// Notes a whiteout.
    pub(in crate::scan) fn remove(&mut self, whiteout: &Whiteout) {
        let (Whiteout::Path(path) | Whiteout::Opaque(path)) = whiteout;
        if !is_placeable(path) {
            self.unplaceable += 1;
            return;
        }
        let key = self.common.hasher.key(path);
        self.change(&key, |mark| match whiteout {
            Whiteout::Path(_) => mark.deleted = true,
            Whiteout::Opaque(_) => mark.opaque = true,
        });
    }

    /// Notes that an entry, and all that follow it, stand behind the end mark of the tar: nothing
    /// that unpacks the layer sees them.
    pub(in crate::scan) fn end_before(&mut self, sequence: u32) {
        self.end.get_or_insert(sequence);
    }

    /// Whether what unpacks the layer sees an entry.
    pub(in crate::scan) fn applies(&self, sequence: u32) -> bool {
        self.end.is_none_or(|end| sequence < end)
    }

    /// How many paths and links were not kept; what hides what is then known only in part.
    pub(in crate::scan) fn lost(&self) -> u64 {
        self.lost
    }

    /// How many names no file system can hold.
    pub(in crate::scan) fn unplaceable(&self) -> u64 {
        self.unplaceable
    }

    /// Sequence number of the last entry so far that stands at `path`.
    pub(in crate::scan) fn last_entry(&self, path: &[u8]) -> Option<u32> {
        self.mark(&self.common.hasher.key(path)).any.checked_sub(1)
    }

    fn mark(&self, key: &Key) -> Mark {
        self.marks.get(key).unwrap_or_default()
    }

    /// Whether an entry of this very layer after `sequence` replaces the one of these keys; the
    /// first key is that of a folder that is not looked at.
    pub(super) fn replaces_own(&self, keys: &[Key], sequence: u32) -> bool {
        let Some((path, ancestors)) = keys.split_last() else {
            return false;
        };
        let own = sequence.saturating_add(1);
        let replaces = |ancestor: &Key| self.mark(ancestor).non_directory > own;
        self.mark(path).any > own || ancestors.iter().skip(1).any(replaces)
    }

    /// What this layer does to a file that a lower layer has at the path of these keys.
    pub(super) fn hides_lower(&self, keys: &[Key]) -> Option<Hidden> {
        let (path, ancestors) = keys.split_last()?;
        if self.mark(path).is_there {
            return Some(Hidden::Overwritten);
        }
        self.takes_away(path, ancestors)
    }

    /// What it does to a symbolic link of a lower layer: an entry below it leads through the link
    /// and does not replace it.
    pub(super) fn hides_symlink(&self, keys: &[Key]) -> Option<Hidden> {
        let (path, ancestors) = keys.split_last()?;
        if self.mark(path).any > 0 {
            return Some(Hidden::Overwritten);
        }
        self.takes_away(path, ancestors)
    }

    /// What it does to a file below through a symbolic link: the first key is that of the link.
    pub(super) fn hides_through(&self, keys: &[Key]) -> Option<Hidden> {
        let (link, inner) = keys.split_first()?;
        if self.mark(link).opaque {
            return Some(Hidden::Deleted);
        }
        self.hides_lower(inner)
    }

    fn takes_away(&self, path: &Key, ancestors: &[Key]) -> Option<Hidden> {
        let covers = |ancestor: &Key| {
            let mark = self.mark(ancestor);
            mark.deleted || mark.opaque || mark.non_directory > 0
        };
        (self.mark(path).deleted || ancestors.iter().any(covers)).then_some(Hidden::Deleted)
    }
}
