//! gzip (RFC 1952): the member header is read here, because its name, comment and extra fields
//! are places where text can hide.

use std::io::{self, BufRead};

use flate2::{Decompress, FlushDecompress, Status};

use super::decode::{Format, Step, cut_off, invalid};
use super::{GZIP, Hidden};
use crate::archive::peek::Peek;

pub(super) struct Gzip {
    inflate: Decompress,
    crc: crc32fast::Hasher,
    length: u32,
}

const HEADER_CRC: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;

impl Gzip {
    pub(super) fn new() -> Self {
        Self {
            inflate: Decompress::new(false),
            crc: crc32fast::Hasher::new(),
            length: 0,
        }
    }
}

impl Format for Gzip {
    fn begin(&mut self, input: &mut Peek<'_>, hidden: &Hidden) -> io::Result<bool> {
        if !input.peek(GZIP.len())?.starts_with(GZIP) {
            return Ok(false);
        }
        let flags = *input
            .peek(10)?
            .get(3..10)
            .and_then(<[u8]>::first)
            .ok_or_else(cut_off)?;
        if flags & RESERVED != 0 {
            return Err(invalid("gzip header has reserved flags"));
        }
        take(input, 10)?;
        if flags & EXTRA != 0 {
            let length = match input.peek(2)? {
                [low, high] => u64::from(u16::from_le_bytes([*low, *high])),
                _ => return Err(cut_off()),
            };
            if hidden.pass(input, length + 2)? < length + 2 {
                return Err(cut_off());
            }
        }
        for text in [NAME, COMMENT] {
            if flags & text != 0 {
                pass_text(input, hidden)?;
            }
        }
        if flags & HEADER_CRC != 0 {
            take(input, 2)?;
        }
        self.inflate.reset(false);
        self.crc.reset();
        self.length = 0;
        Ok(true)
    }

    fn run(&mut self, input: &[u8], out: &mut [u8]) -> io::Result<Step> {
        let (total_in, total_out) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(input, out, FlushDecompress::None);
        let produced = (self.inflate.total_out() - total_out) as usize;
        let fresh = out.get(..produced).unwrap_or_default();
        self.crc.update(fresh);
        self.length = self.length.wrapping_add(produced as u32);
        Ok(Step {
            consumed: (self.inflate.total_in() - total_in) as usize,
            produced,
            ended: matches!(status, Ok(Status::StreamEnd)),
            failure: status.is_err().then(|| invalid("broken deflate data")),
        })
    }

    fn end(&mut self, input: &mut Peek<'_>) -> io::Result<()> {
        let [c0, c1, c2, c3, l0, l1, l2, l3] = *input.peek(8)? else {
            return Err(cut_off());
        };
        input.consume(8);
        if u32::from_le_bytes([c0, c1, c2, c3]) != self.crc.clone().finalize() {
            return Err(invalid("gzip checksum does not match"));
        }
        if u32::from_le_bytes([l0, l1, l2, l3]) != self.length {
            return Err(invalid("gzip length does not match"));
        }
        Ok(())
    }
}

fn take(input: &mut Peek<'_>, n: u64) -> io::Result<()> {
    if input.skip(n)? < n {
        return Err(cut_off());
    }
    Ok(())
}

/// Passes over a text that ends with NUL.
fn pass_text(input: &mut Peek<'_>, hidden: &Hidden) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Err(cut_off());
        }
        let nul = memchr::memchr(0, buffer);
        let step = nul.map_or(buffer.len(), |nul| nul + 1);
        hidden.pass(input, step as u64)?;
        if nul.is_some() {
            return Ok(());
        }
    }
}
