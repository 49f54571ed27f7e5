//! Two streams with the SHA extensions of x86: a round of the one, then the same round of the other, so that the
//! unit is busy while each waits for the round before.
//!
//! Here is the only `unsafe` of the room: a call of code compiled for instructions that not every
//! machine has, and reads and writes of whole vectors.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_loadu_si128, _mm_set_epi8,
    _mm_setzero_si128, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32,
    _mm_shuffle_epi8, _mm_shuffle_epi32, _mm_storeu_si128,
};

use super::{Block, State};

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2).
const CONSTANTS: [[[u32; 4]; 4]; 4] = {
    let mut constants = [[[0; 4]; 4]; 4];
    let (mut number, mut count) = (2, 0);
    while count < 64 {
        if is_prime(number) {
            constants[count / 16][count / 4 % 4][count % 4] = cube_root(number << (3 * 32)) as u32;
            count += 1;
        }
        number += 1;
    }
    constants
};

const fn is_prime(number: u128) -> bool {
    let mut divisor = 2;
    while divisor * divisor <= number {
        if number.is_multiple_of(divisor) {
            return false;
        }
        divisor += 1;
    }
    true
}

/// The largest number whose cube is not above `cube`, which has 105 bits at most.
const fn cube_root(cube: u128) -> u128 {
    let (mut root, mut bit) = (0, 1 << 35);
    while bit > 0 {
        let next: u128 = root | bit;
        if next * next * next <= cube {
            root = next;
        }
        bit >>= 1;
    }
    root
}

pub(super) fn is_possible() -> bool {
    is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1")
}

/// As [`super::compress_both`]; whether this machine can.
#[allow(unsafe_code)]
pub(super) fn compress(states: [&mut State; 2], blocks: [&[Block]; 2]) -> bool {
    let can = is_possible();
    if can {
        // SAFETY: the machine has what the function demands.
        unsafe { compress_all(states, blocks) };
    }
    can
}

/// Words A, B, E, F of a state, and C, D, G, H: as the instructions have them.
type Halves = [__m128i; 2];

#[target_feature(enable = "sha,sse4.1")]
fn compress_all([first, second]: [&mut State; 2], [blocks, others]: [&[Block]; 2]) {
    let (mut one, mut other) = (halves(first), halves(second));
    let count = blocks.len().min(others.len());
    for at in 0..count {
        let (one_before, other_before) = (one, other);
        let (mut words, mut beside) = (words(&blocks[at]), words(&others[at]));
        for (sixteen, constants) in CONSTANTS.iter().enumerate() {
            // Of the words, the last sixteen are held; all but those of the block follow from them.
            for (four, constants) in constants.iter().enumerate() {
                if sixteen > 0 {
                    words[four] = next(&words, four);
                    beside[four] = next(&beside, four);
                }
                let constants = load(constants);
                one = rounds(one, _mm_add_epi32(words[four], constants));
                other = rounds(other, _mm_add_epi32(beside[four], constants));
            }
        }
        one = sum(one, one_before);
        other = sum(other, other_before);
    }
    write(first, one);
    write(second, other);
}

/// The four words that follow the sixteen of which those are the first.
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn next(words: &[__m128i; 4], first: usize) -> __m128i {
    let (second, third, last) = (
        words[(first + 1) % 4],
        words[(first + 2) % 4],
        words[(first + 3) % 4],
    );
    let next = _mm_sha256msg1_epu32(words[first], second);
    let next = _mm_add_epi32(next, _mm_alignr_epi8::<4>(last, third));
    _mm_sha256msg2_epu32(next, last)
}

/// Four rounds, given their words and constants, added.
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn rounds([abef, cdgh]: Halves, sums: __m128i) -> Halves {
    let next = _mm_sha256rnds2_epu32(cdgh, abef, sums);
    let last = _mm_sha256rnds2_epu32(abef, next, _mm_shuffle_epi32::<0b00_00_11_10>(sums));
    [last, next]
}

#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn sum(one: Halves, other: Halves) -> Halves {
    [
        _mm_add_epi32(one[0], other[0]),
        _mm_add_epi32(one[1], other[1]),
    ]
}

/// The words of a block, each with its highest byte first.
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn words(block: &Block) -> [__m128i; 4] {
    let order = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    let (bytes, _) = block.as_chunks::<16>();
    let four = |at: usize| _mm_shuffle_epi8(load(&bytes[at]), order);
    [four(0), four(1), four(2), four(3)]
}

#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn halves(state: &State) -> Halves {
    let [abcd, efgh] = *state.as_chunks::<4>().0 else {
        return [_mm_setzero_si128(); 2];
    };
    let badc = _mm_shuffle_epi32::<0b10_11_00_01>(load(&abcd));
    let hgfe = _mm_shuffle_epi32::<0b00_01_10_11>(load(&efgh));
    let abef = _mm_alignr_epi8::<8>(badc, hgfe);
    [abef, _mm_blend_epi16::<0b1111_0000>(hgfe, badc)]
}

#[inline]
#[target_feature(enable = "sha,sse4.1")]
#[allow(unsafe_code)]
fn write(state: &mut State, [abef, cdgh]: Halves) {
    let feba = _mm_shuffle_epi32::<0b00_01_10_11>(abef);
    let dchg = _mm_shuffle_epi32::<0b10_11_00_01>(cdgh);
    let abcd = _mm_blend_epi16::<0b1111_0000>(feba, dchg);
    let efgh = _mm_alignr_epi8::<8>(dchg, feba);
    for (words, vector) in state.as_chunks_mut::<4>().0.iter_mut().zip([abcd, efgh]) {
        // SAFETY: four words are as many bytes as a vector has, and need no alignment.
        unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), vector) };
    }
}

/// As many bytes as a vector has.
#[inline]
#[target_feature(enable = "sse4.1")]
#[allow(unsafe_code)]
fn load<T: Copy, const N: usize>(values: &[T; N]) -> __m128i {
    const { assert!(size_of::<[T; N]>() == size_of::<__m128i>()) };
    // SAFETY: these are as many bytes as a vector has, and need no alignment.
    unsafe { _mm_loadu_si128(values.as_ptr().cast()) }
}
