//! Keys against figures that others computed, certificates built here, and what a text shows.

use proptest::prelude::{any, prop, prop_assert, proptest};
use serde_json::Value;

use super::der::{BIT_STRING, INTEGER, OCTET_STRING, OID, element};
use super::fixture::{armored, public_key, sample_certificate, sequence};
use super::*;
use crate::detect::class::Class;
use crate::detect::detector::View;
use crate::detect::matched::Context;
use crate::detect::validate::base64_unpadded;

fn key_id() -> KeyId {
    public_key().id()
}

#[test]
fn a_certificate_tells_whose_it_is_and_until_when() {
    let (key, certificate) = Certificate::read(&sample_certificate("a.test")).unwrap();
    assert_eq!(
        (key.id, key.kind.as_deref()),
        (Some(key_id()), Some("ed25519"))
    );
    let expected = serde_json::json!({
        "subject": "CN=a.test",
        "names": ["a.test", "www.example.test", "10.0.0.1"],
        "issuer": "CN=Test CA",
        "expires": "2030-12-31T23:59:59Z",
    });
    assert_eq!(Value::Object(certificate.fact()), expected);
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

/// RFC 5958: version 2 has the public half behind the private one.
#[test]
fn a_public_half_that_nobody_here_computes_is_taken_from_the_key_that_brings_it() {
    for curve in [Modern::Ed448, Modern::X448] {
        let point = vec![7; curve.bytes()];
        let algorithm = sequence(&[&element(OID, &[&curve.oid()])]);
        let private = element(OCTET_STRING, &[&vec![9; curve.bytes()]]);
        let private = element(OCTET_STRING, &[&private]);
        let version = |number: u8| element(INTEGER, &[&[number]]);
        let brief = sequence(&[&version(0), &algorithm, &private]);
        let whole = sequence(&[
            &version(1),
            &algorithm,
            &private,
            &element(0x81, &[&[0], &point]),
        ]);
        let id = |key: &[u8]| pkcs8(key, &Effort::default()).unwrap().id;
        let point = point.into();
        assert_eq!(id(&whole), Some(PublicKey::Modern { curve, point }.id()));
        assert_eq!(id(&brief), None);
    }
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

/// An `ECPrivateKey` of that scalar and of what stands behind it.
fn ec(scalar: &[u8], behind: &[&[u8]]) -> Vec<u8> {
    let version = element(INTEGER, &[&[1]]);
    let scalar = element(OCTET_STRING, &[scalar]);
    sequence(&[&version, &scalar, &behind.concat()])
}

#[test]
fn a_number_and_a_string_are_no_private_key() {
    let request = sequence(&[&element(INTEGER, &[&[7]]), &[2, 1, 0, 2, 1, 0]]);
    let effort = Effort::default();
    for message in [
        // SNMP asks for nothing, and for what stands in a sequence.
        ec(b"public", &[&element(0xa0, &[&request[2..]])]),
        ec(&[7; 32], &[&element(0xa0, &[&request[2..]])]),
        ec(&[], &[]),
        ec(&[7; 32], &[]),
    ] {
        assert_eq!(super::any(&message, &effort), None, "{message:?}");
    }
    for length in [0, 13, 73] {
        assert_eq!(sec1(&ec(&vec![7; length], &[]), None, &effort), None);
    }
    assert!(sec1(&ec(&[7; 32], &[]), None, &effort).is_some());
}

#[test]
fn a_file_is_an_elliptic_key_where_that_is_all_of_it_and_its_curve_is_told() {
    let p256 = Curve::by_ssh(b"nistp256").unwrap();
    let named = element(0xa0, &[&element(OID, &[p256.oid])]);
    let described = element(0xa0, &[&sequence(&[&element(INTEGER, &[&[1]])])]);
    let public = element(0xa1, &[&element(BIT_STRING, &[&[0], &[4; 65]])]);
    let effort = Effort::default();
    for (behind, kind) in [
        (vec![&named[..]], "ec p-256"),
        (vec![&named, &public], "ec p-256"),
        (vec![&described, &public], "ec"),
    ] {
        let file = ec(&[7; 32], &behind);
        assert_eq!(super::any(&file, &effort).unwrap().kind.unwrap(), kind);
        assert_eq!(super::any(&[&file[..], b"\0"].concat(), &effort), None);
        let more = [&behind[..], &[&[5, 0][..]]].concat();
        assert_eq!(super::any(&ec(&[7; 32], &more), &effort), None);
    }
    for scalar in [&[][..], &[7; 34]] {
        assert_eq!(super::any(&ec(scalar, &[&named]), &effort), None);
    }
}

#[test]
fn a_public_half_costs_as_much_on_every_curve() {
    for curve in [Modern::X25519, Modern::Ed25519] {
        let effort = Effort::default();
        let mut points = 0;
        while curve.point_of(&[7; 32], &effort).is_some() {
            points += 1;
        }
        assert!(!effort.affords(effort::POINT));
        assert_eq!(points, 4_000);
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

#[test]
fn public_keys_are_seen_in_whatever_form_they_are_written() {
    let key = public_key();
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
