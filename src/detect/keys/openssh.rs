//! OpenSSH's own key format (`openssh-key-v1`): the public half is in clear even when the private
//! one is encrypted, and two equal numbers show that the private half is whole.

use super::public::PublicKey;
use super::ssh::{fingerprint, kind, number, string};
use super::{Key, Protection};

const MAGIC: &[u8] = b"openssh-key-v1\0";

/// Reads the decoded body.
pub(in crate::detect) fn read(body: &[u8]) -> Option<Key> {
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
    (number(&mut private)? == number(&mut private)?).then_some(key)
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
