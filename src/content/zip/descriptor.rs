//! Data descriptors: checksum and sizes behind a member that was written before they were known.
//!
//! Where the data do not say where they end, as deflate does, they end before a descriptor that
//! states as many bytes as came, and that what follows a member follows. It is looked for a small
//! piece at a time, each byte once.
//!
//! Source: PKWARE APPNOTE 6.3.10, section 4.3.9.

use std::io::{self, BufRead, Read};

use crc32fast::Hasher;
use memchr::memmem;

use super::directory::Listed;
use super::{LOCAL, u32_at};
use crate::content::replay::Replay;

/// What writers put before a descriptor.
const SIGNATURE: &[u8] = b"PK\x07\x08";
/// What follows a member: another one, the central directory, or what may stand before that.
const BEHIND: [&[u8]; 3] = [LOCAL, b"PK\x01\x02", b"PK\x06\x08"];
/// Bytes of a descriptor with sizes of 32 and 64 bits.
const NARROW: usize = 16;
const WIDE: usize = 24;
/// Bytes that tell a descriptor at most.
const LONGEST: usize = WIDE + LOCAL.len();
/// Bytes that are looked at together.
const PIECE: usize = 16 << 10;

/// Gives the bytes before the descriptor, or all where none fits.
pub(super) struct Bounded<'r, 'a> {
    source: &'r mut Replay<'a>,
    /// Of all bytes up to the last one known to be the member's, where they are compared.
    checksum: Option<Hasher>,
    /// Bytes given away, and how many of the next ones are known to be the member's.
    given: u64,
    known: usize,
    /// Bytes of the descriptor behind those.
    descriptor: Option<usize>,
}

impl<'r, 'a> Bounded<'r, 'a> {
    /// With `plain` bytes the checksum in the descriptor is theirs.
    pub(super) fn new(source: &'r mut Replay<'a>, plain: bool) -> Self {
        Self {
            source,
            checksum: plain.then(Hasher::new),
            given: 0,
            known: 0,
            descriptor: None,
        }
    }

    /// Passes the descriptor, once all before it was read; says whether there was one.
    pub(super) fn pass(self) -> io::Result<bool> {
        let Some(length) = self.descriptor else {
            return Ok(false);
        };
        self.source.peek(length)?;
        self.source.consume(length);
        Ok(true)
    }

    /// Finds out how many of the next bytes are the member's.
    fn look(&mut self) -> io::Result<()> {
        let bytes = self.source.peek(PIECE)?;
        // A descriptor may be half in view.
        let mut end = match bytes.len() {
            PIECE => PIECE + 1 - LONGEST,
            all => all,
        };
        let mut summed = 0;
        for at in memmem::find_iter(
            &bytes[..bytes.len().min(end + SIGNATURE.len() - 1)],
            SIGNATURE,
        ) {
            let Some((checksum, length)) = fitting(&bytes[at..], self.given + at as u64) else {
                continue;
            };
            if let Some(hasher) = &mut self.checksum {
                hasher.update(&bytes[summed..at]);
                summed = at;
                if hasher.clone().finalize() != checksum {
                    continue;
                }
            }
            end = at;
            self.descriptor = Some(length);
            break;
        }
        if let Some(hasher) = &mut self.checksum {
            hasher.update(&bytes[summed..end]);
        }
        self.known = end;
        Ok(())
    }
}

impl Read for Bounded<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Bounded<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.known == 0 && self.descriptor.is_none() {
            self.look()?;
        }
        match self.known {
            0 => Ok(&[]),
            known => self.source.peek(known),
        }
    }

    fn consume(&mut self, n: usize) {
        let taken = n.min(self.known);
        self.known -= taken;
        self.given += taken as u64;
        self.source.consume(taken);
    }
}

/// Checksum and length of the descriptor that `bytes` begin with, if it fits `count` bytes of data.
fn fitting(bytes: &[u8], count: u64) -> Option<(u32, usize)> {
    let checksum = bytes.get(4..8)?.try_into().map(u32::from_le_bytes).ok()?;
    let narrow = bytes.get(8..12)?.try_into().map(u32::from_le_bytes).ok()?;
    let wide = bytes.get(8..16)?.try_into().map(u64::from_le_bytes).ok()?;
    // Sizes of 64 bits also stand where only the uncompressed one needs them.
    [(u64::from(narrow), NARROW), (wide, WIDE)]
        .into_iter()
        .find(|(size, length)| *size == count && is_behind(bytes, *length))
        .map(|(_, length)| (checksum, length))
}

/// Whether a member ends at `at`.
fn is_behind(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    BEHIND.iter().any(|signature| rest.starts_with(signature))
}

/// Length of the descriptor that `bytes` begin with, if it says of its member what the directory lists.
pub(super) fn of(bytes: &[u8], listed: &Listed) -> Option<usize> {
    let signature = match bytes.starts_with(SIGNATURE) {
        true => SIGNATURE.len(),
        false => 0,
    };
    let field = |number: usize| u32_at(bytes, signature + 4 * number);
    let fields = [field(0), field(1), field(2)];
    let sizes = [listed.compressed, listed.size];
    let is_narrow = fields == [listed.checksum, sizes[0], sizes[1]].map(Some);
    let is_wide = fields == [listed.checksum, sizes[0], 0].map(Some)
        && [field(3), field(4)] == [sizes[1], 0].map(Some);
    match (is_narrow, is_wide) {
        (_, true) => Some(signature + WIDE - SIGNATURE.len()),
        (true, false) => Some(signature + NARROW - SIGNATURE.len()),
        (false, false) => None,
    }
}

/// Passes the descriptor of a member whose end is known: with or without signature, of 32 or 64
/// bits.
pub(super) fn skip(
    source: &mut Replay<'_>,
    compressed: u64,
    size: u64,
    zip64: bool,
) -> io::Result<()> {
    if source.peek(SIGNATURE.len())? == SIGNATURE {
        source.take_array::<4>()?;
    }
    let _checksum = source.take_array::<4>()?;
    let first = u32::from_le_bytes(source.take_array()?);
    let second = u32::from_le_bytes(source.take_array()?);
    let narrow = first == compressed as u32 && (second == size as u32 || size == u64::MAX);
    if zip64 || !narrow {
        source.take_array::<8>()?;
    }
    Ok(())
}
