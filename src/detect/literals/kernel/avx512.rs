//! The kernel for AVX-512: a block of 64 bytes is asked at once where three printable bytes in a row begin;
//! where some do, its 32 places are hashed, looked up by two gathers, judged, and written down, the ones that
//! pass first.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi16, _mm512_and_si512, _mm512_andnot_si512, _mm512_cmpgt_epi8_mask,
    _mm512_madd_epi16, _mm512_maskz_compress_epi16, _mm512_min_epi8, _mm512_movepi32_mask,
    _mm512_permutexvar_epi8, _mm512_set1_epi8, _mm512_set1_epi16, _mm512_set1_epi32,
    _mm512_sllv_epi32, _mm512_srli_epi32, _pext_u64,
};

use super::machine::{Block, gather, lanes, load_block, prefetch, write_block};
use super::text::{IN_A_ROW, LAST_CONTROL};
use super::*;

/// Places of a block, and of the half of it that one vector holds as words.
const IN_BLOCK: usize = BLOCK / STRIDE;
const IN_HALF: usize = IN_BLOCK / 2;
const _: () = assert!(BLOCK == 64 && STRIDE == 2 && REACH == 2 && IN_A_ROW == 3);
const _: () = assert!(PLACES.is_multiple_of(IN_BLOCK));

/// The bits of a set of bytes at which places stand.
const AT_PLACES: u64 = 0x5555_5555_5555_5555;

/// Offsets of a block's places.
const OFFSETS: [u16; IN_BLOCK] = {
    let mut offsets = [0; IN_BLOCK];
    let mut place = 0;
    while place < IN_BLOCK {
        offsets[place] = (place * STRIDE) as u16;
        place += 1;
    }
    offsets
};

/// Of a vector, the four bytes at each place of half a block that begins `at` there.
const fn words_at(at: usize) -> [u8; BLOCK] {
    let mut words = [0; BLOCK];
    let mut byte = 0;
    while byte < BLOCK {
        words[byte] = (at + byte / WIDTH * STRIDE + byte % WIDTH) as u8;
        byte += 1;
    }
    words
}

/// The first half of a block from where it begins, the second from where its bytes end that are behind the block.
const FIRST: [u8; BLOCK] = words_at(0);
const SECOND: [u8; BLOCK] = words_at(BLOCK / 2 - REACH);

/// As [`super::places`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vbmi,avx512vbmi2,bmi2,popcnt")]
pub(super) fn places(table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < CHUNK
        && let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk)
    {
        prefetch(bytes, at + CHUNK);
        let may_pass = match table.is_text {
            true => in_text(block),
            false => u32::MAX,
        };
        if may_pass != 0 {
            let set = may_pass & pass(table, block);
            write(set, at, passed, count);
            count += set.count_ones() as usize;
        }
        at += BLOCK;
    }
    count
}

/// The places of a block at which, or one byte behind, three printable bytes in a row begin.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi2")]
fn in_text(block: &Block) -> u32 {
    let least = _mm512_min_epi8(load_block(block, 1), load_block(block, 2));
    let least = _mm512_min_epi8(load_block(block, 0), least);
    let begins = _mm512_cmpgt_epi8_mask(least, _mm512_set1_epi8(LAST_CONTROL));
    _pext_u64(begins | begins >> 1, AT_PLACES) as u32
}

/// Which places of a block pass.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vbmi")]
fn pass(table: &Table, block: &Block) -> u32 {
    let first = _mm512_permutexvar_epi8(lanes(&FIRST), load_block(block, 0));
    let second = _mm512_permutexvar_epi8(lanes(&SECOND), load_block(block, REACH));
    half(table, first) | half(table, second) << IN_HALF
}

/// Which of sixteen fingerprints pass.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq")]
fn half(table: &Table, words: __m512i) -> u32 {
    let cells = gather(table, cells(words));
    // The bit that the first byte chooses is moved to the top.
    let by = _mm512_andnot_si512(words, _mm512_set1_epi32(31));
    u32::from(_mm512_movepi32_mask(_mm512_sllv_epi32(cells, by)))
}

/// The cells of sixteen fingerprints, as [`super::cell`] has them, and more bits above.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn cells(words: __m512i) -> __m512i {
    let counts = _mm512_and_si512(words, _mm512_set1_epi32(COUNTS as i32));
    let hash = _mm512_madd_epi16(counts, _mm512_set1_epi32(PAIR));
    _mm512_srli_epi32::<SHIFT>(hash)
}

/// Writes down which places of the block `at` are in a set, behind `count` others.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
fn write(set: u32, at: usize, passed: &mut Passed, count: usize) {
    let offsets = _mm512_add_epi16(lanes(&OFFSETS), _mm512_set1_epi16(at as i16));
    let offsets = _mm512_maskz_compress_epi16(set, offsets);
    write_block(offsets, passed, count);
}
