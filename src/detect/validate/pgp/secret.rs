//! A secret key packet of OpenPGP: which key it is, and what protects it.
//!
//! RFC 4880, 5.5 and RFC 9580, 5.5; the fingerprint is the one that people compare.

use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::super::super::matched::Facts;
use super::super::{facts, time};
use super::packet::big_endian;
use crate::detect::keys::der::bits;
use crate::detect::keys::{Curve, Key, Modern, Protection, PublicKey};

/// A secret key packet taken apart.
pub(super) struct Parts<'a> {
    version: u8,
    created: u32,
    algorithm: u8,
    /// The public numbers, as far as the algorithm is known.
    numbers: Option<Vec<&'a [u8]>>,
    /// Everything before the secret part, which the fingerprint is over.
    public: &'a [u8],
    /// How the secret numbers are protected, then they themselves.
    secret: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Version, creation time, algorithm, public numbers, then what is secret.
    pub(super) fn read(content: &'a [u8]) -> Option<Self> {
        let (&version, mut rest) = content.split_first()?;
        let created = u32::from_be_bytes(*take(&mut rest, 4)?.first_chunk()?);
        if version <= 3 {
            let _days_of_validity = take(&mut rest, 2)?;
        }
        let (&algorithm, mut rest) = rest.split_first()?;
        let mut secret = &content[content.len()..];
        let numbers = if version >= 5 {
            let length = big_endian(take(&mut rest, 4)?);
            let mut material = take(&mut rest, length)?;
            secret = rest;
            public_numbers(algorithm, &mut material).filter(|_| material.is_empty())
        } else {
            let numbers = public_numbers(algorithm, &mut rest);
            if numbers.is_some() {
                secret = rest;
            }
            numbers
        };
        Some(Self {
            version,
            created,
            algorithm,
            numbers,
            public: &content[..content.len() - secret.len()],
            secret,
        })
    }

    /// Whether nothing in it is otherwise than programs write it.
    pub(super) fn are_sound(&self) -> bool {
        let is_protected_soundly = match self.secret {
            [0, rest @ ..] => rest.len() > 2,
            [usage @ 253..=255, rest @ ..] => {
                let (cipher, kdf) = s2k(self.version, *usage, rest);
                (1..=13).contains(&cipher) && matches!(kdf, Some(0 | 1 | 3 | 4 | GNU))
            }
            [cipher, rest @ ..] => (1..=13).contains(cipher) && rest.len() > 2,
            [] => false,
        };
        (2..=6).contains(&self.version) && self.numbers.is_some() && is_protected_soundly
    }

    pub(super) fn facts(self) -> Facts {
        let mut told = facts([("created", time::fact(self.created.into()))]);
        let Some(numbers) = &self.numbers else {
            let kind = Key::of_kind(kind(self.algorithm));
            let kind = kind.facts().remove("key_type");
            told.extend(kind.map(|kind| ("key_type".to_owned(), kind)));
            return told;
        };
        let mut key = key(self.algorithm, numbers);
        // How SSH calls it is of no interest here.
        key.fingerprint = None;
        if let [usage @ 1..=255, rest @ ..] = self.secret {
            key = key.protected(protection(self.version, *usage, rest));
        }
        told.extend(key.facts());
        told.extend(facts([(
            "openpgp_fingerprint",
            fingerprint(self.version, self.public).map(Into::into),
        )]));
        if self.secret.is_empty() {
            told.remove("encrypted");
        }
        told
    }
}

fn kind(algorithm: u8) -> &'static str {
    match algorithm {
        1..=3 => "rsa",
        16 => "elgamal",
        17 => "dsa",
        18 => "ecdh",
        19 => "ecdsa",
        22 => "eddsa",
        25 => "x25519",
        26 => "x448",
        27 => "ed25519",
        28 => "ed448",
        _ => "other",
    }
}

/// That many numbers, one behind the other.
fn numbers<'a>(count: usize, rest: &mut &'a [u8]) -> Option<Vec<&'a [u8]>> {
    (0..count).map(|_| number(rest)).collect()
}

