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

/// The second look: a bit for each hash of the four bytes together, 64 KiB.
const SECOND_BITS: u32 = 19;
const SECOND: usize = 1 << (SECOND_BITS - 6);

/// The prints that four bytes may be: those from `first` up to `end`.
pub(super) struct Key {
    word: u32,
    known: u32,
    first: u32,
    end: u32,
}

/// All fingerprints.
pub(super) struct Prints {
    pub table: Box<Table>,
    second: Box<[u64; SECOND]>,
    /// Of each cell, where the numbers of its keys begin; one more at the end.
    starts: Vec<u32>,
    /// A key may stand in many cells, and these are all that is looked at for most places.
    numbers: Vec<u32>,
    keys: Vec<Key>,
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
            second: Box::new([0; SECOND]),
            starts: Vec::new(),
            numbers: Vec::new(),
            keys: Vec::new(),
            prints: all,
        };
        prints.index();
        prints
    }

    /// Fills the tables, and makes the keys of every cell.
    fn index(&mut self) {
        let mut placed: Vec<(usize, u32)> = Vec::new();
        let mut first = 0;
        let is_same = |a: &Print, b: &Print| (a.word, a.known) == (b.word, b.known);
        for same in self.prints.chunk_by(is_same) {
            let end = first + same.len() as u32;
            let Print { word, known, .. } = same[0];
            let number = self.keys.len() as u32;
            self.keys.push(Key {
                word,
                known,
                first,
                end,
            });
            for cell in cells(&same[0]) {
                self.table[cell] |= first_bits(&same[0]);
                placed.push((cell, number));
            }
            for word in words(word, known) {
                let (at, bit) = second_place(word);
                self.second[at] |= bit;
            }
            first = end;
        }
        placed.sort_unstable();
        self.starts = vec![0; CELLS + 1];
        for (cell, _) in &placed {
            self.starts[cell + 1] += 1;
        }
        for cell in 0..CELLS {
            self.starts[cell + 1] += self.starts[cell];
        }
        self.numbers = placed.into_iter().map(|(_, number)| number).collect();
    }

    /// Whether these four bytes may be a fingerprint; false for most that pass the first table.
    #[inline]
    pub(super) fn may_be(&self, word: u32) -> bool {
        let (at, bit) = second_place(word);
        self.second[at] & bit != 0
    }

    /// What stands in the cell of these four bytes.
    #[inline]
    pub(super) fn keys(&self, word: u32) -> impl Iterator<Item = &Key> {
        let cell = usize::from(cell(word as u16, (word >> 16) as u16));
        let at = |cell: usize| self.starts.get(cell).map_or(0, |start| *start as usize);
        let numbers = self.numbers.get(at(cell)..at(cell + 1)).unwrap_or_default();
        numbers.iter().map(|number| &self.keys[*number as usize])
    }

    /// The prints of a key of their cell that these four bytes are.
    #[inline]
    pub(super) fn of(&self, key: &Key, word: u32) -> &[Print] {
        if word & key.known != key.word {
            return &[];
        }
        &self.prints[key.first as usize..key.end as usize]
    }
}

/// Word and bit of the second table.
#[inline]
fn second_place(word: u32) -> (usize, u64) {
    let hash = word.wrapping_mul(0x9e37_79b1) >> (u32::BITS - SECOND_BITS);
    ((hash >> 6) as usize % SECOND, 1 << (hash & 63))
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
