//! The structures that private keys come in, as far as they tell which key it is.
//!
//! RFC 8017 (PKCS #1), RFC 5208 and RFC 5958 (PKCS #8), RFC 5915 (SEC 1), RFC 8410 (Edwards and
//! Montgomery curves); `DSAPrivateKey` as OpenSSL writes it.

use super::curve::{self, Curve, Modern};
use super::der::{BIT_STRING, Der, INTEGER, OCTET_STRING, OID, SEQUENCE, bits, significant, whole};
use super::effort::Effort;
use super::number::is_product;
use super::pbe::Scheme;
use super::power::power;
use super::public::{Algorithm, PublicKey};
use super::{Flaw, Key};

/// Tags of optional parts: `[0]` and `[1]`, constructed or not.
const PARAMETERS: u8 = 0xa0;
const PUBLIC_KEY: u8 = 0xa1;
const PLAIN_PUBLIC_KEY: u8 = 0x81;

/// Bytes of a private number on a curve that is not known: of 112 bits to 571.
const SCALARS: std::ops::RangeInclusive<usize> = 14..=72;

/// `RSAPrivateKey`.
pub(in crate::detect) fn pkcs1(body: &[u8]) -> Option<Key> {
    let mut key = Der(body).sequence()?;
    key.next(INTEGER)?;
    let modulus = key.next(INTEGER)?;
    let exponent = key.next(INTEGER)?;
    let mut number = || key.next(INTEGER);
    let _private_exponent = number()?;
    let mut primes = vec![number()?, number()?];
    for _ in ["dp", "dq", "qinv"] {
        number()?;
    }
    primes.extend(more_primes(key).unwrap_or_default());
    let flaw = (is_product(modulus, &primes) == Some(false)).then_some(Flaw::Product);
    Some(Key::from(&PublicKey::Rsa { modulus, exponent }).with_flaw(flaw))
}

/// The third prime and those after it, which few keys have: `OtherPrimeInfos`.
fn more_primes(mut rest: Der<'_>) -> Option<Vec<&[u8]>> {
    let mut infos = rest.sequence()?;
    let next = || infos.sequence()?.next(INTEGER);
    Some(std::iter::from_fn(next).collect())
}

/// `DSAPrivateKey` as OpenSSL writes it: version, p, q, g, y, x.
pub(in crate::detect) fn dsa(body: &[u8], effort: &Effort) -> Option<Key> {
    let mut key = Der(body).sequence()?;
    key.next(INTEGER)?;
    let mut number = || key.next(INTEGER);
    let [p, q, g, y, x] = [number()?, number()?, number()?, number()?, number()?];
    let own = power(g, x, p, effort);
    let is_other = own.is_some_and(|own| significant(&own) != significant(y));
    let flaw = is_other.then_some(Flaw::PublicHalf);
    Some(Key::from(&PublicKey::Dsa([p, q, g, y])).with_flaw(flaw))
}

/// A DSA key in PKCS #8, which holds only the private number: the others stand before it.
fn dsa_of([p, q, g]: [&[u8]; 3], inner: &[u8], effort: &Effort) -> Option<Key> {
    let x = Der(inner).next(INTEGER)?;
    Some(match power(g, x, p, effort) {
        Some(y) => Key::from(&PublicKey::Dsa([p, q, g, &y])),
        None => Key {
            bits: Some(bits(p)).filter(|bits| *bits > 0),
            ..Key::of_kind("dsa")
        },
    })
}

/// `ECPrivateKey`; inside PKCS #8 the curve stands outside.
pub(in crate::detect) fn sec1(
    body: &[u8],
    outside: Option<&'static Curve>,
    effort: &Effort,
) -> Option<Key> {
    let mut key = Der(body).sequence()?;
    if key.next(INTEGER)? != [1] {
        return None;
    }
    let scalar = key.next(OCTET_STRING)?;
    let named = key
        .next(PARAMETERS)
        .and_then(|content| Der(content).next(OID));
    let inside = named.and_then(Curve::by_oid);
    let Some(curve) = inside.or(outside) else {
        return SCALARS.contains(&scalar.len()).then(|| Key {
            bits: Some(scalar.len() as u64 * 8),
            ..Key::of_kind("ec")
        });
    };
    if scalar.is_empty() || scalar.len() as u64 > curve.bits / 8 + 1 {
        return None;
    }
    let written = key
        .next(PUBLIC_KEY)
        .and_then(|content| Der(content).next(BIT_STRING))
        .and_then(|content| content.strip_prefix(&[0]));
    let own = curve.point_of(scalar, effort);
    let flaw = curve::contradicts(written, own.as_deref()).then_some(Flaw::PublicHalf);
    let point = match written {
        Some(point) => Some(point.into()),
        None => own.map(Into::into),
    };
    Some(match point {
        Some(point) => Key::from(&PublicKey::Ec { curve, point }).with_flaw(flaw),
        None => Key {
            bits: Some(curve.bits),
            ..Key::of_kind(&format!("ec {}", curve.name))
        },
    })
}

