//! Built-in detectors of files that are a private key or hold one, and are no text: keystores, keys
//! in DER, GnuPG's keys, password databases.
//!
//! Content decides: each looks at the first bytes of a file, whatever its name. A store is a
//! finding only where it holds a private or secret key; one of certificates alone is none.

mod bks;
mod data;
mod expression;
mod gnupg;
mod java;
mod keepass;
mod passwords;
mod pkcs12;
mod store;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::detector::{Desk, Detector, Found, View};
use super::keys::{self, Sights};
use super::matched::{By, Facts, TextKind};
use super::suppress;
use super::validate::openpgp_keyring;
use crate::rules::Confidence;

/// Bytes of a file that are looked at; a keystore has some thousand.
const LARGEST: usize = 1 << 20;
/// Bytes of a file that stand for it: what a report compares and, when asked to, reveals.
const MOST_SHOWN: usize = 64 << 10;

/// As much of a file as is looked at.
#[derive(Clone, Copy)]
struct File<'a> {
    bytes: &'a [u8],
    /// Whether that is all of it.
    is_whole: bool,
}

/// What the file says of itself, if it is of that kind and worth a finding.
type Reader = fn(File<'_>, &mut Sights) -> Option<Facts>;

/// Every detector by the name that rules use, in order of name.
const READERS: &[(&str, Reader)] = &[
    ("der-private-key", der),
    ("gnupg-key", gnupg::read),
    ("java-keystore", java::read),
    ("keepass", keepass::read),
    ("openpgp-key", openpgp),
    ("pkcs12", pkcs12::read),
];

/// The names of the detectors.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    READERS.iter().map(|(name, _)| *name)
}

/// One of the detectors.
pub(super) struct Keystore(Reader);

impl Keystore {
    /// The detector of that name.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        let found = READERS.iter().find(|(known, _)| *known == name);
        found.map(|(_, reader)| Self(*reader))
    }
}

impl Detector for Keystore {
    fn on_anchor(&self, _view: &View<'_>, _anchor: Range<usize>, _desk: &mut Desk<'_>) {}

    fn on_view(&self, view: &View<'_>, desk: &mut Desk<'_>) {
        if view.context.kind != TextKind::File || view.base > 0 {
            return;
        }
        let bytes = &view.bytes[..view.bytes.len().min(LARGEST)];
        let is_whole = view.last && bytes.len() == view.bytes.len();
        let Some(facts) = self.0(File { bytes, is_whole }, desk.sights) else {
            return;
        };
        let suppressed = suppress::known_key(&facts, view);
        let confidence = match facts.contains_key(keys::FLAW) {
            true => Confidence::Possible,
            false => Confidence::Confirmed,
        };
        desk.report(Found {
            rule: desk.index,
            by: By::Pattern,
            written: None,
            secret: 0..bytes.len().min(MOST_SHOWN),
            label: None,
            confidence,
            facts,
            suppressed,
        });
    }
}

/// A private key in DER, encrypted or not.
fn der(File { bytes, .. }: File<'_>, sights: &mut Sights) -> Option<Facts> {
    if !bytes.starts_with(&[0x30]) || bytes.len() > MOST_SHOWN {
        return None;
    }
    keys::any(bytes, &sights.effort).map(keys::Key::facts)
}

/// OpenPGP's packets without armour, the first of them a secret key.
fn openpgp(File { bytes, .. }: File<'_>, _sights: &mut Sights) -> Option<Facts> {
    openpgp_keyring(bytes)
}
