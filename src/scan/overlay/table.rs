//! Marks by path, in sixteen bytes each: a layer can have millions of paths, and all of them are known
//! until the last layer was read.
//!
//! A table that doubles is half empty after it did, and there twice while it does. This one is in parts,
//! each of which grows by a quarter when its turn comes, and is never less than two thirds full once it
//! is large. The marks of a layer that is over take no more room than they need, in order of their keys, unless
//! there are so many that they would be there twice for a while.

use super::path::Key;

/// Bytes that a path takes at most.
pub(super) const SIZE: usize = size_of::<Slot>() * 3 / 2;

/// Marks of a layer that are put in order once it is over: 4 MiB.
const MOST_IN_ORDER: usize = (4 << 20) / size_of::<Slot>();

const PART_BITS: u32 = 6;
/// Slots by which a part grows at least.
const STEP: usize = 4;
/// Last sequence number that can be told from those behind it: no layer within `--max-total-size` has
/// so many entries.
const LAST: u32 = (1 << 30) - 1;

/// What a layer says of one path: its last entries, as sequence number + 1, 0 = none; and its whiteouts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Mark {
    pub any: u32,
    pub non_directory: u32,
    /// Something stands there, if only as the parent of an entry.
    pub is_there: bool,
    pub deleted: bool,
    pub opaque: bool,
}

/// All marks of a layer.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// None before the first mark, and none once they are in order.
    parts: Vec<Part>,
    in_order: Vec<Slot>,
}

#[derive(Debug, Default)]
struct Part {
    slots: Vec<Slot>,
    taken: usize,
}

/// Half of a key, which is enough to tell millions of paths apart, and the mark; nothing is 0.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    key: u64,
    packed: u64,
}

impl Mark {
    fn pack(self) -> u64 {
        let flags = [self.is_there, self.deleted, self.opaque, true];
        let flags = flags
            .iter()
            .rev()
            .fold(0, |all, flag| all << 1 | u64::from(*flag));
        flags << 60 | u64::from(self.non_directory.min(LAST)) << 30 | u64::from(self.any.min(LAST))
    }

    fn unpack(packed: u64) -> Self {
        let flag = |at: u32| packed >> at & 1 == 1;
        Self {
            any: packed as u32 & LAST,
            non_directory: (packed >> 30) as u32 & LAST,
            is_there: flag(60),
            deleted: flag(61),
            opaque: flag(62),
        }
    }
}

impl Table {
    /// The mark of a path, if it has one.
    pub(super) fn get(&self, key: &Key) -> Option<Mark> {
        if self.parts.is_empty() {
            let found = self.in_order.binary_search_by_key(&key[0], |slot| slot.key);
            let slot = self.in_order.get(found.ok()?)?;
            return Some(Mark::unpack(slot.packed));
        }
        let part = self.parts.get(part_of(key))?;
        let slot = part.slots.get(part.find(key[0])?)?;
        (slot.packed != 0).then(|| Mark::unpack(slot.packed))
    }

    /// No mark will be put in any more.
    pub(super) fn closed(mut self) -> Self {
        let taken = self.parts.iter().map(|part| part.taken).sum();
        if taken > MOST_IN_ORDER {
            return self;
        }
        self.in_order.reserve_exact(taken);
        let slots = self.parts.drain(..).flat_map(|part| part.slots);
        self.in_order.extend(slots.filter(|slot| slot.packed != 0));
        self.in_order.sort_unstable_by_key(|slot| slot.key);
        self.parts = Vec::new();
        self
    }

    /// Puts a mark where the path has none, or in the place of the one that it has.
    pub(super) fn set(&mut self, key: &Key, mark: Mark) {
        if self.parts.is_empty() {
            self.parts.resize_with(1 << PART_BITS, Part::default);
        }
        if let Some(part) = self.parts.get_mut(part_of(key)) {
            part.set(Slot {
                key: key[0],
                packed: mark.pack(),
            });
        }
    }
}

impl Part {
    /// Where the mark of a key is, or would be.
    fn find(&self, key: u64) -> Option<usize> {
        let is_it = |slot: &Slot| slot.packed == 0 || slot.key == key;
        // By bits that do not say which part it is; in proportion, so that any length will do.
        let start = (((key & 0xffff_ffff) * self.slots.len() as u64) >> 32) as usize;
        let (before, behind) = self.slots.split_at_checked(start)?;
        let further = || before.iter().position(is_it);
        (behind.iter().position(is_it).map(|at| start + at)).or_else(further)
    }

