//! Keys of every structure, built here from small numbers.

use super::super::tests::verdict;
use super::*;
use crate::detect::Facts;
use crate::detect::keys::Blob;

#[path = "../../../../tests/it/support/der.rs"]
mod der;

use der::{element, sequence};

fn armored(label: &str, body: &[u8]) -> String {
    der::armored(&format!("{label}PRIVATE KEY"), body)
}

fn number(bytes: usize, fill: u8) -> Vec<u8> {
    element(0x02, &vec![fill; bytes])
}

fn rsa() -> Vec<u8> {
    let mut modulus = vec![0];
    modulus.extend([0xd5; 256]);
    let parts = [
        number(1, 0),
        element(0x02, &modulus),
        element(0x02, &[1, 0, 1]),
        number(256, 0x55),
        number(128, 0x55),
        number(128, 0x55),
        number(128, 0x55),
        number(128, 0x55),
        number(128, 0x55),
    ];
    sequence(&parts)
}

const RSA_OID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const EC_OID: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256_OID: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

pub(in super::super) fn pkcs8_rsa() -> String {
    let algorithm = sequence(&[element(0x06, RSA_OID), element(0x05, &[])]);
    armored(
        "",
        &sequence(&[number(1, 0), algorithm, element(0x04, &rsa())]),
    )
}

fn sec1(curve: bool) -> Vec<u8> {
    let mut parts = vec![number(1, 1), element(0x04, &[0x11; 32])];
    if curve {
        parts.push(element(0xa0, &element(0x06, P256_OID)));
    }
    let mut point = vec![0, 4];
    point.extend([0x22; 64]);
    parts.push(element(0xa1, &element(0x03, &point)));
    sequence(&parts)
}

fn confirmed(text: &str) -> Facts {
    match verdict(private_key, text.as_bytes()) {
        Verdict::Confirmed(facts) => facts,
        other => panic!("{other:?} for {text}"),
    }
}

#[test]
fn an_rsa_key_has_one_fingerprint_in_either_structure() {
    let old = confirmed(&armored("RSA ", &rsa()));
    assert_eq!(old["key_type"], "rsa");
    assert_eq!(old["bits"], 2048);
    assert_eq!(old["encrypted"], false);
    assert_eq!(old, confirmed(&pkcs8_rsa()));
    assert_eq!(old, confirmed(&pkcs8_rsa().replace('\n', "\\n")));
}

#[test]
fn elliptic_keys_have_one_fingerprint_in_either_structure() {
    let old = confirmed(&armored("EC ", &sec1(true)));
    assert_eq!(old["key_type"], "ec p-256");
    assert_eq!(old["bits"], 256);
    let algorithm = sequence(&[element(0x06, EC_OID), element(0x06, P256_OID)]);
    let new = sequence(&[number(1, 0), algorithm, element(0x04, &sec1(false))]);
    assert_eq!(old, confirmed(&armored("", &new)));
}

#[test]
fn dsa_and_edwards_keys_parse() {
    let parts: Vec<Vec<u8>> = std::iter::once(number(1, 0))
        .chain([128, 20, 128, 128, 20].map(|length| number(length, 0x77)))
        .collect();
    let facts = confirmed(&armored("DSA ", &sequence(&parts)));
    assert_eq!(facts["key_type"], "dsa");
    assert_eq!(facts["bits"], 1023);
    let algorithm = sequence(&[element(0x06, &[0x2b, 0x65, 0x70])]);
    let seed = element(0x04, &element(0x04, &[0x33; 32]));
    let facts = confirmed(&armored("", &sequence(&[number(1, 0), algorithm, seed])));
    assert_eq!(facts["key_type"], "ed25519");
}

#[test]
fn encrypted_keys_say_so_in_both_forms() {
    let algorithm = sequence(&[element(0x06, RSA_OID)]);
    let new = sequence(&[algorithm, element(0x04, &[0x44; 64])]);
    assert_eq!(confirmed(&armored("ENCRYPTED ", &new))["encrypted"], true);
    let old = armored("RSA ", &[0x44; 640]).replacen(
        "KEY-----\n",
        "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n",
        1,
    );
    let facts = confirmed(&old);
    assert_eq!(facts["encrypted"], true);
    assert_eq!(facts["key_type"], "rsa");
}

fn openssh(cipher: &str, checks: [u32; 2]) -> String {
    let public = Blob::new(b"ssh-ed25519").with(&[0; 32]).0;
    let mut private = Vec::new();
    for check in checks {
        private.extend(check.to_be_bytes());
    }
    let mut body = b"openssh-key-v1\0".to_vec();
    body.extend(Blob::new(cipher.as_bytes()).with(b"none").with(b"").0);
    body.extend(1u32.to_be_bytes());
    body.extend(Blob::new(&public).with(&private).0);
    armored("OPENSSH ", &body)
}

#[test]
fn openssh_keys_tell_their_public_half_also_when_encrypted() {
    let open = confirmed(&openssh("none", [7, 7]));
    assert_eq!(open["key_type"], "ed25519");
    assert_eq!(open["encrypted"], false);
    let closed = confirmed(&openssh("aes256-ctr", [7, 8]));
    assert_eq!(closed["encrypted"], true);
    assert_eq!(open["fingerprint"], closed["fingerprint"]);
    let damaged = openssh("none", [7, 8]);
    assert!(!matches!(
        verdict(private_key, damaged.as_bytes()),
        Verdict::Confirmed(_)
    ));
}

#[test]
fn a_header_alone_is_dropped_and_a_cut_off_key_demoted() {
    let whole = armored("RSA ", &rsa());
    let header = whole.lines().next().unwrap();
    assert_eq!(verdict(private_key, header.as_bytes()), Verdict::Dropped);
    let two: Vec<&str> = whole.lines().take(3).collect();
    assert_eq!(
        verdict(private_key, two.join("\n").as_bytes()),
        Verdict::Dropped
    );
    let cut: Vec<&str> = whole.lines().take(10).collect();
    assert!(matches!(
        verdict(private_key, cut.join("\n").as_bytes()),
        Verdict::Demoted(_)
    ));
}

#[test]
fn a_key_under_another_keys_label_does_not_parse() {
    let mislabelled = armored("EC ", &rsa());
    assert!(!matches!(
        verdict(private_key, mislabelled.as_bytes()),
        Verdict::Confirmed(_)
    ));
}
