//! What of the machine's vectors takes `unsafe`: calls of code that not every machine can run, reads and writes
//! of whole vectors, and looks into the table.

#![allow(unsafe_code)] // each with its argument

use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _MM_HINT_T0, _mm_loadu_si128, _mm_prefetch, _mm_storeu_si128,
    _mm256_and_si256, _mm256_extract_epi64, _mm256_loadu_si256, _mm256_set1_epi32,
    _mm256_setr_epi32, _mm512_and_si512, _mm512_i32gather_epi32, _mm512_loadu_si512,
    _mm512_set1_epi32, _mm512_storeu_si512,
};

use super::avx2::VECTOR;
use super::*;

/// A block, and what its last fingerprint reaches into.
pub(super) type Block = [u8; BLOCK + REACH];

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
    pub(super) fn places(self, table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
        // SAFETY: the machine has what the function demands: it was asked before this was made.
        unsafe { avx2::places(table, bytes, passed) }
    }
}

/// That the machine has AVX-512 with VBMI, and gathers that are worth their while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Avx512(());

impl Avx512 {
    /// FP16 is not used, but tells Intel's machines from Sapphire Rapids on: on those before, microcode makes
    /// gathers slow (CVE-2022-40982), and on AMD's nothing was measured.
    pub(super) fn of_this_machine() -> Option<Self> {
        let has_all = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("avx512fp16")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt");
        has_all.then_some(Self(()))
    }

    /// As [`super::places`].
    pub(super) fn places(self, table: &Table, bytes: &[u8], passed: &mut Passed) -> usize {
        // SAFETY: the machine has what the function demands: it was asked before this was made.
        unsafe { avx512::places(table, bytes, passed) }
    }
}

/// Has the bytes at an offset of these, or behind them, read from memory before they are needed: what stands
/// in the next page no machine reads by itself.
#[inline]
pub(super) fn prefetch(bytes: &[u8], at: usize) {
    // SAFETY: it is a hint, which no address makes a fault, and what stands there is not looked at.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(at).cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load(vector: &[u8; VECTOR + REACH], at: usize) -> __m128i {
    let bytes = &vector[at..at + VECTOR];
    // SAFETY: `bytes` are as many as a vector has, and need no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// As many bytes as half a block has.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load_half(block: &Block, at: usize) -> __m256i {
    let bytes = &block[at..at + BLOCK / 2];
    // SAFETY: `bytes` are as many as two vectors have, and need no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// As many bytes as a block has.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load_block(block: &Block, at: usize) -> __m512i {
    let bytes = &block[at..at + BLOCK];
    // SAFETY: `bytes` are as many as a vector has, and need no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// A vector with these lanes.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn lanes<T: Copy>(lanes: &[T]) -> __m512i {
    assert!(size_of_val(lanes) == size_of::<__m512i>());
    // SAFETY: they are as many bytes as a vector has, and need no alignment.
    unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) }
}

/// What stands in eight cells, by their numbers, of which `BITS` bits count.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
pub(super) fn look_up(table: &Table, cells: __m256i) -> __m256i {
    let cells = _mm256_and_si256(cells, _mm256_set1_epi32((1 << BITS) - 1));
    let two = |cells: i64| {
        let bits = |cell: u64| {
            // SAFETY: a cell has `BITS` bits, and the table an entry for each such number.
            unsafe { *table.cells.get_unchecked(cell as usize) as i32 }
        };
        (bits(cells as u64 & 0xffff_ffff), bits(cells as u64 >> 32))
    };
    let (a, b) = two(_mm256_extract_epi64::<0>(cells));
    let (c, d) = two(_mm256_extract_epi64::<1>(cells));
    let (e, f) = two(_mm256_extract_epi64::<2>(cells));
    let (g, h) = two(_mm256_extract_epi64::<3>(cells));
    _mm256_setr_epi32(a, b, c, d, e, f, g, h)
}

/// What stands in sixteen cells, by their numbers, of which `BITS` bits count.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn gather(table: &Table, cells: __m512i) -> __m512i {
    let cells = _mm512_and_si512(cells, _mm512_set1_epi32((1 << BITS) - 1));
    // SAFETY: the table has an entry of four bytes for each number of so many bits.
    unsafe { _mm512_i32gather_epi32::<4>(cells, table.cells.as_ptr().cast()) }
}

/// Writes down eight offsets behind `count` others.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn write(offsets: __m128i, passed: &mut Passed, count: usize) {
    let room = &mut passed[count..count + TOGETHER];
    // SAFETY: `room` has as many offsets as a vector has, and they need no alignment.
    unsafe { _mm_storeu_si128(room.as_mut_ptr().cast(), offsets) };
}

/// Writes down the offsets of a block's places behind `count` others.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn write_block(offsets: __m512i, passed: &mut Passed, count: usize) {
    let room = &mut passed[count..count + BLOCK / STRIDE];
    // SAFETY: `room` has as many offsets as a vector has, and they need no alignment.
    unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), offsets) };
}
