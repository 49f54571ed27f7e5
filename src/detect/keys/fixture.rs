//! Keys and certificates for the unit tests of several rooms, made at run time so that no private
//! key stands in this repository.

use super::der::{BIT_STRING, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, element};
use super::{Effort, Modern, PublicKey};
use crate::detect::validate::tests::standard_base64;

/// The private half of the one pair that is here.
pub(in crate::detect) const SEED: [u8; 32] = [0x33; 32];

/// A DER sequence of those parts.
pub(in crate::detect) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, parts)
}

fn algorithm() -> Vec<u8> {
    sequence(&[&element(OID, &[&Modern::Ed25519.oid()])])
}

fn name(text: &str) -> Vec<u8> {
    let value = element(0x0c, &[text.as_bytes()]);
    let pair = sequence(&[&element(OID, &[&[0x55, 4, 3]]), &value]);
    sequence(&[&element(SET, &[&pair])])
}

/// An Ed25519 key in PKCS #8.
pub(in crate::detect) fn private_key() -> Vec<u8> {
    let seed = element(OCTET_STRING, &[&element(OCTET_STRING, &[&SEED])]);
    sequence(&[&element(INTEGER, &[&[0]]), &algorithm(), &seed])
}

/// Its public half.
pub(in crate::detect) fn public_key() -> PublicKey<'static> {
    let curve = Modern::Ed25519;
    let point = curve.point_of(&SEED, &Effort::default()).unwrap();
    let point = point.to_vec().into();
    PublicKey::Modern { curve, point }
}

/// A certificate for it, for the host of that name and two others.
pub(in crate::detect) fn sample_certificate(subject: &str) -> Vec<u8> {
    let time = |text: &str| element(0x17, &[text.as_bytes()]);
    let names = sequence(&[
        &element(0x82, &[subject.as_bytes()]),
        &element(0x82, &[b"www.example.test"]),
        &element(0x87, &[&[10, 0, 0, 1]]),
    ]);
    let names = sequence(&[
        &element(OID, &[&[0x55, 0x1d, 0x11]]),
        &element(OCTET_STRING, &[&names]),
    ]);
    let body = sequence(&[
        &element(0xa0, &[&element(INTEGER, &[&[2]])]),
        &element(INTEGER, &[&[1]]),
        &algorithm(),
        &name("Test CA"),
        &sequence(&[&time("200101000000Z"), &time("301231235959Z")]),
        &name(subject),
        &public_key().spki(),
        &element(0xa3, &[&sequence(&[&names])]),
    ]);
    sequence(&[&body, &algorithm(), &element(BIT_STRING, &[&[0; 65]])])
}

/// The same as OpenSSL writes it, between lines that name it.
pub(in crate::detect) fn armored(label: &str, bytes: &[u8]) -> String {
    let digits = standard_base64(bytes);
    let lines: Vec<&str> = (0..digits.len())
        .step_by(64)
        .map(|at| &digits[at..digits.len().min(at + 64)])
        .collect();
    let body = lines.join("\n");
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}
