//! GnuPG's own files of private keys, `private-keys-v1.d/*.key`: an S-expression, in its canonical
//! form or, since GnuPG 2.3, as text after names.
//!
//! GnuPG's `agent/keyformat.txt`. A key on a smart card leaves a stub without the key.

use super::File;
use super::expression::parameters;
use crate::detect::keys::der::bits;
use crate::detect::keys::{Curve, Key, Modern, Protection, PublicKey, Sights};
use crate::detect::matched::Facts;

/// Bytes in which a file says what it is.
const HEAD: usize = 8 << 10;

/// The name of the key in the newer form.
const KEY: &[u8] = b"Key:";

/// Reads the file.
pub(super) fn read(File { bytes, .. }: File<'_>, _sights: &mut Sights) -> Option<Facts> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let (protected, rest) = canonical(head).or_else(|| named(head))?;
    let (algorithm, rest) = algorithm(rest)?;
    let key = public(algorithm, &parameters(rest)).unwrap_or_else(|| Key::of_kind(algorithm));
    let key = match protected {
        true => key.protected(Protection::default()),
        false => key,
    };
    Some(key.facts())
}

/// `(21:protected-private-key(3:rsa…`.
fn canonical(head: &[u8]) -> Option<(bool, &[u8])> {
    let protected = head.strip_prefix(b"(21:protected-private-key(");
    let plain = || head.strip_prefix(b"(11:private-key(");
    let found = protected.map(|rest| (true, rest));
    let (protected, rest) = found.or_else(|| plain().map(|rest| (false, rest)))?;
    let colon = memchr::memchr(b':', &rest[..rest.len().min(3)])?;
    Some((protected, &rest[colon + 1..]))
}

/// `Key: (protected-private-key (rsa …`, below other names.
fn named(head: &[u8]) -> Option<(bool, &[u8])> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let first = head.iter().position(|byte| !is_name(byte))?;
    if first == 0 || head[first] != b':' {
        return None;
    }
    let at = match head.starts_with(KEY) {
        true => 0,
        false => memchr::memmem::find(head, b"\nKey:")? + 1,
    };
    // Which may go on in lines that begin with a space.
    let value = head[at + KEY.len()..].trim_ascii_start();
    let protected = value.strip_prefix(b"(protected-private-key (");
    let plain = || value.strip_prefix(b"(private-key (");
    let found = protected.map(|rest| (true, rest));
    found.or_else(|| plain().map(|rest| (false, rest)))
}

/// The name of the algorithm, which is the next word, and what stands behind it.
fn algorithm(rest: &[u8]) -> Option<(&'static str, &[u8])> {
    let known = ["rsa", "dsa", "elg", "ecc", "ecdsa", "ecdh"];
    let is_letter = |byte: &&u8| byte.is_ascii_lowercase();
    let length = rest.iter().take_while(is_letter).count();
    let (word, rest) = rest.split_at(length);
    let found = known.into_iter().find(|name| name.as_bytes() == word);
    found.map(|name| (name, rest))
}

/// The public half, which is in clear also where the private one is not.
fn public(algorithm: &str, parameters: &[(Vec<u8>, Vec<u8>)]) -> Option<Key> {
    let value = |name: &str| {
        let mut all = parameters.iter();
        let found = all.find(|(known, _)| known == name.as_bytes());
        found.map(|(_, value)| &value[..])
    };
    let public = match algorithm {
        "rsa" => PublicKey::Rsa {
            modulus: value("n")?,
            exponent: value("e")?,
        },
        "dsa" => PublicKey::Dsa([value("p")?, value("q")?, value("g")?, value("y")?]),
        "elg" => {
            let bits = bits(value("p")?);
            return Some(Key {
                bits: Some(bits),
                ..Key::of_kind(algorithm)
            });
        }
        _ => on_curve(value("curve")?, value("q")?)?,
    };
    Some(Key::from(&public))
}

fn on_curve<'a>(name: &[u8], point: &'a [u8]) -> Option<PublicKey<'a>> {
    let name = std::str::from_utf8(name).ok()?.to_ascii_lowercase();
    let modern = match name.as_str() {
        "ed25519" => Some(Modern::Ed25519),
        "curve25519" => Some(Modern::X25519),
        _ => None,
    };
    if let Some(curve) = modern {
        // Before a point that is not in Weierstrass form.
        let point = point.strip_prefix(&[0x40]).unwrap_or(point).into();
        return Some(PublicKey::Modern { curve, point });
    }
    let curve = Curve::by_name(name.strip_prefix("nist ").unwrap_or(&name))?;
    let point = point.into();
    Some(PublicKey::Ec { curve, point })
}
