//! age's secret keys are bech32 (BIP 173) with the human-readable part `age-secret-key-`.

use super::{Candidate, Verdict, facts, lenient};

const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [
    0x3b6a_57b2,
    0x2650_8e6d,
    0x1ea1_19fa,
    0x3d42_33dd,
    0x2a14_62b3,
];

/// `AGE-SECRET-KEY-1` + 58 characters, the last six a checksum.
pub(super) fn age_bech32(candidate: &Candidate<'_>) -> Verdict {
    lenient(holds(candidate.secret), facts([]))
}

fn holds(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some(separator) = lower.iter().rposition(|byte| *byte == b'1') else {
        return false;
    };
    let (human, data) = (&lower[..separator], &lower[separator + 1..]);
    let mut state = 1;
    for byte in human {
        step(&mut state, u32::from(byte >> 5));
    }
    step(&mut state, 0);
    for byte in human {
        step(&mut state, u32::from(byte & 31));
    }
    for byte in data {
        match CHARSET.iter().position(|known| known == byte) {
            Some(value) => step(&mut state, value as u32),
            None => return false,
        }
    }
    !human.is_empty() && data.len() >= 6 && state == 1
}

fn step(state: &mut u32, value: u32) {
    let top = *state >> 25;
    *state = (*state & 0x01ff_ffff) << 5 ^ value;
    for (bit, generator) in GENERATOR.iter().enumerate() {
        if top >> bit & 1 == 1 {
            *state ^= generator;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{flip, verdict};
    use super::*;

    #[test]
    fn agrees_with_bip_173() {
        for valid in [
            "A12UEL5L",
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
        ] {
            assert!(holds(valid.as_bytes()), "{valid}");
        }
        for invalid in ["A1G7SGD8", "1qzzfhee", "x1b4n0q5v", "pzry9x0s0muk", ""] {
            assert!(!holds(invalid.as_bytes()), "{invalid}");
        }
    }

    #[test]
    fn a_key_with_one_character_off_is_demoted() {
        let mut key = format!("age-secret-key-1{}", "q".repeat(52)).into_bytes();
        let sum = checksum(&key);
        key.extend(sum);
        let key = String::from_utf8(key).unwrap().to_uppercase();
        assert!(matches!(
            verdict(age_bech32, key.as_bytes()),
            Verdict::Confirmed(_)
        ));
        assert!(matches!(
            verdict(age_bech32, &flip(&key, 20)),
            Verdict::Demoted(_)
        ));
    }

    /// The six characters that make `text` hold, found one at a time from the linear state.
    fn checksum(text: &[u8]) -> Vec<u8> {
        let separator = text.iter().rposition(|byte| *byte == b'1').unwrap();
        let mut state = 1;
        text[..separator]
            .iter()
            .for_each(|byte| step(&mut state, u32::from(byte >> 5)));
        step(&mut state, 0);
        text[..separator]
            .iter()
            .for_each(|byte| step(&mut state, u32::from(byte & 31)));
        for byte in &text[separator + 1..] {
            step(
                &mut state,
                CHARSET.iter().position(|known| known == byte).unwrap() as u32,
            );
        }
        (0..6).for_each(|_| step(&mut state, 0));
        let wanted = state ^ 1;
        (0..6)
            .map(|index| CHARSET[(wanted >> (25 - 5 * index) & 31) as usize])
            .collect()
    }
}
