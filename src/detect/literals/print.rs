//! One fingerprint of a literal.
//!
//! `build.rs` reads this file too: which four bytes of an anchor are the rarest is found out when the program is
//! built.

use super::model;

/// Every second place is looked at.
pub(crate) const STRIDE: usize = 2;
/// Bytes of a fingerprint.
pub(crate) const WIDTH: usize = 4;
/// Folds a byte.
const FOLD: u8 = 0x20;
/// Fingerprints of a literal begin before this offset.
const MOST: usize = 1 << 12;

/// Where in a literal its fingerprints begin: at an even offset, and at an odd one.
pub(crate) type Offsets = [i16; STRIDE];

/// Which four bytes of a literal stand in the table.
#[derive(Clone, Copy)]
pub(crate) struct Print {
    /// They, folded, as far as they are known: three at least.
    pub word: u32,
    pub known: u32,
    /// From the start of the literal; one less than none is possible.
    pub offset: i16,
    /// Whether the first three or the last three of the bytes are known and printable.
    pub is_text: bool,
}

/// Offsets at which a fingerprint of a literal may begin: even ones (way 0) or odd ones.
fn possible(length: usize, way: usize) -> impl Iterator<Item = i16> + Clone {
    let last = length.checked_sub(WIDTH);
    let count = last.map_or(0, |last| last + 1).min(MOST) as i16;
    let whole = (0..count).skip(way).step_by(STRIDE);
    // One byte before the literal, or one behind it, can be anything.
    let behind = length.min(MOST) as i16 - WIDTH as i16 + 1;
    let partial = [-1, behind].into_iter();
    let partial = partial.filter(move |at| at.rem_euclid(STRIDE as i16) == way as i16);
    let has_none = whole.len() == 0;
    whole.chain(partial.filter(move |_| has_none))
}

impl Print {
    /// That of a literal at one of `offsets`, one for each way in which it can lie on the places, if that can be; else
    /// the rarest. `way` says whether offsets are even or odd.
    pub fn of(literal: &[u8], way: usize, offsets: Option<Offsets>) -> Self {
        let possible = possible(literal.len(), way);
        let known = offsets.and_then(|offsets| offsets.get(way).copied());
        match known.filter(|known| possible.clone().any(|offset| offset == *known)) {
            Some(offset) => Self::at(literal, offset),
            None => Self::rarest(literal, possible),
        }
    }

    fn rarest(literal: &[u8], mut offsets: impl Iterator<Item = i16>) -> Self {
        let mut best = Self::at(literal, offsets.next().unwrap_or(-1));
        let mut rarity = best.rarities().min().unwrap_or(0);
        for print in offsets.map(|at| Self::at(literal, at)) {
            let is_rarer = || print.rarities().all(|other| other > rarity);
            // That places without text are passed over is worth more.
            let is_better = match (print.is_text, best.is_text) {
                (true, false) => true,
                (false, true) => false,
                _ => is_rarer(),
            };
            if is_better {
                (best, rarity) = (print, print.rarities().min().unwrap_or(0));
            }
        }
        best
    }

    fn at(literal: &[u8], offset: i16) -> Self {
        let (mut word, mut known, mut printable) = ([0; WIDTH], [0; WIDTH], [false; WIDTH]);
        for place in 0..WIDTH {
            let at = usize::try_from(i32::from(offset) + place as i32).ok();
            if let Some(byte) = at.and_then(|at| literal.get(at)) {
                word[place] = byte | FOLD;
                known[place] = u8::MAX;
                printable[place] = matches!(byte, b' '..=b'~');
            }
        }
        Self {
            word: u32::from_le_bytes(word),
            known: u32::from_le_bytes(known),
            offset,
            is_text: matches!(printable, [true, true, true, _] | [_, true, true, true]),
        }
    }

    /// How rare each is that passes the table for it, first itself. Of the first and the last of four bytes
    /// five bits count there, so that a full stop is as common as the letter it is taken for.
    fn rarities(&self) -> impl Iterator<Item = u32> {
        let ends = [0, 0x40, 0x40 << 24, 0x40 << 24 | 0x40];
        let words = ends
            .into_iter()
            .map(|other| self.word ^ (other & self.known));
        words.map(|word| self.rarity_as(word))
    }

    /// How rare the bytes of `word` are that are known of this one.
    fn rarity_as(&self, word: u32) -> u32 {
        let known = self.known.to_le_bytes();
        let from = usize::from(known[0] == 0);
        let end = WIDTH - usize::from(known[WIDTH - 1] == 0);
        model::rarity(&word.to_le_bytes()[from..end])
    }
}
