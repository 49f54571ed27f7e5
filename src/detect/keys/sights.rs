//! Public keys and certificates that a scan passes, noted for private keys that they may belong
//! to.
//!
//! Their anchors are found in the one pass that finds those of rules; a text without one costs
//! nothing more. A whole file of DER is told by its first bytes.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Key;
use super::certificate::{self, Certificate};
use super::effort::{CERTIFICATE, Effort};
use super::pem;
use super::public::{KeyId, PublicKey};
use crate::detect::detector::View;
use crate::detect::matched::TextKind;
use crate::detect::validate::base64;

/// What an anchor leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect) enum Sight {
    Certificate,
    /// `SubjectPublicKeyInfo` in armour.
    PublicKey,
    /// `RSAPublicKey` in armour.
    RsaPublicKey,
    /// SSH's wire form in base64: `authorized_keys`, `*.pub`, `known_hosts`.
    Ssh,
    /// An armoured certificate in base64 once more, as Kubernetes keeps it.
    Encoded,
}

const HEADER: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Anchors, in the exact case.
pub(in crate::detect) const SIGHTS: &[(&str, Sight)] = &[
    ("-----BEGIN CERTIFICATE-----", Sight::Certificate),
    ("-----BEGIN PUBLIC KEY-----", Sight::PublicKey),
    ("-----BEGIN RSA PUBLIC KEY-----", Sight::RsaPublicKey),
    ("AAAAB3NzaC1yc2E", Sight::Ssh),
    ("AAAAB3NzaC1kc3M", Sight::Ssh),
    ("AAAAC3NzaC1lZDI1NTE5", Sight::Ssh),
    ("AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY", Sight::Ssh),
    ("AAAAE2VjZHNhLXNoYTItbmlzdHAzODQ", Sight::Ssh),
    ("AAAAE2VjZHNhLXNoYTItbmlzdHA1MjE", Sight::Ssh),
    ("LS0tLS1CRUdJTiBDRVJUSUZJQ0FUR", Sight::Encoded),
];

/// Bytes behind an anchor that are looked at; a view shows as much.
const REACH: usize = 32 << 10;
/// Digits of the longest key in SSH's form; one of 16384 bits has some 2800.
const LONGEST_SSH: usize = 4 << 10;
/// Bytes that are decoded for what a hash block costs.
const BLOCK: u64 = 64;
/// What is noted of one text; the largest bundles have some hundred certificates.
const MOST: usize = 2_000;
/// Certificates that are read of one encoded chain.
const LONGEST_CHAIN: usize = 8;

/// A public key, and what it was seen in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Observed {
    /// Which key.
    pub id: KeyId,
    /// What holds it.
    pub seen: Seen,
}

/// What holds a public key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Seen {
    /// A certificate.
    Certificate(Box<Certificate>),
    /// Nothing but the key.
    PublicKey,
    /// A keystore, beside the private half.
    Keystore,
}

impl Observed {
    /// Bytes that it takes to keep.
    pub(crate) fn size(&self) -> usize {
        let more = match &self.seen {
            Seen::Certificate(certificate) => certificate.size(),
            Seen::PublicKey | Seen::Keystore => 0,
        };
        size_of::<Self>() + more
    }
}

/// What has been seen of the text at hand, and what may still be spent on keys.
#[derive(Debug, Default)]
pub(in crate::detect) struct Sights {
    observed: Vec<Observed>,
    pub effort: Effort,
}

