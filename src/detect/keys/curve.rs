//! Elliptic curves by the names that keys give them, and the public half of a private number.
//!
//! RFC 5480 and RFC 5639 (object identifiers), RFC 5656 (names in SSH), RFC 8410 (Edwards and
//! Montgomery curves).

use p256::elliptic_curve::sec1::ToSec1Point;

use super::curve25519::{ed25519_public, x25519_public};
use super::effort::{Effort, POINT};

/// A curve in Weierstrass form.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::detect) struct Curve {
    /// Content of its object identifier.
    pub oid: &'static [u8],
    /// As the facts name it.
    pub name: &'static str,
    /// As SSH names it, where it does.
    pub ssh: Option<&'static str>,
    pub bits: u64,
}

const fn curve(
    oid: &'static [u8],
    name: &'static str,
    ssh: Option<&'static str>,
    bits: u64,
) -> Curve {
    Curve {
        oid,
        name,
        ssh,
        bits,
    }
}

const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: &[u8] = &[0x2b, 0x81, 4, 0, 0x22];

static CURVES: &[Curve] = &[
    curve(P256, "p-256", Some("nistp256"), 256),
    curve(P384, "p-384", Some("nistp384"), 384),
    curve(&[0x2b, 0x81, 4, 0, 0x23], "p-521", Some("nistp521"), 521),
    curve(&[0x2b, 0x81, 4, 0, 0x21], "p-224", None, 224),
    curve(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 1], "p-192", None, 192),
    curve(&[0x2b, 0x81, 4, 0, 0x0a], "secp256k1", None, 256),
    curve(
        &[0x2b, 0x24, 3, 3, 2, 8, 1, 1, 7],
        "brainpoolp256r1",
        None,
        256,
    ),
    curve(
        &[0x2b, 0x24, 3, 3, 2, 8, 1, 1, 11],
        "brainpoolp384r1",
        None,
        384,
    ),
    curve(
        &[0x2b, 0x24, 3, 3, 2, 8, 1, 1, 13],
        "brainpoolp512r1",
        None,
        512,
    ),
];

impl Curve {
    /// The curve of that object identifier.
    pub(in crate::detect) fn by_oid(oid: &[u8]) -> Option<&'static Self> {
        CURVES.iter().find(|curve| curve.oid == oid)
    }

    /// The curve that the facts call so.
    pub(in crate::detect) fn by_name(name: &str) -> Option<&'static Self> {
        CURVES.iter().find(|curve| curve.name == name)
    }

    /// The curve that SSH calls so.
    pub(in crate::detect) fn by_ssh(name: &[u8]) -> Option<&'static Self> {
        let named = |curve: &&Self| curve.ssh.is_some_and(|ssh| ssh.as_bytes() == name);
        CURVES.iter().find(named)
    }

    /// The point of a private number, uncompressed. Keys that Java writes leave it out.
    pub(in crate::detect) fn point_of(&self, scalar: &[u8], effort: &Effort) -> Option<Vec<u8>> {
        if !matches!(self.oid, P256 | P384) || !effort.take(POINT) {
            return None;
        }
        if self.oid == P256 {
            let key = p256::SecretKey::from_slice(scalar).ok()?;
            return Some(key.public_key().to_sec1_point(false).as_bytes().to_vec());
        }
        let key = p384::SecretKey::from_slice(scalar).ok()?;
        Some(key.public_key().to_sec1_point(false).as_bytes().to_vec())
    }
}

/// Whether the point that a key is written with, packed or not, is another than its own, which is
/// not packed.
pub(super) fn contradicts(written: Option<&[u8]>, own: Option<&[u8]>) -> bool {
    let (Some(written), Some([_, own @ ..])) = (written, own) else {
        return false;
    };
    let (x, y) = own.split_at(own.len() / 2);
    match written {
        [4, written @ ..] => written != own,
        [sign @ (2 | 3), written @ ..] => written != x || y.last().map(|y| y & 1) != Some(sign & 1),
        _ => true,
    }
}

/// A curve in Edwards or Montgomery form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect) enum Modern {
    X25519,
    X448,
    Ed25519,
    Ed448,
}

impl Modern {
    /// The curve of that object identifier: 1.3.101.110 and the three after it.
    pub(in crate::detect) fn by_oid(oid: &[u8]) -> Option<Self> {
        match oid {
            [0x2b, 0x65, 0x6e] => Some(Self::X25519),
            [0x2b, 0x65, 0x6f] => Some(Self::X448),
            [0x2b, 0x65, 0x70] => Some(Self::Ed25519),
            [0x2b, 0x65, 0x71] => Some(Self::Ed448),
            _ => None,
        }
    }

    pub(in crate::detect) fn oid(self) -> [u8; 3] {
        [0x2b, 0x65, 0x6e + self as u8]
    }

    pub(in crate::detect) fn name(self) -> &'static str {
        match self {
            Self::X25519 => "x25519",
            Self::X448 => "x448",
            Self::Ed25519 => "ed25519",
            Self::Ed448 => "ed448",
        }
    }

    /// Bits of a key, as the curve's name has them.
    pub(in crate::detect) fn bits(self) -> u64 {
        match self {
            Self::X25519 | Self::Ed25519 => 256,
            Self::X448 | Self::Ed448 => 448,
        }
    }

    /// Bytes of a private key.
    pub(in crate::detect) fn bytes(self) -> usize {
        match self {
            Self::X25519 | Self::Ed25519 => 32,
            Self::X448 => 56,
            Self::Ed448 => 57,
        }
    }

    /// The public half of a private one, where the curve is one over 2^255 - 19.
    pub(in crate::detect) fn point_of(self, private: &[u8], effort: &Effort) -> Option<[u8; 32]> {
        let seed: [u8; 32] = private.try_into().ok()?;
        let public: fn(&[u8; 32]) -> [u8; 32] = match self {
            Self::X25519 => x25519_public,
            Self::Ed25519 => ed25519_public,
            Self::X448 | Self::Ed448 => return None,
        };
        effort.take(POINT).then(|| public(&seed))
    }
}
