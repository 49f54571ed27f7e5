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
            // SAFETY: the machine has AVX2 and BMI2, as the function demands: `Kernel::all`, which
            // alone makes this variant, has asked the machine.
            #[allow(unsafe_code)]
            Self::Avx2 => unsafe { avx2::places(table, bytes, passed) },
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
            let bits = table[usize::from(*cell) % table.len()];
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
        *place = cell(pairs[index], pairs[index + 1]);
    }
    cells
}

/// The cell of a fingerprint, given as two pairs of bytes: the last three of them, hashed.
#[inline(always)]
pub(super) fn cell(first: u16, last: u16) -> u16 {
    let (first, last) = (first | FOLD, last | FOLD);
    let hash = (first >> 8).wrapping_mul(SECOND);
    hash.wrapping_add(last.wrapping_mul(LAST)) >> (u16::BITS - BITS)
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi16, _mm256_extract_epi64, _mm256_loadu_si256, _mm256_mullo_epi16,
        _mm256_or_si256, _mm256_set1_epi16, _mm256_srli_epi16,
    };

    use super::*;

    /// Bytes of a vector.
    const VECTOR: usize = 32;
    const _: () = assert!(BLOCK == 2 * VECTOR && STRIDE == 2 && REACH == 2);

    /// As [`super::places`].
    #[target_feature(enable = "avx2,bmi2")]
    pub(super) fn places(table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
        let mut sieve = Sieve {
            table,
            passed,
            count: 0,
        };
        let mut at = 0;
        while at < CHUNK
            && let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk)
        {
            let (low, high) = (cells(block, 0), cells(block, VECTOR));
            let (words, _) = block.as_chunks::<8>();
            // Cells are taken out of the vectors, not read back from memory: such reads would wait
            // for the places that are written down.
            sieve.four(at, _mm256_extract_epi64::<0>(low), words[0]);
            sieve.four(at + 8, _mm256_extract_epi64::<1>(low), words[1]);
            sieve.four(at + 16, _mm256_extract_epi64::<2>(low), words[2]);
            sieve.four(at + 24, _mm256_extract_epi64::<3>(low), words[3]);
            sieve.four(at + 32, _mm256_extract_epi64::<0>(high), words[4]);
            sieve.four(at + 40, _mm256_extract_epi64::<1>(high), words[5]);
            sieve.four(at + 48, _mm256_extract_epi64::<2>(high), words[6]);
            sieve.four(at + 56, _mm256_extract_epi64::<3>(high), words[7]);
            at += BLOCK;
        }
        sieve.count
    }

    /// Lets through the places whose bit is set.
    struct Sieve<'s> {
        table: &'s Table,
        passed: &'s mut Passed,
        /// How many passed.
        count: usize,
    }

    impl Sieve<'_> {
        /// Four places from `at` on, of the eight bytes there, which are called so at most once
        /// for each eight bytes of a chunk.
        #[inline]
        #[target_feature(enable = "avx2,bmi2")]
        #[allow(unsafe_code)]
        fn four(&mut self, at: usize, cells: i64, bytes: [u8; 8]) {
            let mut cells = cells as u64;
            let mut bytes = u64::from_le_bytes(bytes);
            for place in 0..4 {
                let cell = usize::from(cells as u16);
                debug_assert!(self.count < PLACES && cell < self.table.len());
                // SAFETY: `count` grows by one for a place at most, and a chunk has `PLACES`
                // places. A cell has `BITS` bits, and the table an entry for each such number.
                let bits = unsafe {
                    *self.passed.get_unchecked_mut(self.count) = (at + place * STRIDE) as u16;
                    *self.table.get_unchecked(cell)
                };
                self.count += (bits >> (bytes % 32) & 1) as usize;
                cells >>= 16;
                bytes >>= 16;
            }
        }
    }

    /// The cells of the sixteen places from `at` on, as [`super::cells`] has them.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn cells(block: &[u8; BLOCK + REACH], at: usize) -> __m256i {
        let fold = _mm256_set1_epi16(FOLD as i16);
        let first = _mm256_srli_epi16::<8>(_mm256_or_si256(load(block, at), fold));
        let last = _mm256_or_si256(load(block, at + STRIDE), fold);
        let hash = _mm256_add_epi16(
            _mm256_mullo_epi16(first, _mm256_set1_epi16(SECOND as i16)),
            _mm256_mullo_epi16(last, _mm256_set1_epi16(LAST as i16)),
        );
        _mm256_srli_epi16::<{ (u16::BITS - BITS) as i32 }>(hash)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    #[allow(unsafe_code)]
    fn load(block: &[u8; BLOCK + REACH], at: usize) -> __m256i {
        let bytes = &block[at..at + VECTOR];
        // SAFETY: `bytes` are as many as a vector has, and need no alignment.
        unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
    }
}
