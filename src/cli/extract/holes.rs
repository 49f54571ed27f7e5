//! Sparse files as they were: the stored pieces where they belong, zeros between them.
//!
//! A map is believed only where it explains every stored byte and the file is no larger than an
//! entry may be; else the bytes go out as stored.

use std::io::{self, Write};

use residue::image::{Sparse, SparseLayout};

/// No map that tar writes is longer, and none is collected.
const LONGEST_MAP: usize = 1 << 20;

/// Takes the stored bytes of a sparse file and writes the file.
pub struct Restorer<'a> {
    out: &'a mut dyn Write,
    /// Of the file, holes included.
    size: u64,
    /// Bytes that will come.
    stored: u64,
    position: u64,
    state: State,
}

enum State {
    /// The list of pieces, as far as it came.
    Map(Vec<u8>),
    /// What is left of the piece that is being written, and the pieces after it, last one first.
    Pieces(u64, Vec<(u64, u64)>),
    /// No map to go by.
    AsStored,
}

impl<'a> Restorer<'a> {
    /// For a file with that many stored bytes, which may become `limit` bytes.
    pub fn new(sparse: &Sparse, stored: u64, limit: u64, out: &'a mut dyn Write) -> Self {
        let mut restorer = Self {
            out,
            size: sparse.size,
            stored,
            position: 0,
            state: State::AsStored,
        };
        match &sparse.layout {
            _ if sparse.size > limit => {}
            SparseLayout::Unknown => {}
            SparseLayout::InFront => restorer.state = State::Map(Vec::new()),
            SparseLayout::Pieces(pieces) => restorer.take_pieces(pieces.clone(), 0),
        }
        restorer
    }

    /// Believes pieces that follow each other and hold all stored bytes but those of the map.
    fn take_pieces(&mut self, mut pieces: Vec<(u64, u64)>, map: u64) {
        let mut end = 0u64;
        let mut stored = map;
        for (offset, length) in &pieces {
            let next = offset.checked_add(*length);
            match (next, stored.checked_add(*length)) {
                (Some(next), Some(sum)) if *offset >= end && next <= self.size => {
                    end = next;
                    stored = sum;
                }
                _ => return self.state = State::AsStored,
            }
        }
        pieces.reverse();
        self.state = match stored == self.stored {
            true => State::Pieces(0, pieces),
            false => State::AsStored,
        };
    }

    /// Nothing more comes: writes the hole at the end, unless bytes are missing. `false` where they
    /// went out as stored.
    pub fn finish(mut self, is_whole: bool) -> io::Result<bool> {
        match std::mem::replace(&mut self.state, State::AsStored) {
            State::Map(collected) => self.out.write_all(&collected).map(|()| false),
            State::AsStored => Ok(false),
            State::Pieces(..) if is_whole => self.hole(self.size).map(|()| true),
            State::Pieces(..) => Ok(true),
        }
    }

    fn hole(&mut self, end: u64) -> io::Result<()> {
        let mut zeros = io::Read::take(io::repeat(0), end - self.position);
        io::copy(&mut zeros, &mut self.out)?;
        self.position = end;
        Ok(())
    }

    /// Goes on with the list; once it is whole, with what came behind it.
    fn read_map(&mut self, mut collected: Vec<u8>) -> io::Result<()> {
        if let Some((pieces, length)) = pieces(&collected) {
            self.take_pieces(pieces, length as u64);
            let start = match self.state {
                State::AsStored => 0,
                _ => length,
            };
            return self.write_all(collected.get(start..).unwrap_or_default());
        }
        if collected.len() > LONGEST_MAP {
            self.state = State::AsStored;
            return self.out.write_all(&std::mem::take(&mut collected));
        }
        self.state = State::Map(collected);
        Ok(())
    }

    /// Writes some bytes of the pieces.
    fn write_piece(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A piece may be empty, and so may a million of them.
        let left = loop {
            match &mut self.state {
                State::Pieces(left @ 0, pieces) => {
                    let Some((offset, length)) = pieces.pop() else {
                        // Pieces hold all stored bytes.
                        return Err(io::ErrorKind::InvalidData.into());
                    };
                    *left = length;
                    self.hole(offset)?;
                }
                State::Pieces(left, _) => break *left,
                _ => return self.out.write(bytes),
            }
        };
        let taken = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let written = self.out.write(&bytes[..taken])?;
        if let State::Pieces(left, _) = &mut self.state {
            *left -= written as u64;
        }
        self.position += written as u64;
        Ok(written)
    }
}

