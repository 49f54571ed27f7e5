//! SSH's wire form of public keys (RFC 4253, section 6.6) and the fingerprint over it.

use sha2::{Digest, Sha256};

use crate::detect::validate::base64_unpadded;

/// A public key as strings with their lengths before them.
pub(in crate::detect) struct Blob(pub Vec<u8>);

impl Blob {
    /// Begins with the key type's name.
    pub(in crate::detect) fn new(kind: &[u8]) -> Self {
        Self(Vec::new()).with(kind)
    }

    /// Adds one string.
    pub(in crate::detect) fn with(mut self, part: &[u8]) -> Self {
        // Parts come from a body that a rule bounds far below 4 GiB.
        self.0.extend((part.len() as u32).to_be_bytes());
        self.0.extend(part);
        self
    }
}

/// Takes one string off the front.
pub(in crate::detect) fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(rest)? as usize;
    let (part, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(part)
}

/// Takes a 32-bit number off the front.
pub(in crate::detect) fn number(rest: &mut &[u8]) -> Option<u32> {
    let (head, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_be_bytes(*head))
}

/// `SHA256:…`, as `ssh-keygen -l` prints it.
pub(in crate::detect) fn fingerprint(blob: &[u8]) -> String {
    format!("SHA256:{}", base64_unpadded(&Sha256::digest(blob)))
}

/// The type of a public key of which no more than that is known: keys in hardware, certificates.
pub(in crate::detect) fn kind(blob: &[u8]) -> Option<String> {
    let mut rest = blob;
    let name = std::str::from_utf8(string(&mut rest)?).ok()?;
    let is_word = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_graphic());
    is_word.then(|| name.to_owned())
}
