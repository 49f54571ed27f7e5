//! Ids that stand beside secrets: they have no form, so that what is none is told by its looks.

use super::userpass::literal_password;
use super::{Candidate, Verdict};

/// What the letters of a text that only leads to an id hold: `settings.CLIENT_ID`, `your-client-id`.
const NAMES: [&[u8]; 3] = [b"clientid", b"consumerkey", b"keyid"];

/// A bare word is a name of the language: an id stands in quotes, or has a digit or a hyphen.
pub(super) fn secret_id(candidate: &Candidate<'_>) -> Verdict {
    let id = candidate.secret;
    let letters = id.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let letters: Vec<u8> = letters.map(u8::to_ascii_lowercase).collect();
    let is_name = |name: &&[u8]| memchr::memmem::find(&letters, name).is_some();
    let is_quoted = matches!(candidate.whole.last(), Some(b'"' | b'\'' | b'`'));
    let is_bare = !is_quoted && !id.iter().any(|byte| byte.is_ascii_digit() || *byte == b'-');
    if is_bare || NAMES.iter().any(is_name) {
        return Verdict::Dropped;
    }
    literal_password(candidate)
}

#[cfg(test)]
mod tests {
    use super::super::tests::verdict;
    use super::*;

    #[test]
    fn names_and_bare_words_are_no_ids() {
        for id in ["app-console", "Iv1.0a", "8301947265", "0oa1b2c3"] {
            assert!(
                matches!(verdict(secret_id, id.as_bytes()), Verdict::Kept(_)),
                "{id}"
            );
        }
        for none in [
            "settings.CLIENT_ID",
            "oauth2.clientId",
            "undefined",
            "your-client-id",
            "${ID2}",
        ] {
            assert_eq!(
                verdict(secret_id, none.as_bytes()),
                Verdict::Dropped,
                "{none}"
            );
        }
    }
}
