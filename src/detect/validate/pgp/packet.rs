//! The packets of an OpenPGP private key: which key, whose, and what protects it.
//!
//! RFC 4880, 5.5 and RFC 9580, 5.5; the fingerprint is the one that people compare.

use sha1::{Digest, Sha1};

use super::super::super::matched::Facts;
use super::super::{facts, text, time};
use crate::detect::keys::{Curve, Key, Modern, Protection, PublicKey};

pub(super) const SECRET_KEY: u8 = 5;
const SECRET_SUBKEY: u8 = 7;
pub(super) const USER_ID: u8 = 13;

/// What the first packet tells, if it is a secret key.
pub(super) fn secret_key(bytes: &[u8]) -> Option<Facts> {
    let (kind, content, mut rest) = packet(bytes)?;
    if !matches!(kind, SECRET_KEY | SECRET_SUBKEY) {
        return None;
    }
    let mut told = about(content).unwrap_or_default();
    while let Some((kind, content, after)) = packet(rest) {
        if kind == USER_ID {
            told.extend(facts([("user", text(content))]));
            break;
        }
        rest = after;
    }
    Some(told)
}

/// The first packet: its kind, its content as far as it is there, and what follows it.
fn packet(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    if tag & 0x80 == 0 {
        return None;
    }
    let (kind, digits) = match tag & 0x40 {
        0 => (
            tag >> 2 & 0x0f,
            [1, 2, 4].get(usize::from(tag & 3)).copied()?,
        ),
        _ => match rest.first()? {
            0..=191 => (tag & 0x3f, 1),
            192..=223 => (tag & 0x3f, 2),
            255 => (tag & 0x3f, 5),
            _ => return None,
        },
    };
    let (number, rest) = rest.split_at_checked(digits)?;
    let length = match number {
        [first @ 192..=223, second] if tag & 0x40 != 0 => {
            ((usize::from(*first) - 192) << 8) + usize::from(*second) + 192
        }
        [255, number @ ..] if number.len() == 4 => big_endian(number),
        number => big_endian(number),
    };
    let (content, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    Some((kind, content, rest))
}

fn big_endian(number: &[u8]) -> usize {
    number
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// Version, creation time, algorithm, public numbers, then how the secret ones are protected.
fn about(content: &[u8]) -> Option<Facts> {
    let (&version, rest) = content.split_first()?;
    let (created, rest) = rest.split_first_chunk::<4>()?;
    let (&algorithm, rest) = rest.split_first()?;
    let mut told = facts([("created", time::fact(u32::from_be_bytes(*created).into()))]);
    if version != 4 {
        told.extend(
            Key::of_kind(kind(algorithm))
                .facts()
                .remove_entry("key_type"),
        );
        return Some(told);
    }
    let mut after = rest;
    let numbers = public_numbers(algorithm, &mut after)?;
    let mut key = key(algorithm, &numbers);
    // How SSH calls it is of no interest here.
    key.fingerprint = None;
    let secret = after;
    let public = &content[..content.len() - secret.len()];
    if let [usage @ 1..=255, rest @ ..] = secret {
        key = key.protected(protection(*usage, rest));
    }
    told.extend(key.facts());
    told.insert("openpgp_fingerprint".to_owned(), fingerprint(public).into());
    if secret.is_empty() {
        told.remove("encrypted");
    }
    Some(told)
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

/// What follows the byte that says that there is protection: a cipher, then how its key is made.
fn protection(usage: u8, rest: &[u8]) -> Protection {
    let (cipher, kdf) = match (usage, rest) {
        (253..=255, [cipher, kdf, ..]) => (*cipher, Some(*kdf)),
        (253..=255, _) => (0, None),
        (cipher, _) => (cipher, None),
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

/// RFC 4880, 12.2.
fn fingerprint(public: &[u8]) -> String {
    let length = (public.len() as u16).to_be_bytes();
    let hash = Sha1::new()
        .chain_update([0x99])
        .chain_update(length)
        .chain_update(public)
        .finalize();
    hash.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Takes a number that has its bits before it.
fn number<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (bits, after) = rest.split_first_chunk::<2>()?;
    *rest = after;
    take(rest, usize::from(u16::from_be_bytes(*bits)).div_ceil(8))
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
