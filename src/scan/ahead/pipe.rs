//! A large content on its way from the walk, which unpacks it, to the thread that scans it: pieces are
//! put in at one end and read at the other, and no more of them wait than a few. Nobody waits for a
//! thread that may never come: as long as the content is nobody's work, the walk can have it back.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, PoisonError};

use super::pool::{MOST_KEPT, Pool};
use super::{MOST_WAITING, append, lock};
use crate::archive::Backlog;
use crate::scan::evidence::CONTENT;

/// Bytes of a piece.
pub(super) const PIECE: usize = 256 << 10;
/// Bytes that wait in one pipe.
const MOST_IN_PIPE: usize = 8 * PIECE;

/// A content in pieces.
#[derive(Default)]
pub(super) struct Pipe {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pieces: VecDeque<Vec<u8>>,
    bytes: usize,
    is_over: bool,
}

impl State {
    /// Whether more would be too much: for this pipe, or for all that waits, of which a pipe that is empty
    /// has nothing.
    fn is_full(&self, pool: &Pool) -> bool {
        let is_much = || pool.waiting.load(Ordering::Relaxed) > MOST_WAITING;
        self.bytes >= MOST_IN_PIPE || self.bytes > 0 && is_much()
    }
}

impl Pipe {
    /// Whether more would be too much.
    pub(super) fn is_full(&self, pool: &Pool) -> bool {
        lock(&self.state).is_full(pool)
    }

    /// Fills a piece with what `content` gives, and puts it in; whether there was any.
    pub(super) fn fill(&self, content: &mut dyn BufRead, pool: &Pool) -> io::Result<bool> {
        let mut piece = pool.piece();
        let read = append(content, &mut piece, PIECE);
        let length = piece.len();
        pool.waiting.fetch_add(length, Ordering::Relaxed);
        let mut state = lock(&self.state);
        let was_empty = state.pieces.is_empty();
        state.bytes += length;
        state.pieces.push_back(piece);
        drop(state);
        // To wake somebody costs more than to copy a piece.
        if was_empty {
            self.changed.notify_all();
        }
        read.map(|()| length > 0)
    }

    /// Nothing more comes.
    pub(super) fn close(&self) {
        lock(&self.state).is_over = true;
        self.changed.notify_all();
    }

    /// Waits until there is room for more, at the latest until all is taken out.
    pub(super) fn wait_for_room(&self, pool: &Pool) {
        let state = lock(&self.state);
        drop((self.changed).wait_while(state, |state| state.is_full(pool)));
    }

    /// The next piece; `None` at the end. Where nothing waits, more is waited for if `waits`, and `meanwhile`
    /// is called as long as that finds something to do.
    fn take(&self, waits: bool, meanwhile: impl Fn() -> bool) -> Option<Vec<u8>> {
        let mut state = lock(&self.state);
        let is_early = |state: &State| waits && state.pieces.is_empty() && !state.is_over;
        while is_early(&state) {
            drop(state);
            let is_idle = !meanwhile();
            state = lock(&self.state);
            if is_idle && is_early(&state) {
                let woken = self.changed.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
            }
        }
        let piece = state.pieces.pop_front()?;
        let was_full = state.bytes >= MOST_IN_PIPE;
        state.bytes -= piece.len();
        let is_full = state.bytes >= MOST_IN_PIPE;
        let is_empty = state.pieces.is_empty();
        drop(state);
        if is_empty || was_full && !is_full {
            self.changed.notify_all();
        }
        Some(piece)
    }
}

/// The other end: reads what was put in.
pub(super) struct Outlet<'p> {
    pipe: &'p Pipe,
    pool: &'p Pool,
    helps: Option<&'p Backlog>,
    /// Whether more is waited for.
    waits: bool,
    /// Whether what was read is kept.
    keeps: bool,
    /// The piece at hand, behind those that were kept and before those that were collected.
    pieces: VecDeque<Vec<u8>>,
    next: usize,
    /// What of the piece at hand was read.
    at: usize,
    held: usize,
}

