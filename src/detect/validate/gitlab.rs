//! GitLab's routable tokens: they carry the ids of organisation, group, project and user, and a
//! CRC-32 over everything.
//!
//! Form: `<prefix><payload>.<version>.<length><sum>`, in the short form without the version; the
//! payload is base64url of random bytes and lines `key:value`; length (2) and sum (7) are base36.

use serde_json::Value;

use super::super::matched::Facts;
use super::encoding::{base64, in_base};
use super::{Candidate, Verdict, lenient, strict};

const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// Random bytes that stand before the lines.
const RANDOM: usize = 16;
/// Digits of the sum.
const SUM: usize = 7;

/// A token without dots is of the old form, which has no sum: kept. Only of personal access tokens
/// are enough known to drop one for its sum.
pub(super) fn routable(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    if !secret.contains(&b'.') {
        return Verdict::Kept(Facts::new());
    }
    let (head, sum) = secret.split_at(secret.len().saturating_sub(SUM));
    let valid = in_base(u64::from(crc32fast::hash(head)), BASE36, SUM) == sum;
    let told = ids(head).unwrap_or_default();
    if secret.starts_with(b"glpat-") {
        strict(valid, told)
    } else {
        lenient(valid, told)
    }
}

/// The ids of the payload, which begins behind the prefix's `-`, or behind the `_` of a prefix like
/// `glrt-t1_`. The payload itself may hold both, so the longest decodable one with an organisation
/// counts.
fn ids(head: &[u8]) -> Option<Facts> {
    let payload = head.split(|byte| *byte == b'.').next()?;
    payload
        .iter()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b'-' | b'_'))
        .find_map(|(dash, _)| lines(&base64(&payload[dash + 1..])?))
}

fn lines(decoded: &[u8]) -> Option<Facts> {
    let mut facts = Facts::new();
    let lines = decoded.get(RANDOM..)?.split(|byte| *byte == b'\n');
    for line in lines {
        let (Some(key), Some(b':')) = (line.first(), line.get(1)) else {
            continue;
        };
        let name = match key {
            b'c' => "gitlab_cell_id",
            b'g' => "gitlab_group_id",
            b'o' => "gitlab_organization_id",
            b'p' => "gitlab_project_id",
            b't' => "gitlab_type",
            b'u' => "gitlab_user_id",
            _ => continue,
        };
        // The last line's value is followed by one byte, the number of random bytes.
        let digits: Vec<u8> = line[2..]
            .iter()
            .copied()
            .take_while(u8::is_ascii_alphanumeric)
            .take(12)
            .collect();
        let value = std::str::from_utf8(&digits)
            .ok()
            .and_then(|text| u64::from_str_radix(text, 36).ok())?;
        facts.insert(name.to_owned(), Value::from(value));
    }
    facts
        .contains_key("gitlab_organization_id")
        .then_some(facts)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, flip, is_refuted, verdict};
    use super::*;

    fn token(version: &str) -> String {
        token_of("glpat-", version)
    }

    fn token_of(prefix: &str, version: &str) -> String {
        let mut payload = vec![b'x'; RANDOM];
        payload.extend(b"c:1\no:1\np:2s\nu:a\x10");
        let payload = base64_url(&payload);
        let length = in_base(payload.len() as u64, BASE36, 2);
        let head = format!(
            "{prefix}{payload}.{version}{}",
            String::from_utf8(length).unwrap()
        );
        let sum = in_base(crc32fast::hash(head.as_bytes()).into(), BASE36, 7);
        format!("{head}{}", String::from_utf8(sum).unwrap())
    }

    #[test]
    fn a_routable_token_tells_its_ids() {
        for version in ["01.", ""] {
            let Verdict::Confirmed(facts) = verdict(routable, token(version).as_bytes()) else {
                panic!("{version}")
            };
            assert_eq!(facts["gitlab_organization_id"], 1);
            assert_eq!(facts["gitlab_project_id"], 100);
            assert_eq!(facts["gitlab_user_id"], 10);
        }
    }

    #[test]
    fn a_runners_token_has_its_kind_before_the_payload() {
        let token = token_of("glrt-t1_", "01.");
        let Verdict::Confirmed(facts) = verdict(routable, token.as_bytes()) else {
            panic!("{token}")
        };
        assert_eq!(facts["gitlab_project_id"], 100);
    }

    #[test]
    fn one_bit_off_drops_a_routable_token_but_an_old_one_has_no_sum() {
        let token = token("01.");
        for index in [8, token.len() - 1] {
            assert!(is_refuted(routable, &flip(&token, index)));
        }
        let runner = token.replacen("glpat", "glrt", 1);
        let off = verdict(routable, runner.as_bytes());
        assert!(matches!(off, Verdict::Demoted(_)), "{off:?}");
        let old = format!("glpat-{}", "EXAMPLE".repeat(3));
        assert_eq!(
            verdict(routable, old.as_bytes()),
            Verdict::Kept(Facts::new())
        );
    }
}
