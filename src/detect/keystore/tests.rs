//! Keystores of every kind, built here, opened and damaged.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::*;
use crate::detect::keys::der::{INTEGER, NULL, OCTET_STRING, OID, SET, element};
use crate::detect::keys::fixture::{private_key, sample_certificate, sequence};
use crate::detect::keys::{Effort, MAC, Salted};
use crate::detect::matched::Context;
use crate::detect::{Engine, catalog};
use crate::rules::Loader;

mod openpgp;

fn told(name: &str, bytes: &[u8]) -> Option<Facts> {
    let Keystore(reader) = Keystore::by_name(name).unwrap();
    reader(whole(bytes), &mut Sights::default())
}

fn whole(bytes: &[u8]) -> File<'_> {
    File {
        bytes,
        is_whole: true,
    }
}

fn text(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text].concat()
}

fn block(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

/// An entry of a Java keystore: with a private key, or with a certificate alone.
fn java_entry(tag: u32, alias: &str) -> Vec<u8> {
    let mut entry = tag.to_be_bytes().to_vec();
    entry.extend(text(alias.as_bytes()));
    entry.extend([0; 8]);
    if tag == 1 {
        entry.extend(block(b"sealed"));
        entry.extend(1u32.to_be_bytes());
    }
    entry.extend(text(b"X.509"));
    entry.extend(block(&sample_certificate("jks.test")));
    entry
}

fn java(magic: u32, entries: &[Vec<u8>], password: &str) -> Vec<u8> {
    let mut store = magic.to_be_bytes().to_vec();
    store.extend(2u32.to_be_bytes());
    store.extend((entries.len() as u32).to_be_bytes());
    store.extend(entries.concat());
    let wide: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let hash = Sha1::new()
        .chain_update(wide)
        .chain_update(b"Mighty Aphrodite")
        .chain_update(&store)
        .finalize();
    store.extend(hash);
    store
}

#[test]
fn a_java_keystore_tells_its_keys_and_which_password_opens_it() {
    let entries = [java_entry(2, "ca"), java_entry(1, "web")];
    for (magic, format) in [(0xfeed_feed, "jks"), (0xcece_cece, "jceks")] {
        for (password, opens) in [
            ("changeit", Some("default password")),
            ("", Some("empty password")),
            ("correct horse", None),
        ] {
            let facts = told("java-keystore", &java(magic, &entries, password)).unwrap();
            assert_eq!(facts["store"], format);
            assert_eq!(facts["entries"], 2);
            assert_eq!(facts["private_keys"], 1);
            assert_eq!(facts["aliases"], serde_json::json!(["web"]));
            assert_eq!(facts["key_type"], "ed25519");
            assert_eq!(facts["certificate"]["subject"], "CN=jks.test");
            assert_eq!(
                facts.get("opens_with").and_then(|fact| fact.as_str()),
                opens
            );
        }
    }
}

#[test]
fn a_store_of_certificates_alone_is_no_finding_and_its_certificates_are_seen() {
    let store = java(0xfeed_feed, &[java_entry(2, "ca")], "changeit");
    let mut sights = Sights::default();
    assert_eq!(java::read(whole(&store), &mut sights), None);
    assert_eq!(sights.take().len(), 1);
}

#[test]
fn a_store_that_is_cut_was_not_tried() {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    for (certificates, tried) in [(10, true), (4_000, false)] {
        let mut entries = vec![java_entry(1, "web")];
        entries.resize(certificates, java_entry(2, "ca"));
        let store = java(0xfeed_feed, &entries, "changeit");
        assert_eq!(store.len() <= LARGEST, tried);
        let facts = &engine.scan(&Context::default(), &store)[0].facts;
        assert_eq!(facts["store"], "jks");
        assert_eq!(facts.contains_key("opens_with"), tried);
        assert_eq!(facts.contains_key("passwords_tried"), !tried);
    }
}

/// A BKS store with one sealed private key.
fn bks(version: u32, password: &str) -> Vec<u8> {
    let salt = [7; 20];
    let mut content = vec![4];
    content.extend(text(b"web"));
    content.extend([0; 8]);
    content.extend(1u32.to_be_bytes());
    content.extend(text(b"X.509"));
    content.extend(block(&sample_certificate("bks.test")));
    content.extend(block(b"sealed"));
    content.push(0);
    let salted = Salted {
        salt: &salt,
        iterations: 10,
    };
    let length = if version == 1 { 2 } else { 20 };
    let key = salted.key::<Sha1>(MAC, Some(password), length, &Effort::default());
    let mac = Hmac::<Sha1>::new_from_slice(&key.unwrap()).unwrap();
    let mac = mac.chain_update(&content).finalize().into_bytes();
    let mut store = version.to_be_bytes().to_vec();
    store.extend(block(&salt));
    store.extend(10u32.to_be_bytes());
    store.extend(content);
    store.extend(mac);
    store
}

#[test]
fn a_bouncy_castle_keystore_opens_in_either_version() {
    for version in [1, 2] {
        let facts = told("java-keystore", &bks(version, "changeit")).unwrap();
        assert_eq!(facts["store"], "bks");
        assert_eq!(facts["opens_with"], "default password");
        assert_eq!(facts["certificate"]["subject"], "CN=bks.test");
        let facts = told("java-keystore", &bks(version, "correct horse")).unwrap();
        assert!(!facts.contains_key("opens_with"));
    }
}

const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const RSADSI: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d];

