//! What is noted of the paths of a layer's entries: what hides what, where links lead, and the names
//! themselves, which may hold secrets.

use super::{LayerHit, Worker};
use crate::content::Hit;
use crate::detect::{Context, TextKind};
use crate::finding::Kind;
use crate::image::{EntryKind, LayerEntry};
use crate::scan::links::Link;

impl Worker<'_, '_> {
    /// Keeps what the stack needs to know of the path.
    pub(super) fn note_path(&mut self, entry: &LayerEntry) {
        if entry.behind_end {
            return self.marks.end_before(entry.sequence);
        }
        if let Some(whiteout) = &entry.whiteout {
            self.marks.remove(whiteout);
            return;
        }
        if entry.kind == EntryKind::HardLink
            && let Some(target) = &entry.link
        {
            let link = Link::new(
                &entry.path,
                target,
                entry.sequence,
                &self.marks,
                &self.links,
            );
            let size = size_of::<Link>() + link.path.len() + 2 * link.target.len();
            if self.marks.take(size) {
                self.links.push(link);
            }
        }
        let is_directory = entry.kind == EntryKind::Directory;
        self.marks.add(&entry.path, is_directory, entry.sequence);
        if entry.kind == EntryKind::Symlink
            && let Some(target) = &entry.link
        {
            let sequence = entry.sequence;
            self.marks.add_symlink(&entry.path, target, sequence);
        }
    }

    /// Gathers the names of an entry, which are searched many together.
    pub(super) fn note_names(&mut self, entry: &LayerEntry) {
        self.names.add(entry);
        if self.names.is_full() {
            self.flush_names();
        }
    }

    /// Searches the names that were gathered.
    pub(super) fn flush_names(&mut self) {
        self.settle();
        let context = Context {
            kind: TextKind::Name,
            ..Context::default()
        };
        let text = std::mem::take(&mut self.names);
        let scanned = self.engine.scan_fully(&context, text.bytes());
        for index in scanned.limited {
            let rule = self.engine.rules().rule(index).id();
            self.warn(format!(
                "more names of entries hold matches of rule {rule} than are kept"
            ));
        }
        for matched in scanned.matches {
            let Some((path, sequence, matched)) = text.entry_of(matched) else {
                continue;
            };
            if let Some(recorder) = &mut self.recorder {
                recorder.name_with_hit();
            }
            self.keep(LayerHit {
                kind: Kind::Name,
                path,
                sequence: Some(sequence),
                entry: None,
                hit: Hit {
                    inside: Vec::new(),
                    decoded: matched.how().iter().map(|how| (*how).to_owned()).collect(),
                    matched,
                },
            });
        }
        self.names = text.cleared();
    }

    /// Keeps only links to content with hits, and those that lead to lower layers.
    pub(super) fn forget_idle_links(&mut self) {
        let mut hit: Vec<u32> = self.hits.iter().filter_map(|hit| hit.sequence).collect();
        hit.sort_unstable();
        self.links.retain(|link| {
            link.content
                .is_none_or(|content| hit.binary_search(&content).is_ok())
        });
    }
}