    fn set(&mut self, slot: Slot) {
        // A sixth stays empty, so that none is far from where it is looked for.
        if self.taken * 6 >= self.slots.len() * 5 {
            self.grow();
        }
        if let Some(place) = self.find(slot.key).and_then(|at| self.slots.get_mut(at)) {
            self.taken += usize::from(place.packed == 0);
            *place = slot;
        }
    }

    fn grow(&mut self) {
        let length = self.slots.len() + (self.slots.len() / 4).max(STEP);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); length]);
        for slot in old.into_iter().filter(|slot| slot.packed != 0) {
            if let Some(place) = self.find(slot.key).and_then(|at| self.slots.get_mut(at)) {
                *place = slot;
            }
        }
    }
}

fn part_of(key: &Key) -> usize {
    (key[0] >> (u64::BITS - PART_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn mark(any: u32, non_directory: u32, flags: u8) -> Mark {
        Mark {
            any,
            non_directory,
            is_there: flags & 1 != 0,
            deleted: flags & 2 != 0,
            opaque: flags & 4 != 0,
        }
    }

    /// Bytes that look random.
    fn scattered(number: u64) -> Key {
        let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        [mixed ^ mixed >> 29 ^ mixed << 17, 0]
    }

    #[test]
    fn a_large_table_is_two_thirds_full_and_finds_what_it_was_given_and_nothing_else() {
        let mut table = Table::default();
        let count = 300_000;
        for number in 0..count {
            table.set(&scattered(number), mark(number as u32, 0, 1));
        }
        for number in 0..count {
            let found = table.get(&scattered(number));
            assert_eq!(found, Some(mark(number as u32, 0, 1)), "{number}");
            assert_eq!(table.get(&scattered(number + count)), None);
        }
        let bytes: usize = table.parts.iter().map(|part| part.slots.capacity()).sum();
        assert!(bytes * size_of::<Slot>() <= count as usize * SIZE);
        let table = table.closed();
        assert!(table.in_order.is_empty(), "would be there twice");
        assert_eq!(table.get(&scattered(1)), Some(mark(1, 0, 1)));
    }

    #[test]
    fn a_table_that_is_closed_takes_no_more_than_its_marks() {
        let mut table = Table::default();
        let count = MOST_IN_ORDER as u64;
        for number in 0..count {
            table.set(&scattered(number), mark(number as u32, 0, 1));
        }
        let table = table.closed();
        assert_eq!(table.in_order.capacity(), count as usize);
        assert_eq!(table.parts.capacity(), 0);
    }

    #[test]
    fn an_empty_mark_is_one_and_a_number_that_is_too_large_is_the_last() {
        let mut table = Table::default();
        assert_eq!(table.get(&[0, 0]), None);
        table.set(&[0, 0], Mark::default());
        assert_eq!(table.get(&[0, 0]), Some(Mark::default()));
        table.set(&[u64::MAX, 0], mark(u32::MAX, u32::MAX, 7));
        assert_eq!(table.get(&[u64::MAX, 0]), Some(mark(LAST, LAST, 7)));
    }

    proptest! {
        /// It is what a map is.
        #[test]
        fn a_table_is_a_map(
            steps in prop::collection::vec((0u64..24, 0..=LAST, 0..=LAST, 0u8..8), 0..200),
            shift in 0u32..64,
        ) {
            let (mut table, mut map) = (Table::default(), HashMap::new());
            for (key, any, non_directory, flags) in steps {
                // Keys that crowd in one place, too.
                let key = [key.rotate_left(shift), 0];
                let mark = mark(any, non_directory, flags);
                table.set(&key, mark);
                map.insert(key, mark);
            }
            let keys = (0u64..48).map(|key| [key.rotate_left(shift), 0]);
            for key in keys.clone() {
                prop_assert_eq!(table.get(&key), map.get(&key).copied());
            }
            let table = table.closed();
            for key in keys {
                prop_assert_eq!(table.get(&key), map.get(&key).copied());
            }
        }
    }
}
