//! What the keys of an id and of its secret have in common: `github client` of `GITHUB_CLIENT_SECRET` and
//! `github.clientId`.

use crate::detect::matched::{By, Match};

/// What says of a key that its value is the secret, wherever it stands, and what the key of an id ends in.
const SECRET: &[u8] = b"secret";
const ENDS: [&[u8]; 2] = [b"id", b"key"];

/// The letters that are left of the key of a match; `None` where there are none.
pub(super) fn of(hit: &Match) -> Option<Vec<u8>> {
    let label = hit.label.as_deref()?;
    let name = match hit.by {
        // The label of a field leads through all that it lies in.
        By::Field | By::NamedField => label.rsplit('.').next()?,
        By::Pattern | By::Assignment | By::Looks => label,
    };
    stem(name)
}

fn stem(name: &str) -> Option<Vec<u8>> {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    let mut letters: Vec<u8> = letters.map(|byte| byte.to_ascii_lowercase()).collect();
    if let Some(at) = memchr::memmem::rfind(&letters, SECRET) {
        letters.drain(at..at + SECRET.len());
    } else if let Some(end) = ENDS.iter().find(|end| letters.ends_with(end)) {
        letters.truncate(letters.len() - end.len());
    }
    (!letters.is_empty()).then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_and_its_secret_have_one_stem_however_their_keys_are_written() {
        for [id, secret] in [
            ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"],
            ["oauth.google.clientId", "oauth.google.client-secret"],
            ["consumerKey", "consumer_secret"],
            ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY"],
            ["clientid", "clientSecret"],
        ] {
            assert_eq!(stem(id), stem(secret), "{id}");
            assert!(stem(id).is_some());
        }
        assert_ne!(stem("GITHUB_CLIENT_ID"), stem("GITLAB_CLIENT_SECRET"));
        assert_ne!(stem("client_id"), stem("client_password"));
        for nothing in ["secret", "id", "KEY", "", "--"] {
            assert_eq!(stem(nothing), None);
        }
    }
}
