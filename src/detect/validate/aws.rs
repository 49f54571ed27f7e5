//! AWS: an access key id tells the account it belongs to; a secret key has the look of 30 random
//! bytes in base64.

use super::encoding::base32;
use super::{Candidate, Verdict, facts};
use crate::detect::shannon::bits_per_byte;

/// Key ids of the newer generation hold the account number in base32; older ones (fifth
/// character below `Q`) do not, nor do the oldest (`A3T`). There is no checksum.
pub(super) fn account_id(candidate: &Candidate<'_>) -> Verdict {
    let parts = candidate.secret.split_first_chunk::<4>();
    let Some((prefix, bytes)) = parts.and_then(|(prefix, body)| Some((prefix, base32(body)?)))
    else {
        return Verdict::Demoted(facts([]));
    };
    let kind = match prefix {
        b"ASIA" => "temporary",
        b"ABIA" => "bearer token",
        b"ACCA" => "context-specific",
        _ => "long-term",
    };
    let account = bytes.first_chunk::<6>().and_then(|head| {
        let mut wide = [0; 8];
        wide[2..].copy_from_slice(head);
        let number = u64::from_be_bytes(wide);
        let newer = number >> 47 == 1 && !prefix.starts_with(b"A3T");
        newer.then(|| format!("{:012}", (number & 0x7fff_ffff_ff80) >> 7))
    });
    Verdict::Kept(facts([
        ("key_type", Some(kind.into())),
        ("aws_account_id", account.map(Into::into)),
    ]))
}

/// Bits per character that a random key of 40 characters hardly ever falls below.
const LEAST_ENTROPY: f64 = 3.9;

/// Forty characters that are a hash, a path or words are no secret key.
pub(super) fn secret_key(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    let has = |test: fn(&u8) -> bool| secret.iter().any(test);
    let mixed =
        has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    let slashes = secret.iter().filter(|byte| **byte == b'/').count();
    if !mixed || slashes > 5 || bits_per_byte(secret) < LEAST_ENTROPY {
        return Verdict::Dropped;
    }
    Verdict::Kept(facts([]))
}

#[cfg(test)]
mod tests {
    use super::super::encoding::to_base32;
    use super::super::tests::verdict;
    use super::*;

    fn key_id(prefix: &str, account: u64) -> String {
        let number = 1u64 << 47 | account << 7;
        let mut bytes = number.to_be_bytes()[2..].to_vec();
        bytes.extend([0; 4]);
        format!("{prefix}{}", String::from_utf8(to_base32(&bytes)).unwrap())
    }

    #[test]
    fn a_newer_key_id_tells_its_account() {
        let id = key_id("ASIA", 1234);
        assert_eq!(id.len(), 20);
        let Verdict::Kept(facts) = verdict(account_id, id.as_bytes()) else {
            panic!()
        };
        assert_eq!(facts["aws_account_id"], "000000001234");
        assert_eq!(facts["key_type"], "temporary");
        let changed = id.replacen("QA", "QB", 1);
        let Verdict::Kept(other) = verdict(account_id, changed.as_bytes()) else {
            panic!()
        };
        assert_ne!(facts["aws_account_id"], other["aws_account_id"]);
    }

    #[test]
    fn an_older_key_id_tells_no_account() {
        let oldest = key_id("A3TX", 1234);
        for id in [format!("AKIA{}", "IOSFODNN7EXAMPLE"), oldest] {
            let Verdict::Kept(facts) = verdict(account_id, id.as_bytes()) else {
                panic!()
            };
            assert!(!facts.contains_key("aws_account_id"), "{id}");
        }
    }

    #[test]
    fn hashes_paths_and_words_are_no_secret_keys() {
        let hash = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        let path = "usr/lib/x86/Python3/site/packages/boto3x";
        let flat = "Aa1".repeat(13) + "A";
        for text in [hash, path, &flat] {
            assert_eq!(
                verdict(secret_key, text.as_bytes()),
                Verdict::Dropped,
                "{text}"
            );
        }
        let random = ["abcdEFGH", "ijklMNOP", "01234567", "qrstUVWX", "+/89yzYZ"].concat();
        assert_eq!(
            verdict(secret_key, random.as_bytes()),
            Verdict::Kept(facts([]))
        );
    }
}
