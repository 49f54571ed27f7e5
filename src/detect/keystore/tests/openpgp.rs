//! Keys of OpenPGP: as GnuPG's agent keeps them, and as packets without armour.

use super::told;
use crate::detect::keys::PublicKey;
use crate::detect::keys::fixture::public_key;

#[test]
fn gnupg_keys_tell_whether_they_are_protected() {
    for (head, kind, encrypted) in [
        ("(21:protected-private-key(3:rsa(1:n", "rsa", true),
        ("(11:private-key(3:ecc(5:curve", "ecc", false),
        (
            "Created: 20240101T000000\nKey: (private-key (rsa (n #00",
            "rsa",
            false,
        ),
        ("Key: (protected-private-key (ecc (curve", "ecc", true),
    ] {
        let facts = told("gnupg-key", head.as_bytes()).unwrap();
        assert_eq!(
            (&facts["key_type"], &facts["encrypted"]),
            (&kind.into(), &encrypted.into())
        );
    }
    for other in [
        "(20:shadowed-private-key(3:rsa",
        "Key: (public-key (rsa",
        "Key",
        "",
    ] {
        assert_eq!(told("gnupg-key", other.as_bytes()), None, "{other}");
    }
}

#[test]
fn gnupg_keys_tell_their_public_half() {
    let PublicKey::Modern { point, .. } = public_key() else {
        unreachable!()
    };
    let hexadecimal: String = point.iter().map(|byte| format!("{byte:02X}")).collect();
    let named = format!(
        "Created: 20240101T000000\nKey: (protected-private-key (ecc (curve Ed25519)(flags eddsa)(q\n  \
         #40{}\n  {}#)(protected openpgp-s2k3-ocb-aes))\n",
        &hexadecimal[..20],
        &hexadecimal[20..]
    );
    let head = format!("({}:protected-private-key(3:ecc(5:curve7:Ed25519)", 21);
    let mut canonical = [head.as_bytes(), b"(1:q33:@", &point, b")"].concat();
    let id = public_key().id().to_string();
    for file in [named.as_bytes(), &canonical] {
        let facts = told("gnupg-key", file).unwrap();
        assert_eq!(facts["key_type"], "ed25519");
        assert_eq!(
            (&facts["bits"], &facts["spki_sha256"]),
            (&256.into(), &id.clone().into())
        );
    }
    canonical.truncate(80);
    let facts = told("gnupg-key", &canonical).unwrap();
    assert!(facts["key_type"] == "ecc" && !facts.contains_key("bits"));
    let rsa = format!(
        "({}:private-key(3:rsa(1:n3:\0\u{1}\u{1})(1:e1:\u{3})(1:d1:a))",
        11
    );
    let facts = told("gnupg-key", rsa.as_bytes()).unwrap();
    assert_eq!(
        (&facts["bits"], &facts["encrypted"]),
        (&9.into(), &false.into())
    );
}

/// A secret key packet of so many bits, with what stands behind its public numbers.
fn openpgp(tag: &[u8], version: &[u8], secret: &[u8]) -> Vec<u8> {
    let numbers = [&[4, 0][..], &[0xcc; 128], &[0, 17, 1, 0, 1]].concat();
    let mut body = match version {
        [4] => [&[4, 0x60, 0, 0, 0, 1][..], &numbers].concat(),
        [3] => [&[3, 0x60, 0, 0, 0, 0, 9, 1][..], &numbers].concat(),
        [version, ..] => {
            let length = (numbers.len() as u32).to_be_bytes();
            [&[*version, 0x60, 0, 0, 0, 1][..], &length, &numbers].concat()
        }
        [] => Vec::new(),
    };
    body.extend(secret);
    let user = [0xcd, 4, b'J', b'a', b'n', b'e'];
    let length = (body.len() as u16).to_be_bytes();
    let length = match tag {
        [0xc5] => vec![192, (body.len() - 192) as u8],
        _ => length.to_vec(),
    };
    [tag, &length, &body, &user].concat()
}

#[test]
fn openpgp_keys_without_armour_are_told_in_every_version() {
    let clear = [&[0][..], &[7; 90]].concat();
    let iterated = [9, 3, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0x60];
    let sealed = [&[254][..], &iterated, &[7; 90]].concat();
    let sized = [&[254, 28, 9, 11][..], &iterated[1..], &[7; 90]].concat();
    for (tag, version, secret, encrypted, digits) in [
        (0x95, 4, &clear, false, Some(40)),
        (0xc5, 4, &sealed, true, Some(40)),
        (0x95, 3, &clear, false, None),
        (0xc5, 6, &sized, true, Some(64)),
        (0xc5, 6, &clear, false, Some(64)),
    ] {
        let facts = told("openpgp-key", &openpgp(&[tag], &[version], secret)).unwrap();
        assert_eq!(
            (&facts["key_type"], &facts["bits"]),
            (&"rsa".into(), &1024.into())
        );
        assert_eq!(
            (&facts["encrypted"], &facts["user"]),
            (&encrypted.into(), &"Jane".into())
        );
        let kdf = facts.get("kdf").and_then(|kdf| kdf.as_str());
        assert_eq!(kdf, encrypted.then_some("iterated s2k"), "{version}");
        let fingerprint = facts.get("openpgp_fingerprint");
        let length = fingerprint.and_then(|fact| fact.as_str()).map(str::len);
        assert_eq!(length, digits);
    }
}

#[test]
fn what_only_begins_like_an_openpgp_key_is_none() {
    let clear = [&[0][..], &[7; 90]].concat();
    let whole = openpgp(&[0x95], &[4], &clear);
    assert!(told("openpgp-key", &whole).is_some());
    let mut public = whole.clone();
    public[0] = 0x99;
    let mut unusual = whole.clone();
    // A number with a bit more than it says.
    unusual[10] = 3;
    let mut followed = whole.clone();
    let end = followed.len() - 6;
    followed[end] = 0x20;
    for other in [
        &public,
        &unusual,
        &followed,
        &openpgp(&[0x95], &[4], &[]),
        &openpgp(&[0x95], &[4], &[99, 1, 2, 3]),
        &openpgp(&[0x95], &[9], &clear),
        &whole[..40].to_vec(),
    ] {
        assert_eq!(told("openpgp-key", other), None, "{other:?}");
    }
}
