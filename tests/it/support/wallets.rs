//! Made-up keys of wallets and of servers that took their forms over, checksums right.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use curve25519_dalek::EdwardsPoint;
use sha2::{Digest, Sha256, Sha512};

use super::secrets::bytes;

/// The kinds that this file knows.
pub fn make(kind: &str, word: &str) -> Option<String> {
    let seed = bytes(word, 32);
    Some(match kind {
        "wif" => base58_check(&[&[0x80][..], &seed, &[1]].concat()),
        "wif testnet" => base58_check(&[&[0xef][..], &seed].concat()),
        "xprv" => extended([0x04, 0x88, 0xad, 0xe4], word),
        "zprv" => extended([0x04, 0xb2, 0x43, 0x0c], word),
        "tprv" => extended([0x04, 0x35, 0x83, 0x94], word),
        "nostr" => bech32("nsec", &seed),
        "stellar" => base32_check(&[&[18 << 3][..], &seed].concat()),
        "nats user" => base32_check(&[&[18 << 3 | 5, 0][..], &seed].concat()),
        "nats account" => base32_check(&[&[18 << 3, 0][..], &seed].concat()),
        "nats operator" => base32_check(&[&[18 << 3 | 3, 16 << 3][..], &seed].concat()),
        "tezos" => base58_check(&[&[13, 15, 58, 7][..], &seed].concat()),
        "tezos encrypted" => base58_check(&[&[7, 90, 60, 179, 41][..], &bytes(word, 56)].concat()),
        "dull phrase" => format!("{}about", "abandon ".repeat(11)),
        "phrase of development chains" => format!("{}junk", "test ".repeat(11)),
        "numbered phrase" => {
            let phrase = phrase(word, 12, " ");
            let words = phrase.split(' ').enumerate();
            let lines = words.map(|(at, word)| format!("{}. {word}\n", at + 1));
            lines.collect()
        }
        "solana" => format!("{:?}", pair(&seed)).replace(' ', ""),
        "solana base58" => base58(&pair(&seed)),
        _ => return None,
    })
}

/// A phrase of so many words with that between them.
pub fn phrase(word: &str, words: usize, between: &str) -> String {
    let entropy = bytes(word, words * 4 / 3);
    let made = bip39::Mnemonic::from_entropy_in(bip39::Language::English, &entropy);
    let made = made.expect("a length of phrases");
    made.words().collect::<Vec<_>>().join(between)
}

fn extended(version: [u8; 4], word: &str) -> String {
    let chain = bytes(&format!("{word} chain"), 32);
    base58_check(&[&version[..], &[0; 9], &chain, &[0], &bytes(word, 32)].concat())
}

/// An Ed25519 seed and its public key.
fn pair(seed: &[u8]) -> Vec<u8> {
    let hash: [u8; 64] = Sha512::digest(seed).into();
    let scalar: [u8; 32] = hash[..32].try_into().expect("half of it");
    let public = EdwardsPoint::mul_base_clamped(scalar).compress().to_bytes();
    [seed, &public].concat()
}

fn base58_check(payload: &[u8]) -> String {
    let sum = Sha256::digest(Sha256::digest(payload));
    base58(&[payload, &sum[..4]].concat())
}

/// Long division, digit by digit.
fn base58(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut number = bytes.to_vec();
    let mut text = Vec::new();
    while number.iter().any(|byte| *byte != 0) {
        let mut rest = 0;
        for byte in &mut number {
            let value = rest << 8 | usize::from(*byte);
            *byte = (value / 58) as u8;
            rest = value % 58;
        }
        text.push(ALPHABET[rest]);
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    text.extend(std::iter::repeat_n(b'1', zeros));
    text.reverse();
    String::from_utf8(text).expect("ASCII")
}

/// Base32 without padding, the CRC-16 of XMODEM behind.
fn base32_check(body: &[u8]) -> String {
    let mut sum = 0_u16;
    for byte in body {
        sum ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            let carry = if sum & 0x8000 == 0 { 0 } else { 0x1021 };
            sum = sum << 1 ^ carry;
        }
    }
    let all = [body, &sum.to_le_bytes()].concat();
    base32(&all)
}

/// Base32 without padding.
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    fives(bytes)
        .iter()
        .map(|at| char::from(ALPHABET[usize::from(*at)]))
        .collect()
}

/// Bytes as groups of five bits.
fn fives(bytes: &[u8]) -> Vec<u8> {
    let bits: Vec<u8> = (bytes.iter())
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let value = |group: &[u8]| (0..5).fold(0, |n, at| n << 1 | group.get(at).unwrap_or(&0));
    bits.chunks(5).map(value).collect()
}

/// Bech32 (BIP 173) in lower case.
pub fn bech32(prefix: &str, bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let mut values = fives(bytes);
    let mut all: Vec<u8> = prefix.bytes().map(|byte| byte >> 5).collect();
    all.push(0);
    all.extend(prefix.bytes().map(|byte| byte & 31));
    all.extend(&values);
    all.extend([0; 6]);
    let check = polymod(&all) ^ 1;
    values.extend((0..6).map(|at| (check >> (5 * (5 - at)) & 31) as u8));
    let data: String = (values.iter())
        .map(|at| char::from(ALPHABET[usize::from(*at)]))
        .collect();
    format!("{prefix}1{data}")
}

fn polymod(values: &[u8]) -> u32 {
    const STEPS: [u32; 5] = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
    values.iter().fold(1, |sum, value| {
        let top = sum >> 25;
        let next = (sum & 0x1ff_ffff) << 5 ^ u32::from(*value);
        (0..5)
            .filter(|bit| top >> bit & 1 == 1)
            .fold(next, |sum, bit| sum ^ STEPS[bit])
    })
}

/// Base64 for addresses, without padding.
pub fn base64_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
