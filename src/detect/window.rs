//! A text of any length in bounded memory: bytes are pushed as they come, and shown to the
//! session in views with enough context on both sides.
//!
//! What is found does not depend on how the bytes come or how large a view is: a view owns the
//! anchors that end in its own part, and the context is as wide as the longest match and
//! whatever stands around it that a decision may rest on.

use std::sync::Arc;

use super::crowd::Guest;
use super::detector::{OVERLAP, View};
use super::engine::{Engine, whole};
use super::matched::Context;
use super::session::{Lines, Scanned, Session};

/// Bytes that a view owns when the text comes in small pieces.
const OWNED: usize = 1 << 20;
/// As many, of a text that is known to be too long to be shown whole.
const OWNED_OF_LONG: usize = 256 << 10;
/// A buffer that is larger is lent by the engine for one text: few texts at a time need one, and there are
/// many more streams than threads.
const SMALL: usize = 16 << 10;

/// Scans texts in pieces. One for each worker; it keeps a small buffer from text to text.
pub struct Stream<'e> {
    engine: &'e Engine,
    session: Session<'e>,
    buffer: Vec<u8>,
    /// The small buffer, while a large one is lent.
    small: Vec<u8>,
    /// Part of the buffer that has been owned by a view already.
    done: usize,
    /// Offset of the buffer's first byte in the text.
    base: u64,
    /// Line at the buffer's first byte.
    lines: Lines,
    owned: usize,
    is_long: bool,
}

impl<'e> Stream<'e> {
    /// A stream that looks for the rules of `engine`.
    pub fn new(engine: &'e Engine) -> Self {
        Self {
            engine,
            session: Session::new(engine),
            buffer: Vec::new(),
            small: Vec::new(),
            done: 0,
            base: 0,
            lines: Lines::START,
            owned: OWNED,
            is_long: false,
        }
    }

    /// Its texts are parts of entries whose hits are bounded.
    pub(crate) fn joining(mut self, guest: &Arc<Guest>) -> Self {
        self.session.join(guest);
        self
    }

    /// What follows has an effort for keys of its own, as a text of so many bytes may spend, or none.
    pub fn grant(&mut self, bytes: Option<u64>) {
        self.session.grant(bytes);
    }

    /// Whether some effort was asked for in vain, since this was asked last.
    pub fn take_refused(&mut self) -> bool {
        self.session.take_refused()
    }

    /// A text in one piece, as [`Engine::scan_fully`] has it.
    pub(crate) fn whole(&mut self, context: &Context<'_>, bytes: &[u8]) -> Scanned {
        self.session.feed(&whole(context, bytes), Lines::START);
        self.session.finish()
    }

    /// A text in one piece, shown where it lies, in the views in which it would be shown if it came in pieces.
    pub(crate) fn in_place(&mut self, context: &Context<'_>, bytes: &[u8]) -> Scanned {
        self.is_long = false;
        if bytes.len() < self.owned + OVERLAP {
            return self.whole(context, bytes);
        }
        let end = bytes.len() - OVERLAP;
        self.session.feed(&first(context, bytes, end), Lines::START);
        let (passed, rest) = bytes.split_at(end.saturating_sub(OVERLAP));
        let last = View {
            own: end - passed.len()..rest.len(),
            base: passed.len() as u64,
            ..whole(context, rest)
        };
        self.session.feed_behind(passed, &last, Lines::START);
        self.session.finish()
    }

    /// With views that own only so many bytes.
    #[cfg(test)]
    pub(super) fn with_views_of(mut self, owned: usize) -> Self {
        self.owned = owned;
        self
    }

    /// The text begins at `offset` of what it is part of. To be called before its first bytes.
    pub fn start_at(&mut self, offset: u64, lines: Lines) {
        (self.base, self.lines) = (offset, lines);
    }

    /// The text has so many bytes. To be called before the first of them.
    pub fn expect(&mut self, size: u64) {
        self.is_long = size >= (self.owned + OVERLAP) as u64;
    }

