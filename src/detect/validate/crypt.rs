//! Password hashes as `crypt(3)` and `htpasswd` write them: which kind, and how costly to guess.

use super::{Candidate, Verdict, facts};

/// Names the kind by the hash's prefix.
pub(super) fn crypt_hash(candidate: &Candidate<'_>) -> Verdict {
    const KINDS: &[(&[u8], &str, bool)] = &[
        (b"$apr1$", "apache-md5", true),
        (b"$argon2", "argon2", false),
        (b"$gy$", "gost-yescrypt", false),
        (b"$y$", "yescrypt", false),
        (b"$7$", "scrypt", false),
        (b"$6$", "sha512crypt", false),
        (b"$5$", "sha256crypt", false),
        (b"$1$", "md5crypt", true),
        (b"$2", "bcrypt", false),
        (b"$sha1$", "sha1crypt", true),
        (b"{SHA}", "sha1", true),
    ];
    let kind = KINDS
        .iter()
        .find(|(prefix, ..)| candidate.secret.starts_with(prefix));
    match kind {
        Some((_, name, weak)) => Verdict::Kept(facts([
            ("hash", Some((*name).into())),
            ("weak_hash", weak.then_some(true.into())),
        ])),
        None => Verdict::Kept(facts([])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::verdict;
    use super::*;

    #[test]
    fn kinds_are_told_and_weak_ones_marked() {
        for (hash, kind, weak) in [
            ("$6$salt$hash", "sha512crypt", false),
            ("$2y$10$hash", "bcrypt", false),
            ("$apr1$salt$hash", "apache-md5", true),
            ("$argon2id$v=19$", "argon2", false),
        ] {
            let Verdict::Kept(facts) = verdict(crypt_hash, hash.as_bytes()) else {
                panic!("{hash}")
            };
            assert_eq!(facts["hash"], kind);
            assert_eq!(facts.contains_key("weak_hash"), weak);
        }
    }
}
