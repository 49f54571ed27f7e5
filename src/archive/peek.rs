//! A buffered reader that can look ahead without taking, and that counts what was taken.
//!
//! Formats that are told apart by magic bytes, in streams that may deliver one byte at a time,
//! need both. Looking into a `&[u8]` copies nothing.

use std::io::{self, BufRead, ErrorKind, Read};

pub(crate) struct Peek<'a> {
    inner: Box<dyn BufRead + 'a>,
    /// Bytes taken from `inner` to look at, not yet consumed by the caller.
    head: Vec<u8>,
    start: usize,
    position: u64,
    /// An error behind bytes of `head` that are still to be delivered.
    failure: Option<io::Error>,
}

impl<'a> Peek<'a> {
    pub(crate) fn new(inner: Box<dyn BufRead + 'a>) -> Self {
        Self {
            inner,
            head: Vec::new(),
            start: 0,
            position: 0,
            failure: None,
        }
    }

    /// Bytes consumed so far.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// The next `n` bytes, fewer only at the end of the stream or before an error, which comes up
    /// once they were consumed.
    pub(crate) fn peek(&mut self, n: usize) -> io::Result<&[u8]> {
        if self.start == self.head.len() && self.fill_inner()?.len() >= n {
            return Ok(self.inner.fill_buf()?.get(..n).unwrap_or_default());
        }
        self.head.drain(..self.start);
        self.start = 0;
        while self.head.len() < n {
            let have = self.head.len();
            let more = match self.fill_inner() {
                Ok([]) => break,
                Ok(more) => more.get(..more.len().min(n - have)).unwrap_or_default(),
                Err(error) if have == 0 => return Err(error),
                Err(error) => {
                    self.failure = Some(error);
                    break;
                }
            };
            let more = more.to_vec();
            self.head.extend_from_slice(&more);
            self.inner.consume(more.len());
        }
        Ok(self.head.get(..n).unwrap_or(&self.head))
    }

    /// Skips up to `n` bytes; says how many there were.
    pub(crate) fn skip(&mut self, n: u64) -> io::Result<u64> {
        let mut left = n;
        while left > 0 {
            let available = self.fill_buf()?.len();
            if available == 0 {
                break;
            }
            let step = usize::try_from(left).map_or(available, |left| left.min(available));
            self.consume(step);
            left -= step as u64;
        }
        Ok(n - left)
    }

    fn fill_inner(&mut self) -> io::Result<&[u8]> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        while let Err(error) = self.inner.fill_buf() {
            if error.kind() != ErrorKind::Interrupted {
                return Err(error);
            }
        }
        self.inner.fill_buf()
    }
}

impl Read for Peek<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Peek<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start < self.head.len() {
            return Ok(self.head.get(self.start..).unwrap_or_default());
        }
        self.fill_inner()
    }

    fn consume(&mut self, n: usize) {
        self.position = self.position.saturating_add(n as u64);
        if self.start < self.head.len() {
            self.start = (self.start + n).min(self.head.len());
        } else {
            self.inner.consume(n);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Delivers at most `step` bytes at a time, as a slow pipe does.
    pub(crate) struct Drip<'a>(pub(crate) &'a [u8], pub(crate) usize);

    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let read = self.fill_buf()?.read(out)?;
            self.consume(read);
            Ok(read)
        }
    }

    impl BufRead for Drip<'_> {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            Ok(&self.0[..self.0.len().min(self.1)])
        }

        fn consume(&mut self, n: usize) {
            self.0 = &self.0[n..];
        }
    }

    struct Failing(bool);

    impl Read for Failing {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(io::Error::other("broken"));
            }
            b"abc".as_slice().read(out)
        }
    }

    #[test]
    fn an_error_waits_until_the_bytes_before_it_were_taken() {
        let mut peek = Peek::new(Box::new(io::BufReader::new(Failing(false))));
        assert_eq!(peek.peek(8).unwrap(), b"abc");
        assert_eq!(peek.peek(8).unwrap(), b"abc");
        peek.consume(3);
        assert_eq!(peek.peek(8).unwrap_err().to_string(), "broken");
    }

    #[test]
    fn looking_ahead_takes_nothing_even_from_a_dripping_stream() {
        for step in 1..8 {
            let mut peek = Peek::new(Box::new(Drip(b"0123456789", step)));
            assert_eq!(peek.peek(4).unwrap(), b"0123");
            assert_eq!(peek.peek(2).unwrap(), b"01");
            assert_eq!(peek.skip(3).unwrap(), 3);
            assert_eq!(peek.peek(5).unwrap(), b"34567");
            assert_eq!(peek.position(), 3);
            let mut rest = String::new();
            peek.read_to_string(&mut rest).unwrap();
            assert_eq!(rest, "3456789");
            assert_eq!(peek.position(), 10);
            assert_eq!(peek.peek(1).unwrap(), b"");
        }
    }
}
