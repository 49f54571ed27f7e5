//! GitHub: classic tokens end in a CRC-32, fine-grained ones carry a SHA-256 prefix, the newest
//! installation tokens hold a JWT.
//!
//! GitHub describes the classic form in "Behind GitHub's new authentication token formats" (2021).

use memchr::memmem;
use sha2::{Digest, Sha256};

use super::encoding::to_base32;
use super::jwt::{self, Jwt};
use super::{Candidate, Verdict, crc, facts, lenient, strict};

/// `gh?_` + body + 6. Installation tokens (`ghs_`) are kept whatever their sum, as not all of
/// them carry one, but not in the middle of a longer name (C++ symbols have `…ghs_…`); too few
/// refresh tokens (`ghr_`) are known to drop one.
pub(super) fn crc32(candidate: &Candidate<'_>) -> Verdict {
    let valid = crc::base62_holds(candidate.secret, 4);
    match candidate.secret.get(..4) {
        Some(b"ghs_") if !valid && is_inside_a_name(candidate) => Verdict::Dropped,
        Some(b"ghs_") if !valid => Verdict::Kept(facts([])),
        Some(b"ghr_") => lenient(valid, facts([])),
        _ => strict(valid, facts([])),
    }
}

/// Whether letters or digits stand on both sides.
fn is_inside_a_name(candidate: &Candidate<'_>) -> bool {
    let Some(start) = memmem::find(candidate.around, candidate.whole) else {
        return false;
    };
    let end = start + candidate.whole.len();
    let before = start.checked_sub(1).and_then(|at| candidate.around.get(at));
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    is_word(before) && is_word(candidate.around.get(end))
}

/// Length of `github_pat_` + 22 + `_` + 43, which is hashed.
const HASHED: usize = 77;

/// `github_pat_` + 22 + `_` + 59: eight characters behind the first 77 are the beginning of
/// their SHA-256 in base32; the last eight are free.
pub(super) fn fine_grained(candidate: &Candidate<'_>) -> Verdict {
    let valid = match (
        candidate.secret.get(..HASHED),
        candidate.secret.get(HASHED..HASHED + 8),
    ) {
        (Some(head), Some(sum)) => to_base32(&Sha256::digest(head)[..5]) == sum,
        _ => false,
    };
    strict(valid, facts([]))
}

/// `ghs_` + app id + `_` + JWT.
pub(super) fn installation_jwt(candidate: &Candidate<'_>) -> Verdict {
    let mut parts = candidate.secret.splitn(3, |byte| *byte == b'_').skip(1);
    let (app, token) = (parts.next().unwrap_or_default(), parts.next());
    match token.and_then(Jwt::read) {
        Some(token) => {
            let mut facts = jwt::told(&token);
            facts.extend(super::facts([("app_id", super::text(app))]));
            Verdict::Confirmed(facts)
        }
        None => Verdict::Demoted(facts([])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::encoding::{BASE62, in_base};
    use super::super::tests::{base64_url, flip, is_refuted, verdict};
    use super::*;

    fn classic(prefix: &str, length: usize) -> String {
        let body = &"EXAMPLE0".repeat(9)[..length];
        let sum = in_base(crc32fast::hash(body.as_bytes()).into(), BASE62, 6);
        format!("{prefix}{body}{}", String::from_utf8(sum).unwrap())
    }

    #[test]
    fn classic_tokens_confirm_and_drop_when_one_bit_is_off() {
        for (prefix, length) in [("ghp_", 30), ("gho_", 30), ("ghu_", 30)] {
            let token = classic(prefix, length);
            assert!(matches!(
                verdict(crc32, token.as_bytes()),
                Verdict::Confirmed(_)
            ));
            assert!(is_refuted(crc32, &flip(&token, 9)));
            assert!(is_refuted(crc32, &flip(&token, token.len() - 1)));
        }
    }

    #[test]
    fn a_refresh_token_is_demoted_for_its_sum() {
        let token = classic("ghr_", 70);
        assert!(matches!(
            verdict(crc32, token.as_bytes()),
            Verdict::Confirmed(_)
        ));
        let off = verdict(crc32, &flip(&token, 9));
        assert!(matches!(off, Verdict::Demoted(_)), "{off:?}");
    }

    #[test]
    fn an_installation_token_is_never_dropped_for_its_sum() {
        let token = classic("ghs_", 30);
        assert!(matches!(
            verdict(crc32, token.as_bytes()),
            Verdict::Confirmed(_)
        ));
        assert_eq!(verdict(crc32, &flip(&token, 9)), Verdict::Kept(facts([])));
    }

    #[test]
    fn an_installation_token_without_a_sum_is_no_part_of_a_longer_name() {
        let token = flip(&classic("ghs_", 30), 9);
        let said = |before: &str, after: &str| {
            let around = [before.as_bytes(), &token, after.as_bytes()].concat();
            crc32(&Candidate {
                secret: &token,
                whole: &token,
                around: &around,
                path: b"",
                effort: &Default::default(),
            })
        };
        assert_eq!(said("_ZN5hi", "EvPK"), Verdict::Dropped);
        for (before, after) in [("", ""), ("=", "x"), ("x", "\0"), ("token:", "@github.com")] {
            assert_eq!(said(before, after), Verdict::Kept(facts([])));
        }
    }

    #[test]
    fn a_fine_grained_token_carries_the_sha256_of_its_head() {
        let head = format!("github_pat_1{}_{}", "A".repeat(21), "B".repeat(43));
        assert_eq!(head.len(), HASHED);
        let sum = to_base32(&Sha256::digest(head.as_bytes())[..5]);
        let token = format!("{head}{}CCCCCCCC", String::from_utf8(sum).unwrap());
        assert!(matches!(
            verdict(fine_grained, token.as_bytes()),
            Verdict::Confirmed(_)
        ));
        for index in [20, HASHED, HASHED + 7] {
            assert!(is_refuted(fine_grained, &flip(&token, index)));
        }
        let free = flip(&token, token.len() - 1);
        assert!(matches!(
            verdict(fine_grained, &free),
            Verdict::Confirmed(_)
        ));
    }

    #[test]
    fn an_installation_token_with_a_jwt_tells_its_app_and_its_end() {
        let token = format!(
            "ghs_12345_{}.{}.{}",
            base64_url(br#"{"alg":"RS256","typ":"JWT"}"#),
            base64_url(br#"{"exp":1700000000}"#),
            "A".repeat(40)
        );
        let Verdict::Confirmed(facts) = verdict(installation_jwt, token.as_bytes()) else {
            panic!("{token}")
        };
        assert_eq!(facts["app_id"], "12345");
        assert_eq!(facts["expires"], "2023-11-14T22:13:20Z");
        let broken = flip(&token, 11);
        assert!(matches!(
            verdict(installation_jwt, &broken),
            Verdict::Demoted(_)
        ));
    }
}
