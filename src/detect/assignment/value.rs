//! What a value looks like, whoever it was assigned to: a placeholder, a reference to something
//! else, a path, a version, a word.

/// Longest value that words make a placeholder.
const LONGEST_PLACEHOLDER: usize = 128;

/// Longest name of one word that a template has.
const LONGEST_NAME: usize = 40;

/// Values that stand where a secret should be, when they are the whole value: what examples hold, and what
/// people leave there.
const STAND_INS: &str = "\
    password passwd pass passphrase secret token apikey api_key api-key admin administrator root \
    test testing tester test123 user username guest default foobar foo bar baz qwerty postgres \
    postgresql mysql mariadb redis mongo rabbitmq elastic changeit secretkey my_secret somesecret";
/// Values that are no secret when they are the whole value: they say what the value is, or that there is none.
const NO_VALUES: &str = "\
    none null nil undefined true false yes no on off empty unset string text value required \
    optional hidden masked unknown disabled enabled internal external anonymous database encrypted \
    plaintext basic bearer header cookie object number boolean integer prompt auto generated random \
    tbd n/a credentials private public keyring vault file input varchar localhost nopassword \
    no_password invalid";

/// Parts that make a value a placeholder.
const PARTS: &str = "\
    changeme change_me change-me changethis change_this placeholder example your_ your- yourpass \
    yoursecret yourtoken yourkey yourapikey redacted replace insert dummy xxxx todo fixme *** \
    ... enter_ put_your _here goes-here goeshere not-a-real to_be_ notset not_set not-set \
    &lt; \u{2022}\u{2022}";

/// Starts of an expression that only leads to the value.
const REFERENCES: &str = "\
    ${ $( $__ {{ #{ %{ <% process.env os.environ os.getenv getenv( env( env. env[ system.getenv \
    import.meta vault: ref+ ssm: arn: secretsmanager: sm:// op:// file: !vault !ref !sub enc[ \
    {cipher} $ansible_vault secretkeyref valuefrom resolve: {{resolve aws-ssm keyvault \
    @microsoft.keyvault base64:$ -----begin ssh- ecdsa-sha2 data: http:// https:// pbkdf2 argon2 \
    {sha {ssha {bcrypt}";

/// Whether a value only stands where a secret should be.
pub(crate) fn is_placeholder(value: &[u8]) -> bool {
    if value.len() > LONGEST_PLACEHOLDER {
        return distinct(value) <= 2;
    }
    let lower = value.to_ascii_lowercase();
    let holds = |part: &str| memchr::memmem::find(&lower, part.as_bytes()).is_some();
    let [first, .., last] = lower.as_slice() else {
        return true;
    };
    is_one_of(STAND_INS, &lower)
        || is_one_of(NO_VALUES, &lower)
        || PARTS.split_ascii_whitespace().any(holds)
        || matches!(
            (first, last),
            (b'<', b'>') | (b'[', b']') | (b'{', b'}') | (b'(', b')')
        )
        || distinct(value) <= 2
        || value.len() >= 4 && longest_sequence(value) * 5 >= value.len() * 3
}

/// Whether a placeholder is one that a secret was to take the place of, or that works as one where nobody
/// replaced it.
pub(super) fn is_stand_in(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let holds = |part: &str| memchr::memmem::find(&lower, part.as_bytes()).is_some();
    let is_word = value.len() <= LONGEST_PLACEHOLDER && value.iter().all(u8::is_ascii_graphic);
    is_word && (is_one_of(STAND_INS, &lower) || PARTS.split_ascii_whitespace().any(holds))
}

fn is_one_of(words: &str, value: &[u8]) -> bool {
    let mut words = words.split_ascii_whitespace();
    words.any(|word| word.as_bytes() == value)
}

