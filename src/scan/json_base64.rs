//! Base64 in the strings of a document, in each way of writing it that programs read: the standard
//! alphabet and that for URLs, with and without padding, on one line and broken into many.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Shorter ones are not opened.
const SHORTEST: usize = 24;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes that `text` stands for, if it is base64 and not the digits of a digest.
pub(super) fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    if text.len() < SHORTEST || text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut body = Vec::with_capacity(text.len());
    for line in text.split('\n') {
        for byte in line.trim_ascii().bytes() {
            body.push(match byte {
                b'-' => b'+',
                b'_' => b'/',
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' => byte,
                _ => return None,
            });
        }
    }
    while body.pop_if(|byte| *byte == b'=').is_some() {}
    if body.len() % 4 == 1 {
        // One character more than whole bytes: the rest was cut off.
        body.pop();
    }
    LENIENT.decode(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    #[test]
    fn base64_is_read_however_it_is_written() {
        let bytes: Vec<u8> = (0..=255).collect();
        let plain = STANDARD.encode(&bytes);
        let (first, rest) = plain.split_at(76);
        let broken = format!("{first}\r\n  {rest}\n");
        let url = URL_SAFE_NO_PAD.encode(&bytes);
        for text in [&plain, &broken, &url] {
            assert_eq!(base64_bytes(text).as_ref(), Some(&bytes));
        }
        let cut = base64_bytes(&plain[..101]);
        assert_eq!(cut.as_deref(), bytes.get(..75));
    }

    #[test]
    fn words_short_texts_and_digests_are_no_base64() {
        let digest = "0123456789abcdef".repeat(4);
        for text in ["short", "a sentence of words without marks", &digest] {
            assert_eq!(base64_bytes(text), None);
        }
    }
}
