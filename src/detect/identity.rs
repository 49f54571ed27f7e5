//! By what two writings of one secret are known as the same. A private key is the same key however its lines
//! are broken: white space, escaped line breaks and quotes do not count. An id that could be guessed is not
//! the password that is spelled like it.

use crate::rules::Rule;
use crate::secret::Secret;

/// What a match of the rule is known by, where that is not all of its secret and no more.
pub(super) fn of(rule: &Rule, secret: &[u8]) -> Option<Secret> {
    let syntax = &rule.syntax;
    match syntax.guessable && !syntax.alone {
        true => Some(Secret::new([b"id\0", secret].concat())),
        false => of_key(secret),
    }
}

fn of_key(secret: &[u8]) -> Option<Secret> {
    memchr::memmem::find(secret, b"PRIVATE KEY-----")?;
    let mut bytes = Vec::with_capacity(secret.len());
    let mut rest = secret;
    while let Some((first, tail)) = rest.split_first() {
        rest = match (first, tail) {
            (b'\\', [b'n' | b'r' | b't', tail @ ..]) => tail,
            (b'\\', tail) => tail,
            (byte, tail) => {
                if !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'') {
                    bytes.push(*byte);
                }
                tail
            }
        };
    }
    Some(Secret::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_the_same_however_its_lines_are_broken() {
        let word = "PRIVATE KEY-----";
        let key = |between: &str| {
            let lines = [
                &format!("-----BEGIN {word}"),
                "QUJD",
                "REVG",
                &format!("-----END {word}"),
            ];
            of_key(lines.join(between).as_bytes())
        };
        let plain = key("\n");
        assert!(plain.is_some());
        for between in ["\r\n", "\\n", "\\r\\n", " ", "\"\n  \"", "\\\n"] {
            assert_eq!(key(between), plain, "{between:?}");
        }
        assert_ne!(key("\nAAAA"), plain);
        assert_eq!(of_key(b"QUJD REVG"), None);
    }
}
