//! Which of 64 bytes are zero, as bits: the first byte's is the lowest.

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;

/// Goes into the code for each kind of vectors, of which the machine has the one that `simd` stands for.
#[inline(always)]
pub(super) fn zeros<S: Simd>(simd: S, block: &[u8; BLOCK]) -> u64 {
    u8x64::from_slice(simd, block).simd_eq(0).to_bitmask()
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn there_is_a_bit_for_each_zero(
            bytes in prop::collection::vec(prop_oneof![Just(0), any::<u8>()], BLOCK),
        ) {
            let bits = bytes.iter().rev().fold(0u64, |bits, byte| bits << 1 | u64::from(*byte == 0));
            let block = bytes.first_chunk().unwrap();
            for level in [Level::baseline(), Level::new()] {
                prop_assert_eq!(dispatch!(level, simd => zeros(simd, block)), bits);
            }
        }
    }
}
