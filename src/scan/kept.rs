//! A copy of what passes through a reader, up to a bound: whether the bytes are needed once more
//! is known only when they are gone.

use std::io::{self, BufRead, Read};

use super::ahead::{Pool, Share};

/// A buffer that is larger than this is given back before the next content, and counts as long as there is
/// one: few contents are, and every layer that is being read has one.
const LARGE: usize = 256 << 10;

/// The copy of one content after the other.
pub(super) struct Kept<'p> {
    pool: &'p Pool,
    share: Option<Share<'p>>,
    bytes: Vec<u8>,
    most: usize,
    is_too_long: bool,
}

impl<'p> Kept<'p> {
    /// Counts in `pool`.
    pub(super) fn new(pool: &'p Pool) -> Self {
        Self {
            pool,
            share: None,
            bytes: Vec::new(),
            most: 0,
            is_too_long: false,
        }
    }

    /// Begins a new copy of at most so many bytes, of a content that says how long it is: of one that
    /// is too long as a whole, no byte is copied, nor of one that is not `needed` where there is no room.
    pub(super) fn begin(&mut self, most: usize, size: u64, is_needed: bool) {
        if self.bytes.capacity() > LARGE {
            self.bytes = Vec::new();
        }
        self.bytes.clear();
        self.share = None;
        let mut fits = usize::try_from(size).is_ok_and(|size| size <= most);
        if fits && !is_needed && size > LARGE as u64 {
            self.share = self.pool.share(size as usize);
            fits = self.share.is_some();
        }
        self.most = if fits { most } else { 0 };
        self.is_too_long = false;
        if fits && size > self.bytes.capacity() as u64 {
            // No more than that: to grow piece by piece takes up to three times as much.
            self.bytes = Vec::with_capacity(size as usize);
        }
    }

    /// What was kept; `None` when it was more than was asked for.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        (!self.is_too_long).then_some(&self.bytes)
    }

    fn push(&mut self, piece: &[u8]) {
        self.is_too_long |= self.bytes.len() + piece.len() > self.most;
        if !self.is_too_long {
            self.bytes.extend_from_slice(piece);
        }
    }
}

/// The reader.
pub(super) struct Keeping<'a, 'p> {
    pub(super) inner: &'a mut dyn BufRead,
    pub(super) kept: &'a mut Kept<'p>,
}

impl Keeping<'_, '_> {
    /// Reads what is left.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        while !self.kept.is_too_long {
            let length = self.fill_buf()?.len();
            if length == 0 {
                break;
            }
            self.consume(length);
        }
        Ok(())
    }
}

impl Read for Keeping<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Keeping<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        if !self.kept.is_too_long && n > 0 {
            let piece = self.inner.fill_buf().ok().and_then(|bytes| bytes.get(..n));
            match piece {
                Some(piece) => self.kept.push(piece),
                None => self.kept.is_too_long = true,
            }
        }
        self.inner.consume(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_kept_up_to_the_bound_and_the_reader_gives_all_of_it() {
        let pool = Pool::default();
        let mut kept = Kept::new(&pool);
        for (most, expected) in [(10, Some(&b"0123456789"[..])), (9, None), (0, None)] {
            kept.begin(most, 1, false);
            let mut bytes = io::BufReader::with_capacity(3, &b"0123456789"[..]);
            let mut keeping = Keeping {
                inner: &mut bytes,
                kept: &mut kept,
            };
            let mut first = [0; 4];
            keeping.read_exact(&mut first).unwrap();
            assert_eq!(&first, b"0123");
            let mut rest = Vec::new();
            keeping.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, b"456789");
            assert_eq!(kept.bytes(), expected, "{most}");
        }
    }

    #[test]
    fn of_what_says_that_it_is_too_long_nothing_is_copied() {
        let pool = Pool::default();
        let mut kept = Kept::new(&pool);
        for (size, copied) in [(10, 4), (11, 0)] {
            kept.begin(10, size, false);
            let mut keeping = Keeping {
                inner: &mut &b"0123"[..],
                kept: &mut kept,
            };
            keeping.drain().unwrap();
            assert_eq!(kept.bytes.len(), copied, "{size}");
            assert_eq!(kept.bytes().is_some(), copied > 0, "{size}");
        }
    }

    #[test]
    fn large_contents_are_copied_while_there_is_room_and_needed_ones_always() {
        let pool = Pool::default();
        let size = LARGE as u64 + 1;
        let mut all: Vec<_> = (0..1_000).map(|_| Kept::new(&pool)).collect();
        for kept in &mut all {
            kept.begin(LARGE * 2, size, false);
            kept.push(b"a");
        }
        let copied = |all: &[Kept<'_>]| all.iter().filter(|kept| kept.bytes().is_some()).count();
        let most = copied(&all);
        assert!((1..1_000).contains(&most));
        let mut last = Kept::new(&pool);
        for (size, is_needed, is_copied) in
            [(size, false, false), (size, true, true), (10, false, true)]
        {
            last.begin(LARGE * 2, size, is_needed);
            last.push(b"a");
            assert_eq!(last.bytes().is_some(), is_copied, "{size} {is_needed}");
        }
        // The next content of one gives its room back.
        all[0].begin(10, 10, false);
        last.begin(LARGE * 2, size, false);
        last.push(b"a");
        assert!(last.bytes().is_some());
    }

    #[test]
    fn what_nobody_read_is_read_in_the_end() {
        let pool = Pool::default();
        let mut kept = Kept::new(&pool);
        kept.begin(10, 10, false);
        let mut bytes = &b"0123456789"[..];
        let mut keeping = Keeping {
            inner: &mut bytes,
            kept: &mut kept,
        };
        keeping.consume(2);
        keeping.drain().unwrap();
        assert_eq!(kept.bytes(), Some(&b"0123456789"[..]));
    }
}
