//! JFrog: reference tokens tell their end, API keys are base58 of a fixed length.

use super::base58;
use super::encoding::base64;
use super::{Candidate, Verdict, facts, time};

/// Base64 of `reftkn:NN:<end in seconds>:<random>`; an end of 0 means none.
pub(super) fn reference(candidate: &Candidate<'_>) -> Verdict {
    let Some(decoded) = base64(candidate.secret) else {
        return Verdict::Demoted(facts([]));
    };
    let mut parts = decoded.split(|byte| *byte == b':');
    let named = parts.next() == Some(b"reftkn");
    let end = parts
        .nth(1)
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| digits.parse::<i64>().ok());
    match end {
        Some(seconds) if named => Verdict::Confirmed(facts([(
            "expires",
            if seconds == 0 {
                None
            } else {
                time::fact(seconds)
            },
        )])),
        _ => Verdict::Demoted(facts([])),
    }
}

/// Bytes of an API key.
const API_KEY: usize = 54;

/// `AKCp` + 69: base58 of 54 bytes, which has no checksum and so proves nothing.
pub(super) fn api_key(candidate: &Candidate<'_>) -> Verdict {
    match base58::decode(candidate.secret) {
        Some(bytes) if bytes.len() == API_KEY => Verdict::Kept(facts([])),
        _ => Verdict::Demoted(facts([])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, verdict};
    use super::*;

    #[test]
    fn a_jfrog_reference_token_tells_its_end() {
        let token = base64_url(b"reftkn:01:1234567890:abcdefgh");
        let Verdict::Confirmed(told) = verdict(reference, token.as_bytes()) else {
            panic!()
        };
        assert_eq!(told["expires"], "2009-02-13T23:31:30Z");
        let endless = base64_url(b"reftkn:01:0:abcdefgh");
        assert_eq!(
            verdict(reference, endless.as_bytes()),
            Verdict::Confirmed(facts([]))
        );
        let other = base64_url(b"reftkn:soon");
        assert!(matches!(
            verdict(reference, other.as_bytes()),
            Verdict::Demoted(_)
        ));
    }

    #[test]
    fn an_api_key_is_base58_of_its_length() {
        let key = format!("AKCp{}Examp", "Examp1e2".repeat(8));
        let demoted = Verdict::Demoted(facts([]));
        assert_eq!(verdict(api_key, key.as_bytes()), Verdict::Kept(facts([])));
        assert_eq!(verdict(api_key, &key.as_bytes()[..60]), demoted);
        let other = key.replace('2', "0");
        assert_eq!(verdict(api_key, other.as_bytes()), demoted);
    }
}
