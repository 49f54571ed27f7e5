//! SSH's wire form of public keys (RFC 4253, section 6.6) and the fingerprint over it.

use sha2::{Digest, Sha256};

use super::super::encoding::base64_unpadded;

/// A public key as strings with their lengths before them.
pub(super) struct Blob(pub Vec<u8>);

impl Blob {
    /// Begins with the key type's name.
    pub(super) fn new(kind: &[u8]) -> Self {
        Self(Vec::new()).with(kind)
    }

    /// Adds one string.
    pub(super) fn with(mut self, part: &[u8]) -> Self {
        // Parts come from a body that a rule bounds far below 4 GiB.
        self.0.extend((part.len() as u32).to_be_bytes());
        self.0.extend(part);
        self
    }
}

/// Takes one string off the front.
pub(super) fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(rest)? as usize;
    let (part, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(part)
}

/// Takes a 32-bit number off the front.
pub(super) fn number(rest: &mut &[u8]) -> Option<u32> {
    let (head, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_be_bytes(*head))
}

/// `SHA256:…`, as `ssh-keygen -l` prints it.
pub(super) fn fingerprint(blob: &[u8]) -> String {
    format!("SHA256:{}", base64_unpadded(&Sha256::digest(blob)))
}

/// Type and bits of a public key.
pub(super) fn kind_and_bits(blob: &[u8]) -> Option<(String, Option<u64>)> {
    let mut rest = blob;
    let name = std::str::from_utf8(string(&mut rest)?).ok()?;
    let mpint_bits = |part: &[u8]| {
        let digits = &part[part.iter().take_while(|byte| **byte == 0).count()..];
        let unused = digits.first().map_or(0, |first| first.leading_zeros());
        digits.len() as u64 * 8 - u64::from(unused)
    };
    Some(match name {
        "ssh-rsa" => {
            string(&mut rest)?;
            ("rsa".to_owned(), Some(mpint_bits(string(&mut rest)?)))
        }
        "ssh-dss" => ("dsa".to_owned(), Some(mpint_bits(string(&mut rest)?))),
        "ssh-ed25519" => ("ed25519".to_owned(), Some(256)),
        "ssh-ed448" => ("ed448".to_owned(), Some(448)),
        "ecdsa-sha2-nistp256" => ("ec".to_owned(), Some(256)),
        "ecdsa-sha2-nistp384" => ("ec".to_owned(), Some(384)),
        "ecdsa-sha2-nistp521" => ("ec".to_owned(), Some(521)),
        other if other.len() <= 64 && other.bytes().all(|byte| byte.is_ascii_graphic()) => {
            (other.to_owned(), None)
        }
        _ => return None,
    })
}
