//! PKCS #12: bags of keys and certificates, in clear or encrypted, and a MAC with the password.
//!
//! RFC 7292. That there is a private key is in clear in what OpenSSL, Java, Windows and browsers
//! write; whose it is shows only with the password. What BER allows and DER does not (lengths left
//! open) is not read.

use hmac::digest::block_api::EagerHash;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha1::digest::block_api::BlockSizeUser;
use sha1::digest::{Digest, FixedOutputReset};
use sha2::{Sha256, Sha384, Sha512};

use super::File;
use super::passwords::{Opened, Tried, open};
use super::store::Store;
use crate::detect::keys::der::{Der, OCTET_STRING, OID, SEQUENCE, SET, whole};
use crate::detect::keys::{Effort, MAC, Salted, Scheme, Sights, pkcs8};
use crate::detect::matched::Facts;

/// `[0]`, constructed or not.
const CONTENT: u8 = 0xa0;
const PLAIN_CONTENT: u8 = 0x80;
const BMP_STRING: u8 = 0x1e;

/// 1.2.840.113549.1.7.1 and 1.2.840.113549.1.7.6.
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 6];
/// 1.2.840.113549.1.12.10.1: bags.
const BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1];
/// 1.2.840.113549.1.9.20.
const FRIENDLY_NAME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 20];

/// Bags and contents that are looked at.
const MOST: usize = 1_000;

/// Reads a store.
pub(super) fn read(File { bytes, .. }: File<'_>, sights: &mut Sights) -> Option<Facts> {
    let mut pfx = whole(bytes, SEQUENCE)?;
    if pfx.small()? != 3 {
        return None;
    }
    let safe = data(pfx.sequence()?)?;
    let mut contents = whole(safe, SEQUENCE)?;
    let mut bags = Bags::default();
    let mut encrypted = Vec::new();
    while let Some(mut content) = contents.sequence().filter(|_| encrypted.len() < MOST) {
        let ahead = content;
        match content.next(OID)? {
            DATA => bags.collect(data(ahead)?),
            ENCRYPTED_DATA => encrypted.extend(Encrypted::read(content)),
            _ => {}
        }
    }
    let mac = pfx.sequence().and_then(Integrity::read);
    let mut store = Store::of("pkcs12");
    let (password, opened) = bags.open(mac, safe, &sights.effort);
    store.opened = opened;
    if let Some(password) = password {
        for part in encrypted {
            if let Some(plain) = part.scheme.decrypt(password, part.text, &sights.effort) {
                bags.collect(&plain);
            }
        }
    }
    bags.tell(&mut store, password, sights);
    store.facts()
}

/// What a `ContentInfo` of plain data holds.
fn data(mut info: Der<'_>) -> Option<&[u8]> {
    if info.next(OID)? != DATA {
        return None;
    }
    Der(info.next(CONTENT)?).next(OCTET_STRING)
}

/// Something encrypted.
struct Encrypted<'a> {
    scheme: Scheme<'a>,
    text: &'a [u8],
}

impl<'a> Encrypted<'a> {
    /// The `EncryptedData` of a `ContentInfo`, behind its name.
    fn read(mut info: Der<'a>) -> Option<Self> {
        let mut outer = Der(info.next(CONTENT)?).sequence()?;
        outer.small()?;
        let mut inner = outer.sequence()?;
        inner.next(OID)?;
        Some(Self {
            scheme: Scheme::read(inner.sequence()?)?,
            text: inner.next(PLAIN_CONTENT)?,
        })
    }

    /// An `EncryptedPrivateKeyInfo`.
    fn key(info: &'a [u8]) -> Option<Self> {
        let mut info = whole(info, SEQUENCE)?;
        Some(Self {
            scheme: Scheme::read(info.sequence()?)?,
            text: info.next(OCTET_STRING)?,
        })
    }
}

/// `MacData`.
#[derive(Clone, Copy)]
struct Integrity<'a> {
    check: Check,
    digest: &'a [u8],
    salted: Salted<'a>,
}

