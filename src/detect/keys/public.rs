//! Public keys, whatever they are written in, and their two names.
//!
//! X.509 names a key by the SHA-256 of its `SubjectPublicKeyInfo` (RFC 5280, 4.1.2.7; RFC 7469,
//! 2.4), SSH by the SHA-256 of its wire form (RFC 4253, 6.6). Both are computed from the numbers,
//! so that a key has the same names in a certificate, in `authorized_keys` and as a private key.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::curve::{Curve, Modern};
use super::der::{
    BIT_STRING, Der, INTEGER, NULL, OID, SEQUENCE, bits, element, integer, unsigned, whole,
};
use super::ssh::{self, Blob};

/// `rsaEncryption`, and `id-RSASSA-PSS`, whose keys are of the same kind.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
const DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];

/// SHA-256 of a key's `SubjectPublicKeyInfo`: what a public key is known by everywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyId(pub [u8; 32]);

impl KeyId {
    /// Reads what `Display` writes.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut id = [0; 32];
        if text.len() != 2 * id.len() {
            return None;
        }
        for (at, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self(id))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// What algorithm a key is for, as an `AlgorithmIdentifier` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect) enum Algorithm<'a> {
    Rsa,
    /// With its parameters, as far as there are any.
    Dsa([&'a [u8]; 3]),
    /// The curve where it is a known one.
    Ec(Option<&'static Curve>),
    Modern(Modern),
    /// One that is known by its name and no more.
    Named(&'static str),
    Other,
}

/// Algorithms whose keys are told and not read: PKCS #3 and X9.42, GOST R 34.10, and those of
/// FIPS 203, 204 and 205.
fn name_of(oid: &[u8]) -> Option<&'static str> {
    match oid {
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 3, 1] | [0x2a, 0x86, 0x48, 0xce, 0x3e, 2, 1] => {
            Some("dh")
        }
        [0x2a, 0x85, 3, 2, 2, 0x13] | [0x2a, 0x85, 3, 7, 1, 1, 1, 1 | 2] => Some("gost"),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 4, 1..=3] => Some("ml-kem"),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 17..=19] => Some("ml-dsa"),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 20..=46] => Some("slh-dsa"),
        _ => None,
    }
}

impl<'a> Algorithm<'a> {
    /// Reads the content of an `AlgorithmIdentifier`.
    pub(in crate::detect) fn read(mut identifier: Der<'a>) -> Option<Self> {
        Some(match identifier.next(OID)? {
            RSA | RSA_PSS => Self::Rsa,
            DSA => {
                let mut numbers = identifier.sequence().unwrap_or(Der(&[]));
                let mut number = || numbers.next(INTEGER).unwrap_or_default();
                Self::Dsa([number(), number(), number()])
            }
            EC => Self::Ec(identifier.next(OID).and_then(Curve::by_oid)),
            other => match (Modern::by_oid(other), name_of(other)) {
                (Some(curve), _) => Self::Modern(curve),
                (None, Some(name)) => Self::Named(name),
                (None, None) => Self::Other,
            },
        })
    }
}

