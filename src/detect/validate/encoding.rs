//! The encodings that tokens are written in, each decoded strictly enough to tell a token from
//! noise and leniently enough to take what vendors really write (missing padding, either
//! base64 alphabet).

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// `0-9A-Za-z`, the order in which GitHub, npm and Vercel count.
pub(super) const BASE62: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD_LENIENT: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const URL_SAFE_LENIENT: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Base64 in either alphabet, padded or not. A mix of both alphabets does not decode.
pub(in crate::detect) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if url_safe {
        &URL_SAFE_LENIENT
    } else {
        &STANDARD_LENIENT
    };
    engine.decode(text).ok()
}

/// Base64 without padding, as OpenSSH writes fingerprints.
pub(in crate::detect) fn base64_unpadded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes)
}

/// Base64 with padding, as WireGuard writes keys.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Pairs of hexadecimal digits, in either case.
pub(super) fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some((digit(*high)? << 4 | digit(*low)?) as u8));
    rest.is_empty().then_some(bytes.collect())?
}

/// RFC 4648 base32 without padding, in either case. Left-over bits are ignored.
pub(super) fn base32(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0u32, 0u32);
    for byte in text {
        let value = match byte.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        held = (held << 5 | u32::from(value)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

/// RFC 4648 base32 in upper case, without padding.
pub(super) fn to_base32(bytes: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = Vec::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut group = 0u64;
        for index in 0..5 {
            group = group << 8 | u64::from(chunk.get(index).copied().unwrap_or(0));
        }
        for index in 0..(chunk.len() * 8).div_ceil(5) {
            text.push(ALPHABET[(group >> (35 - 5 * index) & 31) as usize]);
        }
    }
    text
}

/// A number in the base of that alphabet, most significant digit first, padded on the left with
/// the alphabet's zero.
pub(super) fn in_base(mut number: u64, alphabet: &[u8], width: usize) -> Vec<u8> {
    let base = alphabet.len() as u64;
    let mut digits = Vec::with_capacity(width);
    while number > 0 || digits.len() < width {
        digits.push(alphabet[(number % base) as usize]);
        number /= base;
    }
    digits.reverse();
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_reads_back_what_it_wrote_at_every_length() {
        for length in 0..40u8 {
            let bytes: Vec<u8> = (0..length).map(|n| n.wrapping_mul(37)).collect();
            assert_eq!(base32(&to_base32(&bytes)), Some(bytes));
        }
        assert_eq!(to_base32(b"foobar"), b"MZXW6YTBOI");
        assert_eq!(base32(b"MZXW6YTBO1"), None);
    }

    #[test]
    fn base64_takes_either_alphabet_but_not_a_mix() {
        assert_eq!(base64(b"+/8="), Some(vec![0xfb, 0xff]));
        assert_eq!(base64(b"-_8"), Some(vec![0xfb, 0xff]));
        assert_eq!(base64(b"+_8"), None);
        assert_eq!(base64(b"A"), None);
    }

    #[test]
    fn numbers_are_padded_with_the_alphabets_zero() {
        assert_eq!(in_base(61, BASE62, 6), b"00000z");
        assert_eq!(in_base(62, BASE62, 1), b"10");
        assert_eq!(in_base(0, BASE62, 0), b"");
    }
}
