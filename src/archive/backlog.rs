//! Bytes that were read and wait to be hashed, so that a thread that has nothing else to do can do that
//! beside whoever reads. Nothing waits for such a thread: what is too much is hashed where it is read.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::sha256::{Sha256, update_both};

/// Bytes of a piece, pieces of one hash that wait at most, and of all together.
const PIECE: usize = 64 << 10;
const MOST: usize = 16;
const MOST_OF_ALL: usize = 64;

/// What those share that hash beside each other: how many pieces wait, rooms for some, and whether anybody is
/// there to help.
#[derive(Default)]
pub(crate) struct Pieces {
    waiting: AtomicUsize,
    spare: Mutex<Vec<Vec<u8>>>,
    all_walk: AtomicBool,
}

impl Pieces {
    /// Tells whether every thread walks a layer of its own: none helps another.
    pub(crate) fn tell_whether_all_walk(&self, all_walk: bool) {
        self.all_walk.store(all_walk, Ordering::Relaxed);
    }

    /// Whether every thread walks a layer of its own, so that what is left to others only lies around.
    pub(crate) fn do_all_walk(&self) -> bool {
        self.all_walk.load(Ordering::Relaxed)
    }
}

/// The stored bytes of a layer and those of its tar, each hashed in order.
pub(crate) struct Backlog {
    stored: Arc<Lane>,
    unpacked: Arc<Lane>,
}

impl Backlog {
    pub(crate) fn of(pieces: &Arc<Pieces>) -> Self {
        Self {
            stored: Lane::of(pieces),
            unpacked: Lane::of(pieces),
        }
    }

    pub(crate) fn stored(&self) -> &Arc<Lane> {
        &self.stored
    }

    pub(crate) fn unpacked(&self) -> &Arc<Lane> {
        &self.unpacked
    }

    /// Whether there is something to hash, as far as this thread has heard: it is asked for every entry, also of
    /// layers that hash nothing here, and so takes no lock.
    pub(crate) fn waits(&self) -> bool {
        [&self.stored, &self.unpacked]
            .iter()
            .any(|lane| lane.length.load(Ordering::Relaxed) > 0)
    }

    /// Hashes a piece of one, or one of each together; whether there was any.
    pub(crate) fn work(&self) -> bool {
        let Some(unpacked) = self.unpacked.next() else {
            return self.stored.work();
        };
        let stored =
            (self.stored.hasher.try_lock().ok()).and_then(|hasher| self.stored.next_with(hasher));
        match stored {
            Some(stored) => unpacked.hash_beside(stored),
            None => unpacked.hash(),
        }
        true
    }
}

/// What goes into one hash.
pub(crate) struct Lane {
    pieces: Arc<Pieces>,
    /// Held by whoever hashes, so that pieces are taken in order.
    hasher: Mutex<Sha256>,
    waiting: Mutex<VecDeque<Vec<u8>>>,
    /// How many wait.
    length: AtomicUsize,
}

impl Lane {
    fn of(pieces: &Arc<Pieces>) -> Arc<Self> {
        Arc::new(Self {
            pieces: Arc::clone(pieces),
            hasher: Mutex::default(),
            waiting: Mutex::default(),
            length: AtomicUsize::default(),
        })
    }

    /// Whether others may come to hash what is put in.
    pub(super) fn has_helpers(&self) -> bool {
        !self.pieces.do_all_walk()
    }

    /// Hashes a piece; whether there was one.
    fn work(&self) -> bool {
        self.next().map(Next::hash).is_some()
    }

    /// The piece that is hashed next.
    fn next(&self) -> Option<Next<'_>> {
        self.next_with(lock(&self.hasher))
    }

    fn next_with<'l>(&'l self, hasher: MutexGuard<'l, Sha256>) -> Option<Next<'l>> {
        let mut waiting = lock(&self.waiting);
        let piece = waiting.pop_front()?;
        self.length.store(waiting.len(), Ordering::Relaxed);
        self.pieces.waiting.fetch_sub(1, Ordering::Relaxed);
        Some(Next {
            lane: self,
            hasher,
            piece,
        })
    }

    fn put(&self, piece: Vec<u8>) {
        let mut waiting = lock(&self.waiting);
        waiting.push_back(piece);
        self.length.store(waiting.len(), Ordering::Relaxed);
        let all = self.pieces.waiting.fetch_add(1, Ordering::Relaxed);
        let is_too_much = waiting.len() > MOST || all >= MOST_OF_ALL;
        drop(waiting);
        if is_too_much {
            self.work();
        }
    }
}

/// A piece whose turn it is.
struct Next<'l> {
    lane: &'l Lane,
    hasher: MutexGuard<'l, Sha256>,
    piece: Vec<u8>,
}

impl Next<'_> {
    fn hash(mut self) {
        self.hasher.update(&self.piece);
        self.give_back();
    }

    fn hash_beside(mut self, mut other: Self) {
        let both = self.piece.len().min(other.piece.len());
        let ((now, later), (beside, behind)) =
            (self.piece.split_at(both), other.piece.split_at(both));
        update_both(&mut self.hasher, now, &mut other.hasher, beside);
        self.hasher.update(later);
        other.hasher.update(behind);
        self.give_back();
        other.give_back();
    }

    fn give_back(self) {
        let Self {
            lane,
            hasher,
            mut piece,
        } = self;
        drop(hasher);
        piece.clear();
        lock(&lane.pieces.spare).push(piece);
    }
}

