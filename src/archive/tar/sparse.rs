//! Old GNU sparse files: the map may go on in blocks between the header and the content.

use std::io::{self, BufRead};

use super::BLOCK;
use super::number::is_plain;
use super::slack::Collector;
use crate::archive::Limits;
use crate::archive::peek::Peek;

/// What became of the blocks.
pub(super) enum Extension {
    Passed,
    CutOff,
    TooLarge,
}

/// Passes over the blocks of an extended map; the byte at 504 says whether one more follows. A
/// block that holds other things than numbers is slack.
pub(super) fn skip_map(input: &mut Peek<'_>, slack: &mut Collector) -> io::Result<Extension> {
    for _ in 0..Limits::TAR_RECORD_SIZE / BLOCK as u64 {
        let offset = input.position();
        let block = input.peek(BLOCK)?;
        if block.len() < BLOCK {
            return Ok(Extension::CutOff);
        }
        let (map, rest) = block.split_at(504);
        if !map.chunks(12).all(is_plain) || rest.iter().skip(1).any(|byte| *byte != 0) {
            slack.add(offset, block);
        }
        let continues = block.get(504).is_some_and(|flag| *flag != 0);
        input.consume(BLOCK);
        if !continues {
            return Ok(Extension::Passed);
        }
    }
    Ok(Extension::TooLarge)
}
