//! The loop over every byte: which places may begin a fingerprint.
//!
//! It stands alone because it is all that runs for ordinary bytes. There is one kernel in Rust, of
//! which the compiler makes what the machine's unit can do (SSE2 or NEON), and one each for AVX2 and AVX-512
//! where they are found.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod machine;
#[cfg(target_arch = "x86_64")]
mod text;

#[cfg(target_arch = "x86_64")]
use self::machine::{Avx2, Avx512};
use super::print::{STRIDE, WIDTH};
use super::table::{BITS, Table};

/// Bytes whose places are looked at by one call at most; offsets in them fit into 16 bits.
pub(super) const CHUNK: usize = 4096;
/// Bytes that are hashed together.
pub(super) const BLOCK: usize = 64;
/// Bytes behind a block that its last fingerprint reaches into.
pub(super) const REACH: usize = WIDTH - STRIDE;
/// Places of a chunk; a power of two.
pub(super) const PLACES: usize = CHUNK / STRIDE;

/// What counts of the four bytes of a fingerprint for its cell: all but the first. Upper case is lower
/// case. Of the last byte five bits count, as of the first one in the cell: of a literal that does not
/// reach that far there is a bit for each that it may be.
const COUNTS: u32 = 0x1fdf_df00;
/// Of two bytes each, by which they are multiplied; odd, so that no two are taken for one another. Of twenty
/// such pairs the one with which the fewest places of programs, sources and texts pass: others let through
/// 5 to 100 % more.
const BY: [i16; 2] = [0x2545, 0x7f4b];
/// Both in one word.
#[cfg(target_arch = "x86_64")]
const PAIR: i32 = BY[0] as i32 | (BY[1] as i32) << 16;
/// The bits of the sum that are the cell's number begin here.
const SHIFT: u32 = 10;

/// Places that are looked up together.
const TOGETHER: usize = 8;
/// Offsets that passed, and room behind them.
pub(super) type Passed = [u16; PLACES + TOGETHER];
pub(super) const NOTHING_PASSED: Passed = [0; PLACES + TOGETHER];

/// How bytes are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernel {
    /// With what every machine of the target has.
    Portable,
    /// With vectors, where the machine has them.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

impl Kernel {
    /// Those that this machine can run, the fastest last.
    pub(super) fn all() -> Vec<Self> {
        let mut all = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(Avx2::of_this_machine().map(Self::Avx2));
            all.extend(Avx512::of_this_machine().map(Self::Avx512));
        }
        all
    }

    /// Looks at the places of all whole blocks in `bytes`, up to a chunk, behind each of which
    /// [`REACH`] bytes must follow; how many places passed, and their offsets in `passed`.
    pub(super) fn run(self, table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
        match self {
            Self::Portable => places(table, bytes, passed),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(avx2) => avx2.places(table, bytes, passed),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(avx512) => avx512.places(table, bytes, passed),
        }
    }
}

fn places(table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
    let mut count = 0;
    let mut at = 0;
    while at < CHUNK
        && let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk)
    {
        for (place, cell) in cells(block).iter().enumerate() {
            // Not more than the places before, so never more than there is room for.
            passed[count % PLACES] = (at + place * STRIDE) as u16;
            let bits = table.cells[usize::from(*cell) % table.cells.len()];
            count += (bits >> (block[place * STRIDE] % 32) & 1) as usize;
        }
        at += BLOCK;
    }
    count
}

/// The cells of all places of a block.
fn cells(block: &[u8; BLOCK + REACH]) -> [u16; BLOCK / STRIDE] {
    let mut pairs = [0; BLOCK / STRIDE + 1];
    for (pair, bytes) in pairs.iter_mut().zip(block.as_chunks().0) {
        *pair = u16::from_le_bytes(*bytes);
    }
    let mut cells = [0; BLOCK / STRIDE];
    for (index, place) in cells.iter_mut().enumerate() {
        *place = cell(u32::from(pairs[index]) | u32::from(pairs[index + 1]) << 16);
    }
    cells
}

/// The cell of a fingerprint: its last three bytes, hashed.
#[inline(always)]
pub(super) fn cell(word: u32) -> u16 {
    let counts = word & COUNTS;
    let pairs = [counts as i16, (counts >> 16) as i16];
    let hash = i32::from(pairs[0]) * i32::from(BY[0]) + i32::from(pairs[1]) * i32::from(BY[1]);
    (hash >> SHIFT) as u16 % (1 << BITS)
}
