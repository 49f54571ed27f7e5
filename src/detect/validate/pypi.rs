//! PyPI's tokens are macaroons: what they are good for, and until when, stands in them in clear.
//!
//! Layout: libmacaroons' binary format 2. Caveats: `warehouse/macaroons/caveats` of PyPI's source.

use serde_json::Value;

use super::super::matched::Facts;
use super::encoding::base64;
use super::{Candidate, Verdict, facts, text, time};

/// `pypi-` + a macaroon: location, identifier, caveats in JSON, signature of 32 bytes.
pub(super) fn macaroon(candidate: &Candidate<'_>) -> Verdict {
    let read = candidate
        .secret
        .strip_prefix(b"pypi-")
        .and_then(base64)
        .and_then(|bytes| read(&bytes));
    match read {
        Some(facts) => Verdict::Confirmed(facts),
        None => Verdict::Demoted(facts([("structure", Some("broken".into()))])),
    }
}

const VERSION: u8 = 2;
const END: u8 = 0;
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const SIGNATURE: u8 = 6;

/// Names of a caveat beyond this many are not listed, nor are caveats.
const MOST_NAMES: usize = 16;

fn read(bytes: &[u8]) -> Option<Facts> {
    let (&version, mut rest) = bytes.split_first()?;
    if version != VERSION {
        return None;
    }
    let location = field(&mut rest, LOCATION)?;
    let identifier = field(&mut rest, IDENTIFIER)?;
    take(&mut rest, END)?;
    // Whatever no caveat restricts.
    let mut told = facts([
        ("host", text(location)),
        ("token_id", uuid(identifier).and_then(text)),
        ("scope", Some("user".into())),
    ]);
    for count in 0.. {
        if rest.first() == Some(&END) {
            break;
        }
        let caveat = field(&mut rest, IDENTIFIER)?;
        if count < MOST_NAMES {
            restrict(&mut told, caveat);
        }
        take(&mut rest, END)?;
    }
    take(&mut rest, END)?;
    (field(&mut rest, SIGNATURE)?.len() == 32).then_some(told)
}

/// Adds what a caveat says. Of two that say the same kind of thing the first is told; one of an
/// unknown kind is told as it is written.
fn restrict(told: &mut Facts, caveat: &[u8]) {
    let mut tell = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            told.entry(key.to_owned()).or_insert(value);
        }
    };
    let read: Option<Value> = serde_json::from_slice(caveat).ok();
    let part = |index: usize| read.as_ref().and_then(|caveat| caveat.get(index));
    let named = |name: &str| read.as_ref().and_then(|caveat| caveat.get(name));
    let permissions = named("permissions");
    let kind = part(0).and_then(Value::as_i64);
    match kind {
        Some(0) => {
            tell("expires", part(1).and_then(date));
            tell("not_before", part(2).and_then(date));
        }
        Some(1) => tell("projects", part(1).and_then(names)),
        Some(2) => tell("project_ids", part(1).and_then(names)),
        Some(3) => tell("user_id", part(1).and_then(said)),
        // The caveats of the first years, by name.
        None if named("exp").is_some() => {
            tell("expires", named("exp").and_then(date));
            tell("not_before", named("nbf").and_then(date));
        }
        None if named("project_ids").is_some() => {
            tell("project_ids", named("project_ids").and_then(names));
        }
        None if permissions.and_then(|it| it.get("projects")).is_some() => tell(
            "projects",
            permissions
                .and_then(|it| it.get("projects"))
                .and_then(names),
        ),
        None if permissions.and_then(Value::as_str) == Some("user") => {}
        _ => tell("caveat", text(caveat)),
    }
    if told.contains_key("projects") || told.contains_key("project_ids") {
        told.insert("scope".to_owned(), "projects".into());
    } else if told.contains_key("caveat") {
        // Whatever that means, it is less than everything.
        told.remove("scope");
    }
}

fn date(value: &Value) -> Option<Value> {
    time::fact(value.as_i64()?)
}

fn said(value: &Value) -> Option<Value> {
    text(value.as_str()?.as_bytes())
}

fn names(value: &Value) -> Option<Value> {
    let names = value.as_array()?.iter().take(MOST_NAMES);
    Some(Value::Array(names.filter_map(said).collect()))
}

