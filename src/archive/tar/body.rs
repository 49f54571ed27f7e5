//! The current entry's content: a window on the stream that never fails.
//!
//! Where the tar or the stream below ends early, the content ends early too, and the walk says so
//! afterwards; so whoever reads the content keeps what could be read.

use std::io::{self, BufRead, Read};

use crate::archive::peek::Peek;

pub(super) struct Body<'a> {
    pub(super) input: Peek<'a>,
    pub(super) remaining: u64,
    pub(super) failure: Option<io::Error>,
}

impl Body<'_> {
    /// Skips what is left; whether all of it was there.
    pub(super) fn skip_rest(&mut self) -> io::Result<bool> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        let skipped = self.input.skip(self.remaining)?;
        self.remaining -= skipped;
        Ok(self.remaining == 0)
    }
}

impl Read for Body<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Body<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.remaining == 0 || self.failure.is_some() {
            return Ok(&[]);
        }
        match self.input.fill_buf() {
            Ok(buffer) => {
                let most = usize::try_from(self.remaining)
                    .map_or(buffer.len(), |remaining| remaining.min(buffer.len()));
                Ok(buffer.get(..most).unwrap_or_default())
            }
            Err(error) => {
                self.failure = Some(error);
                Ok(&[])
            }
        }
    }

    fn consume(&mut self, n: usize) {
        let n = usize::try_from(self.remaining).map_or(n, |remaining| remaining.min(n));
        self.remaining -= n as u64;
        self.input.consume(n);
    }
}
