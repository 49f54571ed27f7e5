//! Vault: the prefix of a token says its kind, and most service tokens are a signed structure.
//!
//! Layout: `vault/tokens/token.proto` of Vault's source.

use super::encoding::base64;
use super::{Candidate, Verdict, facts};

/// `hvs.`, `hvb.` or `hvr.`. A service token that is no structure is one of the short form.
pub(super) fn token(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    let Some((prefix, body)) = secret.split_first_chunk::<4>() else {
        return Verdict::Kept(facts([]));
    };
    let kind = match prefix {
        b"hvs." => Some("service"),
        b"hvb." => Some("batch"),
        b"hvr." => Some("recovery"),
        _ => None,
    };
    let told = facts([("key_type", kind.map(Into::into))]);
    let signed = prefix == b"hvs." && base64(body).is_some_and(|bytes| is_signed(&bytes));
    if signed {
        Verdict::Confirmed(told)
    } else {
        Verdict::Kept(told)
    }
}

/// Protocol buffers: version (1), sum (32 bytes), and the token within, which begins with its
/// random part.
fn is_signed(bytes: &[u8]) -> bool {
    let inner = bytes
        .strip_prefix(&[0x08, 0x01, 0x12, 32])
        .and_then(|rest| rest.get(32..))
        .and_then(|rest| rest.strip_prefix(&[0x1a]));
    match inner {
        Some([length, token @ ..]) => {
            usize::from(*length) == token.len() && token.first() == Some(&0x0a)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, verdict};
    use super::*;

    fn body(length: u8) -> String {
        let mut bytes = vec![0x08, 0x01, 0x12, 32];
        bytes.extend([0x5a; 32]);
        bytes.extend([0x1a, length, 0x0a, 24]);
        bytes.extend([b'x'; 24]);
        bytes.extend([0x10, 0x80, 0x01]);
        base64_url(&bytes)
    }

    #[test]
    fn a_signed_service_token_is_confirmed() {
        let token_text = format!("hvs.{}", body(29));
        assert!(token_text.starts_with("hvs.CAES"));
        let told = facts([("key_type", Some("service".into()))]);
        assert_eq!(
            verdict(token, token_text.as_bytes()),
            Verdict::Confirmed(told.clone())
        );
        let other = format!("hvs.{}", body(28));
        assert_eq!(verdict(token, other.as_bytes()), Verdict::Kept(told));
    }

    #[test]
    fn the_prefix_tells_the_kind() {
        for (prefix, kind) in [("hvs", "service"), ("hvb", "batch"), ("hvr", "recovery")] {
            let text = format!("{prefix}.{}", "EXAMPLE0".repeat(3));
            let told = facts([("key_type", Some(kind.into()))]);
            assert_eq!(verdict(token, text.as_bytes()), Verdict::Kept(told));
        }
        let other = verdict(token, b"other than those");
        assert_eq!(other, Verdict::Kept(facts([])));
    }
}
