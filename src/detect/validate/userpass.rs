//! Passwords that people choose: telling a literal one from a reference or a placeholder, and
//! reading `user:password` out of base64.

use super::encoding::base64;
use super::{Candidate, Verdict, facts, text};

/// Words that stand in documentation where a password would stand.
const STAND_INS: &[&str] = &[
    "...",
    "<password>",
    "changeit",
    "changeme",
    "example",
    "foo",
    "bar",
    "mypassword",
    "none",
    "null",
    "pass",
    "passw0rd",
    "passwd",
    "password",
    "password123",
    "placeholder",
    "pw",
    "pwd",
    "redacted",
    "secret",
    "test",
    "token",
    "undefined",
    "user",
    "username",
    "your-password",
    "your_password",
    "yourpassword",
];

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
    let formatted = matches!(password, b"%s" | b"%v" | b"%d" | b"%q" | b"{}");
    let masked = password
        .iter()
        .all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'-' | b'_' | b'#'));
    if password.is_empty() || templated || wrapped || variable || formatted || masked {
        return Password::Reference;
    }
    let lower = String::from_utf8_lossy(password).to_ascii_lowercase();
    if STAND_INS.contains(&lower.as_str()) {
        Password::StandIn
    } else {
        Password::Literal
    }
}

/// Drops references and masks; demotes stand-ins.
pub(super) fn literal_password(candidate: &Candidate<'_>) -> Verdict {
    match judge(candidate.secret) {
        Password::Literal => Verdict::Kept(facts([])),
        Password::StandIn => Verdict::Demoted(facts([])),
        Password::Reference => Verdict::Dropped,
    }
}

/// Base64 of `user:password`: the user is told, the password never.
pub(super) fn base64_user_password(candidate: &Candidate<'_>) -> Verdict {
    let Some(decoded) = base64(candidate.secret) else {
        return Verdict::Dropped;
    };
    let printable =
        std::str::from_utf8(&decoded).is_ok_and(|text| text.chars().all(|c| !c.is_control()));
    let Some(colon) = decoded.iter().position(|byte| *byte == b':') else {
        return Verdict::Dropped;
    };
    let (user, password) = (&decoded[..colon], &decoded[colon + 1..]);
    if !printable {
        return Verdict::Dropped;
    }
    let told = facts([("user", text(user))]);
    match judge(password) {
        Password::Literal => Verdict::Confirmed(told),
        Password::StandIn => Verdict::Demoted(told),
        Password::Reference => Verdict::Dropped,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, verdict};
    use super::*;

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
        ] {
            assert_eq!(
                judge(reference.as_bytes()),
                Password::Reference,
                "{reference}"
            );
        }
        for stand_in in ["password", "PASS", "changeme"] {
            assert_eq!(judge(stand_in.as_bytes()), Password::StandIn, "{stand_in}");
        }
        for literal in ["$ecret4", "hunter2", "p@ss-word"] {
            assert_eq!(judge(literal.as_bytes()), Password::Literal, "{literal}");
        }
    }

    #[test]
    fn docker_auth_tells_the_user_and_never_the_password() {
        let auth = base64_url(b"ci-robot:hunter2hunter2");
        let Verdict::Confirmed(told) = verdict(base64_user_password, auth.as_bytes()) else {
            panic!()
        };
        assert_eq!(told, facts([("user", Some("ci-robot".into()))]));
        for other in [&b"no colon"[..], b"user:${PASSWORD}", b"\x00:\x01"] {
            let auth = base64_url(other);
            assert_eq!(
                verdict(base64_user_password, auth.as_bytes()),
                Verdict::Dropped
            );
        }
    }
}
