//! Which of 64 bytes are zero, as bits: the first byte's is the lowest.

use wide::u8x16;

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;
/// Bytes that a vector of every machine holds.
const VECTOR: usize = 16;

#[inline]
pub(super) fn zeros(block: &[u8; BLOCK]) -> u64 {
    let (vectors, _) = block.as_chunks::<VECTOR>();
    let masks = vectors.iter().map(|bytes| {
        let bytes = u8x16::new(*bytes);
        u64::from(bytes.simd_eq(u8x16::ZERO).to_bitmask())
    });
    masks.rev().fold(0, |all, mask| all << VECTOR | mask)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn there_is_a_bit_for_each_zero(
            bytes in prop::collection::vec(prop_oneof![Just(0), any::<u8>()], BLOCK),
        ) {
            let bits = bytes.iter().rev().fold(0u64, |bits, byte| bits << 1 | u64::from(*byte == 0));
            prop_assert_eq!(zeros(bytes.first_chunk().unwrap()), bits);
        }
    }
}
