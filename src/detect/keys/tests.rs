//! Keys against figures that others computed, certificates built here, and what a text shows.

use proptest::prelude::{any, prop, prop_assert, proptest};
use serde_json::Value;

use super::der::{BIT_STRING, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, element};
use super::*;
use crate::detect::class::Class;
use crate::detect::detector::View;
use crate::detect::matched::Context;
use crate::detect::validate::base64_unpadded;

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, parts)
}

fn name(text: &str) -> Vec<u8> {
    let value = element(0x0c, &[text.as_bytes()]);
    let pair = sequence(&[&element(OID, &[&[0x55, 4, 3]]), &value]);
    sequence(&[&element(SET, &[&pair])])
}

/// A certificate for the Ed25519 key of 32 times `3`, for the host of that name and two others.
pub(in crate::detect) fn sample_certificate(subject: &str) -> Vec<u8> {
    let point = Modern::Ed25519.public_of(&[0x33; 32]).unwrap().to_vec();
    let curve = Modern::Ed25519;
    let point = point.into();
    let spki = PublicKey::Modern { curve, point }.spki();
    let algorithm = sequence(&[&element(OID, &[&curve.oid()])]);
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
        &algorithm,
        &name("Test CA"),
        &sequence(&[&time("200101000000Z"), &time("301231235959Z")]),
        &name(subject),
        &spki,
        &element(0xa3, &[&sequence(&[&names])]),
    ]);
    sequence(&[&body, &algorithm, &element(BIT_STRING, &[&[0; 65]])])
}

fn key_id() -> KeyId {
    let point = Modern::Ed25519.public_of(&[0x33; 32]).unwrap().to_vec();
    let (curve, point) = (Modern::Ed25519, point.into());
    PublicKey::Modern { curve, point }.id()
}

#[test]
fn a_certificate_tells_whose_it_is_and_until_when() {
    let (id, certificate) = Certificate::read(&sample_certificate("a.test")).unwrap();
    assert_eq!(id, key_id());
    let expected = serde_json::json!({
        "subject": "CN=a.test",
        "names": ["a.test", "www.example.test", "10.0.0.1"],
        "issuer": "CN=Test CA",
        "expires": "2030-12-31T23:59:59Z",
    });
    assert_eq!(Value::Object(certificate.fact()), expected);
    assert_eq!(
        Certificate::key(&sample_certificate("a.test")).unwrap().id,
        Some(id)
    );
}

#[test]
fn a_certificates_texts_are_printable_and_short() {
    let hostile = format!("\u{1b}[2J\u{202e}{}", "x".repeat(5_000));
    let (_, certificate) = Certificate::read(&sample_certificate(&hostile)).unwrap();
    let texts = certificate.names.iter().chain([&certificate.subject]);
    for text in texts {
        assert!(
            text.len() < 300 && !text.contains(['\u{1b}', '\u{202e}']),
            "{text}"
        );
    }
    let mut long = sample_certificate("a.test");
    long.push(0);
    assert!(Certificate::read(&long).is_none());
    assert!(Certificate::read(&sample_certificate(&"x".repeat(40_000))).is_none());
}

/// The point of the number one is the curve's base point, which standards print.
#[test]
fn the_public_half_of_one_is_the_base_point() {
    for (name, length, x) in [
        (
            "nistp256",
            32,
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        ),
        (
            "nistp384",
            48,
            "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
        ),
    ] {
        let curve = Curve::by_ssh(name.as_bytes()).unwrap();
        let mut one = vec![0; length];
        one[length - 1] = 1;
        let point = curve.point_of(&one, &Effort::default()).unwrap();
        let head: String = point[..=length]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(head, x);
        assert_eq!(point.len(), 2 * length + 1);
        assert_eq!(curve.point_of(&vec![0; length], &Effort::default()), None);
        let spent = Effort::default();
        while spent.take(effort::POINT) {}
        assert_eq!(curve.point_of(&one, &spent), None);
    }
}

