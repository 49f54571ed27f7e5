//! Marvin32, the keyed hash by which Azure's identifiable keys carry a checksum.
//!
//! Written from the algorithm as Microsoft publishes it (SymCrypt and the .NET runtime use it for
//! string hashing); the test vectors are those of SymCrypt. The seed is eight ASCII characters
//! that name the kind of key, read big-endian.

/// The seed that a name of eight characters stands for.
pub(super) const fn seed(name: &[u8; 8]) -> u64 {
    u64::from_be_bytes(*name)
}

/// The 32-bit form: both halves of the state folded.
pub(super) fn marvin32(data: &[u8], seed: u64) -> u32 {
    let (low, high) = marvin(data, seed);
    low ^ high
}

fn marvin(data: &[u8], seed: u64) -> (u32, u32) {
    let mut state = (seed as u32, (seed >> 32) as u32);
    let (blocks, rest) = data.as_chunks::<4>();
    for block in blocks {
        mix(&mut state, u32::from_le_bytes(*block));
    }
    // What is left of the data is closed by one byte 0x80.
    let mut last = [0u8; 4];
    for (slot, byte) in last.iter_mut().zip(rest.iter().chain([&0x80])) {
        *slot = *byte;
    }
    mix(&mut state, u32::from_le_bytes(last));
    mix(&mut state, 0);
    state
}

fn mix((low, high): &mut (u32, u32), block: u32) {
    *low = low.wrapping_add(block);
    *high ^= *low;
    *low = low.rotate_left(20).wrapping_add(*high);
    *high = high.rotate_left(9) ^ *low;
    *low = low.rotate_left(27).wrapping_add(*high);
    *high = high.rotate_left(19);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_symcrypts_vectors() {
        let seed = 0x004f_b61a_001b_dbcc;
        for (data, hash) in [
            (&[][..], 0x30ed_35c1_00cd_3c7d_u64),
            (&[0xaf], 0x48e7_3fc7_7d75_ddc1),
            (&[0xe7, 0x0f], 0xb5f6_e1fc_485d_bff8),
            (&[0x37, 0xf4, 0x95], 0xf0b0_7c78_9b8c_f7e8),
            (&[0x86, 0x42, 0xdc, 0x59], 0x7008_f2e8_7e9c_f556),
            (&[0x15, 0x3f, 0xb7, 0x98, 0x26], 0xe6c0_8c6d_a2af_a997),
        ] {
            let (low, high) = marvin(data, seed);
            assert_eq!(u64::from(high) << 32 | u64::from(low), hash);
            assert_eq!(marvin32(data, seed), low ^ high);
        }
    }

    #[test]
    fn a_seed_is_read_big_endian() {
        assert_eq!(seed(b"Default0"), 0x4465_6661_756c_7430);
    }
}
