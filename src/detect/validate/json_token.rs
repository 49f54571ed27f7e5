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

/// `sntrys_` + base64 of `{iat, url, region_url, org}` + `_` + 43: for which organization, where
/// it is kept, and when the token was made. User tokens (`sntryu_`) hold no JSON and are kept.
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
        ("region", said(&token, "region_url")),
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

/// `ops_` + base64 of the account's parameters, among them who signs in where.
pub(super) fn onepassword(candidate: &Candidate<'_>) -> Verdict {
    let body = candidate.secret.strip_prefix(b"ops_");
    let Some(token) = body.and_then(object) else {
        return Verdict::Demoted(facts([]));
    };
    Verdict::Confirmed(facts([
        ("host", said(&token, "signInAddress")),
        ("user", said(&token, "email")),
    ]))
}

/// Letters of the secret part of a 1Password account's key: without those that people mix up.
const UNMISTAKABLE: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTVWXYZ";

/// `A3-` + 6 for the account + 26, in groups. There is no checksum.
pub(super) fn onepassword_account(candidate: &Candidate<'_>) -> Verdict {
    let mut groups = candidate.secret.split(|byte| *byte == b'-').skip(1);
    let (Some(account), Some(_)) = (groups.next(), groups.clone().next()) else {
        return Verdict::Demoted(facts([]));
    };
    let told = facts([("key_id", text(account))]);
    if groups.flatten().all(|byte| UNMISTAKABLE.contains(byte)) {
        Verdict::Kept(told)
    } else {
        Verdict::Demoted(told)
    }
}

/// Grafana's older API keys: base64 of `{k, n, id}`: key, name, number of the organization.
pub(super) fn grafana_api_key(candidate: &Candidate<'_>) -> Verdict {
    let Some(token) = object(candidate.secret).filter(|token| token.contains_key("k")) else {
        return Verdict::Demoted(facts([]));
    };
    Verdict::Confirmed(facts([
        ("name", said(&token, "n")),
        (
            "organization",
            token
                .get("id")
                .and_then(Value::as_u64)
                .map(|id| id.to_string().into()),
        ),
    ]))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, verdict};
    use super::*;

    #[test]
    fn a_sentry_token_tells_its_organisation() {
        let body = base64_url(br#"{"iat":0.5,"region_url":"https://de.sentry.io","url":"https://sentry.io","org":"acme"}"#);
        let token = format!("sntrys_{body}_{}", "A".repeat(43));
        let Verdict::Confirmed(facts) = verdict(sentry, token.as_bytes()) else {
            panic!()
        };
        assert_eq!(facts["organization"], "acme");
        assert_eq!(facts["host"], "https://sentry.io");
        assert_eq!(facts["region"], "https://de.sentry.io");
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
    fn a_1password_token_tells_only_who_signs_in_where() {
        let body = base64_url(
            br#"{"signInAddress":"acme.1password.com","email":"ci@x.y","muk":{"k":"topsecret"}}"#,
        );
        let Verdict::Confirmed(facts) = verdict(onepassword, format!("ops_{body}").as_bytes())
        else {
            panic!()
        };
        assert_eq!(facts["host"], "acme.1password.com");
        assert_eq!(facts["user"], "ci@x.y");
        assert!(!format!("{facts:?}").contains("topsecret"));
        assert!(matches!(
            verdict(onepassword, b"ops_eyJ"),
            Verdict::Demoted(_)
        ));
    }

    #[test]
    fn an_older_grafana_key_tells_its_name_and_organization() {
        let key = base64_url(br#"{"k":"topsecret","n":"ci","id":1}"#);
        assert!(key.starts_with("eyJrIjoi"));
        let told = facts([("name", Some("ci".into())), ("organization", text(b"1"))]);
        assert_eq!(
            verdict(grafana_api_key, key.as_bytes()),
            Verdict::Confirmed(told)
        );
        let broken = verdict(grafana_api_key, &key.as_bytes()[1..]);
        assert_eq!(broken, Verdict::Demoted(facts([])));
    }

    #[test]
    fn the_key_of_a_1password_account_names_the_account() {
        let key = format!("A{}-ABCDEF-EXAMPL-{}", 3, ["EXAMP"; 4].join("-"));
        let told = facts([("key_id", Some("ABCDEF".into()))]);
        assert_eq!(
            verdict(onepassword_account, key.as_bytes()),
            Verdict::Kept(told.clone())
        );
        let other = key.replace("EXAMPL", "EXAMPO");
        assert_eq!(
            verdict(onepassword_account, other.as_bytes()),
            Verdict::Demoted(told)
        );
        let cut = verdict(onepassword_account, b"A3-ABCDEF");
        assert_eq!(cut, Verdict::Demoted(facts([])));
    }
}