/// `PrivateKeyInfo` / `OneAsymmetricKey`.
pub(in crate::detect) fn pkcs8(body: &[u8], effort: &Effort) -> Option<Key> {
    let mut key = Der(body).sequence()?;
    key.next(INTEGER)?;
    let identifier = key.sequence()?;
    let inner = key.next(OCTET_STRING)?;
    match Algorithm::read(identifier)? {
        Algorithm::Rsa => pkcs1(inner),
        Algorithm::Ec(curve) => sec1(inner, curve, effort),
        Algorithm::Dsa(numbers) => dsa_of(numbers, inner, effort),
        Algorithm::Modern(curve) => modern(curve, inner, key, effort),
        Algorithm::Named(name) => Some(Key::of_kind(name)),
        Algorithm::Other => Some(Key::of_kind("other").with_flaw(Some(Flaw::Algorithm))),
    }
}

/// A key of RFC 8410: the private half alone, sometimes with the public one after the attributes.
fn modern(curve: Modern, inner: &[u8], mut rest: Der<'_>, effort: &Effort) -> Option<Key> {
    let private = Der(inner).next(OCTET_STRING)?;
    let unknown = Key {
        bits: Some(curve.bits()),
        ..Key::of_kind(curve.name())
    };
    if private.len() != curve.bytes() {
        return Some(unknown.with_flaw(Some(Flaw::PrivateHalf)));
    }
    rest.next(PARAMETERS);
    let written = rest.next(PLAIN_PUBLIC_KEY);
    let written = written.and_then(|content| content.strip_prefix(&[0]));
    let own = curve.point_of(private, effort);
    let is_other = (written.zip(own)).is_some_and(|(written, own)| *written != own);
    let flaw = is_other.then_some(Flaw::PublicHalf);
    let public = written.map(<[u8]>::to_vec).or(own.map(Into::into));
    Some(match public {
        Some(point) => Key::from(&PublicKey::Modern {
            curve,
            point: point.into(),
        })
        .with_flaw(flaw),
        None => unknown,
    })
}

/// `EncryptedPrivateKeyInfo`: nothing of the key is in clear, only how it is encrypted.
pub(in crate::detect) fn encrypted_pkcs8(body: &[u8]) -> Option<Key> {
    let mut key = Der(body).sequence()?;
    let identifier = key.sequence()?;
    Der(identifier.0).next(OID)?;
    key.next(OCTET_STRING).filter(|text| !text.is_empty())?;
    let protection = Scheme::read(identifier).map(|scheme| scheme.protection());
    Some(Key::default().protected(protection.unwrap_or_default()))
}

/// A key that is a whole file of DER, in whichever structure.
pub(in crate::detect) fn any(file: &[u8], effort: &Effort) -> Option<Key> {
    whole(file, SEQUENCE)?;
    pkcs1(file)
        .or_else(|| pkcs8(file, effort))
        .or_else(|| sec1(file, None, effort).filter(|_| names_its_curve(file)))
        .or_else(|| encrypted_pkcs8(file).filter(is_by_password))
}

/// Whether an `ECPrivateKey` says on which curve it lies, and nothing that is none of its parts:
/// without that, a number and a string are many a message, SNMP's among them.
fn names_its_curve(file: &[u8]) -> bool {
    let parts = || {
        let mut key = whole(file, SEQUENCE)?;
        key.next(INTEGER)?;
        key.next(OCTET_STRING)?;
        let mut curve = Der(key.next(PARAMETERS)?);
        let named = curve.next(OID).or_else(|| curve.next(SEQUENCE));
        key.next(PUBLIC_KEY);
        Some(named.is_some() && curve.is_empty() && key.is_empty())
    };
    parts().unwrap_or_default()
}

/// Whether a key is encrypted in a way that is known: hashes have the same structure.
fn is_by_password(key: &Key) -> bool {
    let protection = key.protection.as_ref();
    protection.is_some_and(|protection| protection.kdf.is_some())
}
