//! Ranges of a compressed stream that decompression does not show.

use std::cell::RefCell;
use std::io::{self, BufRead};
use std::ops::Range;
use std::rc::Rc;

use crate::archive::Slack;
use crate::archive::peek::Peek;

/// A shared list of ranges of the *stored* bytes, filled while the stream is decoded.
#[derive(Debug, Clone, Default)]
pub struct Hidden(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    ranges: Vec<Range<u64>>,
    dropped: u64,
    /// The bytes themselves, where the stream cannot be read again.
    captured: Option<Vec<Slack>>,
    kept: usize,
}

impl Hidden {
    /// A stream of a million members may have as many comments; beyond this they are counted.
    const MOST: usize = 65_536;
    /// Most bytes captured.
    const CAPTURED: usize = 64 << 20;

    /// A list that keeps the bytes as well.
    pub(in crate::archive) fn capturing() -> Self {
        let hidden = Self::default();
        hidden.0.borrow_mut().captured = Some(Vec::new());
        hidden
    }

    /// Passes over up to `n` bytes of `input` and notes them; says how many there were.
    pub(super) fn pass(&self, input: &mut Peek<'_>, n: u64) -> io::Result<u64> {
        let mut state = self.0.borrow_mut();
        let start = input.position();
        if state.captured.is_some() {
            state.capture(input, n)?;
        }
        let passed = input.position() - start;
        let passed = passed + input.skip(n - passed)?;
        state.note(start..start + passed);
        Ok(passed)
    }

    /// The ranges, in the order of the stream.
    pub fn ranges(&self) -> Vec<Range<u64>> {
        self.0.borrow().ranges.clone()
    }

    /// How many ranges were not kept because there were too many.
    pub fn dropped(&self) -> u64 {
        self.0.borrow().dropped
    }

    /// What was captured; offsets count in the stored bytes.
    pub(in crate::archive) fn take(&self) -> Vec<Slack> {
        self.0.borrow_mut().captured.take().unwrap_or_default()
    }
}

impl State {
    fn note(&mut self, range: Range<u64>) {
        let has_room = self.ranges.len() < Hidden::MOST;
        match self.ranges.last_mut() {
            _ if range.is_empty() => {}
            Some(last) if last.end == range.start => last.end = range.end,
            _ if has_room => self.ranges.push(range),
            _ => self.dropped += 1,
        }
    }

    /// Takes as many of the next `n` bytes as there is room for.
    fn capture(&mut self, input: &mut Peek<'_>, n: u64) -> io::Result<()> {
        let room = (Hidden::CAPTURED - self.kept) as u64;
        let (offset, mut left) = (input.position(), n.min(room));
        let mut bytes = Vec::new();
        while left > 0 {
            let buffer = input.fill_buf()?;
            let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
            if most == 0 {
                break;
            }
            bytes.extend_from_slice(buffer.get(..most).unwrap_or_default());
            input.consume(most);
            left -= most as u64;
        }
        self.kept += bytes.len();
        if bytes.iter().any(|byte| *byte != 0) {
            let pieces = self.captured.get_or_insert_default();
            pieces.push(Slack { offset, bytes });
        }
        Ok(())
    }
}
