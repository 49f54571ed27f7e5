//! Values that vendors print in their own documentation or ship in their emulators: no secrets,
//! however perfect their form.
//!
//! Only hashes stand here, so that no scanner (this one included) flags the list.

use sha2::{Digest as _, Sha256};

/// First eight bytes of the SHA-256 of each sample, big-endian, in ascending order.
const SAMPLES: &[u64] = &[
    0x0011_cc25_eb43_2071, // Azurite storage emulator, account key
    0x1a5d_44a2_dca1_9669, // AWS documentation, access key id
    0x2caf_c097_0149_a84f, // Stripe documentation, test key
    0x60a0_9e43_5786_8c1e, // Hardhat development account 0, with 0x
    0x7831_4b11_be2e_5815, // AWS documentation, secret access key
    0x797c_0ce4_1458_6cc8, // GitHub documentation, installation token
    0x7a20_0eb8_9adb_0904, // Stripe documentation, webhook secret
    0x7f75_367e_7881_2551, // jwt.io, current HS256 token
    0xaa65_4743_9583_c3a2, // Cosmos DB emulator, account key
    0xbc1a_5096_6c9e_6486, // Hardhat development account 0
    0xc6ea_27c5_34f9_93d3, // AWS documentation, second access key id
    0xda81_6f9f_2c16_e6c5, // jwt.io, older HS256 token
    0xe21b_597b_a6b9_cafa, // AWS documentation, second secret access key
];

/// Whether `secret` is a documented sample.
pub(super) fn is_documented(secret: &[u8]) -> bool {
    let hash = Sha256::digest(secret);
    let head = hash
        .iter()
        .take(8)
        .fold(0, |head, byte| head << 8 | u64::from(*byte));
    SAMPLES.binary_search(&head).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_it_can_be_searched() {
        assert!(SAMPLES.is_sorted());
    }

    #[test]
    fn the_key_of_the_aws_documentation_is_a_sample_and_its_neighbour_is_not() {
        assert!(is_documented(
            concat!("AKIA", "IOSFODNN7", "EXAMPLE").as_bytes()
        ));
        assert!(!is_documented(
            concat!("AKIA", "IOSFODNN8", "EXAMPLE").as_bytes()
        ));
    }
}
