//! The part of a layer's map that a walk needs: what is behind it is let go of, so that a large image
//! does not fill the memory of the machine, and what comes next is read before it is needed. It is looked
//! after between two entries, so a single large file stays in the map until the walk is past it.

use crate::archive::Blob;

/// Bytes by which a walk goes on until it is looked after its pages.
const STEP: u64 = 8 << 20;
/// Bytes behind the walk that are held: contents in them may wait to be scanned.
const BEHIND: u64 = 64 << 20;

/// Looks after the pages of one layer.
pub(super) struct Pages<'l> {
    blob: Option<&'l Blob>,
    /// Where the walk was last, up to where pages were asked for, and up to where they are let go of.
    passed: u64,
    wanted: u64,
    released: u64,
}

impl<'l> Pages<'l> {
    pub(super) fn of(blob: Option<&'l Blob>) -> Self {
        let mut pages = Self {
            blob,
            passed: 0,
            wanted: 0,
            released: 0,
        };
        pages.read_ahead();
        pages
    }

    /// The walk has come so far in the stored bytes.
    pub(super) fn pass(&mut self, stored: u64) {
        if stored < self.passed + STEP {
            return;
        }
        self.passed = stored;
        self.read_ahead();
        let behind = stored.saturating_sub(BEHIND) / STEP * STEP;
        if let Some(blob) = self.blob.filter(|_| behind > self.released) {
            blob.release(self.released..behind);
            self.released = behind;
        }
    }

    fn read_ahead(&mut self) {
        if let Some(blob) = self.blob {
            let end = (blob.len() as u64).min(self.passed + 2 * STEP);
            blob.will_need(self.wanted.max(self.passed).min(end)..end);
            self.wanted = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_behind_the_walk_are_let_go_of_and_none_of_them_twice() {
        let blob = Blob::from_vec(vec![1; 10]);
        let mut pages = Pages::of(Some(&blob));
        pages.pass(BEHIND);
        assert_eq!((pages.passed, pages.released), (BEHIND, 0));
        pages.pass(BEHIND + STEP - 1);
        assert_eq!(pages.passed, BEHIND);
        pages.pass(BEHIND + 3 * STEP + 1);
        assert_eq!(pages.released, 3 * STEP);
    }
}