impl<'p> Outlet<'p> {
    /// Reads to the end, and keeps what it read while there is room if it `keeps`; where it has to wait, it
    /// helps to hash.
    pub(super) fn new(
        pipe: &'p Pipe,
        pool: &'p Pool,
        keeps: bool,
        helps: Option<&'p Backlog>,
    ) -> Self {
        Self {
            pipe,
            pool,
            helps,
            waits: true,
            keeps,
            pieces: VecDeque::new(),
            next: 0,
            at: 0,
            held: 0,
        }
    }

    /// Reads only what was put in so far.
    pub(super) fn of_what_waits(pipe: &'p Pipe, pool: &'p Pool) -> Self {
        let mut outlet = Self::new(pipe, pool, false, None);
        outlet.waits = false;
        outlet
    }

    /// Waits for all that is to be read, as far as there is room.
    pub(super) fn collect(&mut self) {
        while self.keeps && self.take() {}
    }

    /// All that was put in, if it was kept and is `size` bytes.
    pub(super) fn kept(&mut self, size: u64) -> Option<&[Vec<u8>]> {
        let is_whole = self.keeps && self.held as u64 == size;
        is_whole.then_some(&*self.pieces.make_contiguous())
    }

    /// Takes the next piece, if there is one.
    fn take(&mut self) -> bool {
        let helps = || self.helps.is_some_and(Backlog::work);
        let Some(piece) = self.pipe.take(self.waits, helps) else {
            return false;
        };
        let length = piece.len();
        self.pool.waiting.fetch_sub(length, Ordering::Relaxed);
        let all = self.pool.kept.fetch_add(length, Ordering::Relaxed) + length;
        self.held += length;
        self.pieces.push_back(piece);
        if self.keeps && (all > MOST_KEPT || self.held > CONTENT) {
            self.keeps = false;
            (0..self.next).for_each(|_| self.give_back());
            self.next = 0;
        }
        true
    }

    /// Is done with the piece at hand.
    fn leave(&mut self) {
        self.at = 0;
        if self.keeps {
            self.next += 1;
        } else {
            self.give_back();
        }
    }

    fn give_back(&mut self) {
        if let Some(piece) = self.pieces.pop_front() {
            self.pool.kept.fetch_sub(piece.len(), Ordering::Relaxed);
            self.held -= piece.len();
            self.pool.take_back_piece(piece);
        }
    }
}

impl Drop for Outlet<'_> {
    fn drop(&mut self) {
        self.keeps = false;
        // Also what nobody read: where scanning panicked, the walk must not wait for room.
        while !self.pieces.is_empty() || self.take() {
            self.give_back();
        }
    }
}

