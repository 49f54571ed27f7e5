//! Base58 as Bitcoin writes it, with and without its checksum (base58check).

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Longest text that is decoded; the work grows with its square.
const LONGEST: usize = 128;

/// The bytes that a text stands for; nothing for other characters or too many of them.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > LONGEST {
        return None;
    }
    // Least significant byte first.
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    for character in text {
        let mut carry = ALPHABET.iter().position(|known| known == character)?;
        for byte in &mut bytes {
            carry += usize::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            bytes.push(carry as u8);
        }
    }
    let zeros = text.iter().take_while(|byte| **byte == ALPHABET[0]);
    bytes.extend(zeros.map(|_| 0));
    bytes.reverse();
    Some(bytes)
}

/// The payload of a text whose last four bytes are the beginning of its doubled SHA-256.
pub(super) fn checked(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = decode(text)?;
    let (payload, sum) = bytes.split_last_chunk::<4>()?;
    let holds = checksum(payload) == *sum;
    bytes.truncate(bytes.len() - 4);
    holds.then_some(bytes)
}

fn checksum(payload: &[u8]) -> [u8; 4] {
    let hash = Sha256::digest(Sha256::digest(payload));
    [hash[0], hash[1], hash[2], hash[3]]
}

/// The text that stands for the bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    // Least significant digit first.
    let mut digits: Vec<u8> = Vec::with_capacity(bytes.len() * 7 / 5 + 1);
    for byte in bytes {
        let mut carry = usize::from(*byte);
        for digit in &mut digits {
            carry += usize::from(*digit) << 8;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    digits.extend(bytes.iter().take_while(|byte| **byte == 0).map(|_| 0));
    let letters = digits.iter().rev();
    letters
        .map(|digit| char::from(ALPHABET[usize::from(*digit)]))
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The text of a payload with its checksum.
    pub(in super::super) fn check(payload: &[u8]) -> String {
        encode(&[payload, &checksum(payload)].concat())
    }

    #[test]
    fn agrees_with_the_examples_of_the_base58_draft() {
        for (bytes, text) in [
            (&b"Hello World!"[..], "2NEpo7TZRRrLZSi2U"),
            (&[0, 0, 0x28, 0x7f, 0xb4, 0xcd], "11233QC4"),
            (&[], ""),
        ] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes));
        }
    }

    #[test]
    fn other_characters_and_endless_texts_are_refused() {
        for text in ["0", "O", "I", "l", " ", &"2".repeat(LONGEST + 1)] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
        assert!(decode("2".repeat(LONGEST).as_bytes()).is_some());
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(decode(encode(&bytes).as_bytes()), Some(bytes.clone()));
            prop_assert_eq!(checked(check(&bytes).as_bytes()), Some(bytes));
        }

        #[test]
        fn one_changed_character_is_noticed(
            bytes in prop::collection::vec(any::<u8>(), 30..40),
            at in any::<prop::sample::Index>(),
            by in 1usize..58,
        ) {
            let mut text = check(&bytes).into_bytes();
            let at = at.index(text.len());
            let old = ALPHABET.iter().position(|known| *known == text[at]).unwrap_or(0);
            text[at] = ALPHABET[(old + by) % 58];
            prop_assert_eq!(checked(&text), None);
        }
    }
}
