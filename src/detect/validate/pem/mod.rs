//! Private keys in PEM armour: a header alone is no key, the body must decode and parse.
//!
//! RFC 7468 (PEM), RFC 8017 (PKCS #1), RFC 5208/5958 (PKCS #8), RFC 5915 (SEC 1), RFC 1421
//! (legacy encryption), OpenSSH's `PROTOCOL.key`. Keys are found as they stand in files, and as
//! they stand in JSON, environment variables and source code, with escaped or lost line breaks.

mod armor;
#[cfg(test)]
pub(super) mod tests;

use super::encoding::base64;
use super::{Candidate, Effort, Facts, Verdict};
use crate::detect::keys::{self, Key, Protection};

/// What an armoured text turns out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// A key that parses.
    Key(Key),
    /// A key's beginning, cut off or damaged.
    CutOff,
    /// Only a header, or something else.
    Nothing,
}

/// Lines of base64 that make a text without an end a key that was cut off.
const LEAST_LINES: usize = 3;

/// Reads the first armoured key of a text.
pub(super) fn read(bytes: &[u8], effort: &Effort) -> Read {
    let Some(armor) = armor::Armor::read(bytes) else {
        return Read::Nothing;
    };
    let key = armor.body().and_then(|body| parse(&armor, &body, effort));
    match key {
        Some(key) => Read::Key(key),
        None if armor.lines() >= LEAST_LINES => Read::CutOff,
        None => Read::Nothing,
    }
}

fn parse(armor: &armor::Armor, body: &[u8], effort: &Effort) -> Option<Key> {
    if armor.encrypted_by_header() {
        // Ciphertext: nothing to parse, but it comes in whole blocks.
        let kind = match armor.label() {
            "RSA " => "rsa",
            "EC " => "ec",
            "DSA " => "dsa",
            _ => return None,
        };
        return (body.len() >= 64 && body.len().is_multiple_of(8)).then(|| {
            Key::of_kind(kind).protected(Protection {
                cipher: armor.cipher(),
                kdf: None,
            })
        });
    }
    match armor.label() {
        "RSA " => keys::pkcs1(body),
        "EC " => keys::sec1(body, None, effort),
        "DSA " => keys::dsa(body, effort),
        "" => keys::pkcs8(body, effort),
        "ENCRYPTED " => keys::encrypted_pkcs8(body),
        "OPENSSH " => keys::openssh(body, effort),
        _ => None,
    }
}

/// Drops what does not parse, demotes what was cut off and what is no key after all.
pub(super) fn private_key(candidate: &Candidate<'_>) -> Verdict {
    judged(read(candidate.secret, candidate.effort), Facts::new())
}

/// The same for an armoured text that is base64 once more, as Kubernetes keeps it.
pub(super) fn private_key_in_base64(candidate: &Candidate<'_>) -> Verdict {
    match base64(candidate.secret) {
        Some(armored) => judged(read(&armored, candidate.effort), Facts::new()),
        None => Verdict::Dropped,
    }
}

/// What is made of a key, with what else was told of it.
pub(super) fn judged(read: Read, mut told: Facts) -> Verdict {
    match read {
        Read::Key(key) => {
            let is_flawed = key.flaw.is_some();
            told.extend(key.facts());
            match is_flawed {
                true => Verdict::Demoted(told),
                false => Verdict::Confirmed(told),
            }
        }
        Read::CutOff => {
            told.insert("truncated".to_owned(), true.into());
            Verdict::Demoted(told)
        }
        Read::Nothing => Verdict::Dropped,
    }
}
