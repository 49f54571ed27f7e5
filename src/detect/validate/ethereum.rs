//! Ethereum: private keys are numbers below the order of secp256k1, keystore files (version 3)
//! hold one encrypted.

use serde_json::Value;

use super::bitcoin::is_secp256k1;
use super::encoding::hex;
use super::{Candidate, Verdict, facts, text};

/// 64 hexadecimal digits. Nearly every number is a key, so this proves nothing; one that is none,
/// or a small one such as 1, is no key that anybody uses.
pub(super) fn private_key(candidate: &Candidate<'_>) -> Verdict {
    let digits = candidate.secret;
    let digits = digits.strip_prefix(b"0x").unwrap_or(digits);
    let is_small = digits.iter().take(32).all(|digit| *digit == b'0');
    match hex(digits) {
        Some(key) if is_secp256k1(&key) && !is_small => Verdict::Kept(facts([])),
        _ => Verdict::Demoted(facts([])),
    }
}

/// The match is the ciphertext; what it was encrypted with stands around it.
pub(super) fn keystore(candidate: &Candidate<'_>) -> Verdict {
    let around = candidate.around;
    let has = |name: &str| value(around, name).is_some();
    if hex(candidate.secret).is_none() || !has("cipherparams") || !has("kdfparams") || !has("mac") {
        return Verdict::Dropped;
    }
    let said = |name: &str| value(around, name).and_then(text);
    let cost = value(around, "n").or_else(|| value(around, "c"));
    let cost = cost.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u64>().ok());
    Verdict::Confirmed(facts([
        ("encrypted", Some(Value::Bool(true))),
        ("address", said("address")),
        ("kdf", said("kdf")),
        ("cost", cost.map(Into::into)),
    ]))
}

/// The value of a field of JSON, also of JSON in a string: a text, a number, or nothing of an
/// object.
fn value<'a>(bytes: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let field = format!("\"{name}");
    let start = memchr::memmem::find_iter(bytes, field.as_bytes())
        .map(|at| at + field.len())
        .find(|end| matches!(bytes.get(*end), Some(b'"' | b'\\')))?;
    let rest = &bytes[start..];
    let skipped = rest
        .iter()
        .position(|byte| !matches!(byte, b'"' | b'\\' | b':') && !byte.is_ascii_whitespace())?;
    let rest = &rest[skipped..];
    let length = rest.iter().position(|byte| !byte.is_ascii_alphanumeric());
    Some(&rest[..length.unwrap_or(rest.len())])
}

#[cfg(test)]
mod tests {
    use super::super::tests::verdict;
    use super::*;

    #[test]
    fn numbers_from_one_to_the_order_of_the_curve_are_keys() {
        for key in ["4f".repeat(32), format!("0x{}", "c0".repeat(32))] {
            assert_eq!(
                verdict(private_key, key.as_bytes()),
                Verdict::Kept(facts([]))
            );
        }
        for other in [
            "00".repeat(32),
            "ff".repeat(32),
            format!("{}01", "00".repeat(31)),
            "4f".repeat(31),
            "4g".repeat(32),
        ] {
            let demoted = Verdict::Demoted(facts([]));
            assert_eq!(verdict(private_key, other.as_bytes()), demoted, "{other}");
        }
    }

    fn on(document: &str, secret: &str) -> Verdict {
        keystore(&Candidate {
            secret: secret.as_bytes(),
            whole: secret.as_bytes(),
            around: document.as_bytes(),
            path: b"keystore/UTC--2026",
            effort: &Default::default(),
        })
    }

    #[test]
    fn a_keystore_tells_its_address_and_that_it_is_encrypted() {
        let ciphertext = "5a".repeat(32);
        let address = "0123456789".repeat(4);
        let document = format!(
            r#"{{"address":"{address}","crypto":{{"cipher":"aes-128-ctr","ciphertext":"{ciphertext}",
            "cipherparams":{{"iv":"00"}},"kdf":"scrypt","kdfparams":{{"dklen":32,"n": 262144,"p":1,
            "r":8,"salt":"00"}},"mac":"00"}},"id":"x","version":3}}"#
        );
        let escaped = document.replace('"', "\\\"");
        for document in [&document, &escaped] {
            let Verdict::Confirmed(told) = on(document, &ciphertext) else {
                panic!("{document}")
            };
            assert_eq!(told["encrypted"], true);
            assert_eq!(told["address"], address.as_str());
            assert_eq!(told["kdf"], "scrypt");
            assert_eq!(told["cost"], 262_144);
        }
        let other = document.replace("kdfparams", "params");
        assert_eq!(on(&other, &ciphertext), Verdict::Dropped);
    }
}