fn oid(parts: &[&[u8]]) -> Vec<u8> {
    element(OID, parts)
}

/// `PBES2` of PBKDF2 with HMAC-SHA-256 and AES-256, and what that makes of `plain`.
fn pbes2(password: &str, iterations: u16, plain: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (salt, iv) = ([3; 8], [4; 16]);
    let prf = sequence(&[&oid(&[RSADSI, &[2, 9]]), &element(NULL, &[])]);
    let rounds = element(INTEGER, &[&iterations.to_be_bytes()]);
    let parameters = sequence(&[&element(OCTET_STRING, &[&salt]), &rounds, &prf]);
    let kdf = sequence(&[&oid(&[RSADSI, &[1, 5, 12]]), &parameters]);
    let aes = oid(&[&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42]]);
    let cipher = sequence(&[&aes, &element(OCTET_STRING, &[&iv])]);
    let scheme = sequence(&[&oid(&[RSADSI, &[1, 5, 13]]), &sequence(&[&kdf, &cipher])]);
    let mut key = [0; 32];
    // What costs too much is not opened anyway.
    let rounds = u32::from(iterations).min(1_000);
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), &salt, rounds, &mut key);
    let mode = cbc::Encryptor::<aes::Aes256>::new(&key.into(), &iv.into());
    (scheme, mode.encrypt_padded_vec::<Pkcs7>(plain))
}

/// A bag of that kind, named `web`.
fn bag(kind: u8, value: &[u8]) -> Vec<u8> {
    let name: Vec<u8> = "web".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let values = element(SET, &[&element(0x1e, &[&name])]);
    let attribute = sequence(&[&oid(&[RSADSI, &[1, 9, 20]]), &values]);
    let attributes = element(SET, &[&attribute]);
    let kind = oid(&[RSADSI, &[1, 12, 10, 1, kind]]);
    sequence(&[&kind, &element(0xa0, &[value]), &attributes])
}

fn certificate_bag() -> Vec<u8> {
    let bytes = element(OCTET_STRING, &[&sample_certificate("p12.test")]);
    let bytes = element(0xa0, &[&bytes]);
    bag(3, &sequence(&[&oid(&[RSADSI, &[1, 9, 22, 1]]), &bytes]))
}

fn plain_content(bags: &[Vec<u8>]) -> Vec<u8> {
    let contents = sequence(&[&bags.concat()]);
    let data = element(0xa0, &[&element(OCTET_STRING, &[&contents])]);
    sequence(&[&oid(&[DATA]), &data])
}

fn encrypted_content(password: &str, bags: &[Vec<u8>]) -> Vec<u8> {
    let (scheme, text) = pbes2(password, 20, &sequence(&[&bags.concat()]));
    let info = sequence(&[&oid(&[DATA]), &scheme, &element(0x80, &[&text])]);
    let data = sequence(&[&element(INTEGER, &[&[0]]), &info]);
    let kind = oid(&[RSADSI, &[1, 7, 6]]);
    sequence(&[&kind, &element(0xa0, &[&data])])
}

/// A store of those contents, with a MAC where there is a password for one.
fn pkcs12(contents: &[Vec<u8>], password: Option<&str>) -> Vec<u8> {
    let safe = sequence(&[&contents.concat()]);
    let data = element(0xa0, &[&element(OCTET_STRING, &[&safe])]);
    let data = sequence(&[&oid(&[DATA]), &data]);
    let version = element(INTEGER, &[&[3]]);
    let Some(password) = password else {
        return sequence(&[&version, &data]);
    };
    let salted = Salted {
        salt: &[5; 8],
        iterations: 20,
    };
    let key = salted.key::<Sha256>(MAC, Some(password), 32, &Effort::default());
    let mac = Hmac::<Sha256>::new_from_slice(&key.unwrap()).unwrap();
    let mac = mac.chain_update(&safe).finalize().into_bytes();
    let sha256 = sequence(&[&oid(&[&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]])]);
    let digest = sequence(&[&sha256, &element(OCTET_STRING, &[&mac])]);
    let salt = element(OCTET_STRING, &[salted.salt]);
    let mac = sequence(&[&digest, &salt, &element(INTEGER, &[&[20]])]);
    sequence(&[&version, &data, &mac])
}

fn shrouded(password: &str, iterations: u16) -> Vec<u8> {
    let (scheme, text) = pbes2(password, iterations, &private_key());
    bag(2, &sequence(&[&scheme, &element(OCTET_STRING, &[&text])]))
}

