//! Keys of every structure, built here from small numbers.

use super::super::tests::verdict;
use super::*;
use crate::detect::Facts;
use crate::detect::keys::Blob;
use crate::detect::keys::der::{BIT_STRING, INTEGER, NULL, OCTET_STRING, OID, element, integer};
use crate::detect::keys::fixture::{self, sequence};

fn number(bytes: usize, fill: u8) -> Vec<u8> {
    element(INTEGER, &[&vec![fill; bytes]])
}

fn oid(oid: &[u8]) -> Vec<u8> {
    element(OID, &[oid])
}

/// 2^1024 - 1 twice over, which are no primes.
fn rsa() -> Vec<u8> {
    rsa_of(&[vec![0xff; 128], vec![0xff; 128]])
}

/// With `(2^1024 - 1)^2` as its modulus, whatever its primes are.
fn rsa_of([p, q]: &[Vec<u8>; 2]) -> Vec<u8> {
    let modulus = [&[0xff; 127][..], &[0xfe], &[0; 127], &[1]].concat();
    let parts = [
        number(1, 0),
        integer(&modulus),
        integer(&[1, 0, 1]),
        number(256, 0x55),
        integer(p),
        integer(q),
        number(128, 0x55),
        number(128, 0x55),
        number(128, 0x55),
    ];
    sequence(&[&parts.concat()])
}

const RSA_OID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const DSA_OID: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1];
const EC_OID: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256_OID: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

fn armored(label: &str, body: &[u8]) -> String {
    fixture::armored(&format!("{label}PRIVATE KEY"), body)
}

pub(in super::super) fn pkcs8_rsa() -> String {
    let algorithm = sequence(&[&oid(RSA_OID), &element(NULL, &[])]);
    let inner = element(OCTET_STRING, &[&rsa()]);
    armored("", &sequence(&[&number(1, 0), &algorithm, &inner]))
}

/// The public half of 32 bytes of 0x11.
fn p256_point() -> Vec<u8> {
    let curve = keys::Curve::by_oid(P256_OID).unwrap();
    curve.point_of(&[0x11; 32], &Effort::default()).unwrap()
}

fn sec1(curve: bool) -> Vec<u8> {
    let named = element(0xa0, &[&oid(P256_OID)]);
    let point = p256_point();
    let point = element(BIT_STRING, &[&[0], &point]);
    sequence(&[
        &number(1, 1),
        &element(OCTET_STRING, &[&[0x11; 32]]),
        if curve { &named } else { &[] },
        &element(0xa1, &[&point]),
    ])
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
    let algorithm = sequence(&[&oid(EC_OID), &oid(P256_OID)]);
    let inner = element(OCTET_STRING, &[&sec1(false)]);
    let new = sequence(&[&number(1, 0), &algorithm, &inner]);
    assert_eq!(old, confirmed(&armored("", &new)));
}

/// Of 1023 bits, with the square of g as its public half.
fn dsa_numbers(y: u8) -> [Vec<u8>; 5] {
    let [p, q] = [128, 20].map(|length| number(length, 0x77));
    [p, q, integer(&[3]), integer(&[y]), integer(&[2])]
}

#[test]
fn dsa_keys_have_one_fingerprint_in_either_structure() {
    let old = |y| {
        let parts = [vec![number(1, 0)], dsa_numbers(y).to_vec()].concat();
        armored("DSA ", &sequence(&[&parts.concat()]))
    };
    let facts = confirmed(&old(9));
    assert_eq!(facts["key_type"], "dsa");
    assert_eq!(facts["bits"], 1023);
    let [p, q, g, _, x] = dsa_numbers(9);
    let algorithm = sequence(&[&oid(DSA_OID), &sequence(&[&p, &q, &g])]);
    let inner = element(OCTET_STRING, &[&x]);
    let new = armored("", &sequence(&[&number(1, 0), &algorithm, &inner]));
    assert_eq!(facts, confirmed(&new));
    assert_eq!(flaw(&old(10)), "the public half belongs to another key");
}

