//! Fake secrets with right checksums, made at run time so that none stands in this repository.
//!
//! Each is derived from a word: the same word gives the same secret in every run.

use sha2::{Digest, Sha256};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `length` characters that look random and depend on `word` alone.
pub fn letters(word: &str, length: usize) -> String {
    (0_u32..)
        .flat_map(|round| Sha256::digest(format!("fake {word} {round}")).to_vec())
        .map(|byte| char::from(BASE62[usize::from(byte) % BASE62.len()]))
        .take(length)
        .collect()
}

/// `length` lower-case hexadecimal digits.
pub fn hex(word: &str, length: usize) -> String {
    (0_u32..)
        .flat_map(|round| Sha256::digest(format!("fake {word} {round}")).to_vec())
        .flat_map(|byte| format!("{byte:02x}").into_bytes())
        .map(char::from)
        .take(length)
        .collect()
}

/// Bytes that look random and depend on `word` alone.
pub fn bytes(word: &str, length: usize) -> Vec<u8> {
    let text = hex(word, length * 2);
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex"))
        .collect()
}

/// A classic GitHub token; its last six characters are the CRC32 of the others.
pub fn github(word: &str) -> String {
    with_crc("gh", "p_", word)
}

/// An npm token, checked the same way.
pub fn npm(word: &str) -> String {
    with_crc("np", "m_", word)
}

/// A Grafana service account token; its last eight digits are a CRC32.
pub fn grafana(word: &str) -> String {
    let body = format!("{}{}{}", "gl", "sa_", letters(word, 32));
    let crc = crc32fast::hash(body.as_bytes()).swap_bytes();
    format!("{body}_{crc:08x}")
}

/// A Stripe live key.
pub fn stripe(word: &str) -> String {
    format!("{}{}{}", "sk_", "live_", letters(word, 24))
}

/// A Slack bot token.
pub fn slack(word: &str) -> String {
    let digits = |salt: &str| -> String {
        hex(&format!("{word}{salt}"), 12)
            .bytes()
            .map(|digit| char::from(b'1' + digit % 9))
            .collect()
    };
    let (team, user) = (digits("team"), digits("user"));
    format!("{}{}{team}-{user}-{}", "xo", "xb-", letters(word, 24))
}

/// A DigitalOcean token.
pub fn digitalocean(word: &str) -> String {
    format!("{}{}{}", "dop", "_v1_", hex(word, 64))
}

fn with_crc(head: &str, tail: &str, word: &str) -> String {
    let body = letters(word, 30);
    let mut crc = u64::from(crc32fast::hash(body.as_bytes()));
    let mut check = [b'0'; 6];
    for place in check.iter_mut().rev() {
        *place = BASE62[(crc % 62) as usize];
        crc /= 62;
    }
    let check = String::from_utf8_lossy(&check).into_owned();
    format!("{head}{tail}{body}{check}")
}
