//! A content in pieces of one size, however it comes: from a copy, through a pipe or from the walk, as there is room.
//! How much of a broken archive is at hand, and so what is found in it, must not depend on that.

use std::io::{self, BufRead, Read};

use super::append;

const PIECE: usize = 64 << 10;

pub(super) struct Even<'c> {
    inner: &'c mut dyn BufRead,
    piece: Vec<u8>,
    at: usize,
    /// Comes behind the piece.
    error: Option<io::Error>,
}

impl<'c> Even<'c> {
    pub(super) fn new(inner: &'c mut dyn BufRead) -> Self {
        Self {
            inner,
            piece: Vec::with_capacity(PIECE),
            at: 0,
            error: None,
        }
    }
}

impl Read for Even<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Even<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.piece.len() {
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            self.piece.clear();
            self.at = 0;
            self.error = append(self.inner, &mut self.piece, PIECE).err();
            if let Some(error) = self.error.take_if(|_| self.piece.is_empty()) {
                return Err(error);
            }
        }
        Ok(&self.piece[self.at..])
    }

    fn consume(&mut self, n: usize) {
        self.at = (self.at + n).min(self.piece.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives so many bytes at a time, and an error at the end.
    struct Torn<'b>(&'b [u8], usize);

    impl Read for Torn<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let read = self.fill_buf()?.read(out)?;
            self.consume(read);
            Ok(read)
        }
    }

    impl BufRead for Torn<'_> {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            match self.0.len() {
                0 => Err(io::Error::other("torn")),
                left => Ok(&self.0[..left.min(self.1)]),
            }
        }

        fn consume(&mut self, n: usize) {
            self.0 = &self.0[n..];
        }
    }

    #[test]
    fn pieces_are_the_same_however_a_content_comes_and_its_error_is_behind_them() {
        let bytes: Vec<u8> = (0..=250).cycle().take(2 * PIECE + 77).collect();
        for step in [1_000, PIECE, PIECE + 1, bytes.len()] {
            let mut torn = Torn(&bytes, step);
            let mut even = Even::new(&mut torn);
            for piece in bytes.chunks(PIECE) {
                assert_eq!(even.fill_buf().unwrap(), piece);
                even.consume(1);
                assert_eq!(even.fill_buf().unwrap(), &piece[1..]);
                even.consume(piece.len() - 1);
            }
            assert_eq!(even.fill_buf().unwrap_err().to_string(), "torn");
        }
    }
}
