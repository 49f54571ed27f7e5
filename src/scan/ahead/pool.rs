//! What the layers of a scan share: how much waits, and memory that is used again.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::lock;
use crate::scan::evidence::CONTENT;

/// Bytes that are kept while they are scanned, of all contents together.
pub(super) const MOST_KEPT: usize = 16 << 20;

/// Counts and rooms.
#[derive(Default)]
pub(in crate::scan) struct Pool {
    /// Copied bytes that wait.
    pub(super) waiting: AtomicUsize,
    /// Bytes that are kept until it is known whether they are needed once more.
    pub(super) kept: AtomicUsize,
    /// Rooms for copies, for pieces and for large contents that nobody uses: no more than there were in
    /// use at once.
    pub(super) copies: Mutex<Vec<Vec<u8>>>,
    pub(super) pieces: Mutex<Vec<Vec<u8>>>,
    contents: Mutex<Vec<Vec<u8>>>,
}

impl Pool {
    /// A room for a content of so many bytes, if there is any left: it is given back when it is dropped.
    pub(super) fn room_for(&self, size: u64) -> Option<Room<'_>> {
        let size = usize::try_from(size).ok().filter(|size| *size <= CONTENT)?;
        if self.kept.fetch_add(size, Ordering::Relaxed) + size > MOST_KEPT {
            self.kept.fetch_sub(size, Ordering::Relaxed);
            return None;
        }
        let mut bytes = lock(&self.contents).pop().unwrap_or_default();
        bytes.reserve_exact(size);
        Some(Room {
            pool: self,
            size,
            bytes,
        })
    }
}

/// A room for one content.
pub(super) struct Room<'p> {
    pool: &'p Pool,
    size: usize,
    pub bytes: Vec<u8>,
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        // Counted until it is back, so that there are never more rooms than fit.
        lock(&self.pool.contents).push(bytes);
        self.pool.kept.fetch_sub(self.size, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_bounded_together_and_used_again() {
        let pool = Pool::default();
        assert!(pool.room_for(CONTENT as u64 + 1).is_none());
        let rooms: Vec<_> = (0..).map_while(|_| pool.room_for(CONTENT as u64)).collect();
        assert_eq!(rooms.len(), MOST_KEPT / CONTENT);
        assert!(pool.room_for(1).is_none());
        drop(rooms);
        assert_eq!(pool.kept.load(Ordering::Relaxed), 0);
        let again = pool.room_for(1);
        assert!(
            again.is_some_and(|room| room.bytes.capacity() >= CONTENT && room.bytes.is_empty())
        );
    }
}
