//! One fingerprint of a literal, and what is kept of the literal to tell at a place where the
//! fingerprint may stand whether it is worth comparing.

use super::Literal;
use super::kernel::{STRIDE, WIDTH};
use super::model;

/// Folds eight bytes.
const FOLD: u64 = 0x2020_2020_2020_2020;
/// Set where nothing is folded, since case counts.
const CASE: u8 = 0x80;
/// Bytes of a literal that are looked at there.
const HEAD: usize = 8;
/// Fingerprints of a literal begin before this offset.
const MOST: usize = 1 << 12;

/// Which four bytes of a literal stand in the table.
#[derive(Clone, Copy)]
pub(super) struct Print {
    /// They, folded, as far as they are known: three at least.
    pub word: u32,
    pub known: u32,
    /// From the start of the literal; one less than none is possible.
    pub offset: i16,
    /// Whether the first three or the last three of the bytes are known and printable.
    pub is_text: bool,
}

impl Print {
    /// The rarest of a literal at offsets that are even (way 0) or odd.
    pub(super) fn choose(literal: &[u8], way: usize) -> Self {
        let last = literal.len().checked_sub(WIDTH);
        let mut offsets: Vec<i16> = (0..last.map_or(0, |last| last + 1).min(MOST) as i16)
            .skip(way)
            .step_by(STRIDE)
            .collect();
        if offsets.is_empty() {
            // One byte before the literal, or one behind it, can be anything.
            let partial = [-1, literal.len() as i16 - WIDTH as i16 + 1].into_iter();
            offsets.extend(partial.filter(|at| at.rem_euclid(STRIDE as i16) == way as i16));
        }
        let mut best = Self::at(literal, offsets.first().map_or(-1, |offset| *offset));
        let mut rarity = best.rarities().min().unwrap_or(0);
        for print in offsets.iter().skip(1).map(|at| Self::at(literal, *at)) {
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
                word[place] = byte | FOLD as u8;
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

/// What folds a head whose case counts, or does not.
#[inline(always)]
fn fold(case: u8) -> u64 {
    if case & CASE == 0 { FOLD } else { 0 }
}

/// A literal that may stand where one of its fingerprints was found.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    /// Its first bytes, folded unless its case counts, moved up as far as there are none.
    head: u64,
    /// Its number.
    pub literal: u32,
    /// From its start to the fingerprint.
    offset: i16,
    /// Bits of the head that are not known; above those of a shift, whether its case counts.
    unknown: u8,
    /// Whether no other one behind it has the same place in the table.
    pub is_last: bool,
}

impl Candidate {
    /// What stands where nothing can: no literal has its number.
    pub(super) const NONE: Self = Self {
        head: 0,
        literal: u32::MAX,
        offset: 0,
        unknown: 0,
        is_last: true,
    };

    pub(super) fn new(number: u32, literal: &Literal, offset: i16) -> Self {
        let mut head = [0; HEAD];
        let known = literal.text.len().min(HEAD);
        let case = if literal.any_case { 0 } else { CASE };
        for (byte, known) in head[HEAD - known..].iter_mut().zip(&literal.text) {
            *byte = known | fold(case) as u8;
        }
        Self {
            head: u64::from_le_bytes(head),
            literal: number,
            offset,
            unknown: (8 * (HEAD - known) as u8) | case,
            is_last: false,
        }
    }

    /// Where the literal begins if its fingerprint begins at `at`; nowhere in the bytes if that is
    /// before them.
    #[inline(always)]
    pub(super) fn start(&self, at: usize) -> usize {
        at.wrapping_add_signed(-isize::from(self.offset))
    }

    /// Whether the literal may stand in `bytes` where its fingerprint begins at `at`.
    #[inline(always)]
    pub(super) fn may_stand(&self, bytes: &[u8], at: usize) -> bool {
        let head = bytes.get(self.start(at)..).and_then(<[u8]>::first_chunk);
        head.is_none_or(|head| {
            (u64::from_le_bytes(*head) | fold(self.unknown)) << (self.unknown % 64) == self.head
        })
    }
}
