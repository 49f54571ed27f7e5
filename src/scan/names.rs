//! Names of entries and targets of links as one text: a scan for each would cost more than it reads.

use std::ops::Range;

use crate::detect::Match;
use crate::image::{EntryKind, LayerEntry};

/// Bytes of names that are scanned together.
const BATCH: usize = 64 << 10;

/// Names waiting to be scanned together, one a line.
#[derive(Default)]
pub(super) struct Names {
    text: Vec<u8>,
    lines: Vec<NameLine>,
}

/// A line of the names: the entry's path, or the target of its link.
struct NameLine {
    start: usize,
    /// Where the entry's path stands.
    path: Range<usize>,
    sequence: u32,
}

impl Names {
    pub(super) fn add(&mut self, entry: &LayerEntry) {
        let start = self.text.len();
        let path = start..start + entry.path.len();
        let target = entry
            .link
            .as_deref()
            .filter(|_| matches!(entry.kind, EntryKind::Symlink | EntryKind::HardLink));
        for name in [Some(&entry.path[..]), target].into_iter().flatten() {
            self.lines.push(NameLine {
                start: self.text.len(),
                path: path.clone(),
                sequence: entry.sequence,
            });
            self.text.extend_from_slice(name);
            self.text.push(b'\n');
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.text
    }

    pub(super) fn is_full(&self) -> bool {
        self.text.len() >= BATCH
    }

    /// Path and sequence of the entry whose line holds the match, and the match with its place in
    /// that name alone.
    pub(super) fn entry_of(&self, mut matched: Match) -> Option<(Vec<u8>, u32, Match)> {
        let after = self
            .lines
            .partition_point(|line| line.start as u64 <= matched.span.offset);
        let line = self.lines.get(after.checked_sub(1)?)?;
        matched.span.offset -= line.start as u64;
        matched.position.line = 1;
        Some((
            self.text.get(line.path.clone())?.to_vec(),
            line.sequence,
            matched,
        ))
    }

    /// Empty again, with its memory.
    pub(super) fn cleared(mut self) -> Self {
        self.text.clear();
        self.lines.clear();
        self
    }
}
