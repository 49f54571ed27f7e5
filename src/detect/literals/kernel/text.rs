//! Where text is: in which of a chunk's vectors a fingerprint of printable bytes may begin.

use std::arch::x86_64::{
    __m256i, _mm256_castsi256_pd, _mm256_cmpeq_epi64, _mm256_cmpgt_epi8, _mm256_min_epi8,
    _mm256_movemask_pd, _mm256_packs_epi16, _mm256_set1_epi8, _mm256_setzero_si256,
};

use super::avx2::VECTOR;
use super::machine::{Block, load_half, prefetch};
use super::{BLOCK, CHUNK, REACH};

/// Vectors of a block.
const IN_BLOCK: usize = BLOCK / VECTOR;
/// Offsets of vectors, and room behind them.
pub(super) type Vectors = [u16; CHUNK / VECTOR + IN_BLOCK];
pub(super) const NO_VECTORS: Vectors = [0; CHUNK / VECTOR + IN_BLOCK];

/// The last byte that is not printable, of those that are ASCII. Others are negative.
pub(super) const LAST_CONTROL: i8 = 0x1f;
/// Printable bytes in a row that count: as many as a fingerprint has at least.
pub(super) const IN_A_ROW: usize = 3;
const _: () = assert!(IN_BLOCK == 4 && VECTOR == 16 && IN_A_ROW - 1 <= REACH);

/// Adds the same to four lanes.
const ALL_LANES: u64 = 0x0001_0001_0001_0001;

/// For each set of vectors without text, as [`without_text`] has it, the offsets of a block's others in four
/// lanes, in order, and how many these are.
const OFFSETS: [(u64, u64); 1 << IN_BLOCK] = {
    let mut all = [(0, 0); 1 << IN_BLOCK];
    let mut set = 0;
    while set < all.len() {
        let (mut vector, mut count) = (0, 0);
        while vector < IN_BLOCK {
            // The second and the third one have changed places.
            let bit = [0, 2, 1, 3][vector];
            if set >> bit & 1 == 0 {
                all[set].0 |= ((vector * VECTOR) as u64) << (16 * count);
                count += 1;
            }
            vector += 1;
        }
        all[set].1 = count;
        set += 1;
    }
    all
};

/// Writes down the vectors of all whole blocks in `bytes`, up to a chunk, in which three printable bytes in a
/// row begin, in order; how many these are.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn vectors(bytes: &[u8], found: &mut Vectors) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < CHUNK
        && let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk)
        // Never more than the vectors before, so there is always room.
        && let Some(room) = found.get_mut(count..).and_then(<[u16]>::first_chunk_mut)
    {
        let (offsets, more) = OFFSETS[without_text(block) as usize % OFFSETS.len()];
        prefetch(bytes, at + CHUNK);
        let lanes = offsets + at as u64 * ALL_LANES;
        *room = [
            lanes as u16,
            (lanes >> 16) as u16,
            (lanes >> 32) as u16,
            (lanes >> 48) as u16,
        ];
        count += more as usize;
        at += BLOCK;
    }
    count
}

/// Every vector of all whole blocks in `bytes`, up to a chunk.
pub(super) fn all_vectors(bytes: &[u8], found: &mut Vectors) -> usize {
    let length = bytes.len().saturating_sub(REACH).min(CHUNK) / BLOCK * BLOCK;
    let offsets = (0..length).step_by(VECTOR);
    (found.iter_mut().zip(offsets)).for_each(|(vector, offset)| *vector = offset as u16);
    length / VECTOR
}

/// The vectors of a block in which no text begins, of which the second and the third one change places.
#[inline]
#[target_feature(enable = "avx2")]
fn without_text(block: &Block) -> u32 {
    let (low, high) = (in_a_row(block, 0), in_a_row(block, BLOCK / 2));
    // Two bytes become one, which is zero if both are; of each half of `low` eight, then as many of `high`.
    let both = _mm256_packs_epi16(low, high);
    let without = _mm256_cmpeq_epi64(both, _mm256_setzero_si256());
    _mm256_movemask_pd(_mm256_castsi256_pd(without)) as u32
}

/// For each byte of half a block whether it and those behind it are printable, or DEL.
#[inline]
#[target_feature(enable = "avx2")]
fn in_a_row(block: &Block, at: usize) -> __m256i {
    let mut least = load_half(block, at);
    for behind in 1..IN_A_ROW {
        least = _mm256_min_epi8(least, load_half(block, at + behind));
    }
    _mm256_cmpgt_epi8(least, _mm256_set1_epi8(LAST_CONTROL))
}
