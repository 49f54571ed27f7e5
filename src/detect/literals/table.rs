//! Fingerprints by cell: tables of bits that say whether a place is worth a look, and behind them
//! which literals may stand there.
//!
//! A fingerprint is four bytes of a literal, folded. Its last three choose the cell, its first the
//! bit in the cell. Every literal has two, one for each of the two ways it can lie on the places
//! that are looked at; a literal of three bytes, or of four in one of the ways, has a fingerprint
//! of three, which stands in the table with every byte that may come before or behind it.

use super::kernel::{STRIDE, WIDTH, cell};
use super::print::Print;

/// Bits of a cell's number: with 32 bits each, 128 KiB.
pub(super) const BITS: u32 = 15;
const CELLS: usize = 1 << BITS;
/// Shortest literal with fingerprints.
pub(super) const SHORTEST: usize = WIDTH - 1;

/// For each cell, by the first byte of the fingerprint.
pub(super) type Table = [u32; CELLS];

/// Which of its four bytes a print knows: all, or all but the first or the last one.
const KINDS: [u32; 3] = [u32::MAX, 0xffff_ff00, 0x00ff_ffff];
/// The second look: for each kind a bit for each hash of the bytes that it knows, 8 KiB.
const MARK_BITS: u32 = 16;
const MARKS: usize = 1 << (MARK_BITS - 5);
/// No print.
const NONE: u32 = u32::MAX;

/// All fingerprints.
pub(super) struct Prints {
    pub table: Box<Table>,
    marks: Box<[[u32; MARKS]; KINDS.len()]>,
    /// By hash, or behind where others have the place, the first of the prints that know the same
    /// bytes; a power of two, half of them none at least.
    firsts: Vec<u32>,
    /// In order of what they know.
    prints: Vec<Print>,
}

impl Prints {
    /// Of literals in lower case; those that are too short have none.
    pub(super) fn new(literals: &[Vec<u8>]) -> Self {
        let mut all: Vec<Print> = Vec::new();
        for (number, literal) in literals.iter().enumerate() {
            if literal.len() >= SHORTEST {
                let ways = 0..STRIDE as i32;
                all.extend(ways.map(|way| Print::choose(number as u32, literal, way)));
            }
        }
        all.sort_by_key(|print| (print.word, print.known, print.literal, print.offset));
        let mut prints = Self {
            table: Box::new([0; CELLS]),
            marks: Box::new([[0; MARKS]; KINDS.len()]),
            firsts: vec![NONE; (2 * all.len()).next_power_of_two()],
            prints: all,
        };
        prints.index();
        prints
    }

    /// Fills the tables.
    fn index(&mut self) {
        let mut first = 0;
        let is_same = |a: &Print, b: &Print| (a.word, a.known) == (b.word, b.known);
        for same in self.prints.chunk_by_mut(is_same) {
            same[0].more = same.len() - 1;
            let print = &same[0];
            for cell in cells(print) {
                self.table[cell] |= first_bits(print);
            }
            for (known, marks) in KINDS.iter().zip(&mut *self.marks) {
                if *known == print.known {
                    let (at, bit) = mark(print.word);
                    marks[at] |= 1 << bit;
                }
            }
            let mask = self.firsts.len() - 1;
            let mut at = hash(print.word) as usize & mask;
            while self.firsts[at] != NONE {
                at = (at + 1) & mask;
            }
            self.firsts[at] = first;
            first += same.len() as u32;
        }
    }

    /// Which kinds of prints these four bytes may be, a bit for each; none for half of those that pass
    /// the first table.
    #[inline]
    pub(super) fn kinds(&self, word: u32) -> u32 {
        let mut kinds = 0;
        for (kind, (known, marks)) in KINDS.iter().zip(&*self.marks).enumerate() {
            let (at, bit) = mark(word & known);
            kinds |= (marks[at] >> bit & 1) << kind;
        }
        kinds
    }

    /// Where the prints of a kind may begin that these four bytes are, for [`each`](Self::each).
    #[inline]
    pub(super) fn first(&self, word: u32, kind: u32) -> u32 {
        self.first_at(hash(word & known(kind)))
    }

    #[inline]
    fn first_at(&self, at: u32) -> u32 {
        let mask = self.firsts.len().wrapping_sub(1);
        self.firsts
            .get(at as usize & mask)
            .map_or(NONE, |first| *first)
    }

    /// Calls `found` with every print of a kind that these four bytes are; `first` is where they may
    /// begin.
    #[inline]
    pub(super) fn each(&self, mut first: u32, word: u32, kind: u32, found: impl FnMut(&Print)) {
        let known = known(kind);
        let word = word & known;
        let is_it = |print: &Print| print.word == word && print.known == known;
        let mut at = hash(word);
        while let Some(print) = self.prints.get(first as usize) {
            if is_it(print) {
                let start = first as usize;
                let same = self.prints.get(start..=start + print.more);
                return same.unwrap_or_default().iter().for_each(found);
            }
            at = at.wrapping_add(1);
            first = self.first_at(at);
        }
    }
}

/// The bytes that a kind of prints knows.
#[inline]
fn known(kind: u32) -> u32 {
    KINDS[kind as usize % KINDS.len()]
}

/// Odd, and such that words that are common in any text have no mark by chance.
const SPREAD: u32 = 0x85eb_ca6b;

#[inline]
fn hash(word: u32) -> u32 {
    let hash = word.wrapping_mul(SPREAD);
    hash ^ hash >> 15
}

/// Entry and bit of the mark of the bytes that a kind knows.
#[inline]
fn mark(word: u32) -> (usize, u32) {
    let place = word.wrapping_mul(SPREAD) >> (u32::BITS - MARK_BITS);
    ((place >> 5) as usize % MARKS, place & 31)
}

/// The cells that a print's bytes can lead to.
fn cells(print: &Print) -> Vec<usize> {
    // The first byte makes no difference.
    let words = words(print.word | 0x20, print.known | 0xff);
    let cell = |word: u32| usize::from(cell(word as u16, (word >> 16) as u16));
    let mut cells: Vec<usize> = words.into_iter().map(cell).collect();
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// Every folded word with the known bytes of `word`, of which at most the first and the last one
/// are not known.
fn words(word: u32, known: u32) -> Vec<u32> {
    let folded = || (0..=u32::from(u8::MAX)).filter(|byte| byte & 0x20 != 0);
    let mut words = vec![word];
    for shift in [0, 24] {
        if known >> shift & 0xff == 0 {
            let with = |byte: u32| words.iter().map(move |word| word | byte << shift);
            words = folded().flat_map(with).collect();
        }
    }
    words
}

/// The bits of a cell that the first byte of a print sets.
fn first_bits(print: &Print) -> u32 {
    match print.known & 0xff {
        0 => u32::MAX,
        // Upper case and lower case have the same bit.
        _ => 1 << (print.word & 31),
    }
}
