//! Bytes of a tar that belong to no entry: normally NUL, so anything else is worth a look.

use std::mem;

/// Bytes that no reader shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slack {
    /// Where they stand in the uncompressed tar.
    pub offset: u64,
    /// The bytes, without the NULs around them.
    pub bytes: Vec<u8>,
}

/// Collects slack between two calls of `take`, within bounds.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pieces: Vec<Slack>,
    kept: usize,
    lost: u64,
    /// Blocks after the end marker that are no header, not yet a piece.
    tail: Option<Slack>,
}

impl Collector {
    /// The tail is cut into pieces of this size, so that a scanner can treat one as one buffer.
    const PIECE: usize = 1 << 20;
    /// Most bytes kept until they are taken.
    const KEPT: usize = 64 << 20;

    /// Adds bytes that may be NUL altogether.
    pub(super) fn add(&mut self, offset: u64, bytes: &[u8]) {
        let Some(first) = bytes.iter().position(|byte| *byte != 0) else {
            return;
        };
        let last = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(first);
        let bytes = bytes.get(first..=last).unwrap_or_default();
        if self.kept + bytes.len() > Self::KEPT {
            self.lost = self.lost.saturating_add(bytes.len() as u64);
            return;
        }
        self.kept += bytes.len();
        self.pieces.push(Slack {
            offset: offset.saturating_add(first as u64),
            bytes: bytes.to_vec(),
        });
    }

    /// Adds a block of the tail; blocks that follow one another become one piece.
    pub(super) fn add_tail(&mut self, offset: u64, block: &[u8]) {
        let tail = self.tail.get_or_insert_with(|| Slack {
            offset,
            bytes: Vec::new(),
        });
        tail.bytes.extend_from_slice(block);
        if tail.bytes.len() >= Self::PIECE {
            self.end_tail();
        }
    }

    /// Says that the tail is interrupted or over.
    pub(super) fn end_tail(&mut self) {
        if let Some(tail) = self.tail.take() {
            self.add(tail.offset, &tail.bytes);
        }
    }

    pub(super) fn take(&mut self) -> Vec<Slack> {
        self.kept = 0;
        mem::take(&mut self.pieces)
    }

    /// Bytes that did not fit.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }
}
