//! Made-up values of every kind that the lists name, with the checksums and structures that real
//! ones have; each depends on its line and round alone.

use std::cell::Cell;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use curve25519_dalek::EdwardsPoint;
use p256::elliptic_curve::sec1::ToSec1Point;
use sha2::{Digest, Sha512};

use crate::der::{self, element, sequence};
use crate::secrets::{self, bytes, hex, letters};
use crate::{putty, tokens, wallets};

/// Makes the values of one line.
pub struct Values {
    line: String,
    made: Cell<usize>,
}

impl Values {
    /// The values of a line; other words give other values.
    pub fn new(line: &str) -> Self {
        Self {
            line: line.to_owned(),
            made: Cell::new(0),
        }
    }

    /// The next value of that kind: `password`, `letters:40`, `rsa escaped`, ….
    pub fn make(&self, kind: &str) -> String {
        self.made.set(self.made.get() + 1);
        let word = format!("recall {} {}", self.line, self.made.get());
        match kind.split_once(' ') {
            Some((key @ ("rsa" | "pkcs8" | "ec"), form)) => reshape(&private_key(key, &word), form),
            Some(("ansible", form)) => reshape(&vault_text(&word), form),
            _ => wrapped(kind, &word),
        }
    }
}

/// Kinds that stand in base64: alone, behind a user's name, or in a file of their own.
fn wrapped(kind: &str, word: &str) -> String {
    let inner = |kind: &str| wrapped(kind, word);
    if let Some(kind) = kind.strip_suffix(" base64") {
        return STANDARD.encode(inner(kind));
    }
    if let Some(kind) = kind.strip_suffix(" basic") {
        return STANDARD.encode(format!("ci-robot:{}", inner(kind)));
    }
    if let Some((kind, length)) = kind.split_once(':') {
        return sized(kind, word, length.parse().expect("a length"));
    }
    match kind {
        "google account" => format!(
            r#"{{"type": "service_account", "project_id": "acme-prod", "private_key": "{}"}}"#,
            reshape(&private_key("pkcs8", word), "escaped")
        ),
        "docker file" => format!(
            r#"{{"auths":{{"registry.corp.internal":{{"auth":"{}"}}}}}}"#,
            inner("basic")
        ),
        "env line" => format!("DB_PASSWORD={}", inner("password")),
        "env file" => format!("PORT=8080\nDB_PASSWORD={}\n", inner("password")),
        _ => plain(kind, word),
    }
}

/// Kinds that come in a length.
fn sized(kind: &str, word: &str, length: usize) -> String {
    match kind {
        "letters" => letters(word, length),
        "alpha" => only_letters(word, length),
        "small" => only_letters(word, length).to_ascii_lowercase(),
        "hex" => hex(word, length),
        "digits" => digits(word, length),
        "lower" => letters(word, length).to_ascii_lowercase(),
        "upper" => base32(word, length),
        "base64" => STANDARD.encode(bytes(word, length)),
        "base64url" => URL_SAFE_NO_PAD.encode(bytes(word, length)),
        "phrase" => wallets::phrase(word, length, " "),
        "phrase list" => wallets::phrase(word, length, "\", \""),
        "phrase lines" => wallets::phrase(word, length, "\n"),
        "phrase pretty" => wallets::phrase(word, length, "\",\n    \""),
        other => panic!("no kind {other:?}"),
    }
}

