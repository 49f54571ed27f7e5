//! The kernel for AVX2: places are hashed eight at a time, looked up one by one, judged together, and
//! written down without a branch, so that text full of near misses costs no more than text without.
//! Places where no text is are passed over: half of an image's bytes are machine code, data and what is
//! compressed.
//!
//! Here is the only `unsafe` of the room: a call of code compiled for vector units that not every machine
//! has, and reads and writes of whole vectors.

use std::arch::x86_64::{
    __m128i, __m256i, _MM_HINT_T0, _mm_add_epi16, _mm_cvtepu8_epi16, _mm_cvtsi64_si128,
    _mm_cvtsi128_si64, _mm_extract_epi64, _mm_loadu_si128, _mm_prefetch, _mm_set_epi32,
    _mm_set1_epi16, _mm_storeu_si128, _mm256_and_si256, _mm256_andnot_si256, _mm256_castsi256_ps,
    _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_madd_epi16,
    _mm256_movemask_ps, _mm256_set_m128i, _mm256_set1_epi32, _mm256_setr_epi8, _mm256_shuffle_epi8,
    _mm256_sllv_epi32, _mm256_srli_epi32,
};

use super::text::{self, NO_VECTORS};
use super::*;

/// Bytes in which the places begin that are looked at together.
pub(super) const VECTOR: usize = TOGETHER * STRIDE;
const _: () = assert!(BLOCK.is_multiple_of(VECTOR) && STRIDE == REACH && TOGETHER == 8);

/// For each set of eight places, their offsets, first the ones that are in it.
const OFFSETS: [u64; 1 << TOGETHER] = {
    let mut all = [0; 1 << TOGETHER];
    let mut set = 0;
    while set < all.len() {
        let (mut place, mut count) = (0, 0);
        while place < TOGETHER {
            if set >> place & 1 == 1 {
                all[set] |= ((place * STRIDE) as u64) << (8 * count);
                count += 1;
            }
            place += 1;
        }
        set += 1;
    }
    all
};

/// That the machine has AVX2, BMI2 and POPCNT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Avx2(());

impl Avx2 {
    pub(super) fn of_this_machine() -> Option<Self> {
        let has_all = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt");
        has_all.then_some(Self(()))
    }

    /// As [`super::places`].
    #[allow(unsafe_code)]
    pub(super) fn places(self, table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
        // SAFETY: the machine has what the function demands: it was asked before this was made.
        unsafe { places(table, bytes, passed) }
    }
}

#[target_feature(enable = "avx2,bmi2,popcnt")]
fn places(table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
    let mut vectors = NO_VECTORS;
    let found = match table.is_text {
        true => text::vectors(bytes, &mut vectors),
        false => text::all_vectors(bytes, &mut vectors),
    };
    let mut count = 0;
    for offset in &vectors[..found] {
        let at = usize::from(*offset);
        let Some(vector) = bytes.get(at..).and_then(<[u8]>::first_chunk) else {
            break;
        };
        let set = pass(table, load(vector, 0), load(vector, STRIDE));
        let offsets = _mm_cvtsi64_si128(OFFSETS[set as usize % OFFSETS.len()] as i64);
        let offsets = _mm_add_epi16(_mm_cvtepu8_epi16(offsets), _mm_set1_epi16(*offset as i16));
        write(offsets, passed, count);
        count += set.count_ones() as usize;
    }
    count
}

/// Which of eight places pass, given the bytes from the first one on, and those from the second on.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn pass(table: &Table, first: __m128i, second: __m128i) -> u32 {
    // The four bytes at each place: of the first four places, and of the others.
    let words = _mm256_setr_epi8(
        0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7, 8, 9, //
        6, 7, 8, 9, 8, 9, 10, 11, 10, 11, 12, 13, 12, 13, 14, 15,
    );
    let words = _mm256_shuffle_epi8(_mm256_set_m128i(second, first), words);
    let cells = cells(words);
    let low = four(table, _mm256_castsi256_si128(cells));
    let high = four(table, _mm256_extracti128_si256::<1>(cells));
    // The bit that the first byte chooses is moved to the top.
    let by = _mm256_andnot_si256(words, _mm256_set1_epi32(31));
    let bits = _mm256_sllv_epi32(_mm256_set_m128i(high, low), by);
    _mm256_movemask_ps(_mm256_castsi256_ps(bits)) as u32
}

/// The cells of eight fingerprints, as [`super::cell`] has them.
#[inline]
#[target_feature(enable = "avx2")]
fn cells(words: __m256i) -> __m256i {
    const PAIR: i32 = BY[0] as i32 | (BY[1] as i32) << 16;
    let counts = _mm256_and_si256(words, _mm256_set1_epi32(COUNTS as i32));
    let hash = _mm256_madd_epi16(counts, _mm256_set1_epi32(PAIR));
    let hash = _mm256_srli_epi32::<{ SHIFT as i32 }>(hash);
    _mm256_and_si256(hash, _mm256_set1_epi32((1 << BITS) - 1))
}

/// What stands in four cells.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
#[allow(unsafe_code)]
fn four(table: &Table, cells: __m128i) -> __m128i {
    let bits = |cell: u64| {
        let cell = cell as u32 as usize;
        debug_assert!(cell < table.cells.len());
        // SAFETY: a cell has `BITS` bits, and the table an entry for each such number.
        unsafe { *table.cells.get_unchecked(cell) as i32 }
    };
    let low = _mm_cvtsi128_si64(cells) as u64;
    let high = _mm_extract_epi64::<1>(cells) as u64;
    _mm_set_epi32(bits(high >> 32), bits(high), bits(low >> 32), bits(low))
}

#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn load(vector: &[u8; VECTOR + REACH], at: usize) -> __m128i {
    let bytes = &vector[at..at + VECTOR];
    // SAFETY: `bytes` are as many as a vector has, and need no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// As many bytes as half a block has.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
pub(super) fn load_half(block: &[u8; BLOCK + REACH], at: usize) -> __m256i {
    let bytes = &block[at..at + BLOCK / 2];
    // SAFETY: `bytes` are as many as two vectors have, and need no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// Has the bytes at an offset of these, or behind them, read from memory before they are needed: what stands
/// in the next page no machine reads by itself.
#[inline]
#[allow(unsafe_code)]
pub(super) fn prefetch(bytes: &[u8], at: usize) {
    // SAFETY: it is a hint, which no address makes a fault, and what stands there is not looked at.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(at).cast()) }
}

/// Writes down eight offsets behind `count` others.
#[inline]
#[target_feature(enable = "avx2")]
#[allow(unsafe_code)]
fn write(offsets: __m128i, passed: &mut Passed, count: usize) {
    debug_assert!(count <= PLACES);
    // SAFETY: each place counts once at most, and a chunk has `PLACES` of them; behind as many
    // there is room for `TOGETHER` more, which are as many as a vector has. None need alignment.
    unsafe { _mm_storeu_si128(passed.as_mut_ptr().add(count).cast(), offsets) };
}
