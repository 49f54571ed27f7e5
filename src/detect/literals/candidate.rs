//! What is kept of a literal to tell at a place where one of its fingerprints may stand whether it is worth
//! comparing.

use super::Literal;

/// Folds eight bytes.
const FOLD: u64 = 0x2020_2020_2020_2020;
/// Set where nothing is folded, since case counts.
const CASE: u8 = 0x80;
/// Bytes of a literal that are looked at there.
const HEAD: usize = 8;

/// What folds a head whose case counts, or does not.
#[inline(always)]
fn fold(case: u8) -> u64 {
    if case & CASE == 0 { FOLD } else { 0 }
}

/// A literal that may stand where one of its fingerprints was found.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    /// Its first bytes, folded unless its case counts, moved up as far as there are none.
    head: u64,
    /// Its number.
    pub literal: u32,
    /// From its start to the fingerprint.
    offset: i16,
    /// Bits of the head that are not known; above those of a shift, whether its case counts.
    unknown: u8,
    /// Whether no other one behind it has the same place in the table.
    pub is_last: bool,
}

impl Candidate {
    /// What stands where nothing can: no literal has its number.
    pub(super) const NONE: Self = Self {
        head: 0,
        literal: u32::MAX,
        offset: 0,
        unknown: 0,
        is_last: true,
    };

    pub(super) fn new(number: u32, literal: &Literal, offset: i16) -> Self {
        let mut head = [0; HEAD];
        let known = literal.text.len().min(HEAD);
        let case = if literal.any_case { 0 } else { CASE };
        for (byte, known) in head[HEAD - known..].iter_mut().zip(&literal.text) {
            *byte = known | fold(case) as u8;
        }
        Self {
            head: u64::from_le_bytes(head),
            literal: number,
            offset,
            unknown: (8 * (HEAD - known) as u8) | case,
            is_last: false,
        }
    }

    /// Where the literal begins if its fingerprint begins at `at`; nowhere in the bytes if that is
    /// before them.
    #[inline(always)]
    pub(super) fn start(&self, at: usize) -> usize {
        at.wrapping_add_signed(-isize::from(self.offset))
    }

    /// Whether the literal may stand in `bytes` where its fingerprint begins at `at`.
    #[inline(always)]
    pub(super) fn may_stand(&self, bytes: &[u8], at: usize) -> bool {
        let head = bytes.get(self.start(at)..).and_then(<[u8]>::first_chunk);
        head.is_none_or(|head| {
            (u64::from_le_bytes(*head) | fold(self.unknown)) << (self.unknown % 64) == self.head
        })
    }
}