/// Whether a value names where the secret is: a variable, a call, a secret store.
pub(crate) fn is_reference(value: &[u8]) -> bool {
    let lower = value[..value.len().min(32)].to_ascii_lowercase();
    if REFERENCES
        .split_ascii_whitespace()
        .any(|start| lower.starts_with(start.as_bytes()))
        || is_sealed(value)
    {
        return true;
    }
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    match value {
        // `$NAME`; a `$` before anything else is a hash or a character of a password.
        [b'$', first, rest @ ..] => {
            (first.is_ascii_alphabetic() || *first == b'_') && rest.iter().all(is_name)
                || memchr::memmem::find(value, b"${").is_some()
        }
        [b'%', inner @ .., b'%'] | [b'@', inner @ .., b'@'] => inner.iter().all(is_name),
        [b'_', b'_', .., b'_', b'_'] => true,
        _ => {
            let holds = |part: &[u8]| memchr::memmem::find(value, part).is_some();
            holds(b"${")
                || holds(b"{{")
                || holds(b"%s")
                || holds(b"%d")
                || holds(b"%(")
                || holds(b"#{")
                || holds(b"$(")
                || holds(b"{0}")
                || holds(b"{}")
                || is_template(value)
        }
    }
}

/// Whether a value is one of a `SealedSecret`, which the cluster alone can open: base64 of the length
/// of a session key (512 bytes), the encrypted key and the encrypted value.
fn is_sealed(value: &[u8]) -> bool {
    const SHORTEST: usize = 700;
    value.len() >= SHORTEST
        && matches!(value, [b'A', b'g', b'A'..=b'D', ..])
        && value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

/// Whether a value holds `{name}`.
pub(crate) fn is_template(value: &[u8]) -> bool {
    let Some(open) = memchr::memchr(b'{', value) else {
        return false;
    };
    let inner = &value[open + 1..];
    let Some(close) = memchr::memchr(b'}', inner) else {
        return false;
    };
    let name = &inner[..close];
    let is_part = |b: &u8| matches!(b, b'_' | b'.' | b':' | b'$');
    !name.is_empty()
        && name.iter().all(|b| b.is_ascii_alphanumeric() || is_part(b))
        // A long one without parts is something encrypted.
        && (name.len() <= LONGEST_NAME || name.iter().any(is_part))
}

/// Whether a value is a path and not base64 that happens to start with a slash.
pub(crate) fn is_path(value: &[u8]) -> bool {
    let starts = |start: &[u8]| value.starts_with(start);
    let drive = matches!(value, [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    if starts(b"./") || starts(b"../") || starts(b"~/") || starts(b"/") || drive {
        let packed = value.len() >= 30
            && memchr::memchr2(b'+', b'=', value).is_some()
            && value.iter().any(u8::is_ascii_digit)
            && value.iter().any(u8::is_ascii_uppercase)
            && memchr::memchr(b'.', value).is_none();
        return !packed;
    }
    let segments = value.split(|b| *b == b'/').count();
    segments >= 3
        && value.split(|b| *b == b'/').all(|part| {
            part.len() < 24 && (is_wordlike(part) || part.iter().all(u8::is_ascii_digit))
        })
}

/// Whether a value is `8-4-4-4-12` hex digits.
pub(crate) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Whether a value starts as a version does: `1.2`, `v1.2.3-rc1`.
pub(crate) fn is_version(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"v").unwrap_or(value);
    let major = value.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=4).contains(&major)
        && matches!(value[major..], [b'.', minor, ..] if minor.is_ascii_digit())
}

/// Whether a value consists of words: letters, in parts, with at most a short number behind each.
pub(crate) fn is_wordlike(value: &[u8]) -> bool {
    let parts = value.split(|b| b"-_. :,/'".contains(b));
    let most_digits = if value.iter().all(u8::is_ascii_alphanumeric) {
        0
    } else {
        2
    };
    parts.into_iter().all(|part| {
        let letters = part.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let digits = &part[letters..];
        digits.len() <= most_digits && digits.iter().all(u8::is_ascii_digit)
    })
}

/// The value without the quotes around it, if it has a pair of them.
pub(crate) fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        other => other,
    }
}

/// Longest run of bytes each of which follows, precedes or equals the one before.
pub(crate) fn longest_sequence(value: &[u8]) -> usize {
    let mut longest = usize::from(!value.is_empty());
    let mut run = 1;
    let mut step = None;
    for pair in value.windows(2) {
        let next = i16::from(pair[1]) - i16::from(pair[0]);
        if next.abs() <= 1 && (step.is_none() || step == Some(next)) {
            run += 1;
            step = Some(next);
        } else {
            let starts = next.abs() <= 1;
            run = if starts { 2 } else { 1 };
            step = starts.then_some(next);
        }
        longest = longest.max(run);
    }
    longest
}

/// Longest run of letters of one case that could be spoken: hardly ever four consonants or three
/// vowels in a row.
pub(crate) fn longest_word(value: &[u8]) -> usize {
    let mut longest = 0;
    words(value, |length| longest = longest.max(length));
    longest
}

