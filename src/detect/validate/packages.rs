//! Package registries: PyPI's macaroons tell their scope, JFrog's reference tokens their end.

use serde_json::Value;

use super::super::matched::Facts;
use super::encoding::base64;
use super::{Candidate, Verdict, facts, text, time};

/// `pypi-` + a macaroon (libmacaroons' binary format 2): location, identifier, caveats in JSON,
/// signature of 32 bytes.
pub(super) fn pypi_macaroon(candidate: &Candidate<'_>) -> Verdict {
    let read = candidate
        .secret
        .strip_prefix(b"pypi-")
        .and_then(base64)
        .and_then(|bytes| macaroon(&bytes));
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

/// Caveats beyond this many are not listed.
const MOST_CAVEATS: usize = 16;

fn macaroon(bytes: &[u8]) -> Option<Facts> {
    let (&version, mut rest) = bytes.split_first()?;
    if version != VERSION {
        return None;
    }
    let location = field(&mut rest, LOCATION)?;
    field(&mut rest, IDENTIFIER)?;
    take(&mut rest, END)?;
    let mut caveats = Vec::new();
    while rest.first() != Some(&END) {
        let caveat = field(&mut rest, IDENTIFIER)?;
        if caveats.len() < MOST_CAVEATS {
            caveats.extend(text(caveat));
        }
        take(&mut rest, END)?;
    }
    take(&mut rest, END)?;
    let signature = field(&mut rest, SIGNATURE)?;
    if signature.len() != 32 {
        return None;
    }
    Some(facts([
        ("host", text(location)),
        (
            "scope",
            (!caveats.is_empty()).then_some(Value::Array(caveats)),
        ),
    ]))
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

/// Base64 of `reftkn:NN:<end in seconds>:<random>`; an end of 0 means none.
pub(super) fn jfrog_reference(candidate: &Candidate<'_>) -> Verdict {
    let Some(decoded) = base64(candidate.secret) else {
        return Verdict::Demoted(facts([]));
    };
    let mut parts = decoded.split(|byte| *byte == b':');
    let named = parts.next() == Some(b"reftkn");
    let end = parts
        .nth(1)
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| digits.parse::<i64>().ok());
    match end {
        Some(seconds) if named => Verdict::Confirmed(facts([(
            "expires",
            if seconds == 0 {
                None
            } else {
                time::fact(seconds)
            },
        )])),
        _ => Verdict::Demoted(facts([])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, verdict};
    use super::*;

    fn pypi(caveat: &str) -> Vec<u8> {
        let mut bytes = vec![VERSION, LOCATION, 8];
        bytes.extend(b"pypi.org");
        bytes.extend([IDENTIFIER, 0x80 | 4, 1]);
        bytes.extend([b'u'; 132]);
        bytes.extend([END, IDENTIFIER, caveat.len() as u8]);
        bytes.extend(caveat.as_bytes());
        bytes.extend([END, END, SIGNATURE, 32]);
        bytes.extend([7; 32]);
        bytes
    }

    #[test]
    fn a_pypi_token_tells_its_scope() {
        let token = format!("pypi-{}", base64_url(&pypi(r#"[1,["numpy"]]"#)));
        assert!(token.starts_with("pypi-AgEIcHlwaS5vcmc"));
        let Verdict::Confirmed(facts) = verdict(pypi_macaroon, token.as_bytes()) else {
            panic!("{token}")
        };
        assert_eq!(facts["host"], "pypi.org");
        assert_eq!(facts["scope"][0], r#"[1,["numpy"]]"#);
    }

    #[test]
    fn a_macaroon_cut_anywhere_is_demoted() {
        let bytes = pypi("{}");
        for length in 0..bytes.len() {
            let token = format!("pypi-{}", base64_url(&bytes[..length]));
            let verdict = verdict(pypi_macaroon, token.as_bytes());
            assert!(matches!(verdict, Verdict::Demoted(_)), "{length}");
        }
    }

    #[test]
    fn a_jfrog_reference_token_tells_its_end() {
        let token = base64_url(b"reftkn:01:1234567890:abcdefgh");
        let Verdict::Confirmed(facts) = verdict(jfrog_reference, token.as_bytes()) else {
            panic!()
        };
        assert_eq!(facts["expires"], "2009-02-13T23:31:30Z");
        let endless = base64_url(b"reftkn:01:0:abcdefgh");
        assert_eq!(
            verdict(jfrog_reference, endless.as_bytes()),
            Verdict::Confirmed(Facts::new())
        );
        let other = base64_url(b"reftkn:soon");
        assert!(matches!(
            verdict(jfrog_reference, other.as_bytes()),
            Verdict::Demoted(_)
        ));
    }
}
