//! A large content on its way from the walk, which unpacks it, to the thread that scans it: pieces are
//! put in at one end and read at the other, and no more of them wait than a few. Nobody waits for a
//! thread that may never come: as long as the content is nobody's work, the walk can have it back.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex};

use super::{Pool, lock};

/// Bytes of a piece.
const PIECE: usize = 256 << 10;
/// Bytes that wait in one pipe.
const MOST_IN_PIPE: usize = 8 * PIECE;
/// Bytes of one content that are kept once they were read, and of all contents together.
const CONTENT: usize = 8 << 20;
const MOST_KEPT: usize = 16 << 20;

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

impl Pipe {
    /// Whether more would be too much.
    pub(super) fn is_full(&self) -> bool {
        lock(&self.state).bytes >= MOST_IN_PIPE
    }

    /// Fills a piece with what `content` gives, and puts it in; whether there was any.
    pub(super) fn fill(&self, content: &mut dyn BufRead, pool: &Pool) -> io::Result<bool> {
        let mut piece = lock(&pool.pieces).pop().unwrap_or_default();
        piece.reserve_exact(PIECE);
        let read = content.take(PIECE as u64).read_to_end(&mut piece);
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
        read.map(|_| length > 0)
    }

    /// Nothing more comes.
    pub(super) fn close(&self) {
        lock(&self.state).is_over = true;
        self.changed.notify_all();
    }

    /// Waits until something was put in or taken out.
    pub(super) fn wait_for_room(&self) {
        let state = lock(&self.state);
        let is_full = |state: &mut State| state.bytes >= MOST_IN_PIPE;
        drop(self.changed.wait_while(state, is_full));
    }

    /// The next piece; `None` at the end. Where nothing waits, more is waited for if `waits`.
    fn take(&self, waits: bool) -> Option<Vec<u8>> {
        let mut state = lock(&self.state);
        if waits {
            let is_early = |state: &mut State| state.pieces.is_empty() && !state.is_over;
            state = match self.changed.wait_while(state, is_early) {
                Ok(state) => state,
                Err(poisoned) => poisoned.into_inner(),
            };
        }
        let piece = state.pieces.pop_front()?;
        let was_full = state.bytes >= MOST_IN_PIPE;
        state.bytes -= piece.len();
        let is_full = state.bytes >= MOST_IN_PIPE;
        drop(state);
        if was_full && !is_full {
            self.changed.notify_all();
        }
        Some(piece)
    }
}

/// The other end: reads what was put in.
pub(super) struct Outlet<'p> {
    pipe: &'p Pipe,
    pool: &'p Pool,
    /// Whether more is waited for.
    waits: bool,
    piece: Vec<u8>,
    at: usize,
    /// Pieces that were read, where they are kept.
    kept: Vec<Vec<u8>>,
    kept_bytes: usize,
    keeps: bool,
}

impl<'p> Outlet<'p> {
    /// Reads to the end, and keeps what it read while there is room if it `keeps`.
    pub(super) fn new(pipe: &'p Pipe, pool: &'p Pool, keeps: bool) -> Self {
        Self {
            pipe,
            pool,
            waits: true,
            piece: Vec::new(),
            at: 0,
            kept: Vec::new(),
            kept_bytes: 0,
            keeps,
        }
    }

    /// Reads only what was put in so far.
    pub(super) fn of_what_waits(pipe: &'p Pipe, pool: &'p Pool) -> Self {
        let mut outlet = Self::new(pipe, pool, false);
        outlet.waits = false;
        outlet
    }

    /// All that was read so far, if it was kept and is `size` bytes.
    pub(super) fn kept(&mut self, size: u64) -> Option<&[Vec<u8>]> {
        self.leave();
        let is_whole = self.keeps && self.kept_bytes as u64 == size;
        is_whole.then_some(&self.kept)
    }

    /// Is done with the piece at hand.
    fn leave(&mut self) {
        let piece = std::mem::take(&mut self.piece);
        self.at = 0;
        let length = piece.len();
        if self.keeps && length > 0 {
            let all = self.pool.kept.fetch_add(length, Ordering::Relaxed) + length;
            self.kept_bytes += length;
            self.kept.push(piece);
            if all > MOST_KEPT || self.kept_bytes > CONTENT {
                self.forget();
                self.keeps = false;
            }
        } else {
            give_back(self.pool, piece);
        }
        self.pool.waiting.fetch_sub(length, Ordering::Relaxed);
    }

    fn forget(&mut self) {
        for piece in self.kept.drain(..) {
            give_back(self.pool, piece);
        }
        let bytes = std::mem::take(&mut self.kept_bytes);
        self.pool.kept.fetch_sub(bytes, Ordering::Relaxed);
    }
}

fn give_back(pool: &Pool, mut piece: Vec<u8>) {
    if piece.capacity() > 0 {
        piece.clear();
        lock(&pool.pieces).push(piece);
    }
}

impl Drop for Outlet<'_> {
    fn drop(&mut self) {
        self.keeps = false;
        self.forget();
        self.leave();
        // What nobody read: scanning panicked, and the walk must not wait for room.
        while let Some(piece) = self.pipe.take(self.waits) {
            self.piece = piece;
            self.leave();
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
        while self.at == self.piece.len() {
            self.leave();
            match self.pipe.take(self.waits) {
                Some(piece) => self.piece = piece,
                None => break,
            }
        }
        Ok(&self.piece[self.at..])
    }

    fn consume(&mut self, n: usize) {
        self.at = self.piece.len().min(self.at + n);
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
            pipe.wait_for_room();
        }
        pipe.close();
    }

    #[test]
    fn what_is_put_in_comes_out_and_no_more_of_it_waits_than_a_few_pieces() {
        let (pipe, pool) = (Pipe::default(), Pool::default());
        let content = bytes(9 * MOST_IN_PIPE + 7);
        std::thread::scope(|scope| {
            scope.spawn(|| put(&pipe, &pool, &content));
            let mut outlet = Outlet::new(&pipe, &pool, true);
            let mut read = Vec::new();
            outlet.read_to_end(&mut read).unwrap();
            assert!(read == content);
            assert!(outlet.kept(content.len() as u64).is_none(), "too large");
        });
        assert_eq!(pool.waiting.load(Ordering::Relaxed), 0);
        assert_eq!(pool.kept.load(Ordering::Relaxed), 0);
        let most = (CONTENT + MOST_IN_PIPE) / PIECE + 3;
        assert!(lock(&pool.pieces).len() <= most);
    }

    #[test]
    fn a_content_that_is_not_too_large_is_kept_until_the_reader_is_gone() {
        let (pipe, pool) = (Pipe::default(), Pool::default());
        let content = bytes(3 * PIECE + 1);
        put(&pipe, &pool, &content);
        let mut outlet = Outlet::new(&pipe, &pool, true);
        io::copy(&mut outlet, &mut io::sink()).unwrap();
        assert!(outlet.kept(1).is_none());
        let kept = outlet.kept(content.len() as u64);
        assert!(kept.is_some_and(|kept| kept.concat() == content));
        assert_eq!(pool.kept.load(Ordering::Relaxed), content.len());
        drop(outlet);
        assert_eq!(pool.kept.load(Ordering::Relaxed), 0);
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
            drop(Outlet::new(&pipe, &pool, true));
        });
        assert_eq!(pool.waiting.load(Ordering::Relaxed), 0);
    }
}
