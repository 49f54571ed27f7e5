//! Where in a layer's tar things lie in which something was found, with their headers.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// As many are kept; of a layer with more nothing is known.
const MOST: usize = 4096;

/// Ranges, or none where not all of them are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Regions(Option<Vec<Range<u64>>>);

impl Default for Regions {
    fn default() -> Self {
        Self(Some(Vec::new()))
    }
}

impl Regions {
    pub(super) fn add(&mut self, range: Range<u64>) {
        let Some(ranges) = &mut self.0 else {
            return;
        };
        let is_full = ranges.len() == MOST;
        match ranges.last_mut() {
            // The same entry once more, or the next one.
            Some(last) if last.start <= range.start && range.start <= last.end => {
                last.end = last.end.max(range.end);
            }
            _ if is_full => self.give_up(),
            _ => ranges.push(range),
        }
    }

    /// Something lies where nobody said.
    pub(super) fn give_up(&mut self) {
        self.0 = None;
    }

    /// The bytes of all of them in a layer; `None` where not all are known, or some lie outside.
    pub(super) fn of<'l>(&self, layer: &'l [u8]) -> Option<Vec<&'l [u8]>> {
        let ranges = self.0.as_ref().filter(|ranges| ranges.len() <= MOST)?;
        let bytes = |range: &Range<u64>| {
            let (start, end) = (range.start.try_into().ok()?, range.end.try_into().ok()?);
            layer.get::<Range<usize>>(start..end)
        };
        ranges.iter().map(bytes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_regions_are_those_that_were_added_or_none_at_all() {
        let mut regions = Regions::default();
        assert_eq!(regions.of(b"0123456789"), Some(Vec::new()));
        for range in [1..3, 1..3, 3..4, 2..3, 8..10, 6..7] {
            regions.add(range);
        }
        assert_eq!(
            regions.of(b"0123456789").unwrap(),
            [&b"123"[..], b"89", b"6"]
        );
        assert_eq!(regions.of(b"012345678"), None, "outside of the layer");
        for at in 0..MOST as u64 {
            regions.add(100 + 2 * at..101 + 2 * at);
        }
        assert_eq!(regions.of(&[0; 9999]), None, "too many");
        let mut regions = Regions::default();
        regions.give_up();
        regions.add(1..2);
        assert_eq!(regions.of(b"012"), None);
        let written = postcard::to_stdvec(&regions).unwrap();
        assert_eq!(postcard::from_bytes(&written), Ok(regions));
    }
}
