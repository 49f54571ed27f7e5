//! Azure's tokens for people and apps: Entra secrets and DevOps tokens have sums of their own, a
//! shared access signature says when it ends.
//!
//! Sources: Microsoft's security-utilities documentation of identifiable secrets, and the
//! service SAS reference.

use serde_json::Value;

use super::encoding::{base32, in_base};
use super::marvin::{marvin32, seed};
use super::{Candidate, Verdict, facts, lenient, text, time};

const ENTRA_ALPHABET: &[u8; 66] =
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";

/// `…8Q~…`: the last three characters begin the sum of the rest in base 66. `7Q~` has no sum.
pub(super) fn entra(candidate: &Candidate<'_>) -> Verdict {
    let Some((head, sum)) = candidate.secret.split_last_chunk::<3>() else {
        return Verdict::Demoted(facts([]));
    };
    if head.get(3) != Some(&b'8') {
        return Verdict::Kept(facts([]));
    }
    let hash = marvin32(head, seed(b"AadPwd00"));
    let expected = in_base(hash.into(), ENTRA_ALPHABET, 6);
    lenient(expected.starts_with(sum), facts([]))
}

/// What the sum of a DevOps token is combined with, for users' and for apps' tokens.
const DEVOPS_MASKS: [u32; 2] = [0xe0b9_692d, 0x1019_f92e];

/// 52 characters of base32: 32 bytes, four of which hold a CRC-32 of the others.
pub(super) fn devops_pat(candidate: &Candidate<'_>) -> Verdict {
    let bytes: Option<[u8; 32]> = base32(candidate.secret).and_then(|bytes| bytes.try_into().ok());
    let valid = bytes.is_some_and(|bytes| {
        let sum = u32::from_le_bytes([bytes[22], bytes[8], bytes[7], bytes[2]]);
        DEVOPS_MASKS.contains(&(devops_sum(&bytes) ^ sum))
    });
    // Without a form of its own, what fails may be somebody else's.
    match valid {
        true => lenient(true, facts([])),
        false => Verdict::Dropped,
    }
}

fn devops_sum(bytes: &[u8; 32]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for range in [0..2, 3..7, 9..22, 23..32] {
        hasher.update(&bytes[range]);
    }
    hasher.finalize()
}

/// A shared access signature: `st` and `se` are its beginning and end, `sp` what it permits.
pub(super) fn sas(candidate: &Candidate<'_>) -> Verdict {
    let parameter = |name: &[u8]| {
        candidate
            .whole
            .split(|byte| matches!(byte, b'?' | b'&' | b';') || byte.is_ascii_whitespace())
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="))
    };
    let letters = |permits: &&[u8]| permits.iter().all(u8::is_ascii_alphabetic);
    Verdict::Kept(facts([
        ("not_before", parameter(b"st").and_then(date)),
        ("expires", parameter(b"se").and_then(date)),
        (
            "permissions",
            parameter(b"sp").filter(letters).and_then(text),
        ),
    ]))
}

/// A time of ISO 8601 as storage writes it, or seconds since 1970 as Service Bus does.
fn date(value: &[u8]) -> Option<Value> {
    let value = std::str::from_utf8(value).ok()?.to_ascii_uppercase();
    if let Ok(seconds) = value.parse() {
        return time::fact(seconds);
    }
    let value = value.replace("%3A", ":");
    let fits = |shape: &str| {
        let same = |(c, wanted): (char, char)| match wanted {
            '0' => c.is_ascii_digit(),
            other => c == other,
        };
        value.len() == shape.len() && value.chars().zip(shape.chars()).all(same)
    };
    let known = [
        "0000-00-00",
        "0000-00-00T00:00Z",
        "0000-00-00T00:00:00Z",
        "0000-00-00T00:00:00.0000000Z",
    ];
    known.into_iter().any(fits).then_some(Value::String(value))
}

#[cfg(test)]
mod tests {
    use super::super::encoding::to_base32;
    use super::super::tests::{flip, verdict};
    use super::*;

    #[test]
    fn an_entra_secret_of_the_eighth_form_holds_its_sum() {
        let head = format!("abc8Q~{}", "Example0".repeat(4));
        let sum = in_base(
            marvin32(head.as_bytes(), seed(b"AadPwd00")).into(),
            ENTRA_ALPHABET,
            6,
        );
        let secret = format!("{head}{}", std::str::from_utf8(&sum[..3]).unwrap());
        assert!(matches!(
            verdict(entra, secret.as_bytes()),
            Verdict::Confirmed(_)
        ));
        assert!(matches!(
            verdict(entra, &flip(&secret, 10)),
            Verdict::Demoted(_)
        ));
        let seventh = secret.replace("8Q~", "7Q~");
        assert_eq!(verdict(entra, seventh.as_bytes()), Verdict::Kept(facts([])));
    }

    #[test]
    fn a_devops_token_with_one_bit_off_is_dropped() {
        for mask in DEVOPS_MASKS {
            let mut bytes = [0x21; 32];
            let sum = (devops_sum(&bytes) ^ mask).to_le_bytes();
            (bytes[22], bytes[8], bytes[7], bytes[2]) = (sum[0], sum[1], sum[2], sum[3]);
            let token = String::from_utf8(to_base32(&bytes)).unwrap().to_lowercase();
            assert_eq!(token.len(), 52);
            assert!(matches!(
                verdict(devops_pat, token.as_bytes()),
                Verdict::Confirmed(_)
            ));
            let off = token.replacen("ee", "ef", 1);
            assert_ne!(off, token);
            assert_eq!(verdict(devops_pat, off.as_bytes()), Verdict::Dropped);
        }
    }

    #[test]
    fn a_shared_access_signature_tells_its_beginning_and_end() {
        let whole = b"sv=2022-11-02&sp=rwd&st=2029-01-02&se=2030-01-02t03%3a04%3A05Z&sig=EXAMPLE";
        let Verdict::Kept(facts) = verdict(sas, whole) else {
            panic!()
        };
        assert_eq!(facts["not_before"], "2029-01-02");
        assert_eq!(facts["expires"], "2030-01-02T03:04:05Z");
        assert_eq!(facts["permissions"], "rwd");
    }

    #[test]
    fn a_signature_of_service_bus_counts_seconds() {
        let whole = b"SharedAccessSignature sr=sb%3a%2f%2fx&sig=EXAMPLE&se=1234567890&skn=Root";
        let told = facts([("expires", Some("2009-02-13T23:31:30Z".into()))]);
        assert_eq!(verdict(sas, whole), Verdict::Kept(told));
    }

    #[test]
    fn what_is_no_date_is_not_told_as_one() {
        for end in [
            "<expiry>",
            "2030-1-2",
            "2030-01-02T03:04:05Z%1b[31m",
            "${END}",
            "",
        ] {
            let whole = format!("sv=2022-11-02&sp=%3C&se={end}&sig=EXAMPLE");
            assert_eq!(verdict(sas, whole.as_bytes()), Verdict::Kept(facts([])));
        }
    }
}
