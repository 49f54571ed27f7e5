//! Bouncy Castle's keystore BKS: like Java's, with private keys sealed by a password, and an HMAC at
//! the end.
//!
//! Bouncy Castle's `BcKeyStoreSpi.java`. It has no magic number, so a file counts as one only when
//! it can be read from its first byte to its last.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::data::Data;
use super::passwords::{Tried, open};
use super::store::Store;
use crate::detect::keys::{MAC, Salted, Sights};
use crate::detect::matched::Facts;

/// Bytes of the salt and of the HMAC.
const HASH: u32 = 20;

const END: u8 = 0;
const CERTIFICATE: u8 = 1;
const KEY: u8 = 2;
const SECRET: u8 = 3;
const SEALED: u8 = 4;

/// Reads a store.
pub(super) fn read(bytes: &[u8], sights: &mut Sights) -> Option<Facts> {
    let mut rest = Data(bytes);
    let version = rest.int().filter(|version| matches!(version, 1 | 2))?;
    let salt = rest.block().filter(|salt| salt.len() == HASH as usize)?;
    let iterations = rest.int()?;
    let content = rest.0.get(..rest.0.len().checked_sub(HASH as usize)?)?;
    let mut store = Store::of("bks");
    while entry(&mut rest, &mut store, sights)? {}
    let hash = rest.0;
    if hash.len() != HASH as usize {
        return None;
    }
    // Version 1 took a number of bits for one of bytes.
    let length = if version == 1 { 2 } else { HASH as usize };
    let salted = Salted { salt, iterations };
    store.opened = open(|password| {
        let Some(key) = salted.key::<Sha1>(MAC, password, length, &sights.effort) else {
            return Tried::TooCostly;
        };
        let mac = Hmac::<Sha1>::new_from_slice(&key);
        Tried::from(mac.is_ok_and(|mac| mac.chain_update(content).verify_slice(hash).is_ok()))
    })
    .1;
    store.facts()
}

/// Reads one entry; whether there may be another.
fn entry(rest: &mut Data<'_>, store: &mut Store, sights: &mut Sights) -> Option<bool> {
    let kind = rest.byte()?;
    if kind == END {
        return Some(false);
    }
    let alias = rest.text()?;
    rest.date()?;
    let mut chain = Vec::new();
    for _ in 0..rest.int()? {
        chain.push(certificate(rest)?);
    }
    store.entries = store.entries.saturating_add(1);
    match kind {
        CERTIFICATE => drop(sights.certificate(certificate(rest)?)),
        KEY => {
            rest.byte()?;
            rest.text()?;
            rest.text()?;
            rest.block()?;
        }
        SECRET | SEALED => drop(rest.block()?),
        _ => return None,
    }
    match (kind, chain.first()) {
        (CERTIFICATE, _) => {}
        (_, Some(own)) => {
            store.private_keys += 1;
            store.alias(alias);
            store.own_certificate(own, sights);
        }
        (_, None) => {
            store.secret_keys += 1;
            store.alias(alias);
        }
    }
    Some(true)
}

/// A certificate with its type before it.
fn certificate<'a>(rest: &mut Data<'a>) -> Option<&'a [u8]> {
    rest.text()?;
    rest.block()
}