#[test]
fn a_pkcs12_store_opens_by_its_mac_or_by_its_key() {
    let contents = |password| {
        [
            plain_content(&[shrouded(password, 20)]),
            encrypted_content(password, &[certificate_bag()]),
        ]
    };
    for mac in [None, Some("secret")] {
        let facts = told("pkcs12", &pkcs12(&contents("secret"), mac)).unwrap();
        assert_eq!(facts["opens_with"], "default password");
        assert_eq!(facts["key_type"], "ed25519");
        assert_eq!(facts["certificate"]["subject"], "CN=p12.test");
        assert_eq!(facts["aliases"], serde_json::json!(["web"]));
        assert_eq!(facts["cipher"], "aes-256-cbc");
    }
    let closed = pkcs12(&contents("correct horse"), Some("correct horse"));
    let facts = told("pkcs12", &closed).unwrap();
    assert_eq!(facts["private_keys"], 1);
    assert!(!facts.contains_key("opens_with") && !facts.contains_key("spki_sha256"));
}

#[test]
fn a_pkcs12_store_in_clear_says_so_and_one_of_certificates_is_no_finding() {
    let clear = plain_content(&[bag(1, &private_key()), certificate_bag()]);
    let facts = told("pkcs12", &pkcs12(&[clear], None)).unwrap();
    assert_eq!(facts["opens_with"], "no password");
    assert_eq!(facts["encrypted"], false);
    assert_eq!(facts["certificate"]["subject"], "CN=p12.test");
    let trusted = encrypted_content("changeit", &[certificate_bag()]);
    assert_eq!(told("pkcs12", &pkcs12(&[trusted], Some("changeit"))), None);
}

#[test]
fn a_key_in_clear_is_in_clear_whatever_the_mac_and_the_other_parts_are_sealed_with() {
    for password in ["x", "secret"] {
        let clear = plain_content(&[bag(1, &private_key())]);
        let sealed = encrypted_content(password, &[certificate_bag()]);
        let facts = told("pkcs12", &pkcs12(&[clear, sealed], Some(password))).unwrap();
        assert_eq!(facts["opens_with"], "no password");
        assert_eq!(facts["encrypted"], false);
        // The password is tried all the same, for what it opens beside the key.
        assert_eq!(facts.contains_key("certificate"), password == "secret");
    }
    let both = plain_content(&[shrouded("secret", 20), bag(1, &private_key())]);
    let facts = told("pkcs12", &pkcs12(&[both], None)).unwrap();
    assert_eq!(facts["encrypted"], false);
    assert!(!facts.contains_key("cipher"));
}

#[test]
fn a_mac_that_is_not_known_keeps_no_key_from_being_tried() {
    let contents = [
        plain_content(&[shrouded("secret", 20)]),
        encrypted_content("secret", &[certificate_bag()]),
    ];
    let store = pkcs12(&contents, Some("secret"));
    let sha256 = oid(&[&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]]);
    let at = memchr::memmem::rfind(&store, &sha256).unwrap();
    let mut unknown = store.clone();
    unknown[at + sha256.len() - 1] = 99;
    for store in [store, unknown] {
        let facts = told("pkcs12", &store).unwrap();
        assert_eq!(facts["opens_with"], "default password");
        assert_eq!(facts["certificate"]["subject"], "CN=p12.test");
        assert!(!facts.contains_key("passwords_tried"));
    }
}

#[test]
fn hashing_without_end_is_not_done_and_told() {
    let mut sights = Sights::default();
    let store = pkcs12(&[plain_content(&[shrouded("changeit", 0x7fff)])], None);
    assert!(sights.effort.take(9_999_000));
    let facts = pkcs12::read(whole(&store), &mut sights).unwrap();
    assert_eq!(facts["passwords_tried"], false);
    let store = java(0xfeed_feed, &[java_entry(1, "web")], "changeit");
    let mut sights = Sights::default();
    assert!(sights.effort.take(9_999_999));
    let facts = java::read(whole(&store), &mut sights).unwrap();
    assert_eq!(facts["passwords_tried"], false);
    assert!(!facts.contains_key("opens_with"));
}

fn stores() -> Vec<Vec<u8>> {
    vec![
        java(
            0xfeed_feed,
            &[java_entry(2, "ca"), java_entry(1, "web")],
            "changeit",
        ),
        bks(2, "changeit"),
        pkcs12(
            &[
                plain_content(&[shrouded("secret", 20)]),
                encrypted_content("secret", &[certificate_bag()]),
            ],
            Some("secret"),
        ),
        private_key(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Damage at any place is refused or read, and never the end of the program.
    #[test]
    fn damaged_stores_never_panic(
        which in 0usize..4,
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        end in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut store = stores()[which].clone();
        for (place, byte) in places {
            let at = place.index(store.len());
            store[at] = byte;
        }
        if cut {
            store.truncate(end.index(store.len()));
        }
        for (name, _) in READERS {
            told(name, &store);
        }
    }
}