/// A public key. Numbers are the contents of INTEGER elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::detect) enum PublicKey<'a> {
    Rsa {
        modulus: &'a [u8],
        exponent: &'a [u8],
    },
    /// p, q, g and y.
    Dsa([&'a [u8]; 4]),
    Ec {
        curve: &'static Curve,
        point: Cow<'a, [u8]>,
    },
    Modern {
        curve: Modern,
        point: Cow<'a, [u8]>,
    },
}

impl<'a> PublicKey<'a> {
    /// Reads a whole `SubjectPublicKeyInfo`.
    pub(in crate::detect) fn from_spki(bytes: &'a [u8]) -> Option<Self> {
        let mut info = whole(bytes, SEQUENCE)?;
        let algorithm = Algorithm::read(info.sequence()?)?;
        let key = info.next(BIT_STRING)?.strip_prefix(&[0])?;
        match algorithm {
            Algorithm::Rsa => Self::from_pkcs1(key),
            Algorithm::Dsa([p, q, g]) => Some(Self::Dsa([p, q, g, Der(key).next(INTEGER)?])),
            Algorithm::Ec(curve) => Some(Self::Ec {
                curve: curve?,
                point: key.into(),
            }),
            Algorithm::Modern(curve) => Some(Self::Modern {
                curve,
                point: key.into(),
            }),
            Algorithm::Named(_) | Algorithm::Other => None,
        }
    }

    /// Reads a whole `RSAPublicKey` (RFC 8017, A.1.1).
    pub(in crate::detect) fn from_pkcs1(bytes: &'a [u8]) -> Option<Self> {
        let mut numbers = whole(bytes, SEQUENCE)?;
        Some(Self::Rsa {
            modulus: numbers.next(INTEGER)?,
            exponent: numbers.next(INTEGER)?,
        })
    }

    /// Reads SSH's wire form.
    pub(in crate::detect) fn from_ssh(blob: &'a [u8]) -> Option<Self> {
        let mut rest = blob;
        let mut next = || ssh::string(&mut rest);
        match next()? {
            b"ssh-rsa" => Some(Self::Rsa {
                exponent: next()?,
                modulus: next()?,
            }),
            b"ssh-dss" => Some(Self::Dsa([next()?, next()?, next()?, next()?])),
            b"ssh-ed25519" => Some(Self::Modern {
                curve: Modern::Ed25519,
                point: next()?.into(),
            }),
            b"ssh-ed448" => Some(Self::Modern {
                curve: Modern::Ed448,
                point: next()?.into(),
            }),
            kind if kind.starts_with(b"ecdsa-sha2-") => Some(Self::Ec {
                curve: Curve::by_ssh(next()?)?,
                point: next()?.into(),
            }),
            _ => None,
        }
    }

    /// `rsa`, `ec p-256`, `ed25519`, ….
    pub(in crate::detect) fn kind(&self) -> String {
        match self {
            Self::Rsa { .. } => "rsa".to_owned(),
            Self::Dsa(_) => "dsa".to_owned(),
            Self::Ec { curve, .. } => format!("ec {}", curve.name),
            Self::Modern { curve, .. } => curve.name().to_owned(),
        }
    }

    pub(in crate::detect) fn bits(&self) -> u64 {
        match self {
            Self::Rsa { modulus, .. } => bits(modulus),
            Self::Dsa([p, ..]) => bits(p),
            Self::Ec { curve, .. } => curve.bits,
            Self::Modern { curve, .. } => curve.bits(),
        }
    }

    /// The `SubjectPublicKeyInfo`, in the one form that DER has for it.
    pub(in crate::detect) fn spki(&self) -> Vec<u8> {
        let oid = |oid: &[u8]| element(OID, &[oid]);
        let (algorithm, key) = match self {
            Self::Rsa { modulus, exponent } => (
                [oid(RSA), element(NULL, &[])].concat(),
                element(SEQUENCE, &[&integer(modulus), &integer(exponent)]),
            ),
            Self::Dsa([p, q, g, y]) => {
                let numbers = [p, q, g].map(|number| integer(number)).concat();
                let algorithm = [oid(DSA), element(SEQUENCE, &[&numbers])].concat();
                (algorithm, integer(y))
            }
            Self::Ec { curve, point } => ([oid(EC), oid(curve.oid)].concat(), point.to_vec()),
            Self::Modern { curve, point } => (oid(&curve.oid()), point.to_vec()),
        };
        let algorithm = element(SEQUENCE, &[&algorithm]);
        element(SEQUENCE, &[&algorithm, &element(BIT_STRING, &[&[0], &key])])
    }

    /// SSH's wire form, of keys that SSH has one for.
    pub(in crate::detect) fn ssh(&self) -> Option<Vec<u8>> {
        let blob = match self {
            Self::Rsa { modulus, exponent } => Blob::new(b"ssh-rsa")
                .with(&unsigned(exponent))
                .with(&unsigned(modulus)),
            Self::Dsa(numbers) => {
                let blob = Blob::new(b"ssh-dss");
                (numbers.iter()).fold(blob, |blob, number| blob.with(&unsigned(number)))
            }
            Self::Ec { curve, point } => {
                let name = curve.ssh?;
                Blob::new(format!("ecdsa-sha2-{name}").as_bytes())
                    .with(name.as_bytes())
                    .with(point)
            }
            Self::Modern { curve, point } => match curve {
                Modern::Ed25519 => Blob::new(b"ssh-ed25519").with(point),
                Modern::Ed448 => Blob::new(b"ssh-ed448").with(point),
                Modern::X25519 | Modern::X448 => return None,
            },
        };
        Some(blob.0)
    }

    /// What the key is known by.
    pub(in crate::detect) fn id(&self) -> KeyId {
        KeyId(Sha256::digest(self.spki()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<PublicKey<'static>> {
        let curve = Curve::by_ssh(b"nistp256").unwrap();
        vec![
            PublicKey::Rsa {
                modulus: &[0, 0xd5, 7, 9],
                exponent: &[1, 0, 1],
            },
            PublicKey::Dsa([&[0x7f, 1], &[5], &[6], &[0, 0x99]]),
            PublicKey::Ec {
                curve,
                point: vec![4; 65].into(),
            },
            PublicKey::Modern {
                curve: Modern::Ed25519,
                point: vec![9; 32].into(),
            },
        ]
    }

    #[test]
    fn a_key_is_the_same_key_in_x509_and_in_ssh() {
        for key in keys() {
            let (spki, ssh) = (key.spki(), key.ssh().unwrap());
            assert_eq!(PublicKey::from_spki(&spki).as_ref(), Some(&key));
            assert_eq!(PublicKey::from_ssh(&ssh).as_ref(), Some(&key));
        }
    }

    #[test]
    fn superfluous_zeros_do_not_change_the_name() {
        let [plain, padded] = [&[0x81, 5][..], &[0, 0, 0x81, 5]].map(|modulus| PublicKey::Rsa {
            modulus,
            exponent: &[3],
        });
        assert_eq!(plain.id(), padded.id());
        assert_eq!(plain.ssh(), padded.ssh());
    }

    #[test]
    fn cut_off_keys_are_none() {
        for key in keys() {
            for whole in [key.spki(), key.ssh().unwrap()] {
                for end in 0..whole.len() {
                    assert_eq!(PublicKey::from_spki(&whole[..end]), None);
                    assert_eq!(PublicKey::from_ssh(&whole[..end]), None);
                }
            }
        }
    }
}
