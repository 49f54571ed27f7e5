//! Tezos' secret keys in base58check, whose prefixes say the curve and whether they are encrypted.
//!
//! Prefixes: `src/lib_crypto/base58.ml` of Octez.

use super::base58::checked;
use super::{Candidate, Verdict, facts, lenient};

/// A kind: its prefix, the bytes behind it, the curve, whether it is encrypted.
type Kind = (&'static [u8], usize, &'static str, bool);

const KINDS: &[Kind] = &[
    (&[13, 15, 58, 7], 32, "ed25519", false),
    (&[43, 246, 78, 7], 64, "ed25519", false),
    (&[17, 162, 224, 201], 32, "secp256k1", false),
    (&[16, 81, 238, 189], 32, "p256", false),
    (&[7, 90, 60, 179, 41], 56, "ed25519", true),
    (&[9, 237, 241, 174, 150], 56, "secp256k1", true),
    (&[9, 48, 57, 115, 171], 56, "p256", true),
];

/// `edsk`, `spsk`, `p2sk`, and those with an `e` that are encrypted.
pub(super) fn secret_key(candidate: &Candidate<'_>) -> Verdict {
    let payload = checked(candidate.secret).unwrap_or_default();
    let kind = KINDS.iter().find(|(prefix, length, ..)| {
        payload.starts_with(prefix) && payload.len() == prefix.len() + length
    });
    match kind {
        Some((.., curve, encrypted)) => lenient(
            true,
            facts([
                ("key_type", Some((*curve).into())),
                ("encrypted", Some((*encrypted).into())),
            ]),
        ),
        None => lenient(false, facts([])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::base58::tests::check;
    use super::super::tests::{flip, verdict};
    use super::*;

    #[test]
    fn keys_of_every_kind_begin_as_they_are_known_and_notice_one_character_off() {
        let known = ["edsk", "edsk", "spsk", "p2sk", "edesk", "spesk", "p2esk"];
        let lengths = [54, 98, 54, 54, 88, 88, 88];
        for ((kind, start), length) in KINDS.iter().zip(known).zip(lengths) {
            let key = check(&[kind.0, &vec![0x5a; kind.1]].concat());
            assert!(key.starts_with(start) && key.len() == length, "{key}");
            let Verdict::Confirmed(told) = verdict(secret_key, key.as_bytes()) else {
                panic!("{key}")
            };
            assert_eq!(told["key_type"], kind.2);
            assert_eq!(told["encrypted"], kind.3);
            let off = verdict(secret_key, &flip(&key, 20));
            assert!(matches!(off, Verdict::Demoted(_)), "{off:?}");
        }
    }

    #[test]
    fn a_public_key_is_no_secret_one() {
        let public = check(&[&[13, 15, 37, 217][..], &[0x5a; 32]].concat());
        assert!(public.starts_with("edpk"));
        assert!(matches!(
            verdict(secret_key, public.as_bytes()),
            Verdict::Demoted(_)
        ));
    }
}
