//! Docker Swarm: a join token names the certificate authority of its swarm.

use super::{Candidate, Verdict, facts};

/// `SWMTKN-1-` + 50 + `-` + 25: the SHA-256 of the authority's certificate and 16 random bytes,
/// both in base 36. Of what only looks like one, most are too large a number; that one fits proves
/// little.
pub(super) fn join_token(candidate: &Candidate<'_>) -> Verdict {
    let mut parts = candidate.secret.split(|byte| *byte == b'-').skip(2);
    let digest = parts.next().and_then(number::<32>);
    let random = parts.next().and_then(number::<16>);
    match (digest, random) {
        (Some(digest), Some(_)) => {
            let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            let authority = format!("sha256:{digits}");
            Verdict::Kept(facts([("ca_digest", Some(authority.into()))]))
        }
        _ => Verdict::Demoted(facts([])),
    }
}

/// A number in base 36 as big-endian bytes; nothing when it takes more of them.
fn number<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0u8; N];
    for digit in digits {
        let mut carry = char::from(*digit).to_digit(36)?;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 36;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return None;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::tests::verdict;
    use super::*;

    fn token(digest: &str, random: &str) -> String {
        format!("SWMTKN-1-{digest:0>50}-{random:0>25}")
    }

    #[test]
    fn a_token_names_the_authority_of_its_swarm() {
        let token = token("zz", "1");
        let Verdict::Kept(told) = verdict(join_token, token.as_bytes()) else {
            panic!("{token}")
        };
        let digest = format!("sha256:{:064x}", 35 * 36 + 35);
        assert_eq!(told["ca_digest"], digest.as_str());
    }

    #[test]
    fn numbers_that_are_too_large_are_demoted() {
        assert_eq!(number::<1>(b"73"), Some([255]));
        assert_eq!(number::<1>(b"74"), None);
        assert_eq!(number::<1>(b"-"), None);
        for (digest, random) in [(50, 1), (1, 25)] {
            let token = token(&"z".repeat(digest), &"z".repeat(random));
            let demoted = Verdict::Demoted(facts([]));
            assert_eq!(verdict(join_token, token.as_bytes()), demoted, "{token}");
        }
    }
}
