//! Fingerprints by cell: a table of bits that says whether a place is worth a look, and behind it
//! which literals may stand there.
//!
//! A fingerprint is four bytes of a literal, folded. Its last three choose the cell, its first the
//! bit in the cell. Every literal has two, one for each of the two ways it can lie on the places
//! that are looked at; a literal of three bytes, or of four in one of the ways, has a fingerprint
//! of three, which stands in the table with every byte that may come before or behind it.

use super::Literal;
use super::candidate::Candidate;
use super::kernel::cell;
use super::print::{Print, STRIDE, WIDTH};

/// Bits of a cell's number: with 32 bits each, 128 KiB.
pub(super) const BITS: u32 = 15;
const CELLS: usize = 1 << BITS;
/// Shortest literal with fingerprints.
pub(super) const SHORTEST: usize = WIDTH - 1;
/// Slots for each fingerprint: so many that most of them have one for themselves.
const ROOM: usize = 4;

/// Which fingerprints there are.
pub(super) struct Table {
    /// For each cell, by the first byte of the fingerprint.
    pub cells: [u32; CELLS],
    /// Whether of each the first or the last three bytes are printable.
    pub is_text: bool,
}

/// All fingerprints.
pub(super) struct Prints {
    pub table: Box<Table>,
    /// For each fingerprint, by its hash, the first of its candidates; a power of two.
    slots: Vec<u32>,
    /// How far a hash is moved for it.
    shift: u32,
    /// Those of a slot in a row. The first one is none.
    candidates: Vec<Candidate>,
}

impl Prints {
    /// Of literals; those that are too short have none.
    pub(super) fn new(literals: &[Literal]) -> Self {
        let mut table = Box::new(Table {
            cells: [0; CELLS],
            is_text: true,
        });
        let mut all: Vec<(u32, u32, i16)> = Vec::new();
        let numbered = (0..).zip(literals);
        for (number, literal) in numbered.filter(|(_, literal)| literal.text.len() >= SHORTEST) {
            let lower = literal.text.to_ascii_lowercase();
            for print in (0..STRIDE).map(|way| Print::of(&lower, way, literal.prints)) {
                table.is_text &= print.is_text;
                for word in words(print.word, print.known) {
                    let cell = cell(word);
                    table.cells[usize::from(cell)] |= 1 << (word % u32::BITS);
                    all.push((hash(word), number, print.offset));
                }
            }
        }
        let count = (ROOM * all.len()).next_power_of_two().max(2);
        let mut prints = Self {
            table,
            slots: vec![0; count],
            shift: u32::BITS - count.trailing_zeros(),
            candidates: vec![Candidate::NONE],
        };
        prints.index(all, literals);
        prints
    }

    /// Fills the slots.
    fn index(&mut self, mut all: Vec<(u32, u32, i16)>, literals: &[Literal]) {
        for (hash, ..) in &mut all {
            *hash >>= self.shift;
        }
        all.sort_unstable();
        all.dedup();
        // Of a print in many slots, where it stands alone: there is one for each literal and way.
        let mut alone = vec![0; STRIDE * literals.len()];
        for same in all.chunk_by(|(slot, ..), (next, ..)| slot == next) {
            let (slot, number, offset) = same[0];
            let way = offset.rem_euclid(STRIDE as i16) as usize;
            let known = &mut alone[STRIDE * number as usize + way];
            let mut first = *known;
            if same.len() > 1 || first == 0 {
                first = self.candidates.len() as u32;
                self.candidates
                    .extend(same.iter().map(|(_, number, offset)| {
                        Candidate::new(*number, &literals[*number as usize], *offset)
                    }));
                if let Some(last) = self.candidates.last_mut() {
                    last.is_last = true;
                }
            }
            if same.len() == 1 {
                *known = first;
            }
            self.slots[slot as usize] = first;
        }
    }

    /// Where the candidates for four bytes begin that pass the table, for [`at`](Self::at).
    #[inline(always)]
    pub(super) fn first(&self, four: [u8; WIDTH]) -> u32 {
        let slot = hash(u32::from_le_bytes(four)) >> self.shift;
        self.slots.get(slot as usize).map_or(0, |first| *first)
    }

    /// A candidate by its place.
    #[inline(always)]
    pub(super) fn at(&self, at: u32) -> &Candidate {
        self.candidates.get(at as usize).unwrap_or(&Candidate::NONE)
    }

    /// The candidates from `first` on that have the same slot.
    #[inline(always)]
    pub(super) fn from(&self, first: u32) -> impl Iterator<Item = &Candidate> {
        let rest = self.candidates.get(first as usize..).unwrap_or_default();
        let mut is_over = false;
        rest.iter()
            .take_while(move |one| !std::mem::replace(&mut is_over, one.is_last))
    }
}

/// What counts of four bytes in the table.
const COUNTS: u32 = 0x1fdf_df1f;
/// Odd, and such that words that are common in any text have no slot by chance.
const SPREAD: u32 = 0x85eb_ca6b;

#[inline(always)]
fn hash(word: u32) -> u32 {
    (word & COUNTS).wrapping_mul(SPREAD)
}

/// Words with the known bytes of `word`, one for each way in which they count: at most the first and the
/// last one are not known, and five bits of those count.
fn words(word: u32, known: u32) -> Vec<u32> {
    let mut words = vec![word];
    for shift in [0, 24] {
        if known >> shift & 0xff == 0 {
            let with = |byte: u32| words.iter().map(move |word| word | byte << shift);
            words = (0..u32::BITS).flat_map(with).collect();
        }
    }
    words
}