impl Write for Restorer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let State::Map(collected) = &mut self.state {
            let mut collected = std::mem::take(collected);
            collected.extend_from_slice(bytes);
            self.read_map(collected)?;
            return Ok(bytes.len());
        }
        self.write_piece(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The pieces that a list names, and its length with what fills it up to a block; `None` while it is
/// not whole.
fn pieces(map: &[u8]) -> Option<(Vec<(u64, u64)>, usize)> {
    let mut lines = map.split_inclusive(|byte| *byte == b'\n');
    let mut read = 0;
    let mut number = || {
        let line = lines.next()?;
        read += line.len();
        let digits = line.strip_suffix(b"\n")?;
        std::str::from_utf8(digits).ok()?.parse::<u64>().ok()
    };
    let count = number()?;
    let mut pieces = Vec::new();
    for _ in 0..count {
        pieces.push((number()?, number()?));
    }
    let length = read.next_multiple_of(512);
    (length <= map.len()).then_some((pieces, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out when the stored bytes come in two parts.
    fn restored(sparse: &Sparse, stored: &[u8], limit: u64) -> Vec<(bool, Vec<u8>)> {
        let cuts = [0, 1, 5, stored.len() / 2, stored.len()];
        let cuts = cuts.into_iter().filter(|cut| *cut <= stored.len());
        let each = cuts.map(|cut| {
            let mut out = Vec::new();
            let mut restorer = Restorer::new(sparse, stored.len() as u64, limit, &mut out);
            restorer.write_all(&stored[..cut]).unwrap();
            restorer.write_all(&stored[cut..]).unwrap();
            (restorer.finish(true).unwrap(), out)
        });
        each.collect()
    }

    fn all(sparse: &Sparse, stored: &[u8], limit: u64, wanted: (bool, &[u8])) {
        for (is_restored, bytes) in restored(sparse, stored, limit) {
            assert_eq!((is_restored, &bytes[..]), wanted, "{sparse:?}");
        }
    }

    fn listed(size: u64, pieces: &[(u64, u64)]) -> Sparse {
        let layout = SparseLayout::Pieces(pieces.to_vec());
        Sparse { size, layout }
    }

    #[test]
    fn holes_are_zeros_before_between_and_behind_the_pieces() {
        let sparse = listed(10, &[(2, 3), (6, 1), (8, 0)]);
        all(&sparse, b"abcd", 100, (true, b"\0\0abc\0d\0\0\0"));
        all(&listed(3, &[]), b"", 100, (true, b"\0\0\0"));
    }

    #[test]
    fn a_million_empty_pieces_are_passed_over() {
        let mut pieces = vec![(0, 0); 1_000_000];
        pieces.push((1, 4));
        all(&listed(6, &pieces), b"abcd", 100, (true, b"\0abcd\0"));
    }

    #[test]
    fn a_list_in_front_is_no_part_of_the_file() {
        let sparse = Sparse {
            size: 8,
            layout: SparseLayout::InFront,
        };
        let mut stored = b"2\n1\n2\n5\n2\n".to_vec();
        stored.resize(512, 0);
        stored.extend(b"abcd");
        all(&sparse, &stored, 100, (true, b"\0ab\0\0cd\0"));
    }

    #[test]
    fn where_bytes_are_missing_so_is_what_comes_after_them() {
        for (layout, stored, wanted) in [
            (SparseLayout::Pieces(vec![(1, 4)]), &b"ab"[..], &b"\0ab"[..]),
            (SparseLayout::InFront, b"1\n0\n", b"1\n0\n"),
        ] {
            let mut out = Vec::new();
            let sparse = Sparse { size: 9, layout };
            let mut restorer = Restorer::new(&sparse, 4, 100, &mut out);
            restorer.write_all(stored).unwrap();
            restorer.finish(false).unwrap();
            assert_eq!(out, wanted);
        }
    }

    #[test]
    fn a_map_that_does_not_explain_every_byte_is_not_believed() {
        for (sparse, limit) in [
            (listed(10, &[(0, 3)]), 100),
            (listed(10, &[(0, 5)]), 100),
            (listed(10, &[(4, 2), (2, 2)]), 100),
            (listed(10, &[(0, 2), (1, 2)]), 100),
            (listed(3, &[(0, 4)]), 100),
            (listed(10, &[(u64::MAX, 4)]), 100),
            (listed(10, &[(0, 4)]), 9),
        ] {
            all(&sparse, b"abcd", limit, (false, b"abcd"));
        }
        let unknown = Sparse {
            size: 10,
            layout: SparseLayout::Unknown,
        };
        all(&unknown, b"abcd", 100, (false, b"abcd"));
    }

    #[test]
    fn a_list_in_front_that_is_none_goes_out_as_stored() {
        let sparse = Sparse {
            size: 1 << 30,
            layout: SparseLayout::InFront,
        };
        let long = [&b"999999999\n"[..], &b"1\n1\n".repeat(1 << 19)].concat();
        for stored in [&b"no list"[..], b"1\n0\n9\n", &long] {
            all(&sparse, stored, u64::MAX, (false, stored));
        }
        let mut lies = b"1\n0\n9\n".to_vec();
        lies.resize(512, 0);
        lies.extend(b"abc");
        all(&sparse, &lies, u64::MAX, (false, &lies));
    }
}