/// Tries a password on content, with the MAC over it.
type Check = fn(&Integrity<'_>, Option<&str>, &[u8], &Effort) -> Tried;

impl<'a> Integrity<'a> {
    /// `None` of a MAC that nothing here computes, so that it is as good as none: the key tells
    /// which password it is.
    fn read(mut mac: Der<'a>) -> Option<Self> {
        let mut info = mac.sequence()?;
        let (check, length): (Check, usize) = match info.sequence()?.next(OID)? {
            [0x2b, 0x0e, 3, 2, 0x1a] => (fits::<Sha1>, 20),
            [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1] => (fits::<Sha256>, 32),
            [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2] => (fits::<Sha384>, 48),
            [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3] => (fits::<Sha512>, 64),
            _ => return None,
        };
        let digest = info.next(OCTET_STRING)?;
        (digest.len() == length).then_some(())?;
        Some(Self {
            check,
            digest,
            salted: Salted {
                salt: mac.next(OCTET_STRING)?,
                iterations: mac.small().unwrap_or(1),
            },
        })
    }
}

fn fits<D: EagerHash + Digest + BlockSizeUser + FixedOutputReset>(
    mac: &Integrity<'_>,
    password: Option<&str>,
    content: &[u8],
    effort: &Effort,
) -> Tried {
    if !effort.take(content.len() as u64 / 64) {
        return Tried::TooCostly;
    }
    let length = mac.digest.len();
    let Some(key) = mac.salted.key::<D>(MAC, password, length, effort) else {
        return Tried::TooCostly;
    };
    let fits = |keyed: Hmac<D>| keyed.chain_update(content).verify_slice(mac.digest).is_ok();
    Tried::from(Hmac::<D>::new_from_slice(&key).is_ok_and(fits))
}

/// The bags that are in reach.
#[derive(Default)]
struct Bags {
    seen: usize,
    clear: Vec<Vec<u8>>,
    shrouded: Vec<Vec<u8>>,
    secrets: u32,
    certificates: Vec<Vec<u8>>,
    names: Vec<Vec<u8>>,
}

impl Bags {
    /// Takes up the bags of a `SafeContents`.
    fn collect(&mut self, contents: &[u8]) {
        let Some(mut bags) = whole(contents, SEQUENCE) else {
            return;
        };
        while let Some(bag) = bags.sequence().filter(|_| self.seen < MOST) {
            self.seen += 1;
            // A bag that cannot be read keeps none of the others from being read.
            self.bag(bag);
        }
    }

    fn bag(&mut self, mut bag: Der<'_>) -> Option<()> {
        let kind = bag.next(OID)?.strip_prefix(BAG)?;
        let value = bag.next(CONTENT)?;
        match kind {
            [1] => self.clear.push(value.to_vec()),
            [2] => self.shrouded.push(value.to_vec()),
            [3] => {
                let mut certificate = Der(value).sequence()?;
                certificate.next(OID)?;
                let bytes = Der(certificate.next(CONTENT)?).next(OCTET_STRING)?;
                self.certificates.push(bytes.to_vec());
            }
            [5] => self.secrets += 1,
            _ => {}
        }
        if !matches!(kind, [3]) {
            self.names.extend(bag.next(SET).and_then(friendly_name));
        }
        Some(())
    }

    /// Finds the password of what is encrypted: by the MAC, or where there is none by a key that
    /// it opens. A key in clear needs none, whatever the rest does.
    fn open(
        &self,
        mac: Option<Integrity<'_>>,
        safe: &[u8],
        effort: &Effort,
    ) -> (Option<Option<&'static str>>, Opened) {
        let (password, opened) = match mac {
            Some(mac) => open(|password| (mac.check)(&mac, password, safe, effort)),
            None => self.open_key(effort),
        };
        match self.clear.is_empty() {
            true => (password, opened),
            false => (password, Opened::InClear),
        }
    }

    fn open_key(&self, effort: &Effort) -> (Option<Option<&'static str>>, Opened) {
        let Some(first) = self.shrouded.first().and_then(|key| Encrypted::key(key)) else {
            return (None, Opened::No);
        };
        open(|password| {
            if !first.scheme.can_be_tried(effort) {
                return Tried::TooCostly;
            }
            let plain = first.scheme.decrypt(password, first.text, effort);
            Tried::from(plain.is_some_and(|plain| pkcs8(&plain, effort).is_some()))
        })
    }

    /// Tells what was found, with the password that opened it.
    fn tell(self, store: &mut Store, password: Option<Option<&str>>, sights: &mut Sights) {
        let count = |list: &[Vec<u8>]| u32::try_from(list.len()).unwrap_or(u32::MAX);
        store.entries = u32::try_from(self.seen).unwrap_or(u32::MAX);
        store.private_keys = count(&self.clear) + count(&self.shrouded);
        store.secret_keys = self.secrets;
        self.names.iter().for_each(|name| store.alias(name));
        let shrouded = self.shrouded.first().and_then(|key| Encrypted::key(key));
        // Of a key in clear there is no cipher to tell.
        let sealed = shrouded.as_ref().filter(|_| self.clear.is_empty());
        store.protection = sealed.map(|key| key.scheme.protection());
        let plain = self.clear.first().cloned().or_else(|| {
            let key = shrouded?;
            key.scheme.decrypt(password?, key.text, &sights.effort)
        });
        store.key = plain.and_then(|plain| pkcs8(&plain, &sights.effort));
        let own = store.key.as_ref().and_then(|key| key.id);
        own.into_iter().for_each(|id| sights.keystore(id));
        for bytes in &self.certificates {
            let Some((key, certificate)) = sights.certificate(bytes) else {
                continue;
            };
            if own.is_some() && key.id == own {
                store.certificate.get_or_insert(certificate);
            }
        }
    }
}

/// The name that people see, of the attributes of a bag.
fn friendly_name(attributes: &[u8]) -> Option<Vec<u8>> {
    let mut attributes = Der(attributes);
    while let Some(mut attribute) = attributes.sequence() {
        if attribute.next(OID)? == FRIENDLY_NAME {
            let wide = Der(attribute.next(SET)?).next(BMP_STRING)?;
            let units = wide.chunks_exact(2).take(200);
            let units = units.map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
            let name: String = char::decode_utf16(units).flatten().collect();
            return Some(name.into_bytes());
        }
    }
    None
}
