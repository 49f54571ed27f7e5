//! Made-up tokens whose makers put a checksum or a structure into them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::secrets::{bytes, hex, letters};
use super::wallets::{base32, base64_url};

/// The kinds that this file knows.
pub fn make(kind: &str, word: &str) -> Option<String> {
    let crc = |text: &str| crc32fast::hash(text.as_bytes());
    Some(match kind {
        "github fine-grained" => {
            let head = format!(
                "{}_pat_1{}_{}",
                "github",
                letters(word, 21),
                letters(word, 43)
            );
            let sum = base32(&Sha256::digest(&head)[..5]);
            format!("{head}{sum}{}", letters(word, 8))
        }
        "gitlab routable" => {
            let payload = [&bytes(word, 16)[..], b"o:1\np:2s\nu:a\x10"].concat();
            let payload = base64_url(&payload);
            let length = in_base(payload.len() as u64, 36, 2);
            let head = format!("{}-{payload}.01.{length}", "glpat");
            let sum = in_base(crc(&head).into(), 36, 7);
            format!("{head}{sum}")
        }
        "atlassian" => {
            let head = format!("{}3xFfGF0{}=", "ATATT", letters(word, 170));
            format!("{head}{:08X}", crc(&head))
        }
        "bitbucket app" => {
            let head = format!("{}{}", "ATBB", letters(word, 24));
            format!("{head}{:08X}", crc(&head))
        }
        "data center" => STANDARD.encode([&b"123456789012:"[..], &bytes(word, 20)].concat()),
        "confluent" => {
            let body = letters(word, 54);
            let sum = STANDARD.encode(crc(&body).to_le_bytes());
            format!("{}{body}{}", "cflt", &sum[..6])
        }
        "vercel" => {
            let body = letters(word, 50);
            format!("{}_{body}{}", "vcp", in_base(crc(&body).into(), 62, 6))
        }
        "zuplo" => {
            let body = letters(word, 32).to_ascii_lowercase();
            format!("{}_{body}_{:08x}", "zpka", crc(&body))
        }
        "azure storage" => azure(word, 64, "+ASt", b"Default0"),
        "azure service bus" => azure(word, 32, "+ASb", b"Manage00"),
        "azure registry" => azure(word, 39, "+ACR", b"ACRDflt0"),
        "azure annotated" => {
            let head = format!(
                "{}JQQJ99BC{}AZDO",
                letters(word, 52),
                letters(&format!("{word}b"), 16)
            );
            let data = STANDARD.decode(&head).expect("whole groups");
            let sum = STANDARD.encode(marvin(&data, b"Default0").to_le_bytes());
            format!("{head}{}", &sum[..4])
        }
        "azure devops" => {
            let mut key = bytes(word, 32);
            let rest: Vec<u8> = [&key[..2], &key[3..7], &key[9..22], &key[23..]].concat();
            let sum = (crc32fast::hash(&rest) ^ 0xe0b9_692d).to_le_bytes();
            (key[22], key[8], key[7], key[2]) = (sum[0], sum[1], sum[2], sum[3]);
            base32(&key).to_ascii_lowercase()
        }
        "entra" => {
            let head = format!("{}8{}~{}", letters(word, 3), "Q", letters(word, 31));
            let sum = in_alphabet(marvin(head.as_bytes(), b"AadPwd00").into(), ENTRA, 6);
            format!("{head}{}", &sum[..3])
        }
        "supabase secret" => {
            let head = format!("sb_{}_{}", "secret", letters(word, 22));
            let hash = Sha256::digest(format!("supabase-self-hosted|{head}"));
            format!("{head}_{}", &base64_url(&hash)[..8])
        }
        "fly" => {
            let nonce = [&[0x94, 0x92, 0xc4, 16][..], &bytes(word, 16), &[0xc4, 16]].concat();
            let place = [&[0xb5][..], b"https://api.fly.io/v1", &[0x90, 0xc4, 32]].concat();
            let body = [nonce, bytes(word, 16), place, bytes(word, 32)].concat();
            format!("{}_{}", "fm2", STANDARD.encode(body))
        }
        "vault signed" => {
            let token = [&[10, 24][..], letters(word, 24).as_bytes()].concat();
            let head = [&[8, 1, 18, 32][..], &bytes(word, 32), &[26, 26]].concat();
            format!("{}.{}", "hvs", base64_url(&[head, token].concat()))
        }
        "pypi" => {
            let uuid = hex(word, 36);
            let head = [&[2, 1, 8][..], b"pypi.org", &[2, 36], uuid.as_bytes()].concat();
            let caveat = [&[0, 2, 12][..], br#"[1,["acme"]]"#, &[0, 0, 6, 32]].concat();
            let body = [head, caveat, bytes(word, 32)].concat();
            format!("{}-{}", "pypi", base64_url(&body))
        }
        "jfrog reference" => STANDARD.encode(format!("reftkn:01:1893456000:{}", letters(word, 30))),
        "sentry" => {
            let json = r#"{"iat":1700000000.5,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme"}"#;
            let body = STANDARD.encode(json);
            format!("{}_{body}_{}", "sntrys", letters(word, 43))
        }
        "grafana cloud" => {
            let json = format!(
                r#"{{"o":"1","n":"ci","k":"{}","m":{{"r":"eu"}}}}"#,
                letters(word, 24)
            );
            format!("{}_{}", "glc", STANDARD.encode(json))
        }
        _ => return None,
    })
}

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const ENTRA: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";

fn in_base(number: u64, base: u64, width: usize) -> String {
    in_alphabet(number, if base == 36 { BASE36 } else { BASE62 }, width)
}

fn in_alphabet(number: u64, alphabet: &[u8], width: usize) -> String {
    let base = alphabet.len() as u64;
    let places = (0..width as u32).rev();
    places
        .map(|place| char::from(alphabet[(number / base.pow(place) % base) as usize]))
        .collect()
}

/// A key of so many bytes with its signature before the checksum.
fn azure(word: &str, length: usize, signature: &str, seed: &[u8; 8]) -> String {
    let letters_before = (length * 8).div_ceil(6) - 10;
    let text = format!("{}{signature}AAAAAAAA", letters(word, letters_before));
    let text = &text[..text.len() / 4 * 4];
    let mut key = STANDARD.decode(text).expect("whole groups");
    key.truncate(length - 4);
    let sum = marvin(&key, seed);
    key.extend(sum.to_le_bytes());
    STANDARD.encode(key)
}

/// Marvin32 with the seed that eight letters stand for.
fn marvin(data: &[u8], seed: &[u8; 8]) -> u32 {
    let mut padded = data.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().div_ceil(4) * 4 + 4, 0);
    let half = |at: usize| u32::from_be_bytes(seed[at..at + 4].try_into().expect("four"));
    let (mut high, mut low) = (half(0), half(4));
    for block in padded.chunks(4) {
        low = low.wrapping_add(u32::from_le_bytes(block.try_into().expect("four")));
        high ^= low;
        low = low.rotate_left(20).wrapping_add(high);
        high = high.rotate_left(9) ^ low;
        low = low.rotate_left(27).wrapping_add(high);
        high = high.rotate_left(19);
    }
    high ^ low
}
