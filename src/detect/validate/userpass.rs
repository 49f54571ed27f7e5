//! Passwords that people choose: telling a literal one from a reference or a placeholder.

use super::super::shannon::is_spread;
use super::super::{assignment::value, phrase};
use super::{Candidate, Verdict, facts};

/// Words that stand in documentation where a password would stand.
const STAND_INS: &[&str] = &[
    "...",
    "bar",
    "changeit",
    "changeme",
    "example",
    "foo",
    "none",
    "null",
    "placeholder",
    "redacted",
    "test",
    "tiger",
    "undefined",
    "user",
    "username",
];

/// Whether what stands where a user would is a token, which services take there: it is no name to be
/// told.
pub(in crate::detect) fn is_token(user: &[u8]) -> bool {
    let count = |is_it: fn(&u8) -> bool| user.iter().filter(|byte| is_it(byte)).count();
    let digits = count(u8::is_ascii_digit);
    user.len() >= 20
        && digits >= 2
        && count(u8::is_ascii_alphabetic) >= 2
        && is_spread(user)
        && !value::has_long_word(user)
}

/// How a password as written is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Password {
    /// A value.
    Literal,
    /// A word such as `password`: a stand-in, or a weak password.
    StandIn,
    /// A variable, a template, or a mask: certainly no value.
    Reference,
}

/// Judges a password by its bytes alone.
pub(super) fn judge(password: &[u8]) -> Password {
    let first = password.first().copied().unwrap_or_default();
    let contains = |part: &str| memchr::memmem::find(password, part.as_bytes()).is_some();
    let templated = ["${", "$(", "{{", "}}", "<%", "%>", "#{", "%("]
        .iter()
        .any(|part| contains(part));
    let wrapped = matches!(
        (first, password.last()),
        (b'<', Some(b'>')) | (b'{', Some(b'}')) | (b'[', Some(b']')) | (b'%', Some(b'%'))
    );
    let variable = first == b'$'
        && password.len() > 1
        && password[1..]
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    let formatted = matches!(password, b"%s" | b"%v" | b"%d" | b"%q" | b"{}")
        || value::is_template(password)
        || is_member(password)
        || password.iter().any(u8::is_ascii_control);
    let masked = password
        .iter()
        .all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'-' | b'_' | b'#'));
    if password.is_empty() || templated || wrapped || variable || formatted || masked {
        return Password::Reference;
    }
    let lower = String::from_utf8_lossy(password).to_ascii_lowercase();
    if STAND_INS.contains(&lower.as_str()) || phrase::only_tells(password) {
        Password::StandIn
    } else {
        Password::Literal
    }
}

/// Whether a password is a name with dots that ends with what it stands for: `db.password`.
fn is_member(password: &[u8]) -> bool {
    let is_name = |b: &u8| b.is_ascii_lowercase() || matches!(b, b'_' | b'.');
    let mut parts = password.rsplit(|b| *b == b'.');
    let last = parts.next().unwrap_or_default();
    parts.next().is_some_and(|owner| !owner.is_empty())
        && password.iter().all(is_name)
        && phrase::only_tells(last)
}

/// Drops references and masks; demotes stand-ins.
pub(super) fn literal_password(candidate: &Candidate<'_>) -> Verdict {
    match judge(candidate.secret) {
        Password::Literal => Verdict::Kept(facts([])),
        Password::StandIn => Verdict::Demoted(facts([])),
        Password::Reference => Verdict::Dropped,
    }
}

/// As above where a password stands bare among other words: one that is a word itself is worth
/// less.
pub(super) fn typed_password(candidate: &Candidate<'_>) -> Verdict {
    let is_word = candidate
        .secret
        .iter()
        .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'.' | b' '));
    match literal_password(candidate) {
        Verdict::Kept(told) if is_word => Verdict::Demoted(told),
        verdict => verdict,
    }
}

/// As above for a line of a `.netrc`: outside of such a file, of a command line and of the
/// metadata it is mostly code that writes one. What anonymous users give is their address.
pub(super) fn netrc_password(candidate: &Candidate<'_>) -> Verdict {
    if is_anonymous(candidate.whole) {
        return Verdict::Dropped;
    }
    let path = candidate.path.to_ascii_lowercase();
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(&path);
    let holds = |part: &[u8]| memchr::memmem::find(name, part).is_some();
    let at_home = path.is_empty()
        || holds(b"netrc")
        || holds(b"authinfo")
        || holds(b"_history")
        || name.starts_with(b"dockerfile")
        || name.ends_with(b".sh")
        || memchr::memmem::find(&path, b"apt/auth.conf").is_some();
    let odd = candidate.secret.iter().any(|byte| b"\"'\\`".contains(byte));
    match literal_password(candidate) {
        Verdict::Kept(told) if !at_home || odd => Verdict::Demoted(told),
        verdict => verdict,
    }
}

/// Whether the words of a `.netrc` name nobody: `login anonymous`.
fn is_anonymous(words: &[u8]) -> bool {
    let mut words = words
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    words.any(|word| word == b"login") && words.next() == Some(b"anonymous")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_known_by_the_word_behind_login() {
        assert!(is_anonymous(b"machine a login anonymous password me@"));
        assert!(is_anonymous(
            b"machine a\n\tlogin  anonymous\n\tpassword me@"
        ));
        assert!(!is_anonymous(b"machine ftp login ci password anonymous"));
        assert!(!is_anonymous(b"x0"));
    }

    #[test]
    fn references_stand_ins_and_values_are_told_apart() {
        for reference in [
            "",
            "$DB_PASSWORD",
            "${DB_PASSWORD}",
            "{{ password }}",
            "<password>",
            "%s",
            "********",
            "xxxx",
            "{password}",
            "[PASSWORD]",
            "%PASSWORD%",
            "pre${X}fix",
            "{self.password}'",
            "connection.password",
            "half\u{1}binary",
        ] {
            assert_eq!(
                judge(reference.as_bytes()),
                Password::Reference,
                "{reference}"
            );
        }
        for stand_in in [
            "password",
            "PASS",
            "changeme",
            "fredpassword",
            "secretPassword123",
            "fake_pass",
            "p4ssw0rd",
            "pass%2Fword",
            "withPwd",
            "proxypass",
            "aws_secret_access_key",
        ] {
            assert_eq!(judge(stand_in.as_bytes()), Password::StandIn, "{stand_in}");
        }
        for literal in ["$ecure4tea", "hunter2", "passion-7", "tokyo9"] {
            assert_eq!(judge(literal.as_bytes()), Password::Literal, "{literal}");
        }
    }
}
