//! Values that vendors print in their own documentation, ship in their emulators, or publish with their
//! programs: no secrets, however perfect their form. A program that is installed cannot keep the secret
//! of its OAuth client (RFC 8252, 8.5), and Google says of its own that they are none.
//!
//! Only hashes stand here, so that no scanner (this one included) flags the list.

use sha2::{Digest as _, Sha256};

use super::vectors::VECTORS;

/// First eight bytes of the SHA-256 of each sample, big-endian, in ascending order.
const SAMPLES: &[u64] = &[
    0x0011_cc25_eb43_2071, // Azurite storage emulator, account key
    0x00cf_4c78_1dc3_7003, // RFC 6749, refresh token
    0x0813_6314_cc06_d4f2, // systemd.netdev(5), private key
    0x1314_a520_39d7_ab42, // AWS IAM Identity Center documentation, token
    0x13d3_1e96_1a1a_d8ec, // RFC 7636, code verifier
    0x190e_df59_d573_6c3b, // RFC 8037, Ed25519 private part
    0x1a5d_44a2_dca1_9669, // AWS documentation, access key id
    0x2932_57ab_6495_ebb1, // RFC 5849, consumer key
    0x2caf_c097_0149_a84f, // Stripe documentation, test key
    0x2ff8_b0fb_93ac_a981, // RFC 5849, token of the signature example
    0x3f3f_8d6f_29db_1b06, // Earth Engine API, its own client secret
    0x456a_51b1_f1b3_cf3e, // Google Cloud SDK, its own client secret
    0x45a8_7856_c0d4_70a0, // AWS IAM Identity Center documentation, token
    0x4c20_e6f5_cc11_b937, // RFC 5849, temporary token
    0x53f5_da0a_aa93_d64c, // RFC 6749, client secret
    0x577c_fe66_bf6c_95dd, // AWS DataSync documentation, signature of an Azure URL
    0x60a0_9e43_5786_8c1e, // Hardhat development account 0, with 0x
    0x649e_1f5c_769e_718b, // RFC 5849, token secret
    0x6a5f_78b8_b99d_d402, // Gemini CLI, its own client secret
    0x6aa1_4267_d949_44e6, // RFC 5849, temporary secret
    0x6c96_130f_130a_b0d6, // RFC 6749, access token
    0x73f7_1af0_93fd_f154, // RFC 2617, Aladdin's header, other spelling
    0x7831_4b11_be2e_5815, // AWS documentation, secret access key
    0x797c_0ce4_1458_6cc8, // GitHub documentation, installation token
    0x79d5_71b6_c0c1_1df3, // AWS IAM Identity Center documentation, token
    0x7a20_0eb8_9adb_0904, // Stripe documentation, webhook secret
    0x7f75_367e_7881_2551, // jwt.io, current HS256 token
    0x846c_d027_bbd3_a783, // clasp, its own client secret
    0x8d4e_f653_6dc8_895f, // RFC 7519, signed token
    0x9d03_b692_e941_d5ac, // RFC 5849, token of the callback example
    0xa71b_359a_87af_de13, // RFC 6749, MAC token
    0xaa65_4743_9583_c3a2, // Cosmos DB emulator, account key
    0xad71_fb41_6553_6675, // OpenID Connect, access token
    0xad87_d24d_7cb5_f581, // gsutil, its own client secret
    0xb8e1_4854_5b13_c78b, // RFC 6750, bearer token
    0xbb9b_1163_338b_2a51, // RFC 5849, token
    0xbc1a_5096_6c9e_6486, // Hardhat development account 0
    0xbf14_5d93_80bb_e05b, // PyJWT documentation, HS256 token
    0xc6ea_27c5_34f9_93d3, // AWS documentation, second access key id
    0xca74_59e2_b267_76de, // RFC 6749, client authorization header
    0xcb87_c87e_4a13_8d9a, // RFC 5849, client secret
    0xcf4d_418e_d3de_92d7, // RFC 7617, Aladdin's header
    0xd0c0_1bc8_8bd8_646c, // SQLAlchemy documentation, password
    0xda81_6f9f_2c16_e6c5, // jwt.io, older HS256 token
    0xdf45_2eef_23e8_cf2c, // MinIO public playground, secret key
    0xe21b_597b_a6b9_cafa, // AWS documentation, second secret access key
    0xe997_4c50_7d2a_8021, // RFC 6749, client secret in the body
    0xf038_6f9b_e1fe_905f, // Google Cloud SDK, client secret for application default credentials
];

/// Whether `secret` is a documented sample.
pub(super) fn is_documented(secret: &[u8]) -> bool {
    let hash = Sha256::digest(secret);
    let head = hash
        .iter()
        .take(8)
        .fold(0, |head, byte| head << 8 | u64::from(*byte));
    [SAMPLES, VECTORS]
        .iter()
        .any(|list| list.binary_search(&head).is_ok())
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

    #[test]
    fn what_google_says_of_its_own_programs_is_known_and_its_neighbour_is_not() {
        let secret = |last: &str| ["ZmssLNjJy299", "8hD4CTg2ejr", last].concat();
        assert!(is_documented(secret("2").as_bytes()));
        assert!(!is_documented(secret("3").as_bytes()));
    }
}
