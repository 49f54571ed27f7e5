//! What a key's name says: that its value is a secret, how surely, or that it only talks about
//! one (`password_hash_algorithm`, `max_tokens`, `public_key`).

use std::cmp::Reverse;
use std::sync::LazyLock;

use super::words::Words;

/// How surely a key names a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// Sometimes: the value must look random.
    Weak,
    /// Nearly always.
    Strong,
}

/// What kind of secret a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyKind {
    /// How surely.
    pub strength: Strength,
    /// Chosen by people, so it may be short and hold words.
    pub password: bool,
}

const PASSWORD: KeyKind = KeyKind {
    strength: Strength::Strong,
    password: true,
};
const TOKEN: KeyKind = KeyKind {
    strength: Strength::Strong,
    password: false,
};
const WEAK: KeyKind = KeyKind {
    strength: Strength::Weak,
    password: false,
};

/// Ends of a key without separators, and what they mean.
const TAILS: &[(&str, KeyKind)] = &[
    ("password", PASSWORD),
    ("passwd", PASSWORD),
    ("passphrase", PASSWORD),
    ("passwort", PASSWORD),
    ("requirepass", PASSWORD),
    ("dbpass", PASSWORD),
    ("dbpwd", PASSWORD),
    ("userpass", PASSWORD),
    ("rootpass", PASSWORD),
    ("adminpass", PASSWORD),
    ("smtppass", PASSWORD),
    ("keypass", PASSWORD),
    ("storepass", PASSWORD),
    ("secret", TOKEN),
    ("token", TOKEN),
    ("apikey", TOKEN),
    ("secretkey", TOKEN),
    ("accesskey", TOKEN),
    ("privatekey", TOKEN),
    ("encryptionkey", TOKEN),
    ("cryptkey", TOKEN),
    ("cipherkey", TOKEN),
    ("signingkey", TOKEN),
    ("signaturekey", TOKEN),
    ("masterkey", TOKEN),
    ("accountkey", TOKEN),
    ("storagekey", TOKEN),
    ("authkey", TOKEN),
    ("sharedkey", TOKEN),
    ("subscriptionkey", TOKEN),
    ("functionkey", TOKEN),
    ("deploykey", TOKEN),
    ("sessionkey", TOKEN),
    ("fernetkey", TOKEN),
    ("jwtkey", TOKEN),
    ("hmackey", TOKEN),
    ("aeskey", TOKEN),
    ("secretkeybase", TOKEN),
    ("adminkey", TOKEN),
    ("serverkey", TOKEN),
    ("servicekey", TOKEN),
    ("applicationkey", TOKEN),
    ("appkey", TOKEN),
    ("licensekey", WEAK),
    ("clientkey", WEAK),
    ("passkey", WEAK),
    ("credential", WEAK),
    ("credentials", WEAK),
    ("auth", WEAK),
    ("secretsalt", WEAK),
    ("salt", WEAK),
    ("connectionstring", WEAK),
    ("connstr", WEAK),
];

/// Those of them that end in each byte, the longest first.
static BY_LAST: LazyLock<ByByte<(&[u8], KeyKind)>> = LazyLock::new(|| {
    let mut tails: Vec<_> = (TAILS.iter())
        .map(|(tail, kind)| (tail.as_bytes(), *kind))
        .collect();
    tails.sort_by_key(|(tail, _)| Reverse(tail.len()));
    by_byte(tails, |(tail, _)| tail.last().copied())
});

/// Last words that are passwords only when they stand alone.
const WORDS: &[(&str, KeyKind)] = &[("pass", PASSWORD), ("pwd", PASSWORD)];

/// Words after the telling one that do not change what it tells.
static QUALIFIERS: List = LazyLock::new(|| {
    words(
        "\
    prod production dev development stage staging test qa uat live old new current previous \
    backup primary secondary default value base64 b64 plain plaintext clear string main local \
    remote master slave replica v1 v2 v3",
    )
});

/// Words that make a key talk about something public, wherever they stand.
static NOT_SECRET: List = LazyLock::new(|| {
    words(
        "\
    public pub publishable anon csrf xsrf hash hashed digest checksum fingerprint thumbprint max \
    min num invalid missing wrong tokenizer example placeholder forgot forgotten reset change \
    confirm confirmation bypass compass oauth1 next page continuation eos bos unk pad sep mask \
    cancellation syntax lexer parser",
    )
});

