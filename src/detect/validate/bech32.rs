//! Bech32 (BIP 173), in which age and Nostr write their secret keys.

use super::{Candidate, Verdict, facts, lenient};
use crate::detect::keys::Modern;

const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [
    0x3b6a_57b2,
    0x2650_8e6d,
    0x1ea1_19fa,
    0x3d42_33dd,
    0x2a14_62b3,
];
/// Characters of the checksum.
const SUM: usize = 6;

/// `AGE-SECRET-KEY-1` + 58 characters: an X25519 key, whose recipient is told.
pub(super) fn age(candidate: &Candidate<'_>) -> Verdict {
    let key = key(candidate.secret, b"age-secret-key-");
    let public = key.and_then(|key| Modern::X25519.point_of(&key, candidate.effort));
    let recipient = public.map(|public| encode(b"age", &public).into());
    lenient(key.is_some(), facts([("public_key", recipient)]))
}

/// `nsec1` + 58 characters (NIP-19): a secp256k1 key.
pub(super) fn nostr(candidate: &Candidate<'_>) -> Verdict {
    lenient(key(candidate.secret, b"nsec").is_some(), facts([]))
}

/// The 32 bytes of a text with that human-readable part and a checksum that holds.
fn key(text: &[u8], human: &[u8]) -> Option<[u8; 32]> {
    let (found, data) = read(text)?;
    let bytes = to_bytes(&data)?;
    (found == human).then_some(bytes)?.try_into().ok()
}

/// The human-readable part in lower case, and the values of the data without the checksum.
fn read(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let is_mixed =
        text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase);
    let lower = text.to_ascii_lowercase();
    let separator = lower.iter().rposition(|byte| *byte == b'1')?;
    let (human, data) = (&lower[..separator], &lower[separator + 1..]);
    let values: Option<Vec<u8>> = data.iter().map(value).collect();
    let mut values = values?;
    let holds = polymod(human, &values) == 1;
    if is_mixed || human.is_empty() || values.len() < SUM || !holds {
        return None;
    }
    values.truncate(values.len() - SUM);
    Some((human.to_vec(), values))
}

fn value(character: &u8) -> Option<u8> {
    let at = CHARSET.iter().position(|known| known == character)?;
    Some(at as u8)
}

/// Groups of five bits as bytes; fewer than five bits may be left over, and are zero.
fn to_bytes(values: &[u8]) -> Option<Vec<u8>> {
    let (mut held, mut bits) = (0u32, 0u32);
    let mut bytes = Vec::with_capacity(values.len() * 5 / 8);
    for value in values {
        held = (held << 5 | u32::from(*value)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    (bits < 5 && held & ((1 << bits) - 1) == 0).then_some(bytes)
}

/// The text of bytes, in lower case.
fn encode(human: &[u8], bytes: &[u8]) -> String {
    let (mut held, mut bits) = (0u32, 0u32);
    let mut values = Vec::with_capacity(bytes.len() * 8 / 5 + 1 + SUM);
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xfff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            values.push((held >> bits & 31) as u8);
        }
    }
    if bits > 0 {
        values.push((held << (5 - bits) & 31) as u8);
    }
    values.extend([0; SUM]);
    let wanted = polymod(human, &values) ^ 1;
    values.truncate(values.len() - SUM);
    values.extend((0..SUM).map(|index| (wanted >> (25 - 5 * index) & 31) as u8));
    let data = values
        .iter()
        .map(|value| char::from(CHARSET[usize::from(*value)]));
    let human = human.iter().map(|byte| char::from(*byte));
    human.chain(['1']).chain(data).collect()
}

fn polymod(human: &[u8], values: &[u8]) -> u32 {
    let high = human.iter().map(|byte| byte >> 5);
    let low = human.iter().map(|byte| byte & 31);
    let all = high.chain([0]).chain(low).chain(values.iter().copied());
    all.fold(1, |state: u32, value| {
        let top = state >> 25;
        let next = (state & 0x01ff_ffff) << 5 ^ u32::from(value);
        (GENERATOR.iter().enumerate())
            .filter(|(bit, _)| top >> bit & 1 == 1)
            .fold(next, |next, (_, generator)| next ^ generator)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{flip, verdict};
    use super::*;
    use crate::detect::keys::Effort;

    #[test]
    fn agrees_with_bip_173() {
        for valid in [
            "A12UEL5L",
            "a12uel5l",
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
        ] {
            assert!(read(valid.as_bytes()).is_some(), "{valid}");
        }
        for invalid in [
            "A1G7SGD8",
            "A12uEL5L",
            "1qzzfhee",
            "x1b4n0q5v",
            "pzry9x0s0muk",
            "",
        ] {
            assert!(read(invalid.as_bytes()).is_none(), "{invalid}");
        }
    }

    #[test]
    fn an_age_key_tells_its_recipient_and_one_character_off_is_noticed() {
        let key = encode(b"age-secret-key-", &[7; 32]).to_uppercase();
        assert_eq!(key.len(), 74);
        let Verdict::Confirmed(told) = verdict(age, key.as_bytes()) else {
            panic!("{key}")
        };
        let public = Modern::X25519.point_of(&[7; 32], &Effort::default());
        let recipient = encode(b"age", &public.unwrap());
        assert_eq!(told["public_key"], recipient.as_str());
        let off = verdict(age, &flip(&key, 20));
        assert!(matches!(off, Verdict::Demoted(_)), "{off:?}");
    }

    #[test]
    fn a_nostr_key_is_not_one_of_age() {
        let key = encode(b"nsec", &[9; 32]);
        assert_eq!(key.len(), 63);
        assert!(matches!(
            verdict(nostr, key.as_bytes()),
            Verdict::Confirmed(_)
        ));
        assert!(matches!(verdict(age, key.as_bytes()), Verdict::Demoted(_)));
        assert!(matches!(
            verdict(nostr, &flip(&key, 40)),
            Verdict::Demoted(_)
        ));
        let short = encode(b"nsec", &[9; 31]);
        assert!(matches!(
            verdict(nostr, short.as_bytes()),
            Verdict::Demoted(_)
        ));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let text = encode(b"test", &bytes);
            let read = read(text.as_bytes()).and_then(|(_, values)| to_bytes(&values));
            prop_assert_eq!(read, Some(bytes));
        }
    }
}
