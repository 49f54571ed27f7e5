//! Keys and certificates: what a private key tells of itself, what its public half is called, and
//! where else that public half is seen.
//!
//! Validators and keystores read private keys with it; the session notes public keys and
//! certificates that it passes ([`Sights`]), so that a scan can say which certificate a private
//! key belongs to. Everything is bounded: sizes here, the amount of arithmetic by [`Effort`].

mod certificate;
mod curve;
mod curve25519;
pub(super) mod der;
mod effort;
#[cfg(test)]
pub(super) mod fixture;
mod known;
mod number;
mod openssh;
mod pbe;
mod pem;
mod power;
mod private;
mod public;
mod putty;
mod sights;
mod ssh;
#[cfg(test)]
mod tests;

use super::matched::Facts;
use crate::error::printable;

pub use certificate::Certificate;
pub(super) use curve::{Curve, Modern};
pub use effort::Effort;
pub(super) use openssh::{of_public as of_ssh, read as openssh};
pub(super) use pbe::{MAC, Salted, Scheme};
pub(super) use pem::unescape;
pub(super) use private::{any, dsa, encrypted_pkcs8, pkcs1, pkcs8, sec1};
pub use public::KeyId;
pub(super) use public::PublicKey;
pub(super) use putty::contradiction;
pub use sights::{Observed, Seen};
pub(super) use sights::{SIGHTS, Sight, Sights};
pub(super) use ssh::{Blob, fingerprint, string};

/// A text from an image is shortened to so many bytes before it becomes a fact.
const LONGEST_TEXT: usize = 200;

/// A text from an image, short and printable.
pub(super) fn shown(bytes: &[u8]) -> String {
    printable(&bytes[..bytes.len().min(LONGEST_TEXT)])
}

/// What keeps a private key from being read by whoever has the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Protection {
    /// The cipher, where it is told.
    pub cipher: Option<String>,
    /// How the cipher's key is made of a password, where it is told.
    pub kdf: Option<String>,
}

/// What a private key tells of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Key {
    /// `rsa`, `ec p-256`, `ed25519`, ….
    pub kind: Option<String>,
    pub bits: Option<u64>,
    /// `None` for a key in clear.
    pub protection: Option<Protection>,
    /// As `ssh-keygen -l` prints it, of keys that SSH knows.
    pub fingerprint: Option<String>,
    /// What its public half is known by.
    pub id: Option<KeyId>,
    /// Why it is no key after all, though it is written like one.
    pub flaw: Option<Flaw>,
}

/// What a key's own numbers say against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// RSA's modulus is not the product of its primes.
    Product,
    /// The public half that is written with it is not its own.
    PublicHalf,
    /// The private half is not there as its algorithm wants it.
    PrivateHalf,
    /// The algorithm is none that is known, so that nothing can be said for it.
    Algorithm,
    /// The code that proves the file whole is missing, or that of another file.
    Mac,
}

impl Flaw {
    /// As the fact `flaw`.
    fn as_str(self) -> &'static str {
        match self {
            Self::Product => "the modulus is not the product of the primes",
            Self::PublicHalf => "the public half belongs to another key",
            Self::PrivateHalf => "the private half cannot be read",
            Self::Algorithm => "the algorithm is not known",
            Self::Mac => "the MAC is not that of the file",
        }
    }
}

impl Key {
    /// A key of which only the kind is known.
    pub(super) fn of_kind(kind: &str) -> Self {
        Self {
            kind: Some(kind.to_owned()),
            ..Self::default()
        }
    }

    /// The same key with what speaks against it, if anything does: then it has no public half that
    /// others would know.
    pub(super) fn with_flaw(self, flaw: Option<Flaw>) -> Self {
        match flaw {
            Some(_) => Self {
                flaw,
                fingerprint: None,
                id: None,
                ..self
            },
            None => self,
        }
    }

    /// The same key behind a password.
    pub(super) fn protected(self, protection: Protection) -> Self {
        Self {
            protection: Some(protection),
            ..self
        }
    }

    /// As facts.
    pub(super) fn facts(self) -> Facts {
        let encrypted = self.protection.is_some();
        let Protection { cipher, kdf } = self.protection.unwrap_or_default();
        let facts = [
            ("key_type", self.kind.map(Into::into)),
            ("bits", self.bits.map(Into::into)),
            ("encrypted", Some(encrypted.into())),
            ("cipher", cipher.map(Into::into)),
            ("kdf", kdf.map(Into::into)),
            (FLAW, self.flaw.map(|flaw| flaw.as_str().into())),
            ("fingerprint", self.fingerprint.map(Into::into)),
            ("spki_sha256", self.id.map(|id| id.to_string().into())),
            (
                PUBLICLY_KNOWN,
                self.id.and_then(known::source).map(Into::into),
            ),
        ];
        let told = facts.into_iter();
        told.filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

/// The fact that something is no key after all, with the reason.
pub(super) const FLAW: &str = "flaw";

/// The fact that a private key is published, with the source.
pub(super) const PUBLICLY_KNOWN: &str = "publicly_known";

impl From<&PublicKey<'_>> for Key {
    /// The private key of a public one.
    fn from(public: &PublicKey<'_>) -> Self {
        Self {
            kind: Some(public.kind()),
            bits: Some(public.bits()),
            protection: None,
            fingerprint: public.ssh().map(|blob| fingerprint(&blob)),
            id: Some(public.id()),
            flaw: None,
        }
    }
}
