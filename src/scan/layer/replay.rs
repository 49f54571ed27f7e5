//! A layer that was scanned before: what it said then is read from the cache and goes the same way as
//! in a scan, so that marks, links, names, budgets and warnings are made by the same code.

use super::{LayerScan, Means, Worker, walk_and_scan};
use crate::archive::Blob;
use crate::cache::{Journal, Note, Recorder, Slot};
use crate::image::{Layer, LayerSummary};
use crate::scan::pipeline::Options;

/// Scans `layer`, one of `layers`, which share what is kept of hits and public keys; or reads from the
/// cache what it said when it was scanned.
pub(in crate::scan) fn scan_layer(layer: &Layer, means: Means<'_>, layers: usize) -> LayerScan {
    let (Some(slot), Some(stored)) = (slot(layer, means), &layer.blob) else {
        return walk_and_scan(layer, means, layers, None);
    };
    let journal = slot.open(stored, means.early);
    let replayed = journal.and_then(|journal| {
        let worker = Worker::new(layer, means, layers, None);
        worker.replay(layer, means.options, journal)
    });
    replayed.unwrap_or_else(|| {
        let mut recorder = slot.recorder();
        let scan = walk_and_scan(layer, means, layers, Some(&mut recorder));
        keep(&slot, stored, recorder, &scan);
        scan
    })
}

/// The layer's place in the cache. Whoever asks for secrets in clear, or not to hash what is read, gets
/// none.
fn slot(layer: &Layer, means: Means<'_>) -> Option<Slot> {
    let Options {
        limits, packages, ..
    } = means.options;
    let cache = means.options.cache.as_ref()?;
    let is_used = means.options.verify && !means.options.reveal;
    let rules = means.engine.rules().digest();
    is_used.then(|| cache.slot(layer, rules, limits, *packages))?
}

fn keep(slot: &Slot, stored: &Blob, mut recorder: Recorder, scan: &LayerScan) {
    if let Some(evidence) = &scan.evidence {
        // How many claims are kept depends on the number of layers, and what was not heard is not
        // written down either.
        if evidence.claims.lost() > 0 {
            return;
        }
        let mut checksums: Vec<_> = evidence.checksums.iter().collect();
        checksums.sort_unstable_by_key(|(sequence, _)| **sequence);
        for (sequence, checksums) in checksums {
            recorder.checksums(*sequence, *checksums);
        }
        let unhashed = evidence.unhashed.sequences().iter();
        unhashed.for_each(|sequence| recorder.unhashed(*sequence));
    }
    if let Some(recorded) = recorder.finish(&scan.summary) {
        slot.keep(stored, &scan.summary, recorded);
    }
}

impl Worker<'_, '_> {
    /// What the layer yields, from what it said before; `None` where that breaks off.
    fn replay(
        mut self,
        layer: &Layer,
        options: &Options,
        mut journal: Journal<'_>,
    ) -> Option<LayerScan> {
        loop {
            if let Some(summary) = self.hear(journal.read()?)? {
                return Some(self.finish(layer, &options.limits, summary));
            }
        }
    }

    /// Takes one note; gives the summary, which is the last.
    fn hear(&mut self, note: Note<'_>) -> Option<Option<LayerSummary>> {
        match note {
            Note::Entry(entry) => {
                let entry = entry.entry();
                self.note_path(&entry);
                self.note_names(&entry);
            }
            Note::Outcome(kind, entry, outcome) => {
                let entry = entry.map(|entry| entry.entry());
                // What has an error is not written down.
                let _ = self.take_next(outcome.outcome()?, kind, entry.as_ref());
            }
            Note::Database(told) => {
                let claims = self.gatherer.as_mut()?.claims();
                let heard = claims.hear(told.path, told.sequence, |listen| {
                    told.tell(listen).then_some(()).ok_or(())
                });
                heard.ok()?;
            }
            Note::Checksums(sequence, checksums) => {
                self.gatherer.as_mut()?.add(sequence, checksums);
            }
            Note::Unhashed(sequence) => self.gatherer.as_mut()?.add_later(sequence),
            Note::Summary(summary) => return Some(Some(summary.summary())),
        }
        Some(None)
    }
}