/// Vectors that several implementations of PKCS #12 share.
#[test]
fn keys_of_pkcs12_are_those_that_others_compute() {
    let hex = |text: &str| -> Vec<u8> {
        let pairs = text
            .as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).unwrap());
        pairs
            .map(|pair| u8::from_str_radix(pair, 16).unwrap())
            .collect()
    };
    for (salt, purpose, iterations, key) in [
        (
            "0A58CF64530D823F",
            1,
            1,
            "8AAAE6297B6CB04642AB5B077851284EB7128F1A2A7FBCA3",
        ),
        ("0A58CF64530D823F", 2, 1, "79993DFE048D3B76"),
        (
            "3D83C0E4546AC140",
            3,
            1,
            "8D967D88F6CAA9D714800AB3D48051D63F73A312",
        ),
    ] {
        let salt = hex(salt);
        let salted = Salted {
            salt: &salt,
            iterations,
        };
        let key = hex(key);
        let computed =
            salted.key::<sha1::Sha1>(purpose, Some("smeg"), key.len(), &Effort::default());
        assert_eq!(computed, Some(key));
    }
}

fn seen(path: &str, text: &[u8]) -> Vec<Observed> {
    let context = Context {
        path: path.as_bytes(),
        ..Context::default()
    };
    let view = View {
        bytes: text,
        own: 0..text.len(),
        base: 0,
        last: true,
        context,
        class: Class::of(&context),
        stock: Default::default(),
    };
    let mut sights = Sights::default();
    sights.on_file(&view);
    for (anchor, sight) in SIGHTS {
        for at in memchr::memmem::find_iter(text, anchor.as_bytes()) {
            sights.on_anchor(&view, at..at + anchor.len(), *sight);
        }
    }
    sights.take()
}

fn armored(label: &str, bytes: &[u8]) -> String {
    let digits = base64_unpadded(bytes);
    let lines: Vec<&str> = (0..digits.len())
        .step_by(64)
        .map(|at| &digits[at..digits.len().min(at + 64)])
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

#[test]
fn public_keys_are_seen_in_whatever_form_they_are_written() {
    let point = Modern::Ed25519.public_of(&[0x33; 32]).unwrap().to_vec();
    let (curve, point) = (Modern::Ed25519, point.into());
    let key = PublicKey::Modern { curve, point };
    let pem = armored("CERTIFICATE", &sample_certificate("a.test"));
    let ssh = base64_unpadded(&key.ssh().unwrap());
    for text in [
        armored("PUBLIC KEY", &key.spki()).into_bytes(),
        format!("from=\"10.0.0.0/8\" ssh-ed25519 {ssh} jane@host\n").into_bytes(),
        pem.clone().into_bytes(),
        format!("{{\"cert\": {}}}", Value::from(pem.as_str())).into_bytes(),
        format!("tls.crt: {}\n", base64_unpadded(pem.as_bytes())).into_bytes(),
        sample_certificate("a.test"),
    ] {
        let ids: Vec<KeyId> = seen("a", &text)
            .iter()
            .map(|observed| observed.id)
            .collect();
        assert_eq!(ids, [key_id()], "{}", String::from_utf8_lossy(&text));
    }
    assert_eq!(seen("a", pem.replace("-----END", "").as_bytes()), []);
    assert_eq!(seen("a", b"-----BEGIN CERTIFICATE-----"), []);
    assert_eq!(seen("a", b"AAAAC3NzaC1lZDI1NTE5"), []);
}

#[test]
fn what_one_text_may_show_is_bounded() {
    let one = armored("CERTIFICATE", &sample_certificate("a.test"));
    let all = seen("etc/ssl/certs/ca.pem", one.repeat(5_000).as_bytes());
    assert_eq!(all.len(), 2_000);
}

proptest! {
    /// A certificate that is damaged is refused or read, and never the end of the program.
    #[test]
    fn damaged_certificates_never_panic(
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = sample_certificate("a.test");
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        if let Some((_, certificate)) = Certificate::read(&bytes) {
            prop_assert!(certificate.size() < 10_000);
        }
    }
}
