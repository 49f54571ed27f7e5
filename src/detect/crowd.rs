//! Entries full of hits, beside each other: each takes some megabytes while it is searched, or many, and whoever
//! wrote the image chooses how many there are.
//!
//! An entry with few hits needs no seat. There is one seat for those that are searched in their turn, which is
//! waited for: whoever has it waits for nobody. There are some for those that are searched out of their turn,
//! for as many hits as they have; where none is free, or there are more, the entry is refused, to be searched
//! once more in its turn, so that what is told does not depend on threads.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Hits of an entry that need no seat, and those that one may have out of its turn.
const FEW: usize = 256;
const MOST: usize = 4_096;
/// Seats of entries that are searched out of their turn.
const SEATS: usize = 4;

/// The seats of one engine.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    taken: Mutex<Taken>,
    one_is_free: Condvar,
}

#[derive(Debug, Default)]
struct Taken {
    ahead: usize,
    in_turn: bool,
}

/// What one scanner knows of the entry at hand, shared by all that search its texts.
#[derive(Debug)]
pub(crate) struct Guest {
    crowd: Arc<Crowd>,
    entry: Mutex<Entry>,
}

#[derive(Debug, Default)]
struct Entry {
    hits: usize,
    is_ahead: bool,
    seat: Seat,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Seat {
    #[default]
    None,
    Ahead,
    InTurn,
    Refused,
}

impl Guest {
    pub(super) fn of(crowd: &Arc<Crowd>) -> Self {
        Self {
            crowd: Arc::clone(crowd),
            entry: Mutex::default(),
        }
    }

    /// What comes is searched out of its turn.
    pub(crate) fn go_ahead(&self) {
        lock(&self.entry).is_ahead = true;
    }

    /// Whether one more hit of the entry may be kept.
    pub(super) fn admits(&self) -> bool {
        let mut entry = lock(&self.entry);
        entry.hits += 1;
        if entry.hits <= FEW {
            return true;
        }
        entry.seat = match entry.seat {
            Seat::None if entry.is_ahead => self.crowd.take_ahead(),
            Seat::None => self.crowd.wait_for_turn(),
            Seat::Ahead if entry.hits > MOST => self.crowd.leave(Seat::Ahead),
            seat => seat,
        };
        entry.seat != Seat::Refused
    }

    /// Whether hits of the entry were not kept.
    pub(crate) fn is_refused(&self) -> bool {
        lock(&self.entry).seat == Seat::Refused
    }

    /// The entry is over; whether hits of it were not kept.
    pub(crate) fn leave(&self) -> bool {
        let mut entry = lock(&self.entry);
        entry.hits = 0;
        let seat = std::mem::take(&mut entry.seat);
        self.crowd.leave(seat);
        seat == Seat::Refused
    }
}

/// Also of an entry whose search panicked.
impl Drop for Guest {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Crowd {
    fn take_ahead(&self) -> Seat {
        let mut taken = lock(&self.taken);
        if taken.ahead == SEATS {
            return Seat::Refused;
        }
        taken.ahead += 1;
        Seat::Ahead
    }

    fn wait_for_turn(&self) -> Seat {
        let taken = self
            .one_is_free
            .wait_while(lock(&self.taken), |taken| taken.in_turn);
        taken.unwrap_or_else(PoisonError::into_inner).in_turn = true;
        Seat::InTurn
    }

    /// Gives a seat back; there is none then. Most entries have none, and take no lock that all threads share.
    fn leave(&self, seat: Seat) -> Seat {
        match seat {
            Seat::None | Seat::Refused => {}
            Seat::Ahead => lock(&self.taken).ahead -= 1,
            Seat::InTurn => {
                lock(&self.taken).in_turn = false;
                self.one_is_free.notify_one();
            }
        }
        Seat::Refused
    }
}

/// Nothing is changed in steps under these locks, so what a panic leaves is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    fn with_hits(crowd: &Arc<Crowd>, is_ahead: bool, hits: usize) -> Guest {
        let guest = Guest::of(crowd);
        if is_ahead {
            guest.go_ahead();
        }
        (0..hits).for_each(|_| {
            guest.admits();
        });
        guest
    }

    #[test]
    fn out_of_their_turn_some_entries_have_many_hits_beside_each_other_and_any_number_few() {
        let crowd = Arc::default();
        let few: Vec<Guest> = (0..100).map(|_| with_hits(&crowd, true, FEW)).collect();
        let many: Vec<Guest> = (0..SEATS)
            .map(|_| with_hits(&crowd, true, FEW + 1))
            .collect();
        assert!(few.iter().chain(&many).all(|guest| !guest.is_refused()));
        assert!(!few[0].admits() && few[0].is_refused() && few[0].leave());
        assert!(!many[0].leave());
        let next = with_hits(&crowd, true, MOST);
        assert!(!next.is_refused() && !few[1].admits());
        // Too much out of its turn; its seat is free again.
        assert!(!next.admits() && next.is_refused() && few[2].admits());
        drop((few, many));
        assert_eq!(lock(&crowd.taken).ahead, 0);
    }

    #[test]
    fn in_its_turn_an_entry_with_many_hits_waits_for_the_other_and_is_never_refused() {
        let crowd = Arc::default();
        let first = with_hits(&crowd, false, 2 * MOST);
        let others: Vec<Guest> = (0..SEATS).map(|_| with_hits(&crowd, true, MOST)).collect();
        let is_over = AtomicBool::default();
        thread::scope(|scope| {
            let second = scope.spawn(|| {
                let second = with_hits(&crowd, false, FEW + 1);
                assert!(is_over.load(Ordering::SeqCst) && !second.is_refused());
            });
            thread::sleep(Duration::from_millis(20));
            assert!(!second.is_finished() && !first.is_refused());
            is_over.store(true, Ordering::SeqCst);
            first.leave();
        });
        drop(others);
        assert!(!lock(&crowd.taken).in_turn);
    }
}
