//! Tokens whose body is JSON in base64: what they say of themselves is told, except the secret
//! part.

use serde_json::{Map, Value};

use super::encoding::base64;
use super::{Candidate, Verdict, facts, text, time};

fn object(body: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&base64(body)?).ok()
}

fn said(object: &Map<String, Value>, name: &str) -> Option<Value> {
    text(object.get(name)?.as_str()?.as_bytes())
}

/// `sntrys_` + base64 of `{iat, url, region_url, org}` + `_` + 43. User tokens (`sntryu_`) hold
/// no JSON and are kept.
pub(super) fn sentry(candidate: &Candidate<'_>) -> Verdict {
    let Some(body) = candidate.secret.strip_prefix(b"sntrys_") else {
        return Verdict::Kept(facts([]));
    };
    let body = body.split(|byte| *byte == b'_').next().unwrap_or_default();
    let Some(token) = object(body) else {
        return Verdict::Demoted(facts([]));
    };
    let issued = token.get("iat").and_then(Value::as_f64);
    Verdict::Confirmed(facts([
        ("organization", said(&token, "org")),
        ("host", said(&token, "url")),
        (
            "issued",
            issued.and_then(|seconds| time::fact(seconds as i64)),
        ),
    ]))
}

/// `glc_` + base64 of `{o, n, k, m}`: organisation, name, key, and where it is valid.
pub(super) fn grafana_cloud(candidate: &Candidate<'_>) -> Verdict {
    let body = candidate.secret.strip_prefix(b"glc_");
    let Some(token) = body.and_then(object) else {
        return Verdict::Demoted(facts([]));
    };
    let region = token.get("m").and_then(|place| place.get("r"));
    Verdict::Confirmed(facts([
        ("organization", said(&token, "o")),
        ("name", said(&token, "n")),
        (
            "region",
            region
                .and_then(Value::as_str)
                .and_then(|name| text(name.as_bytes())),
        ),
    ]))
}

/// `ops_` + base64 of the account's parameters, among them the address to sign in at.
pub(super) fn onepassword(candidate: &Candidate<'_>) -> Verdict {
    let body = candidate.secret.strip_prefix(b"ops_");
    let Some(token) = body.and_then(object) else {
        return Verdict::Demoted(facts([]));
    };
    Verdict::Confirmed(facts([("host", said(&token, "signInAddress"))]))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, verdict};
    use super::*;

    #[test]
    fn a_sentry_token_tells_its_organisation() {
        let body = base64_url(br#"{"iat":0.5,"url":"https://sentry.io","org":"acme"}"#);
        let token = format!("sntrys_{body}_{}", "A".repeat(43));
        let Verdict::Confirmed(facts) = verdict(sentry, token.as_bytes()) else {
            panic!()
        };
        assert_eq!(facts["organization"], "acme");
        assert_eq!(facts["issued"], "1970-01-01T00:00:00Z");
        let broken = format!("sntrys_{}_{}", &body[1..], "A".repeat(43));
        assert!(matches!(
            verdict(sentry, broken.as_bytes()),
            Verdict::Demoted(_)
        ));
    }

    #[test]
    fn a_grafana_cloud_token_tells_names_but_not_its_key() {
        let body = base64_url(br#"{"o":"1","n":"ci","k":"topsecret","m":{"r":"eu"}}"#);
        let Verdict::Confirmed(facts) = verdict(grafana_cloud, format!("glc_{body}").as_bytes())
        else {
            panic!()
        };
        assert_eq!(facts["organization"], "1");
        assert_eq!(facts["region"], "eu");
        assert!(!format!("{facts:?}").contains("topsecret"));
    }

    #[test]
    fn a_1password_token_tells_only_where_to_sign_in() {
        let body = base64_url(br#"{"signInAddress":"acme.1password.com","muk":{"k":"topsecret"}}"#);
        let Verdict::Confirmed(facts) = verdict(onepassword, format!("ops_{body}").as_bytes())
        else {
            panic!()
        };
        assert_eq!(facts["host"], "acme.1password.com");
        assert!(!format!("{facts:?}").contains("topsecret"));
        assert!(matches!(
            verdict(onepassword, b"ops_eyJ"),
            Verdict::Demoted(_)
        ));
    }
}