impl Read for Outlet<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Outlet<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.pieces.get(self.next).map(Vec::len) {
                Some(length) if self.at < length => break,
                Some(_) => self.leave(),
                None if self.take() => {}
                None => break,
            }
        }
        let piece = self.pieces.get(self.next);
        let rest = piece.and_then(|piece| piece.get(self.at..));
        Ok(rest.unwrap_or_default())
    }

    fn consume(&mut self, n: usize) {
        let length = self.pieces.get(self.next).map_or(0, Vec::len);
        self.at = length.min(self.at + n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(length: usize) -> Vec<u8> {
        (0..=250).cycle().take(length).collect()
    }

    /// Puts all of `content` into the pipe.
    fn put(pipe: &Pipe, pool: &Pool, mut content: &[u8]) {
        while pipe.fill(&mut content, pool).unwrap() {
            pipe.wait_for_room(pool);
        }
        pipe.close();
    }

    #[test]
    fn what_is_put_in_comes_out_and_no_more_of_it_waits_than_a_few_pieces() {
        let (pipe, pool) = (Pipe::default(), Pool::default());
        let content = bytes(9 * MOST_IN_PIPE + 7);
        std::thread::scope(|scope| {
            scope.spawn(|| put(&pipe, &pool, &content));
            let mut outlet = Outlet::new(&pipe, &pool, true, None);
            let mut read = Vec::new();
            outlet.read_to_end(&mut read).unwrap();
            assert!(read == content);
            assert!(outlet.kept(content.len() as u64).is_none(), "too large");
        });
        assert_eq!(pool.waiting.load(Ordering::Relaxed), 0);
        assert_eq!(pool.kept.load(Ordering::Relaxed), 0);
        assert!(lock(&pool.pieces).len() <= MOST_WAITING / PIECE);
    }

    #[test]
    fn a_content_that_is_not_too_large_is_kept_until_the_reader_is_gone() {
        let (pipe, pool) = (Pipe::default(), Pool::default());
        let content = bytes(3 * PIECE + 1);
        put(&pipe, &pool, &content);
        let mut outlet = Outlet::new(&pipe, &pool, true, None);
        io::copy(&mut outlet, &mut io::sink()).unwrap();
        assert!(outlet.kept(1).is_none());
        let kept = outlet.kept(content.len() as u64);
        assert!(kept.is_some_and(|kept| kept.concat() == content));
        assert_eq!(pool.kept.load(Ordering::Relaxed), content.len());
        drop(outlet);
        assert_eq!(pool.kept.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn what_was_collected_is_read_from_the_start_also_where_there_was_no_room_for_all() {
        for length in [PIECE + 3, CONTENT + PIECE + 3] {
            let (pipe, pool) = (Pipe::default(), Pool::default());
            let content = bytes(length);
            std::thread::scope(|scope| {
                scope.spawn(|| put(&pipe, &pool, &content));
                let mut outlet = Outlet::new(&pipe, &pool, true, None);
                outlet.collect();
                let is_whole = outlet.kept(length as u64).is_some();
                assert_eq!(is_whole, length <= CONTENT);
                let mut read = Vec::new();
                outlet.read_to_end(&mut read).unwrap();
                assert!(read == content);
                assert_eq!(outlet.kept(length as u64).is_some(), is_whole);
            });
            assert_eq!(pool.kept.load(Ordering::Relaxed), 0);
        }
    }

    #[test]
    fn where_much_waits_elsewhere_a_pipe_takes_one_piece_at_a_time() {
        let (pipe, pool) = (Pipe::default(), Pool::default());
        let content = bytes(3 * PIECE);
        pool.waiting.store(MOST_WAITING + 1, Ordering::Relaxed);
        let mut left = &content[..];
        assert!(!pipe.is_full(&pool));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while pipe.fill(&mut left, &pool).unwrap() {
                    assert!(lock(&pipe.state).bytes <= PIECE);
                    pipe.wait_for_room(&pool);
                }
                pipe.close();
            });
            let mut read = Vec::new();
            let mut outlet = Outlet::new(&pipe, &pool, true, None);
            outlet.read_to_end(&mut read).unwrap();
            assert!(read == content);
        });
    }

    #[test]
    fn what_waits_can_be_had_back_and_a_reader_that_gives_up_stops_nobody() {
        let (pipe, pool) = (Pipe::default(), Pool::default());
        let content = bytes(PIECE + 5);
        pipe.fill(&mut &content[..], &pool).unwrap();
        let mut read = Vec::new();
        let mut back = Outlet::of_what_waits(&pipe, &pool);
        back.read_to_end(&mut read).unwrap();
        assert!(read == content[..PIECE]);
        std::thread::scope(|scope| {
            scope.spawn(|| put(&pipe, &pool, &bytes(5 * MOST_IN_PIPE)));
            drop(Outlet::new(&pipe, &pool, true, None));
        });
        assert_eq!(pool.waiting.load(Ordering::Relaxed), 0);
    }
}
