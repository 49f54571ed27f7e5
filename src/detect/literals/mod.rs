//! Many literals at once, in any ASCII case or in their own, by the rarest four bytes of each.
//!
//! An automaton over all literals touches a table of megabytes for every byte. Here every second
//! place costs a few instructions and one look into a table of 128 KiB, whatever the number of
//! literals: a literal has a fingerprint for each of the two ways it can lie on those places. Only
//! what has a fingerprint there is compared. `kernel` is the loop over the bytes, `table` knows the
//! fingerprints, `model` says which are rare.

mod candidate;
mod kernel;
mod model;
mod print;
mod table;

#[cfg(test)]
mod tests;

use std::ops::Range;

use aho_corasick::{AhoCorasick, Input};

pub(super) use self::model::surprise;
pub(super) use self::print::Offsets;

use self::candidate::Candidate;
use self::kernel::{BLOCK, CHUNK, Kernel, NOTHING_PASSED, PLACES, Passed, REACH};
use self::table::{Prints, SHORTEST};

/// Finds literals.
pub(super) struct Literals {
    kernel: Kernel,
    prints: Prints,
    /// Those that are too short for a fingerprint, which hardly any rule has, with their numbers.
    short: Option<(AhoCorasick, Vec<u32>)>,
    literals: Vec<Literal>,
    longest: usize,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    /// In lower case, if any ASCII case will do.
    pub text: Vec<u8>,
    pub any_case: bool,
    /// Where its fingerprints begin, if that is known; any will do.
    pub prints: Option<Offsets>,
}

/// Where a literal ends and starts, and which.
type Hit = (usize, usize, u32);

/// Memory that is kept from search to search: most texts are small.
#[derive(Default)]
pub(super) struct Room {
    places: Box<Places>,
    hits: Vec<Hit>,
}

/// Places of a chunk on their way through the tables.
struct Places {
    passed: Passed,
    kept: [Kept; PLACES],
}

/// Offset of a place, and the first of the candidates for it.
type Kept = (u16, u32);

impl Default for Places {
    fn default() -> Self {
        Self {
            passed: NOTHING_PASSED,
            kept: [(0, 0); PLACES],
        }
    }
}

/// One search: what is looked at, and what was found.
struct Search<'b> {
    bytes: &'b [u8],
    own: Range<usize>,
    hits: &'b mut Vec<Hit>,
}

impl Literal {
    fn is(&self, text: &[u8]) -> bool {
        match self.any_case {
            true => text.eq_ignore_ascii_case(&self.text),
            false => *text == *self.text,
        }
    }
}

impl Literals {
    /// Takes literals, none of them empty.
    pub(super) fn new(literals: Vec<Literal>) -> Self {
        let kernel = Kernel::all().pop().unwrap_or(Kernel::Portable);
        Self::with(kernel, literals)
    }

    fn with(kernel: Kernel, literals: Vec<Literal>) -> Self {
        let is_short = |number: &u32| literals[*number as usize].text.len() < SHORTEST;
        let numbers: Vec<u32> = (0..literals.len() as u32).filter(is_short).collect();
        let texts = numbers
            .iter()
            .map(|number| &literals[*number as usize].text);
        let mut builder = AhoCorasick::builder();
        let automaton = builder.ascii_case_insensitive(true).build(texts);
        Self {
            kernel,
            prints: Prints::new(&literals),
            short: (automaton.ok())
                .filter(|_| !numbers.is_empty())
                .map(|automaton| (automaton, numbers)),
            longest: literals
                .iter()
                .map(|literal| literal.text.len())
                .max()
                .unwrap_or(0),
            literals,
        }
    }

    /// Calls `found` with the number of every literal that ends in `own` (behind its start, up to
    /// its end) and where it stands: in order of where they end, the longer before the shorter.
    pub(super) fn find(
        &self,
        bytes: &[u8],
        own: Range<usize>,
        Room { places, hits }: &mut Room,
        mut found: impl FnMut(usize, Range<usize>),
    ) {
        let own = own.start.min(bytes.len())..own.end.min(bytes.len());
        // The fingerprint of the first one that counts may begin one byte before it.
        let mut at = own.start.saturating_sub(self.longest);
        let mut search = Search { bytes, own, hits };
        while at < search.own.end {
            let end = search.own.end.min(at + CHUNK);
            self.find_short(&mut search, at..end);
            self.chunk(&mut search, at..end, places);
            at = end;
            if search.hits.is_empty() {
                continue;
            }
            // What ends further on may yet come after something that the next chunk finds.
            let hits = &mut *search.hits;
            hits.sort_unstable();
            let settled = hits.partition_point(|(hit, ..)| *hit <= at);
            for (end, start, number) in hits.drain(..settled) {
                found(number as usize, start..end);
            }
        }
    }

