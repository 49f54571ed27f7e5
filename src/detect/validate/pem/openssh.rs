//! OpenSSH's own key format (`openssh-key-v1`): the public half is in clear even when the private
//! one is encrypted, and two equal numbers show that the private half is whole.

use super::Key;
use super::ssh::{fingerprint, kind_and_bits, number, string};

const MAGIC: &[u8] = b"openssh-key-v1\0";

/// Reads the decoded body.
pub(super) fn read(body: &[u8]) -> Option<Key> {
    let mut rest = body.strip_prefix(MAGIC)?;
    let cipher = string(&mut rest)?;
    let _kdf = string(&mut rest)?;
    let _kdf_options = string(&mut rest)?;
    if number(&mut rest)? == 0 {
        return None;
    }
    let public = string(&mut rest)?;
    let (kind, bits) = kind_and_bits(public)?;
    let encrypted = cipher != b"none";
    if !encrypted {
        // Other public keys may stand between; there is one in every key that ssh-keygen writes.
        let mut private = string(&mut rest)?;
        if number(&mut private)? != number(&mut private)? {
            return None;
        }
    }
    Some(Key {
        kind: Some(kind),
        bits,
        encrypted,
        fingerprint: Some(fingerprint(public)),
    })
}
