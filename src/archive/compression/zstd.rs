//! zstd (RFC 8878): frames in a row, skippable ones noted as hidden and skipped here, since a
//! decoder never shows them (zstd:chunked keeps its table of contents in them).

use std::io::{self, BufRead};

use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::Hidden;
use super::decode::{Format, Step, cut_off, invalid};
use crate::archive::LimitHit;
use crate::archive::peek::Peek;

/// 128 MiB: what `zstd --long` without a number needs, and RFC 8878 asks for far less.
const WINDOW_LOG_MAX: u32 = 27;

pub(super) fn is_frame(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}

pub(super) fn is_skippable(bytes: &[u8]) -> bool {
    matches!(bytes, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

pub(super) struct Zstd {
    decoder: Decoder<'static>,
    /// How much input the decoder wants next: up to the end of one block. Given more, it would
    /// lose the output of good blocks when it comes to a broken one in the same call.
    wants: usize,
    /// Whether the last call filled its room, so that more of the block may wait to come out.
    is_full: bool,
}

/// The shortest frame header with its magic.
const SHORTEST_HEADER: usize = 5;

impl Zstd {
    pub(super) fn new() -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX))?;
        Ok(Self {
            decoder,
            wants: SHORTEST_HEADER,
            is_full: false,
        })
    }

    fn step(&mut self, input: &[u8], out: &mut [u8]) -> io::Result<Step> {
        let status = self
            .decoder
            .run_on_buffers(input, out)
            .map_err(|error| failure(&error.to_string()))?;
        self.wants = status.remaining;
        self.is_full = status.bytes_written == out.len();
        Ok(Step {
            consumed: status.bytes_read,
            produced: status.bytes_written,
            ended: status.remaining == 0,
            failure: None,
        })
    }
}

/// The decoder says only in words that a frame wants a larger window than it may have. Such a
/// frame is whole, and what it holds is not read: that is a limit and no broken data.
fn failure(reason: &str) -> io::Error {
    if reason.contains("too much memory") {
        return LimitHit::Memory(1 << WINDOW_LOG_MAX).into();
    }
    invalid(&format!("broken zstd data: {reason}"))
}

impl Format for Zstd {
    fn begin(&mut self, input: &mut Peek<'_>, hidden: &Hidden) -> io::Result<bool> {
        while is_skippable(input.peek(4)?) {
            let [_, _, _, _, a, b, c, d] = *input.peek(8)? else {
                return Err(cut_off());
            };
            input.consume(8);
            let length = u64::from(u32::from_le_bytes([a, b, c, d]));
            if hidden.pass(input, length)? < length {
                return Err(cut_off());
            }
        }
        self.decoder.reinit()?;
        (self.wants, self.is_full) = (SHORTEST_HEADER, false);
        Ok(is_frame(input.peek(4)?))
    }

    fn run(&mut self, input: &[u8], out: &mut [u8]) -> io::Result<Step> {
        // First what had no room before: with more input, an error in that would take it along.
        if self.is_full {
            let step = self.step(&[], out)?;
            if step.produced > 0 || step.ended {
                return Ok(step);
            }
        }
        let most = input.len().min(self.wants.max(1));
        self.step(input.get(..most).unwrap_or_default(), out)
    }
}
