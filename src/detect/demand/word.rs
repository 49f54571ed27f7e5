//! Words as they are looked for: by their rarest bytes, in blocks.

use crate::rules::demand::{SHORTEST, share};

/// Bytes that are looked at together.
const BLOCK: usize = 32;
/// Folds upper case to lower case, and some bytes that are no letters to others.
const FOLD: u8 = 0x20;

/// A word as it is looked for.
#[derive(Debug)]
pub(super) struct Word {
    /// In lower case.
    text: Vec<u8>,
    /// Where the rarest three bytes of it stand, and these, folded.
    rarest: usize,
    three: [u8; SHORTEST],
}

impl Word {
    /// Of a text in lower case; `None` where that is too short.
    pub(super) fn new(text: Vec<u8>) -> Option<Self> {
        let weight = |three: &[u8; SHORTEST]| three.map(share).iter().product::<f64>();
        let (rarest, three) = (text.array_windows().enumerate())
            .min_by(|(_, one), (_, other)| weight(one).total_cmp(&weight(other)))?;
        Some(Self {
            rarest,
            three: three.map(|byte| byte | FOLD),
            text,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Where the first one begins at `from` or behind it.
    pub(super) fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut at = from.checked_add(self.rarest)?;
        loop {
            let rest = bytes.get(at..)?;
            let block = rest.first_chunk();
            if block.is_none_or(|block| may_hold(block, self.three))
                && let Some(start) = self.begin(bytes, at - self.rarest)
            {
                return Some(start);
            }
            block?;
            at += BLOCK;
        }
    }

    /// Where it begins among the places of a block from `from` on.
    fn begin(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let places = bytes.get(from..)?.windows(self.text.len()).take(BLOCK);
        let mut stands = places.map(|text| text.eq_ignore_ascii_case(&self.text));
        Some(from + stands.position(|stands| stands)?)
    }
}

/// Whether three bytes may begin at any place of a block. By itself, since in the midst of a loop the compiler
/// asks byte after byte.
#[inline(never)]
fn may_hold(block: &[u8; BLOCK + SHORTEST - 1], three: [u8; SHORTEST]) -> bool {
    let is = |at: usize, which: usize| block[at + which] | FOLD == three[which];
    (0..BLOCK).fold(false, |any, at| any | (is(at, 0) & is(at, 1) & is(at, 2)))
}
