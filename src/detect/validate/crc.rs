//! Tokens that end in a CRC-32 of what stands before it; vendors differ in what they hash and
//! how they write the sum.

use super::encoding::{BASE62, in_base};
use super::{Candidate, Verdict, facts, lenient, strict};

/// Whether `token`, behind a prefix of `skip` bytes, ends in the base62 CRC-32 of the rest.
pub(super) fn base62_holds(token: &[u8], skip: usize) -> bool {
    let Some((body, sum)) = token
        .get(skip..)
        .and_then(|rest| rest.split_last_chunk::<6>())
    else {
        return false;
    };
    in_base(u64::from(crc32fast::hash(body)), BASE62, 6) == sum
}

/// Whether the last eight characters are that sum in hexadecimal, in either case.
pub(super) fn hex_holds(sum: &[u8], expected: u32) -> bool {
    std::str::from_utf8(sum)
        .ok()
        .filter(|text| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|text| u32::from_str_radix(text, 16).ok())
        == Some(expected)
}

/// `npm_` + 30 + 6.
pub(super) fn npm(candidate: &Candidate<'_>) -> Verdict {
    strict(base62_holds(candidate.secret, 4), facts([]))
}

/// `vc?_` + 50 + 6.
pub(super) fn vercel(candidate: &Candidate<'_>) -> Verdict {
    lenient(base62_holds(candidate.secret, 4), facts([]))
}

/// `zpka_` + 32 + `_` + 8 hexadecimal digits: the sum of the 32.
pub(super) fn zuplo(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    let valid = match (secret.get(5..37), secret.get(38..)) {
        (Some(body), Some(sum)) => hex_holds(sum, crc32fast::hash(body)),
        _ => false,
    };
    lenient(valid, facts([]))
}

/// `glsa_` + 32 + `_` + 8 hexadecimal digits: the sum of all before it, its bytes in
/// little-endian order.
pub(super) fn grafana(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    let valid = match (secret.get(..37), secret.get(38..)) {
        (Some(head), Some(sum)) => hex_holds(sum, crc32fast::hash(head).swap_bytes()),
        _ => false,
    };
    strict(valid, facts([]))
}

/// `cflt` + 54 + 6: the first six characters of the base64 of the sum's little-endian bytes.
pub(super) fn confluent(candidate: &Candidate<'_>) -> Verdict {
    use base64::Engine;
    let valid = candidate
        .secret
        .get(4..)
        .and_then(|rest| rest.split_last_chunk::<6>())
        .is_some_and(|(body, sum)| {
            let bytes = crc32fast::hash(body).to_le_bytes();
            base64::engine::general_purpose::STANDARD_NO_PAD
                .encode(bytes)
                .as_bytes()
                == sum
        });
    lenient(valid, facts([]))
}

#[cfg(test)]
mod tests {
    use base64::Engine;

    use super::super::Validator;
    use super::super::tests::{flip, verdict};
    use super::*;

    fn confirms_and_notices_one_bit(validator: Validator, token: &str, refutes: bool) {
        let good = verdict(validator, token.as_bytes());
        assert!(matches!(good, Verdict::Confirmed(_)), "{token}: {good:?}");
        for index in [6, token.len() / 2, token.len() - 1] {
            let bad = verdict(validator, &flip(token, index));
            match bad {
                Verdict::Refuted(_) => assert!(refutes, "{index}"),
                Verdict::Demoted(facts) => {
                    assert!(!refutes, "{index}");
                    assert_eq!(facts["checksum"], "invalid");
                }
                other => panic!("{index}: {other:?}"),
            }
        }
    }

    #[test]
    fn each_kind_confirms_its_own_sum_and_notices_one_changed_bit() {
        let body = "EXAMPLE0".repeat(7);
        let sum62 = |body: &str| {
            String::from_utf8(in_base(crc32fast::hash(body.as_bytes()).into(), BASE62, 6))
        };
        let npm_body = &body[..30];
        let token = format!("npm_{npm_body}{}", sum62(npm_body).unwrap());
        confirms_and_notices_one_bit(npm, &token, true);
        let vercel_body = &body[..50];
        let token = format!("vcp_{vercel_body}{}", sum62(vercel_body).unwrap());
        confirms_and_notices_one_bit(vercel, &token, false);
        let zuplo_body = &body[..32];
        let token = format!(
            "zpka_{zuplo_body}_{:08x}",
            crc32fast::hash(zuplo_body.as_bytes())
        );
        confirms_and_notices_one_bit(zuplo, &token, false);
        let head = format!("glsa_{}", &body[..32]);
        let sum = crc32fast::hash(head.as_bytes()).swap_bytes();
        confirms_and_notices_one_bit(grafana, &format!("{head}_{sum:08x}"), true);
        let confluent_body = &body[..54];
        let sum = base64::engine::general_purpose::STANDARD_NO_PAD
            .encode(crc32fast::hash(confluent_body.as_bytes()).to_le_bytes());
        confirms_and_notices_one_bit(confluent, &format!("cflt{confluent_body}{sum}"), false);
    }

    #[test]
    fn a_plus_sign_is_no_hexadecimal_digit() {
        assert!(!hex_holds(b"+0000001", 1));
        assert!(hex_holds(b"0000000a", 10) && hex_holds(b"0000000A", 10));
    }
}
