//! GnuPG's own files of private keys, `private-keys-v1.d/*.key`: an S-expression, in its canonical
//! form or, since GnuPG 2.3, as text after names.
//!
//! GnuPG's `agent/keyformat.txt`. A key on a smart card leaves a stub without the key.

use super::File;
use crate::detect::keys::{Key, Protection, Sights};
use crate::detect::matched::Facts;

/// Bytes in which a file says what it is.
const HEAD: usize = 2_048;

/// Reads the file.
pub(super) fn read(File { bytes, .. }: File<'_>, _sights: &mut Sights) -> Option<Facts> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let (protected, rest) = canonical(head).or_else(|| named(head))?;
    let key = Key::of_kind(algorithm(rest)?);
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
    let lines = head.split(|byte| *byte == b'\n');
    let value = lines
        .into_iter()
        .find_map(|line| line.strip_prefix(b"Key:"))?;
    let value = value.trim_ascii_start();
    let protected = value.strip_prefix(b"(protected-private-key (");
    let plain = || value.strip_prefix(b"(private-key (");
    let found = protected.map(|rest| (true, rest));
    found.or_else(|| plain().map(|rest| (false, rest)))
}

/// The name of the algorithm, which is the next word.
fn algorithm(rest: &[u8]) -> Option<&'static str> {
    let known = ["rsa", "dsa", "elg", "ecc", "ecdsa", "ecdh"];
    let length = rest
        .iter()
        .take_while(|byte| byte.is_ascii_lowercase())
        .count();
    known
        .into_iter()
        .find(|name| name.as_bytes() == &rest[..length])
}
