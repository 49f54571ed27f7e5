//! PuTTY's private key files (`.ppk`, versions 2 and 3): text lines of which the public half is
//! always in clear.

use super::encoding::base64;
use super::{Candidate, Verdict};
use crate::detect::keys::{self, Protection};

/// More lines than the largest key has.
const MOST_LINES: usize = 1000;

/// The public lines must decode and name the same type as the first line.
pub(super) fn private_key(candidate: &Candidate<'_>) -> Verdict {
    match read(candidate.secret) {
        Some(verdict) => verdict,
        None => Verdict::Dropped,
    }
}

fn read(bytes: &[u8]) -> Option<Verdict> {
    let mut lines = std::str::from_utf8(bytes).ok()?.lines();
    let first = lines.next()?;
    let (_, kind) = first.split_once(": ")?;
    let encryption = value(lines.next()?, "Encryption")?;
    lines.next()?;
    let count: usize = value(lines.next()?, "Public-Lines")?.parse().ok()?;
    if count > MOST_LINES {
        return None;
    }
    let public: String = lines.by_ref().take(count).map(str::trim).collect();
    let public = base64(public.as_bytes())?;
    let mut rest = public.as_slice();
    if keys::string(&mut rest)? != kind.trim().as_bytes() {
        return None;
    }
    let mut key = keys::of_ssh(&public)?;
    if encryption != "none" {
        key = key.protected(Protection {
            cipher: Some(encryption.to_owned()),
            kdf: (lines.clone()).find_map(|line| Some(value(line, "Key-Derivation")?.to_owned())),
        });
    }
    let has_private = lines.any(|line| value(line, "Private-Lines").is_some());
    Some(if has_private {
        Verdict::Confirmed(key.facts())
    } else {
        Verdict::Demoted(key.facts())
    })
}

/// What a line says of that name.
fn value<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let (name, value) = line.split_once(": ")?;
    (name.trim_start() == key).then(|| value.trim())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{standard_base64, verdict};
    use super::*;

    fn file(encryption: &str, private: &str) -> String {
        let mut public = Vec::new();
        for part in [&b"ssh-ed25519"[..], &[0; 32]] {
            public.extend((part.len() as u32).to_be_bytes());
            public.extend(part);
        }
        format!(
            "PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: {encryption}\r\nComment: ci\r\n\
             Public-Lines: 1\r\n{}\r\n{private}",
            standard_base64(&public)
        )
    }

    #[test]
    fn type_encryption_and_fingerprint_are_told() {
        for (encryption, encrypted) in [("none", false), ("aes256-cbc", true)] {
            let rest = "Key-Derivation: Argon2id\r\nPrivate-Lines: 1\r\nAAAA\r\n";
            let file = file(encryption, rest);
            let Verdict::Confirmed(facts) = verdict(private_key, file.as_bytes()) else {
                panic!("{file}")
            };
            assert_eq!(facts["key_type"], "ed25519");
            assert_eq!(facts["encrypted"], encrypted);
            let told = ["cipher", "kdf"].map(|name| facts.get(name).and_then(|fact| fact.as_str()));
            let expected = encrypted.then_some("aes256-cbc");
            assert_eq!(told, [expected, encrypted.then_some("Argon2id")]);
            assert!(
                facts["fingerprint"]
                    .as_str()
                    .unwrap()
                    .starts_with("SHA256:")
            );
        }
    }

    #[test]
    fn without_private_lines_it_is_cut_off_and_with_another_type_no_key() {
        let cut = file("none", "");
        assert!(matches!(
            verdict(private_key, cut.as_bytes()),
            Verdict::Demoted(_)
        ));
        let other = cut.replacen("ssh-ed25519", "ssh-rsa", 1);
        assert_eq!(verdict(private_key, other.as_bytes()), Verdict::Dropped);
    }
}