/// The end of a lane at which bytes are put in.
pub(super) struct Feeder {
    lane: Arc<Lane>,
    piece: Vec<u8>,
}

impl Feeder {
    #[cfg(test)]
    fn of(lane: &Arc<Lane>) -> Self {
        Self::behind(Sha256::default(), lane)
    }

    /// Of bytes that go on where `hasher` is.
    pub(super) fn behind(hasher: Sha256, lane: &Arc<Lane>) -> Self {
        *lock(&lane.hasher) = hasher;
        Self {
            lane: Arc::clone(lane),
            piece: Vec::new(),
        }
    }

    /// Takes the next bytes.
    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.piece.capacity() == 0 {
                self.piece = lock(&self.lane.pieces.spare).pop().unwrap_or_default();
                self.piece.reserve_exact(PIECE);
            }
            let room = PIECE - self.piece.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
            if self.piece.len() == PIECE {
                self.lane.put(std::mem::take(&mut self.piece));
            }
        }
    }

    /// The state of the hash behind all bytes so far.
    pub(super) fn hasher(&mut self) -> Sha256 {
        if !self.piece.is_empty() {
            self.lane.put(std::mem::take(&mut self.piece));
        }
        while self.lane.work() {}
        lock(&self.lane.hasher).clone()
    }
}

/// What a panic leaves under these locks is whole: a piece is taken before it is hashed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use sha2::Digest as _;

    use super::*;

    fn expected(bytes: &[u8]) -> [u8; 32] {
        sha2::Sha256::digest(bytes).into()
    }

    #[test]
    fn bytes_are_hashed_in_order_whoever_helps() {
        let bytes: Vec<u8> = (0..=250).cycle().take(9 * PIECE + 7).collect();
        let stored = &bytes[77..3 * PIECE];
        for helpers in [0, 1, 3] {
            for step in [1_000, PIECE, 3 * PIECE + 1] {
                let backlog = Backlog::of(&Arc::default());
                let mut feeder = Feeder::of(backlog.unpacked());
                let mut beside = Feeder::of(backlog.stored());
                let (mut half, mut all) = (None, None);
                std::thread::scope(|scope| {
                    for _ in 0..helpers {
                        scope.spawn(|| (0..50).filter(|_| backlog.work()).count());
                    }
                    stored
                        .chunks(step / 3)
                        .for_each(|piece| beside.update(piece));
                    for (number, piece) in bytes.chunks(step).enumerate() {
                        feeder.update(piece);
                        if number == 1 {
                            half = Some(feeder.hasher().finalize());
                        }
                    }
                    all = Some(feeder.hasher().finalize());
                });
                let until = bytes.len().min(2 * step);
                assert_eq!(half, Some(expected(&bytes[..until])), "{step}");
                assert_eq!(all, Some(expected(&bytes)), "{step}");
                assert_eq!(beside.hasher().finalize(), expected(stored), "{step}");
                assert!(!backlog.waits() && !backlog.work());
            }
        }
    }

    #[test]
    fn a_piece_of_each_is_hashed_together() {
        let bytes: Vec<u8> = (0..=250).cycle().take(2 * PIECE).collect();
        let backlog = Backlog::of(&Arc::default());
        let mut unpacked = Feeder::of(backlog.unpacked());
        let mut stored = Feeder::of(backlog.stored());
        unpacked.update(&bytes);
        stored.update(&bytes[9..][..PIECE]);
        assert!(backlog.work() && backlog.work() && !backlog.work());
        assert_eq!(unpacked.hasher().finalize(), expected(&bytes));
        assert_eq!(stored.hasher().finalize(), expected(&bytes[9..][..PIECE]));
    }

    #[test]
    fn of_many_hashes_together_no_more_waits_than_there_is_room_for() {
        let pieces = Arc::<Pieces>::default();
        let lanes: Vec<_> = (0..MOST_OF_ALL).map(|_| Lane::of(&pieces)).collect();
        let mut feeders: Vec<_> = lanes.iter().map(Feeder::of).collect();
        for _ in 0..3 {
            for feeder in &mut feeders {
                feeder.update(&[7; PIECE]);
            }
            let waiting: usize = lanes.iter().map(|lane| lock(&lane.waiting).len()).sum();
            assert_eq!(waiting, MOST_OF_ALL);
            assert_eq!(waiting, pieces.waiting.load(Ordering::Relaxed));
        }
        for feeder in &mut feeders {
            let all = feeder.hasher().finalize();
            assert_eq!(all, expected(&[7; 3 * PIECE]));
        }
        assert_eq!(pieces.waiting.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn no_more_waits_than_a_few_pieces() {
        let lane = Lane::of(&Arc::default());
        let mut feeder = Feeder::of(&lane);
        for _ in 0..20 {
            feeder.update(&[7; PIECE]);
            let waiting = lock(&lane.waiting).len();
            assert!(waiting <= MOST && waiting == lane.length.load(Ordering::Relaxed));
        }
        assert!(lock(&lane.pieces.spare).len() <= 2);
    }
}
