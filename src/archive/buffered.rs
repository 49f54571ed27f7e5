//! A buffer before a decoder that grows with what comes out: an image has thousands of compressed files of a
//! few kilobytes, and to ask for a large buffer and clear it for each would take longer than to decode them.

use std::io::{self, BufRead, Read};

/// Bytes of the first buffer.
const FIRST: usize = 8 << 10;
/// How many times larger the next one is.
const GROWTH: usize = 4;

/// Reads through a buffer.
pub(crate) struct Buffered<R> {
    inner: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    most: usize,
}

impl<R: Read> Buffered<R> {
    /// The buffer never gets larger than `most`.
    pub(crate) fn new(inner: R, most: usize) -> Self {
        Self {
            inner,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            most,
        }
    }

    /// Reads on, into a larger buffer when the last one became full.
    fn fill(&mut self) -> io::Result<()> {
        let size = self.buffer.len();
        if self.end == size && size < self.most {
            let next = (size * GROWTH).max(FIRST).min(self.most);
            self.buffer = vec![0; next];
        }
        (self.start, self.end) = (0, 0);
        self.end = self.inner.read(&mut self.buffer)?.min(self.buffer.len());
        Ok(())
    }
}

impl<R: Read> BufRead for Buffered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.fill()?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.start = self.end.min(self.start.saturating_add(count));
    }
}

impl<R: Read> Read for Buffered<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end && out.len() >= self.most {
            return self.inner.read(out);
        }
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    /// Says once that it was interrupted, gives some bytes, fails once, gives more, and ends.
    struct Moody(u8);

    impl Read for Moody {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => Err(ErrorKind::Interrupted.into()),
                2 | 4 => (&b"bytes"[..]).read(out),
                3 => Err(ErrorKind::InvalidData.into()),
                _ => Ok(0),
            }
        }
    }

    #[test]
    fn an_error_comes_once_and_takes_nothing_along() {
        let mut buffered = Buffered::new(Moody(0), 64 << 10);
        let error = |buffered: &mut Buffered<Moody>| buffered.fill_buf().unwrap_err().kind();
        assert_eq!(error(&mut buffered), ErrorKind::Interrupted);
        assert_eq!(buffered.fill_buf().unwrap(), b"bytes");
        // What is in the buffer goes first, however much is asked for.
        let mut out = vec![0; 64 << 10];
        buffered.consume(2);
        assert_eq!(buffered.read(&mut out).unwrap(), 3);
        assert_eq!(error(&mut buffered), ErrorKind::InvalidData);
        assert_eq!(buffered.read(&mut out).unwrap(), 5);
        for _ in 0..2 {
            assert_eq!(buffered.fill_buf().unwrap(), b"");
        }
    }

    #[test]
    fn what_comes_out_is_whole_and_the_buffer_grows_only_while_it_gets_full() {
        let bytes: Vec<u8> = (0..200_000u32)
            .map(|number| number as u8 ^ (number >> 8) as u8)
            .collect();
        let mut buffered = Buffered::new(&bytes[..], 100 << 10);
        let mut sizes = Vec::new();
        let mut read: Vec<u8> = Vec::new();
        loop {
            let chunk = buffered.fill_buf().unwrap().to_vec();
            if chunk.is_empty() {
                break;
            }
            sizes.push(chunk.len());
            // In two steps, so that what was not consumed is there still.
            let half = chunk.len() / 2;
            read.extend(&chunk[..half]);
            buffered.consume(half);
            assert_eq!(buffered.fill_buf().unwrap(), &chunk[half..]);
            read.extend(&chunk[half..]);
            buffered.consume(chunk.len() - half);
        }
        assert_eq!(read, bytes);
        let rest = bytes.len() - (8 << 10) - (32 << 10) - (100 << 10);
        assert_eq!(sizes, [8 << 10, 32 << 10, 100 << 10, rest]);
        let mut small = Buffered::new(&bytes[..100], 100 << 10);
        assert_eq!(small.read(&mut [0; 60]).unwrap(), 60);
        assert_eq!(small.read(&mut [0; 200]).unwrap(), 40);
        assert_eq!(small.buffer.len(), FIRST);
        assert_eq!(small.read(&mut vec![0; 100 << 10]).unwrap(), 0);
    }
}