/// Words of keys whose random-looking value is no secret.
static HASHES: List = LazyLock::new(|| {
    words(
        "\
    sha sha1 sha224 sha256 sha384 sha512 md5 digest checksum hash integrity commit revision rev \
    ref git etag fingerprint thumbprint version id uuid guid path url uri host hostname public \
    pub gpg pgp build image tag release arch platform name dir home file sum sums opts options \
    args flags classpath endpoint date time region zone csp nonce cert certificate ca keys",
    )
});

/// What the key's name says of its value; `None` when it is no secret.
pub(crate) fn classify(key: &[u8]) -> Option<KeyKind> {
    let mut words = Words::of(key);
    while words.count() > 1
        && (words.last()).is_some_and(|word| listed(&QUALIFIERS, word) || is_number(word))
    {
        words.pop();
    }
    let kind = told_by_end(&words)?;
    let is_public = words.iter().any(|word| listed(&NOT_SECRET, word));
    (!is_public).then_some(kind)
}

/// What the last letters say, whatever number stands behind them.
fn told_by_end(words: &Words) -> Option<KeyKind> {
    let digits = |text: &[u8]| {
        text.iter()
            .rev()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let last = words.last()?;
    let last = &last[..last.len() - digits(last)];
    if let Some((_, kind)) = WORDS.iter().find(|(word, _)| word.as_bytes() == last) {
        return Some(*kind);
    }
    let joined = words.joined();
    let joined = &joined[..joined.len() - digits(joined)];
    let tails = BY_LAST.get(usize::from(*joined.last()?))?;
    let longest = tails.iter().find(|(tail, _)| joined.ends_with(tail))?;
    Some(longest.1)
}

/// Whether a key's name explains a random-looking value: a hash, an id, a version.
pub(crate) fn names_a_hash(key: &[u8]) -> bool {
    Words::of(key).iter().any(|word| listed(&HASHES, word))
}

/// What is looked up by one byte before anything is compared: every key in every text is looked up.
type ByByte<T> = Vec<Vec<T>>;

fn by_byte<T>(all: impl IntoIterator<Item = T>, byte: impl Fn(&T) -> Option<u8>) -> ByByte<T> {
    let mut found: Vec<Vec<T>> = (0..=u8::MAX).map(|_| Vec::new()).collect();
    for one in all {
        if let Some(byte) = byte(&one) {
            found[usize::from(byte)].push(one);
        }
    }
    found
}

/// Words by their first byte.
type List = LazyLock<ByByte<&'static [u8]>>;

fn words(list: &'static str) -> ByByte<&'static [u8]> {
    let words = list.split_ascii_whitespace().map(str::as_bytes);
    by_byte(words, |word| word.first().copied())
}

/// Whether a word stands in a list of words.
fn listed(list: &List, word: &[u8]) -> bool {
    let first = word.first().and_then(|first| list.get(usize::from(*first)));
    first.is_some_and(|words| words.contains(&word))
}

fn is_number(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_hold_secrets_are_told_from_keys_that_talk_about_them() {
        for key in [
            "PASSWORD",
            "db_pass",
            "DB_PASSWORD_PROD",
            "userPassword2",
            "PGPASSWORD",
            "apiKey",
            "x-api-key",
            "client_secret",
            "SECRET_KEY_BASE",
            "AWS_SECRET_ACCESS_KEY",
            "authToken",
            "github_token",
            "private_key",
            "jwtSecret",
            "MYSQL_PWD",
        ] {
            let kind = classify(key.as_bytes());
            assert!(
                kind.is_some_and(|kind| kind.strength == Strength::Strong),
                "{key}"
            );
        }
        for key in [
            "password_hash_algorithm",
            "token_type",
            "secret_name",
            "passwordField",
            "tokenizer",
            "max_tokens",
            "public_key",
            "keyboard",
            "author",
            "authority",
            "NEXT_PUBLIC_API_KEY",
            "primary_key",
            "csrf_token",
            "secretName",
            "password_min_length",
            "bypass",
            "key",
            "passwordPolicy",
            "api_key_header",
            "token_url",
            "tokens",
        ] {
            assert_eq!(classify(key.as_bytes()), None, "{key}");
        }
    }

    #[test]
    fn keys_of_hashes_and_ids_explain_their_values() {
        for key in [
            "PYTHON_SHA256",
            "GPG_KEY",
            "BUILD_ID",
            "gitCommit",
            "IMAGE_DIGEST",
        ] {
            assert!(names_a_hash(key.as_bytes()), "{key}");
        }
        assert!(!names_a_hash(b"STRIPE"));
    }
}
