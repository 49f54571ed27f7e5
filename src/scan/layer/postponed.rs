//! Entries that wait for the end of their layer: blobs of a git repository in files of their own,
//! whose paths trees tell that may lie anywhere in it.

use super::Worker;
use crate::finding::Kind;
use crate::image::LayerEntry;
use crate::scan::ahead::bare;

impl Worker<'_, '_> {
    pub(super) fn postpone(&mut self, entry: &LayerEntry, bytes: Vec<u8>) {
        self.postponed.push((bare(entry), bytes));
    }

    /// Scans what waited.
    pub(super) fn scan_postponed(&mut self) {
        self.scanner.settle();
        for (entry, bytes) in std::mem::take(&mut self.postponed) {
            let outcome = self.content(&entry, &mut &bytes[..], false);
            // Bytes in memory are read without an error.
            let _ = self.take(outcome, Kind::File, Some(&entry));
        }
    }
}
