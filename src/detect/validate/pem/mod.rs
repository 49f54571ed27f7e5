//! Private keys in PEM armour: a header alone is no key, the body must decode and parse.
//!
//! RFC 7468 (PEM), RFC 8017 (PKCS #1), RFC 5208/5958 (PKCS #8), RFC 5915 (SEC 1), RFC 1421
//! (legacy encryption), OpenSSH's `PROTOCOL.key`. Keys are found as they stand in files, and as
//! they stand in JSON, environment variables and source code, with escaped or lost line breaks.

mod armor;
mod der;
mod openssh;
mod ssh;
#[cfg(test)]
pub(super) mod tests;

use super::super::matched::Facts;
use super::encoding::base64;
use super::{Candidate, Verdict, facts};

/// What a private key tells of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Key {
    /// `rsa`, `ec`, `ed25519`, ….
    kind: Option<String>,
    bits: Option<u64>,
    encrypted: bool,
    /// As `ssh-keygen -l` prints it.
    fingerprint: Option<String>,
}

impl Key {
    /// As facts.
    pub(super) fn facts(self) -> Facts {
        facts([
            ("key_type", self.kind.map(Into::into)),
            ("bits", self.bits.map(Into::into)),
            ("encrypted", Some(self.encrypted.into())),
            ("fingerprint", self.fingerprint.map(Into::into)),
        ])
    }
}

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
pub(super) fn read(bytes: &[u8]) -> Read {
    let Some(armor) = armor::Armor::read(bytes) else {
        return Read::Nothing;
    };
    let key = armor.body().and_then(|body| parse(&armor, &body));
    match key {
        Some(key) => Read::Key(key),
        None if armor.lines() >= LEAST_LINES => Read::CutOff,
        None => Read::Nothing,
    }
}

fn parse(armor: &armor::Armor, body: &[u8]) -> Option<Key> {
    if armor.encrypted_by_header() {
        // Ciphertext: nothing to parse, but it comes in whole blocks.
        let kind = match armor.label() {
            "RSA " => "rsa",
            "EC " => "ec",
            "DSA " => "dsa",
            _ => return None,
        };
        return (body.len() >= 64 && body.len().is_multiple_of(8)).then(|| Key {
            kind: Some(kind.to_owned()),
            encrypted: true,
            ..Key::default()
        });
    }
    match armor.label() {
        "RSA " => der::pkcs1(body),
        "EC " => der::sec1(body, None),
        "DSA " => der::dsa(body),
        "" => der::pkcs8(body),
        "ENCRYPTED " => der::encrypted_pkcs8(body),
        "OPENSSH " => openssh::read(body),
        _ => None,
    }
}

/// Drops what does not parse, demotes what was cut off.
pub(super) fn private_key(candidate: &Candidate<'_>) -> Verdict {
    match read(candidate.secret) {
        Read::Key(key) => Verdict::Confirmed(key.facts()),
        Read::CutOff => Verdict::Demoted(facts([("truncated", Some(true.into()))])),
        Read::Nothing => Verdict::Dropped,
    }
}

/// The same for an armoured text that is base64 once more, as Kubernetes keeps it.
pub(super) fn private_key_in_base64(candidate: &Candidate<'_>) -> Verdict {
    match base64(candidate.secret).map(|armored| read(&armored)) {
        Some(Read::Key(key)) => Verdict::Confirmed(key.facts()),
        Some(Read::CutOff) => Verdict::Demoted(facts([("truncated", Some(true.into()))])),
        Some(Read::Nothing) | None => Verdict::Dropped,
    }
}

/// What the public half of a PuTTY file tells; nothing when it is not of that type.
pub(super) fn putty_public(public: &[u8], kind: &str, encrypted: bool) -> Option<Facts> {
    let mut rest = public;
    if ssh::string(&mut rest)? != kind.as_bytes() {
        return None;
    }
    let (kind, bits) = ssh::kind_and_bits(public)?;
    let key = Key {
        kind: Some(kind),
        bits,
        encrypted,
        fingerprint: Some(ssh::fingerprint(public)),
    };
    Some(key.facts())
}