/// The public parts of a key of that algorithm: curve and numbers, each without its length.
fn public_numbers<'a>(algorithm: u8, rest: &mut &'a [u8]) -> Option<Vec<&'a [u8]>> {
    let mut parts = Vec::new();
    match algorithm {
        1..=3 => parts.extend(numbers(2, rest)?),
        16 => parts.extend(numbers(3, rest)?),
        17 => parts.extend(numbers(4, rest)?),
        18 | 19 | 22 => {
            parts.push(sized(rest)?);
            parts.push(number(rest)?);
            if algorithm == 18 {
                parts.push(sized(rest)?);
            }
        }
        25 | 27 => parts.push(take(rest, 32)?),
        26 => parts.push(take(rest, 56)?),
        28 => parts.push(take(rest, 57)?),
        _ => return None,
    }
    Some(parts)
}

/// The key of those parts, as far as it is one that others know, too.
fn key(algorithm: u8, parts: &[&[u8]]) -> Key {
    /// 1.3.6.1.4.1.11591.15.1, Ed25519 as RFC 4880's successors first called it.
    const ED25519: &[u8] = &[0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1];
    let of = |public: PublicKey<'_>| Key::from(&public);
    match (algorithm, parts) {
        (1..=3, &[modulus, exponent]) => of(PublicKey::Rsa { modulus, exponent }),
        (17, &[p, q, g, y]) => of(PublicKey::Dsa([p, q, g, y])),
        (19, &[curve, point]) if let Some(curve) = Curve::by_oid(curve) => of(PublicKey::Ec {
            curve,
            point: point.into(),
        }),
        (22, &[ED25519, [0x40, point @ ..]]) | (27, &[point]) => of(PublicKey::Modern {
            curve: Modern::Ed25519,
            point: point.into(),
        }),
        _ => Key::of_kind(kind(algorithm)),
    }
}

/// GnuPG's own way to say that the secret numbers are elsewhere: on a card, or with another machine.
const GNU: u8 = 101;

/// What follows the byte that says that there is protection: a cipher, then how its key is made,
/// with lengths between since version 5.
fn s2k(version: u8, usage: u8, rest: &[u8]) -> (u8, Option<u8>) {
    let rest = match version {
        0..=4 => rest,
        _ => rest.get(1..).unwrap_or_default(),
    };
    let is_aead = usize::from(usage == 253);
    let is_sized = usize::from(version >= 6 && usage != 255);
    let cipher = rest.first().copied().unwrap_or_default();
    (cipher, rest.get(1 + is_aead + is_sized).copied())
}

fn protection(version: u8, usage: u8, rest: &[u8]) -> Protection {
    let (cipher, kdf) = match usage {
        253..=255 => s2k(version, usage, rest),
        cipher => (cipher, None),
    };
    let cipher = match cipher {
        1 => Some("idea"),
        2 => Some("3des"),
        3 => Some("cast5"),
        4 => Some("blowfish"),
        7 => Some("aes-128"),
        8 => Some("aes-192"),
        9 => Some("aes-256"),
        10 => Some("twofish"),
        _ => None,
    };
    let kdf = match kdf {
        Some(0) => Some("simple s2k"),
        Some(1) => Some("salted s2k"),
        Some(3) => Some("iterated s2k"),
        Some(4) => Some("argon2"),
        _ => None,
    };
    Protection {
        cipher: cipher.map(str::to_owned),
        kdf: kdf.map(str::to_owned),
    }
}

/// RFC 4880, 12.2 and RFC 9580, 5.5.4; those of version 3 are over other things.
fn fingerprint(version: u8, public: &[u8]) -> Option<String> {
    let length = public.len() as u32;
    let hash = match version {
        4 => {
            let head = [0x99, (length >> 8) as u8, length as u8];
            Sha1::new()
                .chain_update(head)
                .chain_update(public)
                .finalize()
                .to_vec()
        }
        5 | 6 => {
            let head = [0x95 + version];
            let sum = Sha256::new()
                .chain_update(head)
                .chain_update(length.to_be_bytes());
            sum.chain_update(public).finalize().to_vec()
        }
        _ => return None,
    };
    Some(hash.iter().map(|byte| format!("{byte:02X}")).collect())
}

/// Takes a number that has its bits before it, none of which is superfluous.
fn number<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (written, after) = rest.split_first_chunk::<2>()?;
    *rest = after;
    let written = u16::from_be_bytes(*written);
    let number = take(rest, usize::from(written).div_ceil(8))?;
    (bits(number) == u64::from(written)).then_some(number)
}

/// Takes what has its length in one byte before it.
fn sized<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (&length, after) = rest.split_first()?;
    *rest = after;
    take(rest, usize::from(length))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (part, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(part)
}
