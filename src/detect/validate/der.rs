//! Private keys in base64 without the armour around them: the body of a PEM file in one line, as Java
//! and settings have it.
//!
//! The structure alone says that it is one, so it must be whole and hold what it promises.

use super::encoding::base64;
use super::{Candidate, Verdict};
use crate::detect::keys;

/// The body must parse and its numbers must belong together; anything else is no key.
pub(super) fn private_key(candidate: &Candidate<'_>) -> Verdict {
    let key = body(candidate.secret).and_then(|bytes| keys::any(&bytes, candidate.effort));
    match key.filter(|key| key.flaw.is_none()) {
        Some(key) => Verdict::Confirmed(key.facts()),
        None => Verdict::Dropped,
    }
}

/// As many bytes as the structure says it has; what stands behind them is not of it.
fn body(text: &[u8]) -> Option<Vec<u8>> {
    let mut digits = keys::unescape(text);
    digits.retain(|byte| !byte.is_ascii_whitespace());
    let (length, wanted) = lengths(&digits)?;
    digits.truncate(wanted);
    let bytes = base64(&digits)?;
    (bytes.len() == length).then_some(bytes)
}

/// How many digits of base64 the structure takes that begins with these.
pub(in crate::detect) fn base64_digits_of_der(head: &[u8]) -> Option<usize> {
    lengths(head).map(|(_, digits)| digits)
}

/// Bytes of the structure that begins so, and digits of base64 that it takes.
fn lengths(digits: &[u8]) -> Option<(usize, usize)> {
    let length = length(&base64(digits.get(..8)?)?)?;
    Some((length, (length * 4).div_ceil(3)))
}

/// Of a sequence that begins so, with its tag and the length itself.
fn length(head: &[u8]) -> Option<usize> {
    match *head {
        [0x30, short @ 0..=0x7f, ..] => Some(2 + usize::from(short)),
        [0x30, 0x81, length, ..] => Some(3 + usize::from(length)),
        [0x30, 0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([high, low]))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{standard_base64, verdict};
    use super::*;
    use crate::detect::keys::fixture;

    #[test]
    fn a_body_is_a_key_whatever_stands_behind_it() {
        let body = standard_base64(&fixture::private_key());
        for text in [
            body.clone(),
            body.replace('/', "\\/"),
            format!("{body}AAAA"),
        ] {
            let Verdict::Confirmed(facts) = verdict(private_key, text.as_bytes()) else {
                panic!("{text}")
            };
            assert_eq!(facts["key_type"], "ed25519");
        }
    }

    #[test]
    fn what_is_cut_off_or_no_private_key_is_dropped() {
        let body = standard_base64(&fixture::private_key());
        let public = standard_base64(&fixture::public_key().spki());
        for text in [
            &body[..40],
            &body[..4],
            "",
            &public,
            "MIIBVQIBADANBgkqhkiG9w0B",
        ] {
            assert_eq!(
                verdict(private_key, text.as_bytes()),
                Verdict::Dropped,
                "{text}"
            );
        }
    }
}
