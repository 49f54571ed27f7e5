//! A reader that can look ahead, and that keeps the last bytes it gave away.
//!
//! A decoder that finds its stream broken has taken bytes that nobody has looked at as they
//! stand. Keeping the last of them makes it possible to go on from a little before the place
//! where it broke, in one forward pass. It also knows whose fault an error is: the reader's below
//! or the decoder's above.

use std::io::{self, BufRead, ErrorKind, Read};
use std::ops::Range;

use crate::detect::Lines;

/// Bytes that are kept at least.
const KEPT: usize = 128 << 10;

/// The reader.
pub(super) struct Replay<'a> {
    inner: &'a mut dyn BufRead,
    /// Bytes taken from `inner` and not yet given away, from `start`.
    head: Vec<u8>,
    start: usize,
    position: u64,
    keeps: bool,
    kept: Vec<u8>,
    /// Line at the first kept byte.
    lines: Lines,
    /// An error behind bytes of `head` that are still to be given away.
    failure: Option<io::Error>,
    failed: bool,
}

impl<'a> Replay<'a> {
    pub(super) fn new(inner: &'a mut dyn BufRead) -> Self {
        Self {
            inner,
            head: Vec::new(),
            start: 0,
            position: 0,
            keeps: false,
            kept: Vec::new(),
            lines: Lines::START,
            failure: None,
            failed: false,
        }
    }

    /// Bytes given away so far.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Whether the reader below failed, and all that came before was given away.
    pub(super) fn failed(&self) -> bool {
        self.failed
    }

    /// From here on, keeps what is given away. To be called before anything is.
    pub(super) fn keep(&mut self) {
        self.keeps = true;
    }

    /// Forgets what was kept: it has been searched.
    pub(super) fn forget(&mut self) {
        let offset = self.position - self.kept.len() as u64;
        self.lines.pass(&self.kept, offset);
        self.kept.clear();
    }

    /// Goes back to the first byte that was kept; says where that is.
    pub(super) fn rewind(&mut self) -> (u64, Lines) {
        self.position -= self.kept.len() as u64;
        self.kept.extend_from_slice(&self.head[self.start..]);
        self.head = std::mem::take(&mut self.kept);
        self.start = 0;
        self.keeps = false;
        (self.position, self.lines)
    }

    /// Those of the kept bytes that lie in `range`.
    pub(super) fn kept(&self, range: &Range<u64>) -> &[u8] {
        let first = self.position - self.kept.len() as u64;
        let index = |offset: u64| {
            usize::try_from(offset.saturating_sub(first))
                .map_or(self.kept.len(), |at| at.min(self.kept.len()))
        };
        self.kept
            .get(index(range.start)..index(range.end))
            .unwrap_or_default()
    }

    /// The next `n` bytes, fewer only at the end or before an error, which comes up once they were
    /// taken.
    pub(super) fn peek(&mut self, n: usize) -> io::Result<&[u8]> {
        if self.start == self.head.len() {
            self.head.clear();
            self.start = 0;
            if self.fill()? >= n {
                return Ok(self.inner.fill_buf()?.get(..n).unwrap_or_default());
            }
        }
        // Whoever always looks further ahead than it takes never empties the head.
        if self.start >= self.head.len() - self.start {
            self.head.drain(..self.start);
            self.start = 0;
        }
        while self.head.len() - self.start < n {
            let missing = n - (self.head.len() - self.start);
            match self.ask() {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if self.start < self.head.len() => {
                    self.failure = Some(error);
                    break;
                }
                Err(error) => {
                    self.failed = true;
                    return Err(error);
                }
            }
            let more = self.inner.fill_buf()?;
            let taken = more.len().min(missing);
            self.head.extend_from_slice(&more[..taken]);
            self.inner.consume(taken);
        }
        let rest = &self.head[self.start..];
        Ok(&rest[..rest.len().min(n)])
    }

    /// All bytes that the reader below holds, or the next `least` if those are more; fewer only at the
    /// end or before an error.
    pub(super) fn ahead(&mut self, least: usize) -> io::Result<&[u8]> {
        if self.start == self.head.len() && self.fill()? > least {
            return self.inner.fill_buf();
        }
        self.peek(least)
    }

    /// The next `N` bytes, taken; an error where there are fewer.
    pub(super) fn take_array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Asks for bytes that are given away at once; says how many there are.
    fn fill(&mut self) -> io::Result<usize> {
        let asked = self.ask();
        self.failed |= asked.is_err();
        asked
    }

