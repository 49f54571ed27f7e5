//! Fingerprints by cell: a table of bits that says whether a place is worth a look, and behind it
//! which literals may stand there.
//!
//! A fingerprint is four bytes of a literal, folded. Its last three choose the cell, its first the
//! bit in the cell. Every literal has two, one for each of the two ways it can lie on the places
//! that are looked at; a literal of three bytes, or of four in one of the ways, has a fingerprint
//! of three, which stands in the table with every byte that may come before or behind it.

use super::kernel::{STRIDE, WIDTH, cell};
use super::model;

/// Bits of a cell's number: with 32 bits each, 128 KiB.
pub(super) const BITS: u32 = 15;
const CELLS: usize = 1 << BITS;
/// Shortest literal with fingerprints.
pub(super) const SHORTEST: usize = WIDTH - 1;

/// For each cell, by the first byte of the fingerprint.
pub(super) type Table = [u32; CELLS];

/// Which literal may stand where a fingerprint was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Print {
    /// Four bytes, folded, of those that are known.
    word: u32,
    known: u32,
    /// Number of the literal.
    pub literal: u32,
    /// From the start of the literal to the fingerprint; one less than none is possible.
    pub offset: i32,
    /// The first bytes of the literal, folded, of those that there are.
    head: u64,
    known_head: u64,
}

impl Print {
    /// Whether the four bytes at a place, folded, may be this fingerprint.
    pub(super) fn fits(&self, word: u32) -> bool {
        word & self.known == self.word
    }

    /// Whether bytes that begin where the literal would may be it.
    pub(super) fn may_begin(&self, bytes: &[u8]) -> bool {
        bytes.first_chunk().is_none_or(|head| {
            let folded = u64::from_le_bytes(*head) | 0x2020_2020_2020_2020;
            folded & self.known_head == self.head
        })
    }
}

/// All fingerprints.
pub(super) struct Prints {
    pub table: Box<Table>,
    /// Of each cell, where its prints begin; one more at the end.
    starts: Vec<u32>,
    prints: Vec<Print>,
}

impl Prints {
    /// Of literals in any case; those that are too short have none.
    pub(super) fn new(literals: &[Vec<u8>]) -> Self {
        let mut table: Box<Table> = Box::new([0; CELLS]);
        let mut placed: Vec<(u16, Print)> = Vec::new();
        for (number, literal) in literals.iter().enumerate() {
            if literal.len() < SHORTEST {
                continue;
            }
            for way in 0..STRIDE {
                let print = choose(number as u32, literal, way as i32);
                for word in words(&print) {
                    let cell = cell(word as u16, (word >> 16) as u16);
                    table[usize::from(cell)] |= first_bits(&print);
                    placed.push((cell, print));
                }
            }
        }
        placed.sort_by_key(|(cell, print)| (*cell, print.literal, print.offset));
        placed.dedup();
        let below = |cell: usize| placed.partition_point(|(other, _)| usize::from(*other) < cell);
        Self {
            table,
            starts: (0..=CELLS).map(|cell| below(cell) as u32).collect(),
            prints: placed.into_iter().map(|(_, print)| print).collect(),
        }
    }

    /// The fingerprints of the cell that four bytes lead to.
    pub(super) fn of(&self, word: u32) -> &[Print] {
        let cell = usize::from(cell(word as u16, (word >> 16) as u16));
        let at = |cell: usize| self.starts.get(cell).map_or(0, |start| *start as usize);
        self.prints.get(at(cell)..at(cell + 1)).unwrap_or_default()
    }
}

/// Four bytes as one number, folded, the first one lowest.
pub(super) fn word(bytes: [u8; WIDTH]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

/// The rarest fingerprint of a literal at offsets that are even (way 0) or odd.
fn choose(literal: u32, bytes: &[u8], way: i32) -> Print {
    let (mut head, mut known_head) = (0, 0);
    for (place, byte) in bytes.iter().take(8).enumerate() {
        head |= u64::from(byte | 0x20) << (8 * place);
        known_head |= 0xff << (8 * place);
    }
    let print = |offset: i32| -> Print {
        let (mut word, mut known) = (0, 0);
        for place in 0..WIDTH {
            let at = usize::try_from(offset + place as i32).ok();
            if let Some(byte) = at.and_then(|at| bytes.get(at)) {
                word |= u32::from(byte | 0x20) << (8 * place);
                known |= 0xff << (8 * place);
            }
        }
        Print {
            word,
            known,
            literal,
            offset,
            head,
            known_head,
        }
    };
    let end = bytes.len() as i32;
    let whole = (way..=end - WIDTH as i32).step_by(STRIDE);
    let mut offsets: Vec<i32> = whole.collect();
    if offsets.is_empty() {
        // One byte before the literal, or one behind it, can be anything.
        let partial = [-1, end - WIDTH as i32 + 1];
        offsets.extend(partial.iter().filter(|at| at.rem_euclid(2) == way));
    }
    let rarity = |offset: &i32| {
        let known = (*offset).max(0) as usize..((offset + WIDTH as i32).min(end)) as usize;
        model::rarity(&bytes[known])
    };
    let best = offsets
        .iter()
        .copied()
        .max_by_key(|at| (rarity(at), -at))
        .unwrap_or(-1);
    print(best)
}

/// Every word with the known bytes of a print that leads to another cell.
fn words(print: &Print) -> Vec<u32> {
    if print.known >> 24 != 0 {
        return vec![print.word];
    }
    (0..=u8::MAX)
        .filter(|byte| byte & 0x20 != 0)
        .map(|byte| print.word | u32::from(byte) << 24)
        .collect()
}

/// The bits of a cell that the first byte of a print sets.
fn first_bits(print: &Print) -> u32 {
    match print.known & 0xff {
        0 => u32::MAX,
        // Upper case and lower case have the same bit.
        _ => 1 << (print.word & 31),
    }
}
