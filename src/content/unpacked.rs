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
        // What is scanned behind all others comes from further ahead.
        self.stored = self.stored.max(stored);
    }

    /// The next entry, of so many bytes, is searched out of its turn.
    pub(super) fn out_of_turn(&mut self, size: u64) {
        self.share = Some(share(size));
        self.is_refused = false;
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

    /// The entry has to be searched once more, if it is searched out of its turn.
    pub(super) fn refuse(&mut self) {
        self.is_refused |= self.share.is_some();
    }

    /// Something in the entry depends on others: an error where it is searched out of its turn.
    pub(super) fn needs_its_turn(&mut self) -> io::Result<()> {
        self.refuse();
        match self.is_refused {
            true => Err(io::Error::other("has to be searched in its turn")),
            false => Ok(()),
        }
    }

    /// Whether the entry has to be searched once more, in its turn.
    pub(super) fn is_refused(&self) -> bool {
        self.is_refused
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

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    fn of(unpacked: &mut Unpacked, taken: usize, bytes: usize) -> Option<LimitHit> {
        let stored = vec![0; taken];
        let mut stored = &stored[..];
        io::copy(&mut unpacked.begin(&mut stored), &mut io::sink()).unwrap();
        unpacked.count(bytes);
        unpacked.too_much(&Limits::default())
    }

    #[test]
    fn all_entries_are_held_to_what_the_layer_takes_in_store() {
        let mut unpacked = Unpacked::default();
        assert_eq!(of(&mut unpacked, 1_000, 60 * MIB), None);
        assert_eq!(
            of(&mut unpacked, 1_000, 60 * MIB),
            Some(LimitHit::Ratio(1_100))
        );
        unpacked.pass(MIB as u64);
        assert_eq!(of(&mut unpacked, 1_000, 60 * MIB), None);
        // What waited until the end of the layer lies further in front.
        unpacked.pass(7);
        assert_eq!(of(&mut unpacked, 1_000, 60 * MIB), None);
    }

    #[test]
    fn out_of_its_turn_an_entry_is_refused_that_gives_much_or_depends_on_others() {
        let mut unpacked = Unpacked::default();
        assert!(unpacked.needs_its_turn().is_ok() && !unpacked.is_refused());
        unpacked.out_of_turn(1_000);
        let share = share(1_000) as usize;
        assert_eq!(of(&mut unpacked, 1_000, share), None);
        assert!(of(&mut unpacked, 1_000, share + 1).is_some() && unpacked.is_refused());
        unpacked.out_of_turn(1_000);
        assert!(of(&mut unpacked, 1_000, 1).is_none() && !unpacked.is_refused());
        assert!(unpacked.needs_its_turn().is_err() && unpacked.is_refused());
    }
}
