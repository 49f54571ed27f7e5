//! Atlassian: tokens of the cloud end in a CRC-32, those of data centers are a number and random
//! bytes in base64.

use super::crc::hex_holds;
use super::encoding::base64;
use super::{Candidate, Verdict, facts, lenient, strict, text};

/// `ATATT3…=` + 8 hexadecimal digits: the sum of all before them, the `=` included. Bitbucket's
/// repository tokens (`ATCTT3`) and app passwords (`ATBB`) end in the same way.
pub(super) fn crc32(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    let valid = secret
        .split_last_chunk::<8>()
        .is_some_and(|(head, sum)| hex_holds(sum, crc32fast::hash(head)));
    match secret.get(..4) {
        Some(b"ATAT") => strict(valid, facts([])),
        // Older app passwords may end in something else.
        Some(b"ATBB") if !valid => Verdict::Kept(facts([])),
        _ => lenient(valid, facts([])),
    }
}

/// Smallest number that a token has.
const FIRST_NUMBER: u64 = 1000;
/// Fewest random bytes behind the number.
const FEWEST_RANDOM: usize = 8;

/// Base64 of `<number>:<random>`, behind `BBDC-` where it is Bitbucket's.
pub(super) fn data_center(candidate: &Candidate<'_>) -> Verdict {
    let body = candidate.secret;
    let body = body.strip_prefix(b"BBDC-").unwrap_or(body);
    let decoded = base64(body).unwrap_or_default();
    let colon = memchr::memchr(b':', &decoded).unwrap_or_default();
    let (number, random) = decoded.split_at(colon);
    let is_number = number.iter().all(u8::is_ascii_digit)
        && std::str::from_utf8(number)
            .ok()
            .and_then(|digits| digits.parse::<u64>().ok())
            .is_some_and(|number| number >= FIRST_NUMBER);
    if is_number && random.len() > FEWEST_RANDOM {
        Verdict::Confirmed(facts([("token_id", text(number))]))
    } else {
        Verdict::Demoted(facts([]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{flip, is_refuted, standard_base64, verdict};
    use super::*;

    fn token(head: &str) -> String {
        format!("{head}{:08X}", crc32fast::hash(head.as_bytes()))
    }

    #[test]
    fn only_account_tokens_are_dropped_for_their_sum() {
        let body = "EXAMPLE0".repeat(20);
        let account = token(&format!("ATATT3xFfGF0{body}="));
        let repository = token(&format!("ATCTT3xFfGN0{body}="));
        let app = token(&format!("ATBB{}", &body[..24]));
        for token in [&account, &repository, &app] {
            let found = verdict(crc32, token.as_bytes());
            assert!(matches!(found, Verdict::Confirmed(_)), "{token}");
        }
        for index in [12, account.len() - 1] {
            assert!(is_refuted(crc32, &flip(&account, index)));
        }
        let off = verdict(crc32, &flip(&repository, 12));
        assert!(matches!(off, Verdict::Demoted(_)), "{off:?}");
        assert_eq!(verdict(crc32, &flip(&app, 12)), Verdict::Kept(facts([])));
    }

    #[test]
    fn a_data_center_token_tells_its_number() {
        let body = [&b"123456789012:"[..], &[0xe7; 20]].concat();
        let token = standard_base64(&body);
        assert_eq!(token.len(), 44);
        for token in [format!("BBDC-{token}"), token] {
            let Verdict::Confirmed(told) = verdict(data_center, token.as_bytes()) else {
                panic!("{token}")
            };
            assert_eq!(told["token_id"], "123456789012");
        }
        for other in [
            &b"12a456789012:EEEEEEEEEEEEEEEEEEEE"[..],
            b"999:EEEEEEEEEEEEEEEEEEEE",
            b"123456789012:short",
            b"no number and no colon at all",
            b":",
        ] {
            let token = standard_base64(other);
            let demoted = Verdict::Demoted(facts([]));
            assert_eq!(verdict(data_center, token.as_bytes()), demoted, "{token}");
        }
    }
}
