//! Java's own keystores, JKS and JCEKS: entries with their certificates in clear and private keys
//! encrypted, then a hash over all of it and the password.
//!
//! OpenJDK's `JavaKeyStore.java`. The certificate of a private key tells its public half without
//! any password. A JCEKS entry with a secret key is a serialised object of unknown length, so what
//! follows it is not read.

use sha1::{Digest, Sha1};

use super::File;
use super::bks;
use super::data::Data;
use super::passwords::{Opened, Tried, open};
use super::store::Store;
use crate::detect::keys::{Effort, Protection, Sights};
use crate::detect::matched::Facts;

const JKS: u32 = 0xfeed_feed;
const JCEKS: u32 = 0xcece_cece;

const PRIVATE_KEY: u32 = 1;
const CERTIFICATE: u32 = 2;
const SECRET_KEY: u32 = 3;

/// Bytes of the hash at the end.
const HASH: usize = 20;
/// Certificates that are read of one chain.
const LONGEST_CHAIN: u32 = 64;

/// Reads a JKS, JCEKS or BKS store.
pub(super) fn read(file: File<'_>, sights: &mut Sights) -> Option<Facts> {
    let bytes = file.bytes;
    let mut rest = Data(bytes);
    let mut store = match rest.int()? {
        JKS => Store::of("jks"),
        JCEKS => Store::of("jceks"),
        _ => return bks::read(bytes, sights),
    };
    let version = rest.int().filter(|version| matches!(version, 1 | 2))?;
    store.entries = rest.int()?;
    store.protection = Some(Protection {
        cipher: Some(store.format.to_owned()),
        kdf: None,
    });
    let mut whole = true;
    for _ in 0..store.entries {
        if entry(&mut rest, version, &mut store, sights).is_none() {
            whole = false;
            break;
        }
    }
    if store.private_keys > 0 || store.secret_keys > 0 {
        // Behind a secret key nothing is read; there the hash is whatever the file ends with.
        let ends = match whole {
            true => rest.0.len() == HASH,
            false => store.secret_keys > 0,
        };
        store.opened = match bytes.split_last_chunk::<HASH>() {
            Some((content, hash)) if file.is_whole && ends => {
                open(|password| fits(password, content, hash, &sights.effort)).1
            }
            _ => Opened::NotTried,
        };
    }
    store.facts()
}

fn entry(rest: &mut Data<'_>, version: u32, store: &mut Store, sights: &mut Sights) -> Option<()> {
    let tag = rest.int()?;
    let alias = rest.text()?;
    rest.date()?;
    let certificate = |rest: &mut Data<'_>| {
        if version == 2 {
            rest.text()?;
        }
        rest.block().map(<[u8]>::to_vec)
    };
    match tag {
        PRIVATE_KEY => {
            rest.block().filter(|key| !key.is_empty())?;
            store.private_keys += 1;
            store.alias(alias);
            for at in 0..rest.int().filter(|count| *count <= LONGEST_CHAIN)? {
                let bytes = certificate(rest)?;
                match at {
                    0 => store.own_certificate(&bytes, sights),
                    _ => drop(sights.certificate(&bytes)),
                }
            }
            Some(())
        }
        CERTIFICATE => {
            sights.certificate(&certificate(rest)?);
            Some(())
        }
        SECRET_KEY => {
            store.secret_keys += 1;
            store.alias(alias);
            None
        }
        _ => None,
    }
}

/// Whether the hash is that of this password. Java takes no password for the empty one.
fn fits(password: Option<&str>, content: &[u8], hash: &[u8; HASH], effort: &Effort) -> Tried {
    let Some(password) = password else {
        return Tried::DoesNot;
    };
    if !effort.take(content.len() as u64 / 64 + 1) {
        return Tried::TooCostly;
    }
    let wide: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let computed = Sha1::new()
        .chain_update(wide)
        .chain_update(b"Mighty Aphrodite")
        .chain_update(content)
        .finalize();
    Tried::from(computed[..] == hash[..])
}
