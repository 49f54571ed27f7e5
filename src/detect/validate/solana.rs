//! Solana: a keypair is an Ed25519 seed and its public key, as an array of 64 numbers or in
//! base58. That the halves belong together proves it.

use super::base58;
use super::{Candidate, Verdict, facts};
use crate::detect::keys::Modern;

/// Both halves; the public one is the address of the account.
pub(super) fn keypair(candidate: &Candidate<'_>) -> Verdict {
    let Some(bytes) =
        numbers(candidate.secret).or_else(|| pair(&base58::decode(candidate.secret)?))
    else {
        return Verdict::Demoted(facts([]));
    };
    let (Some(seed), Some(public)) = (bytes.first_chunk::<32>(), bytes.last_chunk::<32>()) else {
        return Verdict::Demoted(facts([]));
    };
    match Modern::Ed25519.point_of(seed, candidate.effort) {
        Some(half) if half == *public => {
            Verdict::Confirmed(facts([("address", Some(base58::encode(public).into()))]))
        }
        Some(_) => Verdict::Demoted(facts([])),
        // What is not affordable speaks neither for it nor against it.
        None => Verdict::Kept(facts([])),
    }
}

fn pair(bytes: &[u8]) -> Option<[u8; 64]> {
    bytes.try_into().ok()
}

/// 64 numbers below 256 with commas between them, in brackets or not.
fn numbers(bytes: &[u8]) -> Option<[u8; 64]> {
    let inner = bytes.trim_ascii();
    let inner = inner.strip_prefix(b"[").unwrap_or(inner);
    let inner = inner.strip_suffix(b"]").unwrap_or(inner);
    let mut pair = [0; 64];
    let mut numbers = inner.split(|byte| *byte == b',');
    for slot in &mut pair {
        let number = std::str::from_utf8(numbers.next()?.trim_ascii()).ok()?;
        *slot = number.parse().ok()?;
    }
    numbers.next().is_none().then_some(pair)
}

#[cfg(test)]
mod tests {
    use super::super::tests::verdict;
    use super::*;
    use crate::detect::keys::Effort;

    fn made() -> Vec<u8> {
        let seed = [0x5a; 32];
        let public = Modern::Ed25519.point_of(&seed, &Effort::default());
        [seed, public.unwrap()].concat()
    }

    fn array(pair: &[u8]) -> String {
        let numbers: Vec<String> = pair.iter().map(u8::to_string).collect();
        format!("[{}]", numbers.join(","))
    }

    #[test]
    fn a_keypair_whose_halves_belong_together_tells_its_address() {
        let pair = made();
        let address = base58::encode(&pair[32..]);
        let spaced = array(&pair).replace(',', ",\n  ");
        for text in [array(&pair), spaced, base58::encode(&pair)] {
            let Verdict::Confirmed(told) = verdict(keypair, text.as_bytes()) else {
                panic!("{text}")
            };
            assert_eq!(told["address"], address.as_str());
        }
    }

    #[test]
    fn one_bit_off_and_other_numbers_are_demoted() {
        let mut pair = made();
        pair[5] ^= 1;
        let short = array(&pair[1..]);
        let long = array(&[&pair[..], &[1]].concat());
        let large = array(&pair).replacen('[', "[2", 1);
        for text in [array(&pair), base58::encode(&pair), short, long, large] {
            let found = verdict(keypair, text.as_bytes());
            assert!(matches!(found, Verdict::Demoted(_)), "{text}");
        }
    }
}
