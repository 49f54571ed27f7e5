//! Passwords that only say that they are one: `mySecretPassword1`, `p4ssw0rd`, `fake_pass`. They
//! stand in documentation and tests, and where people were in a hurry.

/// Words that say what they stand for.
const TELLING: &[&str] = &[
    "contrasena",
    "motdepasse",
    "pass",
    "passphrase",
    "passw",
    "passwd",
    "password",
    "passwort",
    "psw",
    "pasw",
    "pw",
    "pwd",
    "secret",
    "senha",
    "token",
    "wachtwoord",
];

/// Words that stand beside a telling one, as in `mySecretPassword1`.
const BESIDE: &[&str] = &[
    "a", "access", "account", "admin", "api", "app", "auth", "aws", "basic", "client", "colon",
    "correct", "db", "default", "dummy", "fake", "foo", "fred", "ftp", "good", "here", "http",
    "id", "invalid", "is", "key", "login", "mail", "my", "name", "new", "old", "or", "phrase",
    "proxy", "quoted", "random", "repo", "root", "server", "some", "super", "test", "the", "this",
    "top", "user", "username", "very", "with", "word", "wrong", "x", "your",
];

/// Longest password that is taken apart.
const LONGEST_PHRASE: usize = 48;

/// Whether a password consists of words of which one is telling, with digits,
/// signs or digits for letters between: `my_secret`, `p4ssw0rd`, `pass%2Fword`.
pub(super) fn only_tells(password: &[u8]) -> bool {
    if password.len() > LONGEST_PHRASE || !password.is_ascii() {
        return false;
    }
    let mut plain = String::from_utf8_lossy(password).to_ascii_lowercase();
    for escaped in ["%20", "%2e", "%2f", "%3a", "%40"] {
        plain = plain.replace(escaped, "");
    }
    let spelled = |digits: bool| -> Vec<u8> {
        let letters = plain.bytes().filter_map(|byte| match byte {
            b'4' | b'@' if digits => Some(b'a'),
            b'0' if digits => Some(b'o'),
            b'3' if digits => Some(b'e'),
            b'5' | b'$' if digits => Some(b's'),
            b'1' | b'!' if digits => Some(b'i'),
            letter => letter.is_ascii_alphabetic().then_some(letter),
        });
        letters.collect()
    };
    [true, false]
        .into_iter()
        .any(|digits| is_phrase(&spelled(digits)))
}

/// Whether letters can be read as listed words with a telling one among them.
fn is_phrase(letters: &[u8]) -> bool {
    // What can be read up to each place: nothing, words, or words with a telling one.
    let mut read = vec![None; letters.len() + 1];
    read[0] = Some(false);
    for start in 0..letters.len() {
        let Some(told) = read[start] else { continue };
        for (words, telling) in [(TELLING, true), (BESIDE, false)] {
            for word in words {
                if letters[start..].starts_with(word.as_bytes()) {
                    let end = &mut read[start + word.len()];
                    *end = Some(told || telling || *end == Some(true));
                }
            }
        }
    }
    read.last() == Some(&Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_only_tell_are_read_word_by_word() {
        for password in [
            "mySecretPassword1",
            "p4ssw0rd",
            "fake_pass",
            "token123",
            "PASS%2Fword",
        ] {
            assert!(only_tells(password.as_bytes()), "{password}");
        }
        for password in [
            "hunter2",
            "passion7",
            "keyname",
            "",
            "tokyo-secretary",
            "12345",
        ] {
            assert!(!only_tells(password.as_bytes()), "{password}");
        }
    }
}
