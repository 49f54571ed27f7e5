//! The kernel for AVX2: places are hashed eight at a time, looked up one by one, judged together, and
//! written down without a branch, so that text full of near misses costs no more than text without.
//! Places where no text is are passed over: half of an image's bytes are machine code, data and what is
//! compressed.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi16, _mm_cvtepu8_epi16, _mm_cvtsi64_si128, _mm_set1_epi16,
    _mm256_and_si256, _mm256_andnot_si256, _mm256_castsi256_ps, _mm256_madd_epi16,
    _mm256_movemask_ps, _mm256_set_m128i, _mm256_set1_epi32, _mm256_setr_epi8, _mm256_shuffle_epi8,
    _mm256_sllv_epi32, _mm256_srli_epi32,
};

use super::machine::{load, look_up, write};
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

/// As [`super::places`].
#[target_feature(enable = "avx2,bmi2,popcnt")]
pub(super) fn places(table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
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
    let cells = look_up(table, cells(words));
    // The bit that the first byte chooses is moved to the top.
    let by = _mm256_andnot_si256(words, _mm256_set1_epi32(31));
    let bits = _mm256_sllv_epi32(cells, by);
    _mm256_movemask_ps(_mm256_castsi256_ps(bits)) as u32
}

/// The cells of eight fingerprints, as [`super::cell`] has them, and more bits above.
#[inline]
#[target_feature(enable = "avx2")]
fn cells(words: __m256i) -> __m256i {
    let counts = _mm256_and_si256(words, _mm256_set1_epi32(COUNTS as i32));
    let hash = _mm256_madd_epi16(counts, _mm256_set1_epi32(PAIR));
    _mm256_srli_epi32::<{ SHIFT as i32 }>(hash)
}
