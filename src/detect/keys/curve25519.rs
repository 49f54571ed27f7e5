//! Curve25519: the public half of a private one, by which its owner recognises the key.

use curve25519_dalek::{EdwardsPoint, MontgomeryPoint};
use sha2::{Digest, Sha512};

/// The public key of an Ed25519 seed (RFC 8032, section 5.1.5).
pub(super) fn ed25519_public(seed: &[u8; 32]) -> [u8; 32] {
    let hash: [u8; 64] = Sha512::digest(seed).into();
    let mut scalar = [0; 32];
    scalar.copy_from_slice(&hash[..32]);
    EdwardsPoint::mul_base_clamped(scalar).compress().to_bytes()
}

/// The public key of an X25519 private key (RFC 7748).
pub(super) fn x25519_public(key: &[u8; 32]) -> [u8; 32] {
    MontgomeryPoint::mul_base_clamped(*key).to_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (slot, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
            *slot = u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        }
        bytes
    }

    #[test]
    fn agrees_with_rfc_8032() {
        for (seed, public) in [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            ),
        ] {
            assert_eq!(ed25519_public(&bytes(seed)), bytes(public));
        }
    }

    #[test]
    fn agrees_with_rfc_7748() {
        // The first iteration of section 5.2, where the scalar is the base point's number too.
        let mut scalar = [0; 32];
        scalar[0] = 9;
        let point = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
        assert_eq!(x25519_public(&scalar), bytes(point));
    }
}