/// Whether a value has a word that hardly any drawn one has: nine letters, more in long ones.
pub(crate) fn has_long_word(value: &[u8]) -> bool {
    longest_word(value) >= (value.len() / 5).max(9)
}

/// Bytes that belong to such runs of four letters or more: many in names and phrases, few in what
/// was drawn at random.
pub(crate) fn spoken(value: &[u8]) -> usize {
    let mut spoken = 0;
    words(value, |length| {
        spoken += if length >= 4 { length } else { 0 }
    });
    spoken
}

/// Calls `on_word` with the length of each run of letters that could be spoken.
fn words(value: &[u8], mut on_word: impl FnMut(usize)) {
    let mut run = 0;
    let mut same = 0;
    let mut before = b' ';
    for byte in value {
        let is_vowel = |b: u8| {
            matches!(
                b.to_ascii_lowercase(),
                b'a' | b'e' | b'i' | b'o' | b'u' | b'y'
            )
        };
        let joins = byte.is_ascii_alphabetic()
            && (before.is_ascii_lowercase() == byte.is_ascii_lowercase() || run == 1)
            && before.is_ascii_alphabetic();
        same = if joins && is_vowel(before) == is_vowel(*byte) {
            same + 1
        } else {
            1
        };
        let goes_on = joins && same <= if is_vowel(*byte) { 2 } else { 3 };
        if !goes_on {
            on_word(run);
            run = 0;
        }
        run += usize::from(byte.is_ascii_alphabetic());
        before = *byte;
    }
    on_word(run);
}

fn distinct(value: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in value {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known_by_word_by_brackets_and_by_monotony() {
        for value in [
            "changeme",
            "ChangeMe123",
            "<password>",
            "xxxxxxxx",
            "********",
            "your_token_here",
            "password_here",
            "12345678",
            "abcdefgh",
            "87654321",
            "aaaaaaaa",
            "example",
            "[hidden]",
            "password",
        ] {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
        for value in ["hunter2x", "Tr0ub4dor&3", "k9Fq2LmX7", "S3cur3-P4ss"] {
            assert!(!is_placeholder(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn references_lead_somewhere_else() {
        for value in [
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "{{ password }}",
            "%DB_PASSWORD%",
            "os.environ['X']",
            "process.env.X",
            "%s",
            "arn:aws:secretsmanager:x",
            "prefix-${X}",
            "{password}",
            "@TOKEN@",
            "$(cat /run/secrets/x)",
            "!vault |",
            "__TOKEN__",
        ] {
            assert!(is_reference(value.as_bytes()), "{value}");
        }
        for value in ["pa$$word9", "$2y$10$abcdefg", "50%off!now", "a{b"] {
            assert!(!is_reference(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn what_only_a_cluster_can_open_is_no_value() {
        let sealed = format!("AgB{}=", "q7Zt1mXv9Lk3Rb8W".repeat(45));
        assert!(is_reference(sealed.as_bytes()));
        assert!(!is_reference(&sealed.as_bytes()[..400]));
        assert!(!is_reference(&sealed.as_bytes()[1..]));
    }

    #[test]
    fn paths_versions_uuids_and_words() {
        assert!(is_path(b"/run/secrets/db") && is_path(b"./x") && is_path(b"C:\\keys\\a"));
        assert!(is_path(b"etc/ssl/private"));
        assert!(!is_path(b"/aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1d+Q="));
        assert!(is_version(b"1.24.3") && is_version(b"v2.0-rc1") && !is_version(b"12345.x"));
        assert!(is_uuid(b"3f2b8c1e-0d4a-4f6b-9c7d-1e2f3a4b5c6d"));
        assert!(is_wordlike(b"my-secret-name") && is_wordlike(b"Passwort eingeben"));
        assert!(!is_wordlike(b"hunter2") && !is_wordlike(b"a1b2c3"));
        assert_eq!(longest_word(b"x9production7"), 10);
        assert!(longest_word(b"q7Zt1mXv9Lk3Rb8W") < 3);
        assert_eq!(spoken(b"0003_alter_user_email"), 14);
        assert_eq!(spoken(b"q7Zt1mXv9Lk3Rb8W"), 0);
        assert_eq!(longest_sequence(b"xx1234yy"), 4);
    }
}
