//! What the layers of a scan share: how much waits, and memory that is used again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::pipe::PIECE;
use super::{BATCH, MOST_WAITING, lock};
use crate::archive::Pieces;
use crate::scan::evidence::CONTENT;

/// Bytes that are kept while they are scanned, of all contents together.
pub(super) const MOST_KEPT: usize = 16 << 20;
/// Bytes that are kept where a content may be kept until a thread comes for it.
const MOST_WAITING_WHOLE: usize = 4 << 20;
/// Archives that are opened beside each other out of their turn.
const MOST_OPENED: usize = 12;
/// Rooms for large contents, and for pieces, that stay while nobody uses them.
const IDLE_ROOMS: usize = 1;
const IDLE_PIECES: usize = MOST_WAITING / PIECE;

/// Counts and rooms.
#[derive(Default)]
pub(in crate::scan) struct Pool {
    /// Copied bytes that wait.
    pub(super) waiting: AtomicUsize,
    /// Bytes of results that were not taken.
    pub(super) found: AtomicUsize,
    /// Archives that are open, which take some memory each.
    opened: AtomicUsize,
    /// Bytes that are kept until it is known whether they are needed once more.
    pub(super) kept: AtomicUsize,
    /// Rooms for copies, for pieces and for large contents that nobody uses.
    pub(super) copies: Mutex<Vec<Vec<u8>>>,
    pub(super) pieces: Mutex<Vec<Vec<u8>>>,
    contents: Mutex<Vec<Vec<u8>>>,
    /// What waits to be hashed.
    pub(in crate::scan) unhashed: Arc<Pieces>,
}

impl Pool {
    /// Takes back a room for copies, unless a single content was larger than others together may be.
    pub(super) fn take_back_copies(&self, mut copies: Vec<u8>) {
        if (1..=BATCH).contains(&copies.capacity()) {
            copies.clear();
            lock(&self.copies).push(copies);
        }
    }

    /// A room for a piece.
    pub(super) fn piece(&self) -> Vec<u8> {
        let mut piece = lock(&self.pieces).pop().unwrap_or_default();
        piece.reserve_exact(PIECE);
        piece
    }

    /// Takes back the room of a piece.
    pub(super) fn take_back_piece(&self, piece: Vec<u8>) {
        stay(&self.pieces, piece, IDLE_PIECES);
    }

    /// Leave to open an archive, unless many are: it is given back when it is dropped.
    pub(super) fn open(&self) -> Option<Opened<'_>> {
        let opened = Opened(&self.opened);
        (self.opened.fetch_add(1, Ordering::Relaxed) < MOST_OPENED).then_some(opened)
    }

    /// Leaves no archive to be opened, as if as many were as may be.
    #[cfg(test)]
    pub(in crate::scan) fn open_all(&self) {
        self.opened.store(MOST_OPENED, Ordering::Relaxed);
    }

    /// How many rooms for copies were needed beside each other.
    #[cfg(test)]
    pub(in crate::scan) fn most_copies(&self) -> usize {
        lock(&self.copies).len()
    }

    /// A room for a content of so many bytes that is to wait, if little else is kept: no larger than that.
    pub(super) fn room_to_wait(&self, size: u64) -> Option<Room<'_>> {
        let size = usize::try_from(size).ok();
        let size = size.filter(|size| *size <= MOST_WAITING_WHOLE)?;
        let share = self.share(size)?;
        let is_little = self.kept.load(Ordering::Relaxed) <= MOST_WAITING_WHOLE;
        is_little.then(|| Room {
            share,
            bytes: Vec::with_capacity(size),
        })
    }

    /// Whether there may be such a room at some time.
    pub(super) fn has_rooms_for(size: u64) -> bool {
        size <= MOST_WAITING_WHOLE as u64
    }

    /// A room for a content of so many bytes, if there is any left: it is given back when it is dropped.
    pub(super) fn room_for(&self, size: u64) -> Option<Room<'_>> {
        let size = usize::try_from(size).ok().filter(|size| *size <= CONTENT)?;
        let share = self.share(size)?;
        let mut bytes = lock(&self.contents).pop().unwrap_or_default();
        bytes.reserve_exact(size);
        Some(Room { share, bytes })
    }

    /// A share of so many bytes in what may be kept, if there is any left.
    pub(in crate::scan) fn share(&self, size: usize) -> Option<Share<'_>> {
        let all = self.kept.fetch_add(size, Ordering::Relaxed) + size;
        let share = Share { pool: self, size };
        (all <= MOST_KEPT).then_some(share)
    }
}

/// An archive that is open.
pub(super) struct Opened<'p>(&'p AtomicUsize);

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A share in what may be kept, until it is dropped.
pub(in crate::scan) struct Share<'p> {
    pool: &'p Pool,
    size: usize,
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.pool.kept.fetch_sub(self.size, Ordering::Relaxed);
    }
}

/// A room for one content.
pub(super) struct Room<'p> {
    share: Share<'p>,
    pub bytes: Vec<u8>,
}

impl<'p> Room<'p> {
    /// What is in it, to be [taken up](Self::of) again; until then it counts.
    pub(super) fn put_down(mut self) -> (usize, Vec<u8>) {
        let held = (self.share.size, std::mem::take(&mut self.bytes));
        self.share.size = 0;
        held
    }

    /// A room that was put down.
    pub(super) fn of(pool: &'p Pool, (size, bytes): (usize, Vec<u8>)) -> Self {
        let share = Share { pool, size };
        Self { share, bytes }
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        // The share is dropped behind this, so that there are never more rooms than fit.
        let bytes = std::mem::take(&mut self.bytes);
        stay(&self.share.pool.contents, bytes, IDLE_ROOMS);
    }
}

/// Keeps a room for whoever needs one next, unless there are enough, or it was taken out.
fn stay(rooms: &Mutex<Vec<Vec<u8>>>, mut room: Vec<u8>, most: usize) {
    room.clear();
    let mut rooms = lock(rooms);
    if rooms.len() < most && room.capacity() > 0 {
        rooms.push(room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_archives_are_open_than_there_may_be() {
        let pool = Pool::default();
        let opened: Vec<_> = (0..).map_while(|_| pool.open()).collect();
        assert_eq!(opened.len(), MOST_OPENED);
        assert!(pool.open().is_none());
        drop(opened);
        assert!(pool.open().is_some() && pool.opened.load(Ordering::Relaxed) == 0);
    }

    #[test]
    fn rooms_are_bounded_together_and_used_again() {
        let pool = Pool::default();
        assert!(pool.room_for(CONTENT as u64 + 1).is_none());
        let rooms: Vec<_> = (0..).map_while(|_| pool.room_for(CONTENT as u64)).collect();
        assert_eq!(rooms.len(), MOST_KEPT / CONTENT);
        assert!(pool.room_for(1).is_none());
        drop(rooms);
        assert_eq!(pool.kept.load(Ordering::Relaxed), 0);
        assert!(pool.room_to_wait(u64::MAX).is_none());
        let kept = pool.share(MOST_WAITING_WHOLE - 7);
        assert!(pool.room_to_wait(8).is_none());
        drop(kept);
        let held = pool.room_to_wait(7).map(Room::put_down).unwrap();
        assert_eq!(held.1.capacity(), 7);
        assert_eq!(pool.kept.load(Ordering::Relaxed), 7);
        drop(Room::of(&pool, held));
        assert_eq!(pool.kept.load(Ordering::Relaxed), 0);
        let again = pool.room_for(1);
        assert!(
            again.is_some_and(|room| room.bytes.capacity() >= CONTENT && room.bytes.is_empty())
        );
    }
}
