//! Many literals at once, in any ASCII case, by the rarest four bytes of each.
//!
//! An automaton over all literals touches a table of megabytes for every byte. Here every position
//! costs a multiplication and one bit of a table that stays in the first cache: four bytes, folded
//! to lower case, are looked up; only what is known there is compared with the literals. A shorter
//! literal stands in the table with every byte that could follow it.
//!
//! Which four bytes of a literal are the rarest says a model of bytes: measured on the files of a
//! Debian system with Python and JavaScript packages.

use std::collections::BTreeMap;
use std::ops::Range;

/// Bytes that are looked up at once.
const WIDTH: usize = 4;
/// Bits of the table's index: 64 KiB, with hundreds of literals not one bit in a hundred set.
const INDEX_BITS: u32 = 19;
/// Positions that are looked up between two orderings of what was found.
const BLOCK: usize = 64 << 10;
/// Folds ASCII letters to lower case, and some other bytes on one another.
const FOLD: u32 = 0x2020_2020;

/// Words of the table.
const TABLE: usize = 1 << (INDEX_BITS - 6);

/// Finds literals.
pub(super) struct Fingerprints {
    table: Box<[u64; TABLE]>,
    /// Open addressing: more than twice as many slots as fingerprints.
    slots: Vec<Slot>,
    prints: Vec<Print>,
    /// Lower case.
    literals: Vec<Vec<u8>>,
}

/// A fingerprint, and which of the prints have it; none in a free slot.
#[derive(Clone, Default)]
struct Slot {
    folded: u32,
    prints: Range<u32>,
}

/// A literal, and where its fingerprint stands in it.
struct Print {
    literal: usize,
    offset: usize,
}

/// Where a literal ends and starts, and which.
type Hit = (usize, usize, usize);

impl Fingerprints {
    /// Takes literals in lower case; empty ones are never found.
    pub(super) fn new(literals: Vec<Vec<u8>>) -> Self {
        let mut by_word: BTreeMap<u32, Vec<Print>> = BTreeMap::new();
        for (literal, bytes) in literals.iter().enumerate() {
            if bytes.is_empty() {
                continue;
            }
            let (offset, print) = rarest(bytes);
            for word in every(word(print), print.len()) {
                let print = Print { literal, offset };
                by_word.entry(word).or_default().push(print);
            }
        }
        let mut all = Self {
            table: Box::new([0; TABLE]),
            slots: vec![Slot::default(); (by_word.len() * 2 + 1).next_power_of_two()],
            prints: Vec::new(),
            literals,
        };
        for (word, prints) in by_word {
            all.add(word, prints);
        }
        all
    }