    /// Whether any byte of the text has come.
    pub fn has_begun(&self) -> bool {
        self.base > 0 || !self.buffer.is_empty()
    }

    /// The next bytes of the text. `context` is the same for every piece of it.
    pub fn push(&mut self, context: &Context<'_>, mut bytes: &[u8]) {
        if self.buffer.is_empty() && bytes.len() >= self.owned + OVERLAP {
            bytes = self.show_in_place(context, bytes);
        }
        while !bytes.is_empty() {
            let full = self.done + self.step() + OVERLAP;
            let room = full.saturating_sub(self.buffer.len()).min(bytes.len());
            let (piece, rest) = bytes.split_at(room);
            self.make_room(piece.len());
            self.buffer.extend_from_slice(piece);
            bytes = rest;
            if self.buffer.len() >= full {
                self.show(context, self.buffer.len() - OVERLAP, false);
            }
        }
    }

    /// The text is over.
    pub fn finish(&mut self, context: &Context<'_>) -> Scanned {
        if self.base == 0 || self.done < self.buffer.len() {
            self.show(context, self.buffer.len(), true);
        }
        self.empty();
        self.is_long = false;
        self.done = 0;
        self.base = 0;
        self.lines = Lines::START;
        self.session.finish()
    }

    /// Shows the start of a large piece without copying it; gives what must be kept.
    fn show_in_place<'b>(&mut self, context: &Context<'_>, bytes: &'b [u8]) -> &'b [u8] {
        let end = bytes.len() - OVERLAP;
        let view = View {
            base: self.base,
            ..first(context, bytes, end)
        };
        self.session.feed(&view, self.lines);
        let kept = end.saturating_sub(OVERLAP);
        self.lines.pass(&bytes[..kept], self.base);
        self.base += kept as u64;
        self.make_room(end - kept);
        self.buffer.extend_from_slice(&bytes[kept..end]);
        self.done = end - kept;
        &bytes[end..]
    }

    /// Bytes that the next view owns.
    fn step(&self) -> usize {
        match self.is_long {
            true => self.owned.min(OWNED_OF_LONG),
            false => self.owned,
        }
    }

    /// Makes room for so many bytes behind those in the buffer.
    fn make_room(&mut self, more: usize) {
        let (length, needed) = (self.buffer.len(), self.buffer.len() + more);
        if needed <= self.buffer.capacity() {
            return;
        }
        if needed <= SMALL {
            self.buffer.reserve_exact(SMALL - length);
        } else if self.buffer.capacity() <= SMALL {
            let mut lent = self.engine.lend_buffer();
            lent.reserve_exact(needed.max(self.step() + 2 * OVERLAP));
            lent.extend_from_slice(&self.buffer);
            self.small = std::mem::replace(&mut self.buffer, lent);
        }
    }

    /// Forgets what is in the buffer, and gives it back where it is lent.
    fn empty(&mut self) {
        if self.buffer.capacity() > SMALL {
            let small = std::mem::take(&mut self.small);
            let lent = std::mem::replace(&mut self.buffer, small);
            self.engine.take_back(lent);
        }
        self.buffer.clear();
    }

    /// Shows what is buffered, as owner of everything up to `end`; keeps the context of the rest.
    fn show(&mut self, context: &Context<'_>, end: usize, last: bool) {
        let view = View {
            own: self.done..end,
            base: self.base,
            last,
            ..whole(context, &self.buffer)
        };
        self.session.feed(&view, self.lines);
        let passed = end.saturating_sub(OVERLAP);
        self.lines.pass(&self.buffer[..passed], self.base);
        self.base += passed as u64;
        self.buffer.drain(..passed);
        self.done = end - passed;
    }
}

/// The view of a long text's beginning, of which it owns the bytes up to `end`.
fn first<'v>(context: &Context<'v>, bytes: &'v [u8], end: usize) -> View<'v> {
    View {
        own: 0..end,
        last: false,
        ..whole(context, bytes)
    }
}