impl Sights {
    /// An anchor stands at `anchor` of the view.
    pub(in crate::detect) fn on_anchor(
        &mut self,
        view: &View<'_>,
        anchor: Range<usize>,
        sight: Sight,
    ) {
        let affordable = self.effort.affords(REACH as u64 / BLOCK);
        if view.context.kind != TextKind::File || self.observed.len() >= MOST || !affordable {
            return;
        }
        let reach = view.bytes.len().min(anchor.end + REACH);
        let behind = &view.bytes[anchor.end..reach];
        let text = &view.bytes[anchor.start..reach];
        match sight {
            Sight::Certificate => {
                if let Some(bytes) = self.body(behind) {
                    self.certificate(&bytes);
                }
            }
            Sight::PublicKey => {
                let bytes = self.body(behind).unwrap_or_default();
                self.public_key(PublicKey::from_spki(&bytes));
            }
            Sight::RsaPublicKey => {
                let bytes = self.body(behind).unwrap_or_default();
                self.public_key(PublicKey::from_pkcs1(&bytes));
            }
            Sight::Ssh => {
                let blob = self.base64_run(text, LONGEST_SSH).unwrap_or_default();
                self.public_key(PublicKey::from_ssh(&blob));
            }
            Sight::Encoded => self.chain(text),
        }
    }

    /// A file that is one certificate in DER.
    pub(in crate::detect) fn on_file(&mut self, view: &View<'_>) {
        let is_der = matches!(view.bytes, [0x30, 0x81 | 0x82, ..]);
        if is_der && view.base == 0 && view.last && view.context.kind == TextKind::File {
            self.certificate(view.bytes);
        }
    }

    /// Notes a certificate; it and its key.
    pub(in crate::detect) fn certificate(&mut self, bytes: &[u8]) -> Option<(Key, Certificate)> {
        if bytes.len() > certificate::LARGEST || !self.effort.take(CERTIFICATE) {
            return None;
        }
        let (key, certificate) = Certificate::read(bytes)?;
        let seen = Seen::Certificate(Box::new(certificate.clone()));
        self.note(Observed { id: key.id?, seen });
        Some((key, certificate))
    }

    /// Notes a key beside which its private half lies.
    pub(in crate::detect) fn keystore(&mut self, id: KeyId) {
        let seen = Seen::Keystore;
        self.note(Observed { id, seen });
    }

    /// Notes what a decoded text of this one holds.
    pub(in crate::detect) fn pass_on(&mut self, observed: Vec<Observed>) {
        observed.into_iter().for_each(|one| self.note(one));
    }

    /// What was seen of the text, which is over.
    pub(in crate::detect) fn take(&mut self) -> Vec<Observed> {
        std::mem::take(&mut self.observed)
    }

    fn public_key(&mut self, key: Option<PublicKey<'_>>) {
        if let Some(key) = key {
            let (id, seen) = (key.id(), Seen::PublicKey);
            self.note(Observed { id, seen });
        }
    }

    /// What the armour of which `text` begins behind the header holds.
    fn body(&self, text: &[u8]) -> Option<Vec<u8>> {
        let end = memchr::memmem::find(text, b"-----END ");
        // A search costs less than what is done with its result.
        let cost = end.unwrap_or(text.len() / 8) as u64 / BLOCK + 1;
        if !self.effort.take(cost) {
            return None;
        }
        pem::body(&text[..end?])
    }

    /// What the base64 at the start of `text` stands for.
    fn base64_run(&self, text: &[u8], longest: usize) -> Option<Vec<u8>> {
        let is_digit =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        let text = &text[..text.len().min(longest)];
        let length = text.iter().take_while(|byte| is_digit(byte)).count();
        if !self.effort.take(length as u64 / BLOCK + 1) {
            return None;
        }
        base64(&text[..length])
    }

    /// The certificates of an armoured chain in base64.
    fn chain(&mut self, digits: &[u8]) {
        let Some(text) = self.base64_run(digits, REACH) else {
            return;
        };
        let headers: Vec<usize> = memchr::memmem::find_iter(&text, HEADER)
            .take(LONGEST_CHAIN)
            .collect();
        for at in headers {
            if let Some(bytes) = self.body(&text[at + HEADER.len()..]) {
                self.certificate(&bytes);
            }
        }
    }

    fn note(&mut self, observed: Observed) {
        if self.observed.len() < MOST {
            self.observed.push(observed);
        }
    }
}
