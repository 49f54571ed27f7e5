//! Password hashes as `crypt(3)` and `htpasswd` write them: which kind, and how costly to guess.

use super::{Candidate, Verdict, facts};

/// A kind: the prefix, its name, whether it is cheap to guess, and how it writes its cost.
type Kind = (
    &'static [u8],
    &'static str,
    bool,
    fn(&str) -> Option<String>,
);

const KINDS: &[Kind] = &[
    (b"$apr1$", "apache-md5", true, fixed),
    (b"$argon2", "argon2", false, parameters),
    (b"$gy$", "gost-yescrypt", false, yescrypt),
    (b"$y$", "yescrypt", false, yescrypt),
    (b"$7$", "scrypt", false, scrypt),
    (b"$6$", "sha512crypt", false, rounds),
    (b"$5$", "sha256crypt", false, rounds),
    (b"$1$", "md5crypt", true, fixed),
    (b"$2", "bcrypt", false, bcrypt),
    (b"$sha1$", "sha1crypt", true, sha1crypt),
    (b"{SHA}", "sha1", true, fixed),
    (b"{SSHA}", "salted-sha1", true, fixed),
];

/// Characters of a hash of DES, which has no prefix: two of salt and eleven of hash, of which the last
/// holds four bits and two zeros.
const DES: usize = 13;

/// Names the kind by the hash's prefix, and the cost that stands behind it; what is no hash is dropped.
pub(super) fn crypt_hash(candidate: &Candidate<'_>) -> Verdict {
    // On a command line the signs are escaped.
    let hash = String::from_utf8_lossy(candidate.secret).replace('\\', "");
    let kind = KINDS
        .iter()
        .find(|(prefix, ..)| hash.as_bytes().starts_with(prefix));
    match kind {
        Some((_, name, weak, cost)) => Verdict::Kept(facts([
            ("hash", Some((*name).into())),
            ("weak_hash", weak.then_some(true.into())),
            ("cost", cost(&hash).map(Into::into)),
        ])),
        None if is_des(hash.as_bytes()) => Verdict::Kept(facts([
            ("hash", Some("descrypt".into())),
            ("weak_hash", Some(true.into())),
        ])),
        None => Verdict::Dropped,
    }
}

/// Whether it could be a hash of DES: by length and letters alone, so the place has to tell the rest.
fn is_des(hash: &[u8]) -> bool {
    let last = hash.last().and_then(|byte| digit(*byte));
    let is_padded = last.is_some_and(|digit| digit & 3 == 0);
    hash.len() == DES && is_padded && hash.iter().all(|byte| digit(*byte).is_some())
}

/// A part between the dollar signs, the kind being the first.
fn part(hash: &str, index: usize) -> Option<&str> {
    hash.split('$').nth(index + 1)
}

/// No choice.
fn fixed(_: &str) -> Option<String> {
    None
}

/// `$2b$12$…`: a power of two.
fn bcrypt(hash: &str) -> Option<String> {
    let log: u32 = part(hash, 1)?.parse().ok()?;
    (4..=31)
        .contains(&log)
        .then(|| format!("{} rounds", 1u64 << log))
}

/// `$6$rounds=10000$…`; 5000 where it does not say.
fn rounds(hash: &str) -> Option<String> {
    let rounds: u32 = match part(hash, 1)?.strip_prefix("rounds=") {
        Some(digits) => digits.parse().ok()?,
        None => 5000,
    };
    Some(format!("{rounds} rounds"))
}

/// `$sha1$40000$…`.
fn sha1crypt(hash: &str) -> Option<String> {
    let rounds: u32 = part(hash, 1)?.parse().ok()?;
    Some(format!("{rounds} rounds"))
}

/// `$argon2id$v=19$m=65536,t=3,p=4$…`.
fn parameters(hash: &str) -> Option<String> {
    let parameters = part(hash, 2)?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '=' | ',');
    let short = parameters.len() <= 40 && parameters.starts_with("m=");
    (short && parameters.chars().all(is_part)).then(|| parameters.to_owned())
}

/// `$7$C6..../....`: a digit for the logarithm of N.
fn scrypt(hash: &str) -> Option<String> {
    let log = digit(part(hash, 1)?.bytes().next()?)?;
    Some(format!("N=2^{log}"))
}

/// `$y$j9T$…`: a letter for the flavour, a digit for the logarithm of N less one, one for r less
/// one. Larger numbers take several digits, and are not told.
fn yescrypt(hash: &str) -> Option<String> {
    match part(hash, 1)?.as_bytes() {
        [_, log, block] => {
            let (log, block) = (digit(*log)?, digit(*block)?);
            (log < 48 && block < 48).then(|| format!("N=2^{} r={}", log + 1, block + 1))
        }
        _ => None,
    }
}

/// A digit of `crypt(3)`: `./0-9A-Za-z`.
fn digit(character: u8) -> Option<u8> {
    match character {
        b'.' => Some(0),
        b'/' => Some(1),
        b'0'..=b'9' => Some(character - b'0' + 2),
        b'A'..=b'Z' => Some(character - b'A' + 12),
        b'a'..=b'z' => Some(character - b'a' + 38),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::verdict;
    use super::*;

    #[test]
    fn kinds_and_costs_are_told_and_weak_ones_marked() {
        for (hash, kind, weak, cost) in [
            ("$6$salt$hash", "sha512crypt", false, Some("5000 rounds")),
            (
                "\\$5\\$rounds=10000\\$salt\\$hash",
                "sha256crypt",
                false,
                Some("10000 rounds"),
            ),
            ("$2y$10$hash", "bcrypt", false, Some("1024 rounds")),
            ("$2y$99$hash", "bcrypt", false, None),
            ("$apr1$salt$hash", "apache-md5", true, None),
            ("$1$salt$hash", "md5crypt", true, None),
            (
                "$sha1$40000$salt$hash",
                "sha1crypt",
                true,
                Some("40000 rounds"),
            ),
            (
                "$argon2id$v=19$m=65536,t=3,p=4$salt$hash",
                "argon2",
                false,
                Some("m=65536,t=3,p=4"),
            ),
            ("$argon2id$v=19$", "argon2", false, None),
            ("$7$C6..../....salt$hash", "scrypt", false, Some("N=2^14")),
            ("$y$j9T$salt$hash", "yescrypt", false, Some("N=2^12 r=32")),
            ("{SHA}hash", "sha1", true, None),
            ("{SSHA}hash", "salted-sha1", true, None),
            ("ab./Example0E", "descrypt", true, None),
        ] {
            let Verdict::Kept(facts) = verdict(crypt_hash, hash.as_bytes()) else {
                panic!("{hash}")
            };
            assert_eq!(facts["hash"], kind);
            assert_eq!(facts.contains_key("weak_hash"), weak);
            let told = facts.get("cost").and_then(|cost| cost.as_str());
            assert_eq!(told, cost, "{hash}");
        }
    }

    #[test]
    fn what_is_no_hash_is_dropped() {
        for text in [
            "",
            "example",
            "ab./Example0",
            "ab./Example0Ex",
            "a:b-Example0E",
            "nopasswordset",
            "ab./Example0F",
        ] {
            assert_eq!(
                verdict(crypt_hash, text.as_bytes()),
                Verdict::Dropped,
                "{text}"
            );
        }
    }
}
