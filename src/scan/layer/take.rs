//! What texts of a layer came to, taken in the order of the entries, as far as there is room.

use std::io;

use super::{LayerHit, Worker};
use crate::content::Outcome;
use crate::detect::Suppression;
use crate::finding::{EntryFacts, Kind};
use crate::image::LayerEntry;
use crate::scan::budget;

impl Worker<'_, '_> {
    /// Takes what something came to, behind all that came before it.
    pub(super) fn take(
        &mut self,
        outcome: Outcome,
        kind: Kind,
        entry: Option<&LayerEntry>,
    ) -> io::Result<()> {
        if !outcome.is_empty() {
            self.settle();
        }
        self.take_next(outcome, kind, entry)
    }

    pub(super) fn take_next(
        &mut self,
        outcome: Outcome,
        kind: Kind,
        entry: Option<&LayerEntry>,
    ) -> io::Result<()> {
        if let Some(recorder) = &mut self.recorder {
            recorder.outcome(&outcome, kind, entry);
        }
        for warning in outcome.warnings {
            self.warnings.push(warning);
        }
        if let Some(entry) = entry {
            for (inside, observed) in outcome.observed {
                self.seen.add(&entry.path, &inside, observed);
            }
        }
        for hit in outcome.hits {
            self.keep(LayerHit {
                kind,
                path: entry.map_or_else(Vec::new, |entry| entry.path.clone()),
                sequence: entry.map(|entry| entry.sequence),
                entry: entry.map(facts),
                hit,
            });
        }
        outcome.error.map_or(Ok(()), Err)
    }

    pub(super) fn keep(&mut self, hit: LayerHit) {
        if hit.hit.matched.suppressed == Some(Suppression::Allowlist) && !self.allowed.take(1) {
            return;
        }
        let inside: usize = hit.hit.inside.iter().map(String::len).sum();
        let size = budget::size_of(&hit.hit.matched) + hit.path.len() + inside;
        if self.budget.take(size) {
            self.hits.push(hit);
        }
    }
}

fn facts(entry: &LayerEntry) -> EntryFacts {
    EntryFacts {
        mode: format!("{:04o}", entry.mode & 0o7777),
        uid: entry.uid,
        gid: entry.gid,
        mtime: entry.mtime,
        size: entry.size,
    }
}
