//! How much comes out of nested archives, and what bounds it: each stream keeps to its own ratio, archives in
//! archives multiply theirs, and many small entries add up.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::archive::{LimitHit, Limits};

/// What an entry may give that is searched out of its turn: so many bytes, and so many for each of its own.
const ANY: u64 = 256 << 10;
const FOR_EACH: u64 = 32;

/// Counts of an entry and of all before it.
#[derive(Default)]
pub(super) struct Unpacked {
    of_entry: u64,
    /// Bytes of the entry that these came from.
    taken: Arc<AtomicU64>,
    of_all: u64,
    /// Stored bytes of the layer before this entry.
    stored: u64,
    /// Searched out of its turn, the entry may give so much, and nothing that depends on others.
    share: Option<u64>,
    is_refused: bool,
}

/// What an entry of so many bytes may give where it is searched out of its turn.
pub(crate) fn share(size: u64) -> u64 {
    size.saturating_mul(FOR_EACH).saturating_add(ANY)
}

impl Unpacked {
    /// What comes is bounded by what the layer takes in store: so many bytes before the next entry.
    pub(super) fn pass(&mut self, stored: u64) {
        self.stored = stored;
    }

    /// The next entry, of so many bytes, is searched out of its turn.
    pub(super) fn out_of_turn(&mut self, size: u64) {
        self.share = Some(share(size));
    }

    /// Begins an entry, whose bytes come from `inner`.
    pub(super) fn begin<'a>(&mut self, inner: &'a mut dyn BufRead) -> Counted<'a> {
        self.of_entry = 0;
        self.taken.store(0, Ordering::Relaxed);
        Counted {
            inner,
            taken: Arc::clone(&self.taken),
        }
    }

    pub(super) fn count(&mut self, bytes: usize) {
        self.of_entry += bytes as u64;
        self.of_all += bytes as u64;
    }

    /// The limit that this entry breaks, or all of the layer's together.
    pub(super) fn too_much(&mut self, limits: &Limits) -> Option<LimitHit> {
        let taken = self.taken.load(Ordering::Relaxed);
        let all = self.stored.saturating_add(taken);
        let of_entry = limits.check_stream(taken, self.of_entry);
        of_entry.or_else(|| match self.share {
            Some(share) => {
                self.is_refused |= self.of_entry > share;
                (self.is_refused).then_some(LimitHit::TotalSize(share))
            }
            None => limits.check_stream(all, self.of_all),
        })
    }

    /// Whether the entry has to be searched in its turn, since what is in it depends on others.
    pub(super) fn needs_its_turn(&mut self) -> bool {
        self.is_refused |= self.share.is_some();
        self.share.is_some()
    }

    /// Whether an entry was refused since this was asked last.
    pub(super) fn take_refused(&mut self) -> bool {
        std::mem::take(&mut self.is_refused)
    }
}

/// Counts the bytes that are taken of an entry.
pub(super) struct Counted<'a> {
    inner: &'a mut dyn BufRead,
    taken: Arc<AtomicU64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.taken.fetch_add(n as u64, Ordering::Relaxed);
        self.inner.consume(n);
    }
}