/// Kinds that have one length.
fn plain(kind: &str, word: &str) -> String {
    match kind {
        // Letters and digits with a sign that URLs, shells and XML leave alone.
        "password" => format!(
            "{}-{}x{}",
            letters(word, 5),
            digits(word, 2),
            letters(word, 4)
        ),
        // What people really choose.
        "word" => format!("sommer{}", digits(word, 2)),
        // The last letter holds four bits and two zeros.
        "descrypt" => format!("{}w", letters(word, 12)),
        "uuid" => uuid(word),
        "basic" => STANDARD.encode(format!("ci-robot:{}", plain("password", word))),
        "github" => secrets::github(word),
        "github oauth" => secrets::github(word).replacen("ghp", "gho", 1),
        "npm" => secrets::npm(word),
        "stripe" => secrets::stripe(word),
        "slack" => secrets::slack(word),
        "digitalocean" => secrets::digitalocean(word),
        "openai" => format!(
            "{}-proj-{}{}{}",
            "sk",
            letters(word, 74),
            "T3BlbkFJ",
            letters(word, 74)
        ),
        "anthropic" => format!("{}-ant-api03-{}AA", "sk", letters(word, 93)),
        "sendgrid" => format!(
            "{}.{}.{}",
            "SG",
            letters(word, 22),
            letters(&format!("{word}b"), 43)
        ),
        "telegram" => format!("{}:AA{}", digits(word, 10), letters(word, 33)),
        "huggingface" => format!("{}_{}", "hf", only_letters(word, 34)),
        "gitlab" => format!("{}-{}", "glpat", letters(word, 20)),
        "vault" => format!("{}.{}", "hvs", letters(word, 95)),
        "terraform" => format!("{}.{}.{}", letters(word, 14), "atlasv1", letters(word, 67)),
        "aws id" => format!("{}{}", "AKIA", base32(word, 16)),
        "aws secret" => format!(
            "{}/{}+{}",
            letters(word, 18),
            letters(&format!("{word}b"), 10),
            letters(&format!("{word}c"), 10)
        ),
        "google api" => format!("{}Sy{}", "AIza", letters(word, 33)),
        "google refresh" => format!("{}{}", "1//0", letters(word, 60)),
        "swarm" => format!(
            "{}-1-3{}-8{}",
            "SWMTKN",
            letters(word, 49).to_ascii_lowercase(),
            letters(&format!("{word}b"), 24).to_ascii_lowercase()
        ),
        "bootstrap" => format!("{}.{}", hex(word, 6), hex(&format!("{word}b"), 16)),
        "service account" => jwt(
            r#"{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"prod","sub":"system:serviceaccount:prod:ci"}"#,
            word,
        ),
        "anonymous jwt" => jwt(r#"{"some":"payload"}"#, word),
        "sha512crypt" => format!(
            "$6${}${}",
            letters(word, 8),
            letters(&format!("{word}b"), 86)
        ),
        "yescrypt" => format!(
            "$y$j9T${}${}",
            letters(word, 22),
            letters(&format!("{word}b"), 43)
        ),
        "bcrypt" => format!("$2y$10${}", letters(word, 53)),
        "apr1" => format!(
            "$apr1${}${}",
            letters(word, 8),
            letters(&format!("{word}b"), 22)
        ),
        "wireguard" => wireguard(word),
        "putty 2" => putty::key(2, word),
        "putty 3" => putty::key(3, word),
        "putty damaged" => putty::key(3, word).replacen("Comment: ci", "Comment: cj", 1),
        "age" => wallets::bech32("age-secret-key-", &bytes(word, 32)).to_ascii_uppercase(),
        "rsa" | "pkcs8" | "ec" | "openssh" => private_key(kind, word),
        other => tokens::make(other, word)
            .or_else(|| wallets::make(other, word))
            .unwrap_or_else(|| panic!("no kind {other:?}")),
    }
}

fn digits(word: &str, length: usize) -> String {
    let all = hex(&format!("{word} digits"), length);
    all.bytes()
        .map(|byte| char::from(b'1' + byte % 9))
        .collect()
}

fn only_letters(word: &str, length: usize) -> String {
    let all = letters(word, length * 2);
    all.chars()
        .filter(char::is_ascii_alphabetic)
        .take(length)
        .collect()
}

fn base32(word: &str, length: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let all = bytes(word, length).into_iter();
    all.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

fn uuid(word: &str) -> String {
    let text = hex(word, 32);
    let (a, b, c, d, e) = (
        &text[..8],
        &text[8..12],
        &text[13..16],
        &text[17..20],
        &text[20..],
    );
    format!("{a}-{b}-4{c}-a{d}-{e}")
}

fn jwt(claims: &str, word: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let header = r#"{"alg":"RS256","kid":"k1"}"#;
    format!("{}.{}.{}", part(header), part(claims), letters(word, 342))
}

/// A Curve25519 scalar, clamped as RFC 7748 says.
fn wireguard(word: &str) -> String {
    let mut key = bytes(word, 32);
    key[0] &= 0xf8;
    key[31] = key[31] & 0x7f | 0x40;
    STANDARD.encode(key)
}

/// A private key in PEM armour: its public half belongs to it, and its primes are none.
fn private_key(kind: &str, word: &str) -> String {
    match kind {
        "rsa" => armored("RSA ", &rsa(word)),
        "pkcs8" => {
            let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
            let algorithm = sequence(&[element(6, &oid), element(5, &[])]);
            armored(
                "",
                &sequence(&[element(2, &[0]), algorithm, element(4, &rsa(word))]),
            )
        }
        "ec" => {
            let oid = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
            let mut scalar = bytes(&format!("{word}d"), 32);
            scalar[0] &= 0x7f;
            let key = p256::SecretKey::from_slice(&scalar).unwrap();
            let mut point = vec![0];
            point.extend(key.public_key().to_sec1_point(false).as_bytes());
            let parts = [
                element(2, &[1]),
                element(4, &scalar),
                element(0xa0, &element(6, &oid)),
                element(0xa1, &element(3, &point)),
            ];
            armored("EC ", &sequence(&parts))
        }
        _ => armored("OPENSSH ", &openssh(word)),
    }
}

fn rsa(word: &str) -> Vec<u8> {
    let number = |name: &str, length: usize| {
        let mut content = bytes(&format!("{word}{name}"), length);
        content[0] |= 0xc0;
        content
    };
    let [p, q] = ["p", "q"].map(|name| number(name, 64));
    let modulus = product(&p, &q);
    let rest = [("dp", 64), ("dq", 64), ("qi", 64)].map(|(name, length)| number(name, length));
    let mut numbers = vec![vec![0], modulus, vec![1, 0, 1], number("d", 128), p, q];
    numbers.extend(rest);
    let unsigned = |number: &Vec<u8>| match number.first() {
        Some(0x80..) => element(2, &[&[0], &number[..]].concat()),
        _ => element(2, number),
    };
    let parts: Vec<_> = numbers.iter().map(unsigned).collect();
    sequence(&parts)
}

/// Of numbers that begin with the highest byte.
fn product(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut product = vec![0; a.len() + b.len()];
    for (i, x) in a.iter().enumerate().rev() {
        let mut carry = 0;
        for (j, y) in b.iter().enumerate().rev() {
            let sum = u32::from(*x) * u32::from(*y) + u32::from(product[i + j + 1]) + carry;
            product[i + j + 1] = sum as u8;
            carry = sum >> 8;
        }
        product[i] = carry as u8;
    }
    product
}

fn openssh(word: &str) -> Vec<u8> {
    let string = |content: &[u8]| {
        let mut bytes = (content.len() as u32).to_be_bytes().to_vec();
        bytes.extend(content);
        bytes
    };
    let seed = bytes(word, 32);
    let hash = Sha512::digest(&seed);
    let scalar = hash[..32].try_into().unwrap();
    let point = EdwardsPoint::mul_base_clamped(scalar).compress().to_bytes();
    let public = [string(b"ssh-ed25519"), string(&point)].concat();
    let both = [&seed[..], &point].concat();
    let mut private = [&[7; 8][..], &public, &string(&both), &string(b"ci")].concat();
    private.extend((1_u8..).take(8 - private.len() % 8));
    let head = [
        string(b"none"),
        string(b"none"),
        string(b""),
        1_u32.to_be_bytes().to_vec(),
    ];
    let magic = b"openssh-key-v1\0";
    [
        magic.to_vec(),
        head.concat(),
        string(&public),
        string(&private),
    ]
    .concat()
}

fn armored(label: &str, body: &[u8]) -> String {
    der::armored(&format!("{label}PRIVATE KEY"), body)
}

/// A text that Ansible Vault encrypted.
fn vault_text(word: &str) -> String {
    let line = |name: &str| hex(&format!("{word}{name}"), 64);
    let inner = format!("{}\n{}\n{}", line("salt"), line("hmac"), line("text"));
    let digits: String = inner.bytes().map(|byte| format!("{byte:02x}")).collect();
    let lines: Vec<&str> = (0..digits.len())
        .step_by(80)
        .map(|start| &digits[start..digits.len().min(start + 80)])
        .collect();
    format!("{}_VAULT;1.1;AES256\n{}", "$ANSIBLE", lines.join("\n"))
}

/// What stands between the lines that name it, with this between its own.
fn body(pem: &str, between: &str) -> String {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    lines.collect::<Vec<_>>().join(between)
}

/// Digits as `base64` breaks them, in a block of YAML.
fn lines(digits: &str) -> String {
    let starts = (0..digits.len()).step_by(76);
    let lines: Vec<&str> = starts
        .map(|at| &digits[at..digits.len().min(at + 76)])
        .collect();
    lines.join("\n    ")
}

/// The forms that a text of several lines takes in other files.
fn reshape(pem: &str, form: &str) -> String {
    match form {
        "whole" => pem.to_owned(),
        "escaped" => pem.replace('\n', "\\n"),
        "spaced" => pem.replace('\n', " "),
        "base64" => STANDARD.encode(pem),
        "base64 lines" => lines(&STANDARD.encode(pem)),
        "indented" => pem.replace('\n', "\n    "),
        "quoted" => pem.trim_end().replace('\n', "\\n\" +\n    \""),
        "body" => body(pem, ""),
        "body indented" => body(pem, "\n    "),
        "body continued" => body(pem, "\\\n    "),
        "body escaped" => body(pem, "\\n"),
        "body quoted" => body(pem, "\" +\n    \""),
        "damaged" => pem.replacen(&body(pem, "")[60..64], "AAAA", 1),
        "damaged body" => body(pem, "").replacen(&body(pem, "")[60..64], "AAAA", 1),
        other => panic!("no form {other:?}"),
    }
}
