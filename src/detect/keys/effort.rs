//! How much arithmetic a scan spends on keys: whoever wrote the image chooses how many there are,
//! and how often a password is to be hashed before it opens a keystore.
//!
//! What is not affordable is left out of the facts, never of the findings. One effort lasts for
//! everything that one session looks at, in order; a large text has one of its own, by its length. A session that is one of several beside each other
//! has none and says that it was asked for some, so that what is told does not depend on threads.

use std::cell::Cell;

/// Hash blocks that one session may compute: a second or two.
const MOST: u64 = 10_000_000;
/// Bytes of a text that may spend that on its own. A smaller one may spend its share, and what opens a usual
/// keystore: a hundredth of it, so that many of half a MiB are not slower than some 20 MB a second.
const TEXT: u64 = 128 << 20;
const LEAST: u64 = MOST / 100;
/// A multiplication on a curve, in hash blocks.
pub(in crate::detect) const POINT: u64 = 2_500;
/// A certificate that is read, in hash blocks.
pub(in crate::detect) const CERTIFICATE: u64 = 30;

/// Hash blocks that are left.
#[derive(Debug)]
pub struct Effort {
    left: Cell<u64>,
    refused: Cell<bool>,
}

impl Default for Effort {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Effort {
    /// So many hash blocks.
    pub(in crate::detect) fn of(blocks: u64) -> Self {
        Self {
            left: Cell::new(blocks),
            refused: Cell::new(false),
        }
    }

    /// Of a text of so many bytes that has an effort of its own.
    pub(in crate::detect) fn of_text(bytes: u64) -> Self {
        Self::of(MOST.min(LEAST + MOST * bytes.min(TEXT) / TEXT))
    }

    /// Whether so many hash blocks are left.
    pub(in crate::detect) fn affords(&self, blocks: u64) -> bool {
        let affords = self.left.get() >= blocks;
        self.refused.set(self.refused.get() || !affords);
        affords
    }

    /// Whether work of so many hash blocks may be done.
    pub(in crate::detect) fn take(&self, blocks: u64) -> bool {
        let affords = self.affords(blocks);
        if affords {
            self.left.update(|left| left - blocks);
        }
        affords
    }

    /// Whether it was asked for more than was left, since it was asked this last.
    pub(in crate::detect) fn take_refused(&self) -> bool {
        self.refused.take()
    }

    /// Has from now on what `other` has left, which is then nothing: so that work within work is
    /// paid for from one purse.
    pub(in crate::detect) fn take_over(&self, other: &Self) {
        self.left.set(other.left.take());
        let refused = self.refused.get() | other.refused.take();
        self.refused.set(refused);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_refused_and_less_is_still_done() {
        let effort = Effort::default();
        assert!(!effort.take(MOST + 1));
        assert!(effort.take(MOST - 1) && !effort.take(2) && effort.take(1));
        assert!(!effort.take(u64::MAX));
        assert!(effort.take_refused() && !effort.take_refused());
    }

    #[test]
    fn a_text_has_its_share_and_no_more_than_all() {
        let left = |bytes| Effort::of_text(bytes).left.get();
        assert_eq!([left(0), left(TEXT / 16)], [LEAST, LEAST + MOST / 16]);
        assert_eq!([left(TEXT), left(u64::MAX)], [MOST; 2]);
        assert!(left(512 << 10) > 40 * POINT);
    }

    #[test]
    fn what_is_taken_over_is_there_once() {
        let [outer, inner] = [(); 2].map(|()| Effort::default());
        assert!(outer.take(MOST - 3));
        inner.take_over(&outer);
        assert!(!outer.take(1) && !inner.take(4) && inner.take(2));
        outer.take_over(&inner);
        assert!(outer.take(1) && !outer.take(1) && !inner.take(1));
    }
}
