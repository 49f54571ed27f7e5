//! As much of DER as private keys need: a reader of tag, length and content, and the four
//! structures that keys come in.

use super::Key;
use super::ssh::{Blob, fingerprint};

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const PARAMETERS: u8 = 0xa0;
const PUBLIC_KEY: u8 = 0xa1;

/// What is left to read of a structure's content.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next element: its tag and its content.
    fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let mut length = usize::from(first);
        if first & 0x80 != 0 {
            let digits = usize::from(first & 0x7f);
            if !(1..=4).contains(&digits) {
                return None;
            }
            let (number, after) = rest.split_at_checked(digits)?;
            length = number
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            rest = after;
        }
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The next element if it has that tag; else nothing is taken.
    fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = Der(self.0);
        let (found, content) = ahead.any()?;
        (found == tag).then(|| {
            self.0 = ahead.0;
            content
        })
    }

    fn sequence(&mut self) -> Option<Der<'a>> {
        self.next(SEQUENCE).map(Der)
    }
}

/// Bits of an unsigned integer's content.
fn bits(integer: &[u8]) -> u64 {
    let digits = &integer[integer.iter().take_while(|byte| **byte == 0).count()..];
    match digits.first() {
        Some(first) => digits.len() as u64 * 8 - u64::from(first.leading_zeros()),
        None => 0,
    }
}

/// `RSAPrivateKey`.
pub(super) fn pkcs1(body: &[u8]) -> Option<Key> {
    let mut key = Der(body).sequence()?;
    key.next(INTEGER)?;
    let modulus = key.next(INTEGER)?;
    let exponent = key.next(INTEGER)?;
    for _ in ["d", "p", "q", "dp", "dq", "qinv"] {
        key.next(INTEGER)?;
    }
    // An INTEGER's content is SSH's `mpint`, so the public half can be named as SSH does.
    let public = Blob::new(b"ssh-rsa").with(exponent).with(modulus);
    Some(Key {
        kind: Some("rsa".to_owned()),
        bits: Some(bits(modulus)),
        encrypted: false,
        fingerprint: Some(fingerprint(&public.0)),
    })
}

/// `DSAPrivateKey` as OpenSSL writes it: version, p, q, g, y, x.
pub(super) fn dsa(body: &[u8]) -> Option<Key> {
    let mut key = Der(body).sequence()?;
    key.next(INTEGER)?;
    let mut public = Blob::new(b"ssh-dss");
    let mut size = None;
    for _ in ["p", "q", "g", "y"] {
        let number = key.next(INTEGER)?;
        size.get_or_insert(bits(number));
        public = public.with(number);
    }
    key.next(INTEGER)?;
    Some(Key {
        kind: Some("dsa".to_owned()),
        bits: size,
        encrypted: false,
        fingerprint: Some(fingerprint(&public.0)),
    })
}

/// Curves by the content of their object identifier: name and bits.
const CURVES: &[(&[u8], &str, u64)] = &[
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7], "nistp256", 256),
    (&[0x2b, 0x81, 4, 0, 0x22], "nistp384", 384),
    (&[0x2b, 0x81, 4, 0, 0x23], "nistp521", 521),
];

/// `ECPrivateKey`; inside PKCS #8 the curve stands outside.
pub(super) fn sec1(body: &[u8], curve: Option<&[u8]>) -> Option<Key> {
    let mut key = Der(body).sequence()?;
    if key.next(INTEGER)? != [1] {
        return None;
    }
    let scalar = key.next(OCTET_STRING)?;
    let inner = key
        .next(PARAMETERS)
        .and_then(|content| Der(content).next(OID));
    let curve = inner.or(curve);
    let known = CURVES.iter().find(|(oid, ..)| curve == Some(*oid));
    let point = key
        .next(PUBLIC_KEY)
        .and_then(|content| Der(content).next(BIT_STRING))
        .and_then(|content| content.strip_prefix(&[0]));
    let fingerprint = known.zip(point).map(|((_, name, _), point)| {
        let kind = format!("ecdsa-sha2-{name}");
        fingerprint(
            &Blob::new(kind.as_bytes())
                .with(name.as_bytes())
                .with(point)
                .0,
        )
    });
    Some(Key {
        kind: Some("ec".to_owned()),
        bits: known.map_or(Some(scalar.len() as u64 * 8), |(.., bits)| Some(*bits)),
        encrypted: false,
        fingerprint,
    })
}

/// `PrivateKeyInfo` / `OneAsymmetricKey`.
pub(super) fn pkcs8(body: &[u8]) -> Option<Key> {
    let mut key = Der(body).sequence()?;
    key.next(INTEGER)?;
    let mut algorithm = key.sequence()?;
    let name = algorithm.next(OID)?;
    let inner = key.next(OCTET_STRING)?;
    let plain = |kind: &str, bits| Key {
        kind: Some(kind.to_owned()),
        bits,
        ..Key::default()
    };
    match name {
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1 | 10] => pkcs1(inner),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1] => sec1(inner, algorithm.next(OID)),
        [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1] => {
            let size = algorithm.sequence()?.next(INTEGER).map(bits);
            Der(inner).next(INTEGER)?;
            Some(plain("dsa", size))
        }
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 3, 1] => Some(plain("dh", None)),
        [0x2b, 0x65, curve @ 0x6e..=0x71] => {
            Der(inner).next(OCTET_STRING)?;
            let kind = ["x25519", "x448", "ed25519", "ed448"][usize::from(curve - 0x6e)];
            Some(plain(kind, None))
        }
        _ => Some(plain("other", None)),
    }
}

/// `EncryptedPrivateKeyInfo`.
pub(super) fn encrypted_pkcs8(body: &[u8]) -> Option<Key> {
    let mut key = Der(body).sequence()?;
    key.sequence()?.next(OID)?;
    key.next(OCTET_STRING).filter(|text| !text.is_empty())?;
    Some(Key {
        encrypted: true,
        ..Key::default()
    })
}