    /// Looks at the places of one chunk.
    fn chunk(&self, search: &mut Search<'_>, range: Range<usize>, places: &mut Places) {
        let bytes = search.bytes;
        let blocks = range.len() / BLOCK * BLOCK;
        let reach = (range.start + blocks + REACH).min(bytes.len());
        let whole = bytes.get(range.start..reach).unwrap_or_default();
        self.blocks(search, whole, range.clone(), places);
        // The rest, with zeros behind the end.
        let start = range.start + whole.len().saturating_sub(REACH) / BLOCK * BLOCK;
        if start < range.end {
            let mut rest = [0; 2 * BLOCK + REACH];
            let known = bytes.get(start..).unwrap_or_default();
            let length = known.len().min(rest.len());
            rest[..length].copy_from_slice(&known[..length]);
            self.blocks(search, &rest, start..range.end, places);
        }
    }

    /// Looks at the places of all whole blocks of `bytes`, which stand at the start of `range`.
    fn blocks(
        &self,
        search: &mut Search<'_>,
        bytes: &[u8],
        range: Range<usize>,
        Places { passed, kept }: &mut Places,
    ) {
        let count = self.kernel.run(&self.prints.table, bytes, passed);
        let count = self.keep(bytes, &passed[..count], search.bytes, range.start, kept);
        for (offset, first) in &kept[..count] {
            let at = range.start + usize::from(*offset);
            if at >= range.end {
                break;
            }
            for candidate in self.prints.from(*first) {
                if candidate.may_stand(search.bytes, at) {
                    self.confirm(search, at, candidate);
                }
            }
        }
    }

    /// Keeps those places of `bytes`, which stand at `start` of `text`, where a literal may stand; how many
    /// these are. Without a branch for what they hold, and first the one table for all of them, then the
    /// other, so that what is not in the nearest memory is waited for once for many places.
    fn keep(
        &self,
        bytes: &[u8],
        places: &[u16],
        text: &[u8],
        start: usize,
        kept: &mut [Kept; PLACES],
    ) -> usize {
        for (kept, offset) in kept.iter_mut().zip(places) {
            let four = bytes
                .get(usize::from(*offset)..)
                .and_then(<[u8]>::first_chunk);
            *kept = (*offset, four.map_or(0, |four| self.prints.first(*four)));
        }
        let mut count = 0;
        for at in 0..places.len().min(PLACES) {
            let (offset, first) = kept[at];
            let candidate = self.prints.at(first);
            let may_stand = candidate.may_stand(text, start + usize::from(offset));
            // Never behind the one that was read.
            kept[count % PLACES] = (offset, first);
            count += usize::from(may_stand | !candidate.is_last);
        }
        count
    }

    #[inline]
    fn confirm(&self, search: &mut Search<'_>, at: usize, candidate: &Candidate) {
        let Some(literal) = self.literals.get(candidate.literal as usize) else {
            return;
        };
        let start = candidate.start(at);
        let end = start.wrapping_add(literal.text.len());
        let stands = (search.bytes.get(start..end)).is_some_and(|text| literal.is(text));
        if stands && end > search.own.start && end <= search.own.end {
            search.hits.push((end, start, candidate.literal));
        }
    }

    /// Literals without fingerprints that end in `range`, behind its start.
    fn find_short(&self, search: &mut Search<'_>, range: Range<usize>) {
        let Some((automaton, numbers)) = &self.short else {
            return;
        };
        let from = range.start.saturating_sub(SHORTEST);
        let input = Input::new(search.bytes).range(from..range.end);
        for hit in automaton.find_overlapping_iter(input) {
            let number = numbers.get(hit.pattern().as_usize());
            let is_own = hit.end() > range.start.max(search.own.start);
            let is_it = |number: &u32| {
                let literal = self.literals.get(*number as usize);
                let text = search.bytes.get(hit.range()).unwrap_or_default();
                literal.is_some_and(|literal| literal.is(text))
            };
            if let Some(number) = number.filter(|number| is_own && is_it(number)) {
                search.hits.push((hit.end(), hit.start(), *number));
            }
        }
    }
}