    fn add(&mut self, folded: u32, prints: Vec<Print>) {
        let (word, bit) = place(folded);
        self.table[word] |= 1 << bit;
        let start = self.prints.len() as u32;
        self.prints.extend(prints);
        let prints = start..self.prints.len() as u32;
        let mut slot = self.first_slot(folded);
        while !self.slots[slot].prints.is_empty() {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = Slot { folded, prints };
    }

    fn first_slot(&self, folded: u32) -> usize {
        (folded.wrapping_mul(0x85eb_ca6b) >> 8) as usize & (self.slots.len() - 1)
    }

    /// The prints of a fingerprint.
    fn prints(&self, folded: u32) -> &[Print] {
        let mut at = self.first_slot(folded);
        loop {
            let slot = &self.slots[at];
            if slot.folded == folded || slot.prints.is_empty() {
                return &self.prints[slot.prints.start as usize..slot.prints.end as usize];
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Calls `found` with the index of every literal that ends in `own` (behind its start, up to
    /// its end) and where it stands, in order of where they end.
    pub(super) fn find(
        &self,
        bytes: &[u8],
        own: Range<usize>,
        mut found: impl FnMut(usize, Range<usize>),
    ) {
        let own = own.start.min(bytes.len())..own.end.min(bytes.len());
        let longest = self.literals.iter().map(Vec::len).max().unwrap_or(0);
        let mut hits: Vec<Hit> = Vec::new();
        let mut at = own.start.saturating_sub(longest.saturating_sub(1));
        while at < own.end {
            let end = own.end.min(at + BLOCK);
            self.block(bytes, at..end, &own, &mut hits);
            at = end;
            // What ends further on may yet be preceded by what the next block finds.
            hits.sort_unstable();
            let settled = hits.partition_point(|(end, ..)| *end <= at);
            for (end, start, literal) in hits.drain(..settled) {
                found(literal, start..end);
            }
        }
        debug_assert!(hits.is_empty());
    }

    /// Looks at every position of `range`.
    fn block(&self, bytes: &[u8], range: Range<usize>, own: &Range<usize>, hits: &mut Vec<Hit>) {
        let mut at = range.start;
        while at + 8 <= range.end
            && let Some(window) = bytes.get(at..).and_then(<[u8]>::first_chunk)
        {
            let words = eight_words(window);
            let passed = words
                .iter()
                .enumerate()
                .fold(0u32, |passed, (index, word)| {
                    passed | u32::from(self.may_be(*word)) << index
                });
            if passed != 0 {
                for (index, word) in words.into_iter().enumerate() {
                    if passed >> index & 1 == 1 {
                        self.confirm(bytes, at + index, word, own, hits);
                    }
                }
            }
            at += 8;
        }
        for at in at..range.end {
            let mut rest = [0; WIDTH];
            let length = (bytes.len() - at).min(WIDTH);
            rest[..length].copy_from_slice(&bytes[at..at + length]);
            let word = u32::from_le_bytes(rest) | FOLD;
            if self.may_be(word) {
                self.confirm(bytes, at, word, own, hits);
            }
        }
    }

    fn may_be(&self, folded: u32) -> bool {
        let (word, bit) = place(folded);
        self.table[word] >> bit & 1 == 1
    }

    /// Compares the literals whose fingerprint may stand at `at`.
    fn confirm(
        &self,
        bytes: &[u8],
        at: usize,
        folded: u32,
        own: &Range<usize>,
        hits: &mut Vec<Hit>,
    ) {
        for print in self.prints(folded) {
            let literal = &self.literals[print.literal];
            let Some(start) = at.checked_sub(print.offset) else {
                continue;
            };
            let end = start + literal.len();
            let stands = bytes
                .get(start..end)
                .is_some_and(|text| text.eq_ignore_ascii_case(literal));
            if stands && end > own.start && end <= own.end {
                hits.push((end, start, print.literal));
            }
        }
    }
}

/// The folded words at the first eight positions of twelve bytes.
fn eight_words(window: &[u8; 12]) -> [u32; 8] {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = *window;
    let low = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    let high = u64::from_le_bytes([e, f, g, h, i, j, k, l]);
    std::array::from_fn(|at| {
        let shifted = match at {
            0..4 => low >> (8 * at),
            _ => high >> (8 * (at - 4)),
        };
        shifted as u32 | FOLD
    })
}

/// Word and bit of the table for four folded bytes.
fn place(folded: u32) -> (usize, u32) {
    let hash = folded.wrapping_mul(0x9e37_79b1) >> (32 - INDEX_BITS);
    ((hash >> 6) as usize % TABLE, hash & 63)
}

/// Up to four bytes, folded, the first one lowest.
fn word(bytes: &[u8]) -> u32 {
    let mut word = [0; WIDTH];
    word[..bytes.len()].copy_from_slice(bytes);
    u32::from_le_bytes(word) | FOLD
}

/// Every folded word that begins with the first `width` bytes of `word`.
fn every(word: u32, width: usize) -> Vec<u32> {
    let known = (0..width).fold(0, |mask, place| mask | 0xff << (8 * place));
    (width..WIDTH).fold(vec![word & known], |words, place| {
        let bytes = (0u32..=255).filter(|byte| byte & 0x20 != 0);
        let with = |byte: u32| words.iter().map(move |word| word | byte << (8 * place));
        bytes.flat_map(with).collect()
    })
}

/// The rarest part of a literal, and where it stands.
fn rarest(literal: &[u8]) -> (usize, &[u8]) {
    let width = literal.len().min(WIDTH);
    let rarity = |part: &[u8]| -> u32 {
        part.iter()
            .map(|byte| u32::from(RARITY[usize::from(byte | 0x20)]))
            .sum()
    };
    let parts = literal.windows(width).enumerate();
    parts
        .max_by_key(|(offset, part)| (rarity(part), std::cmp::Reverse(*offset)))
        .unwrap_or((0, literal))
}

/// How rare each folded byte is: ten times the bits of information in it.
#[rustfmt::skip]
const RARITY: [u8; 256] = [
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    21, 71, 62, 83, 68, 83, 86, 79, 68, 70, 63, 89, 63, 80, 67, 64,
    68, 75, 87, 91, 89, 87, 93, 94, 82, 88, 74, 81, 91, 75, 92, 81,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    80, 46, 68, 58, 59, 44, 65, 70, 54, 52, 87, 77, 56, 64, 52, 53,
    61, 85, 52, 53, 48, 62, 76, 79, 62, 72, 92, 78, 78, 77, 99, 72,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    88, 99, 104, 82, 81, 79, 99, 101, 94, 70, 102, 75, 98, 82, 101, 101,
    89, 99, 104, 104, 98, 96, 99, 103, 87, 98, 97, 102, 98, 98, 96, 97,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    76, 92, 96, 91, 89, 95, 95, 88, 77, 85, 100, 97, 96, 97, 99, 93,
    88, 98, 88, 92, 99, 99, 94, 96, 90, 98, 96, 93, 96, 93, 78, 58,
];

#[cfg(test)]
mod tests {
    use aho_corasick::{AhoCorasick, Input};
    use proptest::prelude::*;

    use super::*;

    /// The safe twin: every literal that ends in `own`, as aho-corasick finds them.
    fn twin(literals: &[Vec<u8>], bytes: &[u8], own: &Range<usize>) -> Vec<Hit> {
        let literals: Vec<&Vec<u8>> = literals
            .iter()
            .filter(|literal| !literal.is_empty())
            .collect();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(&literals)
            .unwrap();
        let found = automaton.find_overlapping_iter(Input::new(bytes));
        let mut hits: Vec<Hit> = found
            .map(|hit| (hit.end(), hit.start(), hit.pattern().as_usize()))
            .filter(|(end, ..)| *end > own.start && *end <= own.end)
            .collect();
        hits.sort_unstable();
        hits
    }

    fn found(literals: &[Vec<u8>], bytes: &[u8], own: Range<usize>) -> Vec<Hit> {
        let mut hits = Vec::new();
        let finder = Fingerprints::new(literals.to_vec());
        finder.find(bytes, own, |literal, at| {
            hits.push((at.end, at.start, literal))
        });
        assert!(hits.is_sorted_by_key(|(end, ..)| *end));
        hits.sort_unstable();
        hits
    }

    #[test]
    fn literals_are_found_across_blocks_and_at_both_ends() {
        let literals = ["abc", "needle_long_enough", "xy"].map(|text| text.as_bytes().to_vec());
        let mut text = vec![b'-'; 3 * BLOCK + 5];
        let length = text.len();
        for at in [0, BLOCK - 1, BLOCK, 2 * BLOCK - 9, length - 18] {
            text[at..at + 18].copy_from_slice(b"NEEDLE_long_ENOUGH");
        }
        text[length - 21..length - 18].copy_from_slice(b"AbC");
        for own in [0..length, 5..length - 1, BLOCK + 3..2 * BLOCK + 8, 0..0] {
            let expected = twin(&literals, &text, &own);
            assert_eq!(found(&literals, &text, own.clone()), expected, "{own:?}");
        }
        let ending = b"....xy";
        assert_eq!(found(&literals, ending, 0..6), [(6, 4, 2)]);
    }

    proptest! {
        /// Exactly what aho-corasick finds, for any literals, text and part of it that is owned.
        #[test]
        fn it_finds_what_aho_corasick_finds(
            literals in prop::collection::btree_set("[ab_@`\u{0}-]{2,9}", 1..12),
            text in "[abAB_@`\u{0}\u{20}-]{0,200}",
            from in 0usize..200,
            length in 0usize..200,
        ) {
            let literals: Vec<Vec<u8>> = literals.into_iter().map(String::into_bytes).collect();
            let bytes = text.as_bytes();
            let start = from.min(bytes.len());
            let own = start..(start + length).min(bytes.len());
            prop_assert_eq!(found(&literals, bytes, own.clone()), twin(&literals, bytes, &own));
        }
    }
}
