//! OpenSSH's own key format (`openssh-key-v1`): the public half is in clear even when the private
//! one is encrypted, and two equal numbers show that the private half is whole.

use super::curve::contradicts;
use super::der::significant;
use super::effort::Effort;
use super::number::is_product;
use super::public::PublicKey;
use super::ssh::{fingerprint, kind, number, string};
use super::{Flaw, Key, Protection};

const MAGIC: &[u8] = b"openssh-key-v1\0";

/// Reads the decoded body.
pub(in crate::detect) fn read(body: &[u8], effort: &Effort) -> Option<Key> {
    let mut rest = body.strip_prefix(MAGIC)?;
    let cipher = string(&mut rest)?;
    let kdf = string(&mut rest)?;
    let _kdf_options = string(&mut rest)?;
    if number(&mut rest)? == 0 {
        return None;
    }
    let public = string(&mut rest)?;
    let key = of_public(public)?;
    if cipher != b"none" {
        return Some(key.protected(Protection {
            cipher: name(cipher),
            kdf: name(kdf),
        }));
    }
    // Other public keys may stand between; there is one in every key that ssh-keygen writes.
    let mut private = string(&mut rest)?;
    if number(&mut private)? != number(&mut private)? {
        return None;
    }
    let flaw = PublicKey::from_ssh(public).and_then(|public| flaw(&public, private, effort));
    Some(key.with_flaw(flaw))
}

/// What the private half, which begins with the key type's name, says against the public one.
fn flaw(public: &PublicKey<'_>, mut private: &[u8], effort: &Effort) -> Option<Flaw> {
    string(&mut private);
    let mut next = || string(&mut private).unwrap_or_default();
    match public {
        PublicKey::Modern { curve, point } => {
            // The seed, and behind it the public key once more.
            let (written, both) = (next(), next());
            let Some((seed, again)) = both.split_at_checked(curve.bytes()) else {
                return Some(Flaw::PrivateHalf);
            };
            let own = curve.point_of(seed, effort);
            let is_own = own.is_none_or(|own| **point == own);
            let is_same = written == &**point && again == &**point;
            (!is_own || !is_same).then_some(Flaw::PublicHalf)
        }
        PublicKey::Rsa { modulus, .. } => {
            let [written, _, _, _, p, q] = [(); 6].map(|()| next());
            if q.is_empty() {
                return Some(Flaw::PrivateHalf);
            }
            if significant(written) != significant(modulus) {
                return Some(Flaw::PublicHalf);
            }
            (is_product(modulus, &[p, q]) == Some(false)).then_some(Flaw::Product)
        }
        PublicKey::Ec { curve, point } => {
            let [_, written, scalar] = [(); 3].map(|()| next());
            if scalar.is_empty() {
                return Some(Flaw::PrivateHalf);
            }
            let own = curve.point_of(significant(scalar), effort);
            let is_other = contradicts(Some(point), own.as_deref()) || written != &**point;
            is_other.then_some(Flaw::PublicHalf)
        }
        PublicKey::Dsa(_) => None,
    }
}

/// The private key of a public one in SSH's wire form, also of a kind that is known by name only.
pub(in crate::detect) fn of_public(blob: &[u8]) -> Option<Key> {
    if let Some(public) = PublicKey::from_ssh(blob) {
        return Some(Key::from(&public));
    }
    let kind = kind(blob)?;
    Some(Key {
        fingerprint: Some(fingerprint(blob)),
        ..Key::of_kind(&kind)
    })
}

/// The name of a cipher, which is a word.
fn name(bytes: &[u8]) -> Option<String> {
    let is_word = bytes.len() <= 64 && bytes.iter().all(u8::is_ascii_graphic);
    is_word.then(|| String::from_utf8_lossy(bytes).into_owned())
}
