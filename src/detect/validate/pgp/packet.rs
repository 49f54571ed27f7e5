//! The packets of an OpenPGP private key: the key itself, and whose it is.
//!
//! RFC 4880, 4.2 and RFC 9580, 4.2 (headers), 10.1 (which packets follow which).

use super::super::super::matched::Facts;
use super::super::{facts, text};
use super::secret::Parts;

pub(super) const SECRET_KEY: u8 = 5;
const SECRET_SUBKEY: u8 = 7;
pub(super) const USER_ID: u8 = 13;

/// Packets that follow a secret key: signatures, subkeys, trust, names, pictures, padding.
const FOLLOWING: &[u8] = &[2, SECRET_KEY, SECRET_SUBKEY, 12, USER_ID, 14, 17, 21];

/// What the first packet tells, if it is a secret key.
pub(super) fn secret_key(bytes: &[u8]) -> Option<Facts> {
    let (kind, content, rest) = packet(bytes)?;
    if !matches!(kind, SECRET_KEY | SECRET_SUBKEY) {
        return None;
    }
    let mut told = Parts::read(content).map(Parts::facts).unwrap_or_default();
    told.extend(user(rest));
    Some(told)
}

/// The same of bytes that no armour says to be a key: everything about the first packet must be as
/// programs write it, and a packet that may stand there must follow.
pub(super) fn secret_keyring(bytes: &[u8]) -> Option<Facts> {
    let (kind, content, rest) = packet(bytes)?;
    let (next, ..) = packet(rest)?;
    let parts = Parts::read(content)?;
    if kind != SECRET_KEY || !FOLLOWING.contains(&next) || !parts.are_sound() {
        return None;
    }
    let mut told = parts.facts();
    told.extend(user(rest));
    Some(told)
}

/// Whose key it is, of the packets behind it.
fn user(mut rest: &[u8]) -> Facts {
    while let Some((kind, content, after)) = packet(rest) {
        if kind == USER_ID {
            return facts([("user", text(content))]);
        }
        rest = after;
    }
    Facts::new()
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

/// A number that begins with its highest byte.
pub(super) fn big_endian(number: &[u8]) -> usize {
    number
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte))
}
