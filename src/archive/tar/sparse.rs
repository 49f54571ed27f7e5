//! Old GNU sparse files: the map may go on in blocks between the header and the content.

use std::io::{self, BufRead};

use super::BLOCK;
use crate::archive::Limits;
use crate::archive::peek::Peek;

/// What became of the blocks.
pub(super) enum Extension {
    Passed,
    CutOff,
    TooLarge,
}

/// Passes over the blocks of an extended map; the byte at 504 says whether one more follows.
pub(super) fn skip_map(input: &mut Peek<'_>) -> io::Result<Extension> {
    for _ in 0..Limits::TAR_RECORD_SIZE / BLOCK as u64 {
        let block = input.peek(BLOCK)?;
        if block.len() < BLOCK {
            return Ok(Extension::CutOff);
        }
        let continues = block.get(504).is_some_and(|flag| *flag != 0);
        input.consume(BLOCK);
        if !continues {
            return Ok(Extension::Passed);
        }
    }
    Ok(Extension::TooLarge)
}
