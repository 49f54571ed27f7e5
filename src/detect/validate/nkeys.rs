//! Ed25519 seeds in base32 with a CRC-16 behind them: Stellar's secret seeds (SEP 23) and NATS'
//! nkeys, which took the form over. The public key, by which people know the account, is told.

use super::encoding::{base32, to_base32};
use super::{Candidate, Effort, Verdict, facts, lenient};
use crate::detect::keys::Modern;

/// First five bits of a seed: `S` in base32.
const SEED: u8 = 18 << 3;
/// First byte of a Stellar account: `G`.
const ACCOUNT: u8 = 6 << 3;

/// Kinds of nkeys by their prefix, which is a letter in base32.
const ROLES: &[(u8, &str)] = &[
    (0, "account"),
    (2 << 3, "cluster"),
    (13 << 3, "server"),
    (14 << 3, "operator"),
    (20 << 3, "user"),
    (CURVE, "curve"),
];
/// An X25519 key: its public half is made in another way, and not told.
const CURVE: u8 = 23 << 3;

/// `S` + 55 characters: version, seed, sum.
pub(super) fn stellar(candidate: &Candidate<'_>) -> Verdict {
    let body = checked(candidate.secret).unwrap_or_default();
    match body.as_slice() {
        [SEED, seed @ ..] if seed.len() == 32 => {
            let account = public(&[ACCOUNT], seed, candidate.effort);
            lenient(true, facts([("public_key", account.map(Into::into))]))
        }
        _ => lenient(false, facts([])),
    }
}

/// `S`, a letter for the kind, and 56 characters: a seed's prefix of ten bits, seed, sum.
pub(super) fn nats(candidate: &Candidate<'_>) -> Verdict {
    let body = checked(candidate.secret).unwrap_or_default();
    let read = match body.as_slice() {
        [first, second, seed @ ..] if first & 0xf8 == SEED && seed.len() == 32 => {
            let prefix = first << 5 | second >> 3;
            let role = ROLES.iter().find(|(known, _)| *known == prefix);
            role.map(|(prefix, name)| (*prefix, *name, seed))
        }
        _ => None,
    };
    let Some((prefix, name, seed)) = read else {
        return lenient(false, facts([]));
    };
    let public = (prefix != CURVE)
        .then(|| public(&[prefix], seed, candidate.effort))
        .flatten();
    lenient(
        true,
        facts([
            ("key_type", Some(name.into())),
            ("public_key", public.map(Into::into)),
        ]),
    )
}

/// The text of the public key of a seed, where there is the effort for it.
fn public(prefix: &[u8], seed: &[u8], effort: &Effort) -> Option<String> {
    let public = Modern::Ed25519.point_of(seed, effort)?;
    String::from_utf8(with_sum(&[prefix, &public].concat())).ok()
}

/// The bytes of a text in upper case whose last two bytes are the sum of those before.
fn checked(text: &[u8]) -> Option<Vec<u8>> {
    if text.iter().any(u8::is_ascii_lowercase) {
        return None;
    }
    let mut bytes = base32(text)?;
    let (body, sum) = bytes.split_last_chunk::<2>()?;
    let holds = crc16(body).to_le_bytes() == *sum;
    bytes.truncate(bytes.len() - 2);
    holds.then_some(bytes)
}

fn with_sum(body: &[u8]) -> Vec<u8> {
    to_base32(&[body, &crc16(body).to_le_bytes()].concat())
}

/// CRC-16/XMODEM: polynomial 0x1021, nothing before, nothing behind.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum: u16, _| {
            let carry = if sum >> 15 == 1 { 0x1021 } else { 0 };
            sum << 1 ^ carry
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{flip, verdict};
    use super::*;

    fn seed(prefix: &[u8]) -> String {
        String::from_utf8(with_sum(&[prefix, &[0x5a; 32]].concat())).unwrap()
    }

    #[test]
    fn the_sum_is_that_of_xmodem() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
        assert_eq!(crc16(b""), 0);
    }

    #[test]
    fn a_stellar_seed_tells_its_account() {
        let seed = seed(&[SEED]);
        assert_eq!(seed.len(), 56);
        let Verdict::Confirmed(told) = verdict(stellar, seed.as_bytes()) else {
            panic!("{seed}")
        };
        let account = told["public_key"].as_str().unwrap();
        assert!(account.starts_with('G') && account.len() == 56, "{account}");
        assert!(checked(account.as_bytes()).is_some());
        let public = verdict(stellar, account.as_bytes());
        assert!(matches!(public, Verdict::Demoted(_)), "{public:?}");
        let lower = verdict(stellar, seed.to_lowercase().as_bytes());
        assert!(matches!(lower, Verdict::Demoted(_)), "{lower:?}");
    }

    #[test]
    fn seeds_of_every_kind_tell_it_and_begin_with_its_letter() {
        for ((prefix, name), letter) in ROLES.iter().zip("ACNOUX".chars()) {
            let seed = seed(&[SEED | prefix >> 5, prefix << 3]);
            assert!(seed.starts_with(&format!("S{letter}A")) && seed.len() == 58);
            let Verdict::Confirmed(told) = verdict(nats, seed.as_bytes()) else {
                panic!("{seed}")
            };
            assert_eq!(told["key_type"], *name);
            let public = told.get("public_key").and_then(|text| text.as_str());
            assert_eq!(public.is_some(), *name != "curve");
            assert!(public.is_none_or(|text| text.starts_with(letter)));
        }
    }

    #[test]
    fn one_character_off_is_noticed() {
        let stellar_seed = seed(&[SEED]);
        let nats_seed = seed(&[SEED | 5, 0]);
        for index in [5, 30, 50] {
            let off = verdict(stellar, &flip(&stellar_seed, index));
            assert!(matches!(off, Verdict::Demoted(_)), "{index}: {off:?}");
            let off = verdict(nats, &flip(&nats_seed, index));
            assert!(matches!(off, Verdict::Demoted(_)), "{index}: {off:?}");
        }
    }
}
