//! Passwords in URLs, `scheme://user:password@host`: who and where are told; templates and the
//! stand-ins of documentation are dropped.

use super::userpass::{Password, is_token, judge};
use super::{Candidate, Verdict, facts, text};

/// The match is the URL, the secret its password.
pub(super) fn basic_auth_url(candidate: &Candidate<'_>) -> Verdict {
    let Some((user, host)) = parts(candidate) else {
        return Verdict::Kept(facts([]));
    };
    // A port and more hosts, as drivers take them: the user was a host too.
    let digits = (candidate.secret.iter()).take_while(|byte| byte.is_ascii_digit());
    if candidate.secret.get(digits.count()) == Some(&b',') && memchr::memchr(b'.', user).is_some() {
        return Verdict::Dropped;
    }
    // The token before it is the secret, and has a rule of its own.
    if is_token(user) && candidate.secret == b"x-oauth-basic" {
        return Verdict::Dropped;
    }
    let named = text(user).filter(|_| !is_token(user));
    let told = facts([("user", named), ("host", text(host))]);
    let documented = is_documentation(host);
    match judge(candidate.secret) {
        Password::Reference => Verdict::Dropped,
        Password::StandIn if documented || is_stand_in(user) => Verdict::Dropped,
        Password::StandIn => Verdict::Demoted(told),
        Password::Literal if candidate.secret == user && is_local(host) => Verdict::Dropped,
        Password::Literal if documented || candidate.secret == user => Verdict::Demoted(told),
        Password::Literal => Verdict::Kept(told),
    }
}

/// User and host, around the secret where it stands in the match.
fn parts<'a>(candidate: &Candidate<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let whole = candidate.whole;
    let scheme = memchr::memmem::find(whole, b"://")? + 3;
    let rest = &whole[scheme..];
    let colon = rest.iter().position(|byte| *byte == b':')?;
    let host = rest
        .get(colon + 1 + candidate.secret.len()..)?
        .strip_prefix(b"@")?;
    let end = host
        .iter()
        .position(|byte| {
            matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'\\') || byte.is_ascii_whitespace()
        })
        .unwrap_or(host.len());
    Some((&rest[..colon], &host[..end]))
}

fn is_stand_in(user: &[u8]) -> bool {
    const USERS: &[&[u8]] = &[
        b"",
        b"foo",
        b"login",
        b"me",
        b"myuser",
        b"name",
        b"u",
        b"user",
        b"userid",
        b"username",
        b"usr",
        b"your_username",
    ];
    let lower = user.to_ascii_lowercase();
    USERS.contains(&lower.as_slice()) || judge(user) == Password::Reference
}

fn without_port(host: &[u8]) -> &[u8] {
    host.split(|byte| *byte == b':').next().unwrap_or_default()
}

fn is_local(host: &[u8]) -> bool {
    matches!(
        without_port(host),
        b"localhost" | b"127.0.0.1" | b"0.0.0.0" | b""
    )
}

/// Names that RFC 2606 sets aside, and the word `host` and its like.
fn is_documentation(host: &[u8]) -> bool {
    const HOSTS: &[&[u8]] = &[b"host", b"hostname", b"server", b"domain", b"example"];
    const ENDINGS: &[&[u8]] = &[
        b"example.com",
        b"example.org",
        b"example.net",
        b".example",
        b".invalid",
        b".test",
    ];
    let host = without_port(host).to_ascii_lowercase();
    HOSTS.contains(&host.as_slice()) || ENDINGS.iter().any(|ending| host.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict_on(user: &str, password: &str, host: &str) -> Verdict {
        let whole = format!("postgres://{user}:{password}@{host}");
        basic_auth_url(&Candidate {
            secret: password.as_bytes(),
            whole: whole.as_bytes(),
            around: whole.as_bytes(),
            path: b"",
            effort: &Default::default(),
        })
    }

    #[test]
    fn a_real_password_is_kept_with_user_and_host() {
        let told = facts([
            ("user", Some("svc".into())),
            ("host", Some("db.corp.internal:5432".into())),
        ]);
        assert_eq!(
            verdict_on("svc", "b9di3ip", "db.corp.internal:5432/app"),
            Verdict::Kept(told)
        );
    }

    #[test]
    fn templates_and_stand_ins_of_documentation_are_dropped() {
        for (user, password, host) in [
            ("svc", "$PASSWORD", "db"),
            ("svc", "{{.Password}}", "db"),
            ("svc", "<pw>", "db"),
            ("user", "pass", "db"),
            ("username", "password", "10.0.0.1"),
            ("svc", "password", "example.com"),
            ("postgres", "postgres", "localhost:5432/test"),
        ] {
            assert_eq!(
                verdict_on(user, password, host),
                Verdict::Dropped,
                "{user}:{password}"
            );
        }
    }

    #[test]
    fn weak_passwords_of_real_hosts_are_kept_as_possible() {
        for (user, password) in [("admin", "changeme"), ("postgres", "postgres")] {
            let verdict = verdict_on(user, password, "db.corp.internal");
            assert!(matches!(verdict, Verdict::Demoted(_)), "{user}:{password}");
        }
        assert!(matches!(
            verdict_on("svc", "b9di3ip", "db.example.com"),
            Verdict::Demoted(_)
        ));
    }
}
