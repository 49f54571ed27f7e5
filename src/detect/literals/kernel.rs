//! The loop over every byte: which places may begin a fingerprint.
//!
//! It stands alone because it is all that runs for ordinary bytes, and because it holds the only
//! `unsafe` of the room: calls of code compiled for vector units that not every machine has. There
//! is one kernel in Rust; the compiler makes of it what the unit can do (SSE2 or NEON without
//! asking, AVX2 where it is found). Places are hashed sixteen at a time in vectors, looked up one
//! by one, and written down without a branch, so that text full of near misses costs no more than
//! zeros.

use super::table::{BITS, Table};

/// Every second place is looked at.
pub(super) const STRIDE: usize = 2;
/// Bytes of a fingerprint.
pub(super) const WIDTH: usize = 4;
/// Bytes whose places are looked at by one call at most; offsets in them fit into 16 bits.
pub(super) const CHUNK: usize = 4096;
/// Bytes that are hashed together.
pub(super) const BLOCK: usize = 64;
/// Bytes behind a block that its last fingerprint reaches into.
pub(super) const REACH: usize = WIDTH - STRIDE;
/// Places of a chunk; a power of two.
pub(super) const PLACES: usize = CHUNK / STRIDE;

/// Folds ASCII letters to lower case, and some other bytes on one another.
const FOLD: u16 = 0x2020;
/// Odd, so that no two pairs of bytes are taken for one another.
const SECOND: u16 = 0x9e37;
const LAST: u16 = 0x6f4d;

/// Offsets that passed.
pub(super) type Passed = [u16; PLACES];

/// How bytes are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernel {
    /// With what every machine of the target has.
    Portable,
    /// With AVX2 and BMI2. Made by [`Kernel::all`] alone, where the machine has both.
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Kernel {
    /// Those that this machine can run, the fastest last.
    pub(super) fn all() -> Vec<Self> {
        let mut all = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") {
            all.push(Self::Avx2);
        }
        all
    }

    /// Looks at the places of all whole blocks in `bytes`, up to a chunk, behind each of which
    /// [`REACH`] bytes must follow; how many places passed, and their offsets in `passed`.
    pub(super) fn run(self, table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
        match self {
            Self::Portable => places(table, bytes, passed),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the function's only demand is that the machine has AVX2 and BMI2, and
            // `Kernel::all`, which alone makes this variant, has asked the machine.
            #[allow(unsafe_code)]
            Self::Avx2 => unsafe { places_avx2(table, bytes, passed) },
        }
    }
}

/// [`places`], compiled for AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi2")]
fn places_avx2(table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
    places(table, bytes, passed)
}

#[inline(always)]
fn places(table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
    let mut count = 0;
    let mut at = 0;
    while at < CHUNK
        && let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk)
    {
        let cells = cells(block);
        for (place, cell) in cells.iter().enumerate() {
            // Not more than the places before, so never more than there is room for.
            passed[count % PLACES] = (at + place * STRIDE) as u16;
            let bits = table[usize::from(*cell) % table.len()];
            count += (bits >> (block[place * STRIDE] % 32) & 1) as usize;
        }
        at += BLOCK;
    }
    count
}

/// The cells of all places of a block.
#[inline(always)]
fn cells(block: &[u8; BLOCK + REACH]) -> [u16; BLOCK / STRIDE] {
    let pair = |at: usize| u16::from_le_bytes([block[at], block[at + 1]]);
    std::array::from_fn(|place| cell(pair(place * STRIDE), pair(place * STRIDE + STRIDE)))
}

/// The cell of a fingerprint, given as two pairs of bytes: the last three of them, hashed.
#[inline(always)]
pub(super) fn cell(first: u16, last: u16) -> u16 {
    let (first, last) = (first | FOLD, last | FOLD);
    let hash = (first >> 8).wrapping_mul(SECOND);
    hash.wrapping_add(last.wrapping_mul(LAST)) >> (u16::BITS - BITS)
}
