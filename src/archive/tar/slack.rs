//! Bytes of a tar that belong to no entry: normally NUL, so anything else is worth a look.

use std::mem;

use crate::archive::{Compression, sniff};

/// Bytes that no reader shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slack {
    /// Where they stand in the uncompressed tar.
    pub offset: u64,
    /// The bytes, without the NULs around them.
    pub bytes: Vec<u8>,
}

/// `bytes` without the NULs around them, and how many there were in front. What ends in NULs and
/// holds the start of a gzip or zstd stream keeps as many as the trailer of one may have.
pub fn without_nuls(bytes: &[u8]) -> (usize, &[u8]) {
    const TRAILER: usize = 8;
    let is_set = |byte: &u8| *byte != 0;
    let start = bytes.iter().position(is_set).unwrap_or(bytes.len());
    let rest = bytes.get(start..).unwrap_or_default();
    let end = rest.iter().rposition(is_set).map_or(0, |last| last + 1);
    let has_stream = memchr::memchr2_iter(0x1f, 0x28, rest).any(|at| {
        let head = rest.get(at..).unwrap_or_default();
        matches!(sniff(head), Compression::Gzip | Compression::Zstd)
    });
    let end = if has_stream {
        rest.len().min(end + TRAILER)
    } else {
        end
    };
    (start, rest.get(..end).unwrap_or_default())
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
        // Nearly always, and told without a branch for each byte.
        if bytes.iter().fold(0, |all, byte| all | byte) == 0 {
            return;
        }
        let (first, bytes) = without_nuls(bytes);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nuls_around_are_cut_and_those_of_a_gzip_trailer_are_kept() {
        assert_eq!(without_nuls(b"\0\0text\0\0\0"), (2, &b"text"[..]));
        assert_eq!(without_nuls(b"\0\0\0").1, b"");
        let gzip = b"\0\x1f\x8b\x08rest\x05\0\0\0\0\0\0\0\0\0\0\0\0";
        assert_eq!(without_nuls(gzip), (1, &gzip[1..gzip.len() - 4]));
        assert_eq!(without_nuls(&gzip[..11]).1, &gzip[1..11]);
        let behind_junk = [b"junk", &gzip[1..]].concat();
        assert_eq!(without_nuls(&behind_junk).1.len(), behind_junk.len() - 4);
    }
}