#[test]
fn edwards_keys_parse() {
    let facts = confirmed(&armored("", &fixture::private_key()));
    assert_eq!(facts["key_type"], "ed25519");
    let short = element(OCTET_STRING, &[&element(OCTET_STRING, &[&[7; 31]])]);
    let algorithm = sequence(&[&oid(&[0x2b, 0x65, 0x70])]);
    let key = sequence(&[&number(1, 0), &algorithm, &short]);
    assert_eq!(flaw(&armored("", &key)), "the private half cannot be read");
}

#[test]
fn encrypted_keys_say_so_in_both_forms() {
    let algorithm = sequence(&[&oid(RSA_OID)]);
    let new = sequence(&[&algorithm, &element(OCTET_STRING, &[&[0x44; 64]])]);
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
    openssh_of(cipher, checks, &[0x33; 32])
}

/// The public half is that of 32 bytes of 0x33, whatever the seed is.
fn openssh_of(cipher: &str, checks: [u32; 2], seed: &[u8]) -> String {
    let keys::PublicKey::Modern { point, .. } = fixture::public_key() else {
        unreachable!()
    };
    let public = Blob::new(b"ssh-ed25519").with(&point).0;
    let mut private = Vec::new();
    for check in checks {
        private.extend(check.to_be_bytes());
    }
    private.extend(&public);
    private = Blob(private).with(&[seed, &point].concat()).0;
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

/// The fact `flaw` of a key that is demoted for it, and has no name that others would know.
fn flaw(text: &str) -> String {
    match verdict(private_key, text.as_bytes()) {
        Verdict::Demoted(facts) => {
            assert!(!facts.contains_key("spki_sha256") && !facts.contains_key("fingerprint"));
            facts["flaw"].as_str().unwrap().to_owned()
        }
        other => panic!("{other:?} for {text}"),
    }
}

#[test]
fn a_modulus_that_is_not_the_product_of_the_primes_demotes() {
    let said = "the modulus is not the product of the primes";
    let damaged = rsa_of(&[vec![0xff; 128], [&[0xff; 127][..], &[0xfd]].concat()]);
    assert_eq!(flaw(&armored("RSA ", &damaged)), said);
    let algorithm = sequence(&[&oid(RSA_OID), &element(NULL, &[])]);
    let inner = element(OCTET_STRING, &[&damaged]);
    let wrapped = sequence(&[&number(1, 0), &algorithm, &inner]);
    assert_eq!(flaw(&armored("", &wrapped)), said);
    // Some programs leave the primes out: nothing speaks against such a key.
    let left_out = armored("RSA ", &rsa_of(&[vec![0], vec![0]]));
    assert_eq!(confirmed(&left_out), confirmed(&armored("RSA ", &rsa())));
}

#[test]
fn a_key_of_three_primes_is_none_of_two() {
    let parts = [&[105][..], &[1], &[1], &[3], &[5], &[1], &[1], &[1]].map(integer);
    let third = sequence(&[&[&[7][..], &[1], &[1]].map(integer).concat()]);
    let [two, three] = [vec![], sequence(&[&third])]
        .map(|more| armored("RSA ", &sequence(&[&number(1, 1), &parts.concat(), &more])));
    assert_eq!(confirmed(&three)["bits"], 7);
    flaw(&two);
}

#[test]
fn a_public_half_of_another_key_demotes() {
    let said = "the public half belongs to another key";
    let mut other = sec1(true);
    // The scalar lies behind the version.
    other[10] ^= 1;
    assert_eq!(flaw(&armored("EC ", &other)), said);
    assert_eq!(flaw(&openssh_of("none", [7, 7], &[0x34; 32])), said);
    assert_eq!(flaw(&openssh_of("none", [7, 7], &[])), said);
}

#[test]
fn of_an_algorithm_that_nobody_knows_nothing_is_proven() {
    let of = |algorithm: &[u8]| {
        let algorithm = sequence(&[&oid(algorithm)]);
        let inner = element(OCTET_STRING, &[&[0x5a; 600]]);
        armored("", &sequence(&[&number(1, 0), &algorithm, &inner]))
    };
    assert_eq!(flaw(&of(&[0x2a, 3, 4, 5])), "the algorithm is not known");
    let ml_dsa = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 18];
    assert_eq!(confirmed(&of(&ml_dsa))["key_type"], "ml-dsa");
}
