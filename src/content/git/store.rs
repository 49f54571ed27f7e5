//! A pack as it is stored, at hand as a whole: its deltas lead back to objects that went by.
//!
//! Small ones stay in memory. Others go to one anonymous temporary file, compressed as they are,
//! and are mapped.

use std::fs::File;
use std::io::{self, BufRead, Read, Write};
use std::path::Path;

use crate::archive::{Blob, LimitHit};
use crate::content::replay::Replay;

/// Bytes that stay in memory.
const IN_MEMORY: usize = 32 << 20;
/// The largest pack that is opened.
pub(super) const LARGEST: u64 = 2 << 30;

/// What went by.
#[derive(Default)]
pub(super) struct Store {
    /// All, or what is not yet in the file.
    memory: Vec<u8>,
    file: Option<File>,
    length: u64,
    /// The bytes for which there was no room.
    full: Option<u64>,
    /// Whether the file does not hold what it should.
    is_torn: bool,
}

impl Store {
    fn push(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        if self.full.is_some() {
            return;
        }
        self.memory.extend_from_slice(bytes);
        if self.memory.len() > IN_MEMORY {
            self.is_torn = self.flush().is_err();
        }
        if self.is_torn || self.length > LARGEST {
            self.full = Some(self.length);
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.write_all(&self.memory)?;
        self.memory.clear();
        Ok(())
    }

    /// Bytes so far.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The limit that was hit, if there was no room for all.
    pub(super) fn check(&self) -> io::Result<()> {
        let hit = self.full.map(LimitHit::Room);
        hit.map_or(Ok(()), |hit| Err(hit.into()))
    }

    /// All that went by and for which there was room.
    pub(super) fn finish(mut self) -> io::Result<Blob> {
        if self.file.is_none() && !self.is_torn {
            return Ok(Blob::from_vec(self.memory));
        }
        let length = self.length;
        let no_room = || io::Error::from(LimitHit::Room(length));
        if self.is_torn || self.flush().is_err() {
            return Err(no_room());
        }
        let file = self.file.as_ref().ok_or_else(no_room)?;
        Blob::map(file, Path::new("a pack")).map_err(|_| no_room())
    }
}

/// Gives what `source` gives and keeps it in `store`.
pub(super) struct Tee<'t, 'r> {
    pub(super) source: &'t mut Replay<'r>,
    pub(super) store: &'t mut Store,
}

impl Tee<'_, '_> {
    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> io::Result<u8> {
        self.array().map(|[byte]| byte)
    }
}

impl Read for Tee<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Tee<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.source.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        // They are at hand: somebody has seen them.
        if n > 0
            && let Ok(bytes) = self.source.fill_buf()
        {
            self.store.push(bytes.get(..n).unwrap_or_default());
        }
        self.source.consume(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_into_memory_is_at_hand_all_the_same() {
        let piece: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
        let mut store = Store::default();
        for _ in 0..70 {
            store.push(&piece);
        }
        assert!(store.file.is_some());
        let all = store.finish().unwrap();
        assert_eq!(all.len(), 70 << 20);
        assert!(all.chunks(1 << 20).all(|part| part == piece));
    }
}
