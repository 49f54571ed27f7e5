//! Ranges of a compressed stream that decompression does not show.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// A shared list of ranges of the *stored* bytes, filled while the stream is decoded.
#[derive(Debug, Clone, Default)]
pub struct Hidden(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    ranges: Vec<Range<u64>>,
    dropped: u64,
}

impl Hidden {
    /// A stream of a million members may have as many comments; beyond this they are counted.
    const MOST: usize = 65_536;

    pub(super) fn add(&self, range: Range<u64>) {
        let mut state = self.0.borrow_mut();
        if range.is_empty() {
        } else if state.ranges.len() < Self::MOST {
            state.ranges.push(range);
        } else {
            state.dropped += 1;
        }
    }

    /// The ranges, in the order of the stream.
    pub fn ranges(&self) -> Vec<Range<u64>> {
        self.0.borrow().ranges.clone()
    }

    /// How many ranges were not kept because there were too many.
    pub fn dropped(&self) -> u64 {
        self.0.borrow().dropped
    }
}