    /// Asks the reader below for bytes; says how many it has.
    fn ask(&mut self) -> io::Result<usize> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        loop {
            match self.inner.fill_buf() {
                Ok(bytes) => return Ok(bytes.len()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Read for Replay<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Replay<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start < self.head.len() {
            return Ok(&self.head[self.start..]);
        }
        self.fill()?;
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        let from_head = self.start < self.head.len();
        if self.keeps {
            let bytes = match from_head {
                true => Some(&self.head[self.start..]),
                false => self.inner.fill_buf().ok(),
            };
            let given = bytes.and_then(|bytes| bytes.get(..n)).unwrap_or_default();
            keep(&mut self.kept, given, &mut self.lines, self.position);
        }
        self.position += n as u64;
        if from_head {
            self.start = (self.start + n).min(self.head.len());
        } else {
            self.inner.consume(n);
        }
    }
}

/// Appends what was `given` away at `position` to what is `kept`; what is then too much is dropped first, so that
/// the room for it does not grow with the pieces in which it comes. `lines` are at the first kept byte.
fn keep(kept: &mut Vec<u8>, given: &[u8], lines: &mut Lines, position: u64) {
    let length = kept.len() + given.len();
    let dropped = if length > 2 * KEPT { length - KEPT } else { 0 };
    let (old, new) = (dropped.min(kept.len()), dropped.saturating_sub(kept.len()));
    lines.pass(&kept[..old], position - kept.len() as u64);
    lines.pass(&given[..new], position);
    kept.drain(..old);
    kept.extend_from_slice(&given[new..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_away_comes_again_with_offset_and_what_follows() {
        let mut bytes: &[u8] = b"0123456789";
        let mut replay = Replay::new(&mut bytes);
        assert_eq!(replay.peek(3).unwrap(), b"012");
        replay.keep();
        assert_eq!(replay.take_array().unwrap(), *b"01");
        replay.forget();
        assert_eq!(replay.take_array().unwrap(), *b"2345");
        assert_eq!(replay.kept(&(3..5)), b"34");
        assert_eq!(replay.kept(&(0..3)), b"2");
        assert_eq!(replay.peek(2).unwrap(), b"67");
        assert_eq!(replay.rewind().0, 2);
        let mut rest = String::new();
        replay.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "23456789");
        assert_eq!(replay.position(), 10);
    }

    /// Three bytes, then an error, then nothing.
    struct Failing(u8);

    impl Read for Failing {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => b"abc".as_slice().read(out),
                2 => Err(io::Error::other("broken")),
                _ => Ok(0),
            }
        }
    }

    #[test]
    fn an_error_waits_until_the_bytes_before_it_were_taken() {
        let mut failing = io::BufReader::new(Failing(0));
        let mut replay = Replay::new(&mut failing);
        assert_eq!(replay.peek(8).unwrap(), b"abc");
        assert_eq!(replay.peek(8).unwrap(), b"abc");
        assert!(!replay.failed());
        replay.keep();
        assert_eq!(replay.take_array().unwrap(), *b"ab");
        assert_eq!(replay.rewind().0, 0);
        assert_eq!(replay.take_array().unwrap(), *b"abc");
        let error = replay.fill_buf().map(<[u8]>::len).unwrap_err();
        assert_eq!(error.to_string(), "broken");
        assert!(replay.failed());
    }

    #[test]
    fn looking_ahead_all_the_time_holds_no_more_than_is_looked_at() {
        let long: Vec<u8> = (0..100_000u32).map(|n| n as u8).collect();
        let mut bytes = io::BufReader::with_capacity(1000, &long[..]);
        let mut replay = Replay::new(&mut bytes);
        let mut read = Vec::new();
        while replay.peek(4096).unwrap().len() == 4096 {
            let taken = replay.take_array::<4000>().unwrap();
            read.extend(taken);
            assert!(replay.head.len() <= 2 * 4096);
        }
        replay.read_to_end(&mut read).unwrap();
        assert_eq!(read, long);
    }

    #[test]
    fn only_the_last_bytes_are_kept_of_a_long_stream() {
        let long = b"one\n".repeat(3 * KEPT);
        for piece in [1000, KEPT, 3 * KEPT] {
            let mut bytes = io::BufReader::with_capacity(piece, &long[..]);
            let mut replay = Replay::new(&mut bytes);
            replay.keep();
            loop {
                let length = replay.fill_buf().unwrap().len();
                if length == 0 {
                    break;
                }
                replay.consume(length);
                assert!(replay.kept.len() <= 2 * KEPT);
            }
            assert!(replay.kept.len() >= KEPT);
            let (offset, lines) = replay.rewind();
            assert_eq!(offset as usize + replay.head.len(), long.len());
            let mut expected = Lines::START;
            expected.pass(&long[..offset as usize], 0);
            assert_eq!(format!("{lines:?}"), format!("{expected:?}"), "{piece}");
        }
    }
}
