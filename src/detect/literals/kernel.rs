//! The loop over every byte: which places may begin a fingerprint.
//!
//! It stands alone because it is all that runs for ordinary bytes, and because it holds the only
//! `unsafe` of the room: calls of code compiled for vector units that not every machine has. There
//! is one kernel in Rust, of which the compiler makes what the unit can do (SSE2 or NEON), and one for
//! AVX2 where it is found: there places are hashed eight at a time, looked up one by one, judged
//! together, and written down without a branch, so that text full of near misses costs no more
//! than zeros.

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

/// What counts of the four bytes of a fingerprint for its cell: all but the first. Upper case is lower
/// case. Of the last byte five bits count, as of the first one in the cell: of a literal that does not
/// reach that far there is a bit for each that it may be.
const COUNTS: u32 = 0x1fdf_df00;
/// Of two bytes each, by which they are multiplied; odd, so that no two are taken for one another. Of twenty
/// such pairs the one with which the fewest places of programs, sources and texts pass: others let through
/// 5 to 100 % more.
const BY: [i16; 2] = [0x2545, 0x7f4b];
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
    /// With AVX2, BMI2 and POPCNT. Made by [`Kernel::all`] alone, where the machine has them.
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Kernel {
    /// Those that this machine can run, the fastest last.
    pub(super) fn all() -> Vec<Self> {
        let mut all = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt")
        {
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
            // SAFETY: the machine has what the function demands: `Kernel::all`, which alone makes
            // this variant, has asked the machine.
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

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m128i, __m256i, _mm_add_epi16, _mm_cvtepu8_epi16, _mm_cvtsi64_si128, _mm_cvtsi128_si64,
        _mm_extract_epi64, _mm_loadu_si128, _mm_set_epi32, _mm_set1_epi16, _mm_storeu_si128,
        _mm256_and_si256, _mm256_andnot_si256, _mm256_castsi256_ps, _mm256_castsi256_si128,
        _mm256_extracti128_si256, _mm256_madd_epi16, _mm256_movemask_ps, _mm256_set_m128i,
        _mm256_set1_epi32, _mm256_setr_epi8, _mm256_shuffle_epi8, _mm256_sllv_epi32,
        _mm256_srli_epi32,
    };

    use super::*;

    /// Bytes in which the places begin that are looked at together.
    const VECTOR: usize = TOGETHER * STRIDE;
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
        let mut count = 0;
        let mut at = 0;
        while at < CHUNK
            && let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk)
        {
            for start in (0..BLOCK).step_by(VECTOR) {
                let set = pass(table, load(block, start), load(block, start + STRIDE));
                let offsets = _mm_cvtsi64_si128(OFFSETS[set as usize % OFFSETS.len()] as i64);
                let start = _mm_set1_epi16((at + start) as i16);
                let offsets = _mm_add_epi16(_mm_cvtepu8_epi16(offsets), start);
                write(offsets, passed, count);
                count += set.count_ones() as usize;
            }
            at += BLOCK;
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
            debug_assert!(cell < table.len());
            // SAFETY: a cell has `BITS` bits, and the table an entry for each such number.
            unsafe { *table.get_unchecked(cell) as i32 }
        };
        let low = _mm_cvtsi128_si64(cells) as u64;
        let high = _mm_extract_epi64::<1>(cells) as u64;
        _mm_set_epi32(bits(high >> 32), bits(high), bits(low >> 32), bits(low))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    #[allow(unsafe_code)]
    fn load(block: &[u8; BLOCK + REACH], at: usize) -> __m128i {
        let bytes = &block[at..at + VECTOR];
        // SAFETY: `bytes` are as many as a vector has, and need no alignment.
        unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
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
}
