//! Keys that specifications of wallets work their examples with, and those of development chains:
//! perfect in form, known to everybody, and in the tests of every library of the field.
//!
//! Hashes as in `samples`, so that no scanner flags the list.

/// First eight bytes of the SHA-256 of each, big-endian, in ascending order.
pub(super) const VECTORS: &[u64] = &[
    0x0086_0ac6_1212_8954, // BIP 32, test vector 2, chain 4
    0x04a5_6493_8fd4_1d29, // BIP 32, test vector 1, chain 3
    0x0951_01cf_732c_298a, // Hardhat development account 1, with 0x
    0x0aed_ba9d_586f_34f9, // Hardhat development account 5
    0x0b33_e013_2123_e78d, // Hardhat development account 10
    0x0f38_8b04_e512_d7a0, // BIP 39, test vector 21
    0x1005_46a8_b020_a55a, // Hardhat development account 19
    0x1100_4084_3c3a_df0d, // Bitcoin wiki, compressed key of the worked example
    0x15f4_1342_748a_a6c0, // BIP 39, test vector 7
    0x2243_ae4c_7301_4469, // BIP 32, test vector 1, chain 0
    0x28e5_43d3_753f_c9d1, // Hardhat development account 6
    0x29ae_db05_1d65_bcc8, // BIP 39, test vector 5
    0x3045_2ba5_605d_d252, // BIP 39, test vector 18
    0x341c_225b_06c9_1708, // BIP 39, test vector 15
    0x38e6_9fdd_19ae_feb4, // Hardhat development account 8
    0x38f4_5b57_d43a_7400, // BIP 32, test vector 1, chain 2
    0x3a64_bcd9_cea4_3c0a, // BIP 39, test vector 3
    0x3b1c_5e02_1074_09ea, // BIP 39, test vector 10
    0x3c09_4943_5a7e_4277, // BIP 39, test vector 4
    0x4201_0a60_6042_a639, // BIP 32, test vector 4, chain 0
    0x4a67_d7a0_d8a1_6d6d, // Hardhat development account 16
    0x4d3e_46ee_c824_4d1d, // Hardhat development account 4
    0x4ec7_efd0_add0_ac4b, // BIP 32, test vector 3, chain 1
    0x5330_d388_af89_4c9e, // Hardhat development account 14
    0x58ac_f278_961f_cef6, // SLIP 14, phrase of the test seed
    0x59fe_ecfa_04eb_096b, // Hardhat development account 5, with 0x
    0x5de2_2089_c247_b9b2, // Hardhat development account 4, with 0x
    0x6091_01d4_dd31_70f5, // Hardhat development account 18, with 0x
    0x6403_4b44_c579_b335, // Hardhat development account 3
    0x662c_451c_c588_6e1d, // BIP 39, test vector 23
    0x69be_79ef_3c28_f55d, // BIP 39, test vector 9
    0x6d82_8deb_d306_e21a, // BIP 39, test vector 16
    0x7112_de5a_bbaa_f618, // Hardhat development account 12, with 0x
    0x7575_4388_723d_b8ec, // BIP 32, test vector 1, chain 4
    0x7d2c_370c_3a57_48fa, // Hardhat development account 19, with 0x
    0x8335_c553_3482_1eef, // Hardhat development account 1
    0x84bc_109b_3d59_b017, // Hardhat development account 11
    0x85bd_e548_053a_ab4b, // Hardhat development account 12
    0x867f_9f59_29a7_201c, // BIP 39, test vector 24
    0x8682_6de4_63a4_859a, // BIP 32, test vector 4, chain 2
    0x89fd_d4bd_49fc_0e2a, // Hardhat development account 16, with 0x
    0x93e2_8cee_01d3_4e88, // BIP 32, test vector 3, chain 0
    0x967f_2158_6cdf_1248, // Hardhat development account 9
    0x9794_bae8_1f0d_5dd2, // Hardhat development account 15, with 0x
    0x97bc_0c40_d645_cfaa, // Hardhat development account 17, with 0x
    0x9c5d_0a66_56e5_d3f3, // Ganache, deterministic phrase
    0x9d61_c593_824c_392c, // BIP 32, test vector 2, chain 5
    0x9d6a_2b9d_1f01_d457, // Bitcoin wiki, key in wallet import format of the worked example
    0x9ebb_e88c_52f8_6818, // Hardhat development account 14, with 0x
    0xa2e0_6155_cb1a_424f, // Hardhat development account 15
    0xa5fe_1cb4_158f_fd2a, // BIP 39, test vector 11
    0xac17_da3e_1143_2de9, // BIP 32, test vector 1, chain 5
    0xb08b_dfde_9930_d920, // Hardhat development account 17
    0xb12e_e277_a669_b18f, // BIP 39, test vector 14
    0xb1bf_f22a_e077_ce1a, // BIP 39, test vector 22
    0xb26a_b652_9d20_ebeb, // Hardhat development account 2
    0xb2e7_1100_d10b_ee74, // BIP 39, test vector 19
    0xb69d_88ff_1ad5_834a, // Hardhat development account 6, with 0x
    0xb6b9_ee08_c38f_62da, // Hardhat development account 7, with 0x
    0xb83e_9641_7f61_cb14, // Truffle, phrase of its development console
    0xb8ae_5c99_1426_47d1, // BIP 39, test vector 20
    0xbb49_78fb_e763_8de8, // Hardhat development account 2, with 0x
    0xbc69_5e76_adbd_4ba5, // Hardhat development account 10, with 0x
    0xbe39_4de3_7f9d_6cf6, // Hardhat development account 8, with 0x
    0xbebe_65f0_e056_9d62, // BIP 32, test vector 2, chain 1
    0xc14a_ca8e_6d6b_82d1, // BIP 32, test vector 2, chain 2
    0xc1db_187b_992c_8ddd, // BIP 39, test vector 8
    0xc3e9_81f8_e1c6_a201, // BIP 32, test vector 1, chain 1
    0xc557_eec8_78df_d852, // BIP 39, test vector 1
    0xc85d_ebb5_5f2f_204d, // Supabase CLI, secret key of local projects
    0xc9af_1927_cd58_e92d, // Hardhat development account 13, with 0x
    0xcc95_a8a1_b5e9_bf13, // BIP 39, test vector 17
    0xcdfc_e497_13b0_b848, // Bitcoin wiki, key in wallet import format
    0xcf1f_c66f_8531_51a4, // Hardhat development account 18
    0xd6da_54d1_2db9_eac8, // BIP 39, test vector 13
    0xdd01_02d1_cd0c_6ac7, // Hardhat development account 9, with 0x
    0xe4cd_8805_0076_06c1, // BIP 32, test vector 4, chain 1
    0xe770_e8aa_42a8_69cf, // BIP 39, test vector 6
    0xe96b_fc1d_7886_7126, // BIP 39, test vector 12
    0xecb0_e7ba_498c_5920, // BIP 39, test vector 2
    0xed7b_fe0c_eae8_13bc, // BIP 32, test vector 2, chain 3
    0xf023_2219_7a19_6ceb, // Hardhat development account 3, with 0x
    0xf070_994a_8599_4785, // Hardhat development account 7
    0xf08c_f7b4_6c09_669b, // Hardhat development account 11, with 0x
    0xf151_3114_f60e_5e95, // Hardhat development account 13
    0xf79c_d64f_9cea_2378, // Hardhat and Anvil, phrase
    0xfa14_6b83_df55_0394, // BIP 32, test vector 2, chain 0
    0xfa1c_cdee_c817_5c63, // NIP 19, private key
];

#[cfg(test)]
mod tests {
    use super::super::samples::is_documented;
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_it_can_be_searched() {
        assert!(VECTORS.is_sorted());
    }

    #[test]
    fn the_phrase_of_development_chains_is_known_and_its_neighbour_is_not() {
        let phrase = |last: &str| format!("{}{last}", "test ".repeat(11));
        assert!(is_documented(phrase("junk").as_bytes()));
        assert!(!is_documented(phrase("test").as_bytes()));
    }
}
