//! Scripts with a zip behind them: zipapps, pex files, executable jars. The script is searched as
//! text and ends where the first member begins.

use std::io::{self, BufRead, Read};

use super::replay::Replay;
use super::zip::LOCAL;

/// What such a script begins with.
pub(super) const MAGIC: &[u8] = b"#!";
/// Bytes within which a zip must begin.
const LONGEST: u64 = 1 << 20;
/// Bytes that are looked at together.
const PIECE: usize = 4096;

/// Gives the bytes before the zip, or all where none begins.
pub(super) struct Script<'r, 'a> {
    source: &'r mut Replay<'a>,
    has_zip: bool,
}

impl<'r, 'a> Script<'r, 'a> {
    pub(super) fn new(source: &'r mut Replay<'a>) -> Self {
        Self {
            source,
            has_zip: false,
        }
    }

    /// Whether it ended before a zip.
    pub(super) fn has_zip(&self) -> bool {
        self.has_zip
    }
}

impl Read for Script<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Script<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.source.position() >= LONGEST {
            return self.source.fill_buf();
        }
        let bytes = self.source.peek(PIECE)?;
        let length = match memchr::memmem::find(bytes, LOCAL) {
            Some(at) => {
                self.has_zip = at == 0;
                at
            }
            // The signature may be half in view.
            None if bytes.len() == PIECE => PIECE + 1 - LOCAL.len(),
            None => bytes.len(),
        };
        Ok(&bytes[..length])
    }

    fn consume(&mut self, n: usize) {
        self.source.consume(n);
    }
}
