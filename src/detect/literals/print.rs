//! One fingerprint: which four bytes of which literal.

use super::kernel::{STRIDE, WIDTH};
use super::model;

/// Folds eight bytes.
const FOLD: u64 = 0x2020_2020_2020_2020;

/// Which literal may stand where a fingerprint was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Print {
    /// Four bytes, folded, of those that are known: three at least.
    pub word: u32,
    pub known: u32,
    /// Number of the literal.
    pub literal: u32,
    /// From the start of the literal to the fingerprint; one less than none is possible.
    pub offset: i32,
    /// How many more fingerprints behind this one are of the same bytes.
    pub more: usize,
    /// The first bytes of the literal, folded, of those that there are.
    head: u64,
    known_head: u64,
}

impl Print {
    /// The rarest fingerprint of a literal at offsets that are even (way 0) or odd.
    pub(super) fn choose(literal: u32, bytes: &[u8], way: i32) -> Self {
        let (width, end) = (WIDTH as i32, bytes.len() as i32);
        let mut offsets: Vec<i32> = (way..=end - width).step_by(STRIDE).collect();
        if offsets.is_empty() {
            // One byte before the literal, or one behind it, can be anything.
            let partial = [-1, end - width + 1].into_iter();
            offsets.extend(partial.filter(|at| at.rem_euclid(2) == way));
        }
        let rarity = |offset: i32| {
            let known = offset.max(0) as usize..(offset + width).min(end) as usize;
            model::rarity(&bytes[known])
        };
        let best = offsets.into_iter().max_by_key(|at| (rarity(*at), -at));
        Self::at(literal, bytes, best.unwrap_or(-1))
    }

    fn at(literal: u32, bytes: &[u8], offset: i32) -> Self {
        let folded = |from: i32, width: i32| {
            let (mut word, mut known) = (0, 0);
            for place in 0..width {
                let at = usize::try_from(from + place).ok();
                if let Some(byte) = at.and_then(|at| bytes.get(at)) {
                    word |= u64::from(byte | 0x20) << (8 * place);
                    known |= 0xff << (8 * place);
                }
            }
            (word, known)
        };
        let (word, known) = folded(offset, WIDTH as i32);
        let (head, known_head) = folded(0, 8);
        Self {
            word: word as u32,
            known: known as u32,
            literal,
            offset,
            more: 0,
            head,
            known_head,
        }
    }

    /// Whether bytes that begin where the literal would may be it.
    #[inline]
    pub(super) fn may_begin(&self, bytes: &[u8]) -> bool {
        bytes
            .first_chunk()
            .is_none_or(|head| (u64::from_le_bytes(*head) | FOLD) & self.known_head == self.head)
    }
}

/// Four bytes as one number, folded, the first one lowest.
#[inline]
pub(super) fn word(bytes: [u8; WIDTH]) -> u32 {
    u32::from_le_bytes(bytes) | FOLD as u32
}