/// An identifier as PyPI shows it beside each token: hexadecimal digits in groups.
fn uuid(identifier: &[u8]) -> Option<&[u8]> {
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    (identifier.len() == 36 && identifier.iter().all(is_part)).then_some(identifier)
}

fn take(rest: &mut &[u8], byte: u8) -> Option<()> {
    *rest = rest.strip_prefix(&[byte])?;
    Some(())
}

/// One field: its type, its length as a base-128 number, its bytes.
fn field<'a>(rest: &mut &'a [u8], kind: u8) -> Option<&'a [u8]> {
    take(rest, kind)?;
    let mut length = 0usize;
    for shift in [0, 7, 14] {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let (value, after) = rest.split_at_checked(length)?;
            *rest = after;
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, verdict};
    use super::*;

    fn token(identifier: &str, caveats: &[&str]) -> Vec<u8> {
        let mut bytes = vec![VERSION, LOCATION, 8];
        bytes.extend(b"pypi.org");
        bytes.extend([IDENTIFIER, 0x80 | identifier.len() as u8, 0]);
        bytes.extend(identifier.as_bytes());
        bytes.push(END);
        for caveat in caveats {
            bytes.extend([IDENTIFIER, caveat.len() as u8]);
            bytes.extend(caveat.as_bytes());
            bytes.push(END);
        }
        bytes.extend([END, SIGNATURE, 32]);
        bytes.extend([7; 32]);
        bytes
    }

    fn told(identifier: &str, caveats: &[&str]) -> Facts {
        let token = format!("pypi-{}", base64_url(&token(identifier, caveats)));
        assert!(token.starts_with("pypi-AgEIcHlwaS5vcmc"));
        match verdict(macaroon, token.as_bytes()) {
            Verdict::Confirmed(told) => told,
            other => panic!("{token}: {other:?}"),
        }
    }

    #[test]
    fn a_token_tells_its_identifier_scope_projects_and_end() {
        let id = "01234567-89ab-cdef-0123-456789abcdef";
        let told = told(
            id,
            &[
                r#"[1, ["numpy", "scipy"]]"#,
                r#"[2, ["aaaa"]]"#,
                "[0, 1234567890, 0]",
                r#"[3, "bbbb"]"#,
                "[9]",
            ],
        );
        assert_eq!(told["host"], "pypi.org");
        assert_eq!(told["token_id"], id);
        assert_eq!(told["scope"], "projects");
        assert_eq!(told["projects"][1], "scipy");
        assert_eq!(told["project_ids"][0], "aaaa");
        assert_eq!(told["expires"], "2009-02-13T23:31:30Z");
        assert_eq!(told["not_before"], "1970-01-01T00:00:00Z");
        assert_eq!(told["user_id"], "bbbb");
        assert_eq!(told["caveat"], "[9]");
    }

    #[test]
    fn caveats_of_the_first_years_tell_the_same() {
        let projects = r#"{"version": 1, "permissions": {"projects": ["numpy"]}}"#;
        let told_of = told("x", &[projects, r#"{"nbf": 0, "exp": 1234567890}"#]);
        assert_eq!(told_of["scope"], "projects");
        assert_eq!(told_of["projects"][0], "numpy");
        assert_eq!(told_of["expires"], "2009-02-13T23:31:30Z");
        assert!(!told_of.contains_key("token_id"));
        let publisher = told("x", &[r#"[4, "aaaa", {}]"#]);
        assert_eq!(publisher["caveat"], r#"[4, "aaaa", {}]"#);
        assert!(!publisher.contains_key("scope"));
        let user = told("x", &[r#"{"version": 1, "permissions": "user"}"#]);
        assert_eq!(user["scope"], "user");
        assert!(!user.contains_key("caveat"));
    }

    #[test]
    fn a_macaroon_cut_anywhere_is_demoted() {
        let bytes = token("x", &["{}"]);
        for length in 0..bytes.len() {
            let token = format!("pypi-{}", base64_url(&bytes[..length]));
            let verdict = verdict(macaroon, token.as_bytes());
            assert!(matches!(verdict, Verdict::Demoted(_)), "{length}");
        }
    }
}
