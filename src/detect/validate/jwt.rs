//! JSON Web Tokens: header and claims are in clear and say who may do what until when.
//!
//! RFC 7519 (JWT), RFC 7515 (JWS), RFC 7516 (JWE: five parts, claims encrypted).

use serde_json::{Map, Value};

use super::super::matched::Facts;
use super::encoding::base64;
use super::{Candidate, Verdict, facts, text, time};

/// A token whose header parses.
pub(super) struct Jwt {
    header: Map<String, Value>,
    claims: Option<Map<String, Value>>,
    encrypted: bool,
}

impl Jwt {
    /// Reads a token; nothing when its header is no JSON object with an algorithm.
    pub(super) fn read(token: &[u8]) -> Option<Self> {
        let parts: Vec<&[u8]> = token.splitn(6, |byte| *byte == b'.').collect();
        if parts.len() != 3 && parts.len() != 5 {
            return None;
        }
        let header = object(parts[0])?;
        header.get("alg")?.as_str()?;
        let encrypted = parts.len() == 5;
        let claims = if encrypted { None } else { object(parts[1]) };
        Some(Self {
            header,
            claims,
            encrypted,
        })
    }

    fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.as_ref()?.get(name)
    }

    /// Whether it was good for a day at most: by the time an image is looked at it is over.
    fn is_brief(&self) -> bool {
        const DAY: i64 = 24 * 60 * 60;
        match (self.seconds("iat"), self.seconds("exp")) {
            (Some(issued), Some(expires)) => expires.saturating_sub(issued) <= DAY,
            _ => false,
        }
    }

    /// Whether its claims say who gave it to whom; those of tutorials hardly ever do.
    fn names_somebody(&self) -> bool {
        const WHO: &[&str] = &["iss", "sub", "aud", "azp", "client_id", "role", "scope"];
        let named = WHO.iter().any(|name| self.claim(name).is_some());
        named
            || self
                .claims
                .as_ref()
                .is_some_and(|claims| claims.keys().any(|key| key.starts_with("kubernetes.io")))
    }

    /// Whether it is one of the keys that every local Supabase has.
    pub(super) fn is_demonstration(&self) -> bool {
        self.text("iss") == Some("supabase-demo")
    }

    /// The text of a claim, the first one of a list.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let claim = self.claim(name)?;
        let first = claim.as_array().and_then(|list| list.first());
        first.unwrap_or(claim).as_str()
    }

    fn said(&self, name: &str) -> Option<Value> {
        text(self.text(name)?.as_bytes())
    }

    fn seconds(&self, name: &str) -> Option<i64> {
        let value = self.claim(name)?;
        value.as_i64().or_else(|| value.as_f64().map(|n| n as i64))
    }
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&base64(part)?).ok()
}

/// A JWT whose header parses is one; whose claims parse too is confirmed. One that says it is
/// not signed is worth little.
pub(super) fn jwt(candidate: &Candidate<'_>) -> Verdict {
    let Some(token) = Jwt::read(candidate.secret) else {
        return Verdict::Dropped;
    };
    let facts = told(&token);
    let unsigned = token.header["alg"]
        .as_str()
        .is_some_and(|algorithm| algorithm.eq_ignore_ascii_case("none"));
    let signature = candidate.secret.rsplit(|byte| *byte == b'.').next();
    let unsigned = unsigned || signature.is_none_or(|signature| signature.len() < 20);
    let unreadable = token.claims.is_none() && !token.encrypted;
    if unsigned || unreadable || token.is_brief() || token.is_demonstration() {
        return Verdict::Demoted(facts);
    }
    if !token.encrypted && !token.names_somebody() {
        return Verdict::Kept(facts);
    }
    Verdict::Confirmed(facts)
}

/// What a token tells of itself.
pub(super) fn told(token: &Jwt) -> Facts {
    let header = |name: &str| token.header.get(name).and_then(Value::as_str);
    let header = |name: &str| header(name).and_then(|said| text(said.as_bytes()));
    let expires = token.seconds("exp");
    let mut told = facts([
        ("alg", header("alg")),
        ("key_id", header("kid")),
        ("issuer", token.said("iss")),
        ("subject", token.said("sub")),
        ("audience", token.said("aud")),
        ("role", token.said("role")),
        ("issued", token.seconds("iat").and_then(time::fact)),
        ("expires", expires.and_then(time::fact)),
        ("expires_unix", expires.map(Value::from)),
        ("encrypted", token.encrypted.then_some(Value::Bool(true))),
        (
            "demonstration",
            token.is_demonstration().then_some(Value::Bool(true)),
        ),
    ]);
    told.extend(kubernetes(token));
    told
}

/// A Kubernetes service account token says its namespace and account, in the old form by
/// claims with a long name, in the new one by an object.
fn kubernetes(token: &Jwt) -> Facts {
    let new = token.claim("kubernetes.io");
    let inner = |path: &str| {
        new.and_then(|value| value.pointer(path))
            .and_then(Value::as_str)
    };
    let old = |name: &str| {
        token
            .claim(&format!("kubernetes.io/serviceaccount/{name}"))
            .and_then(Value::as_str)
    };
    let namespace = inner("/namespace").or_else(|| old("namespace"));
    let account = inner("/serviceaccount/name").or_else(|| old("service-account.name"));
    facts([
        (
            "kubernetes_namespace",
            namespace.and_then(|name| text(name.as_bytes())),
        ),
        (
            "kubernetes_service_account",
            account.and_then(|name| text(name.as_bytes())),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, flip, verdict};
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        let signature = "A".repeat(43);
        format!(
            "{}.{}.{signature}",
            base64_url(header.as_bytes()),
            base64_url(claims.as_bytes())
        )
    }

    #[test]
    fn a_token_tells_issuer_subject_and_end() {
        let token = token(
            r#"{"alg":"HS256","typ":"JWT"}"#,
            r#"{"iss":"auth","sub":"ci","iat":0,"exp":1234567890.5}"#,
        );
        let Verdict::Confirmed(facts) = verdict(jwt, token.as_bytes()) else {
            panic!("{token}")
        };
        assert_eq!(facts["alg"], "HS256");
        assert_eq!(facts["issuer"], "auth");
        assert_eq!(facts["subject"], "ci");
        assert_eq!(facts["issued"], "1970-01-01T00:00:00Z");
        assert_eq!(facts["expires"], "2009-02-13T23:31:30Z");
        assert_eq!(facts["expires_unix"], 1_234_567_890);
    }

    #[test]
    fn an_unsigned_token_is_demoted() {
        let token = token(r#"{"alg":"none"}"#, "{}");
        assert!(matches!(
            verdict(jwt, token.as_bytes()),
            Verdict::Demoted(_)
        ));
    }

    #[test]
    fn what_has_no_header_is_no_token() {
        assert_eq!(verdict(jwt, b"eyJhbGci.eyJ.sig"), Verdict::Dropped);
        let no_algorithm = token(r#"{"typ":"JWT"}"#, "{}");
        assert_eq!(verdict(jwt, no_algorithm.as_bytes()), Verdict::Dropped);
        let good = token(r#"{"alg":"HS256"}"#, "{}");
        assert_eq!(verdict(jwt, &flip(&good, 0)), Verdict::Dropped);
    }

    #[test]
    fn kubernetes_tokens_of_both_forms_name_their_account() {
        for claims in [
            r#"{"kubernetes.io":{"namespace":"prod","serviceaccount":{"name":"deployer"}}}"#,
            r#"{"kubernetes.io/serviceaccount/namespace":"prod",
                "kubernetes.io/serviceaccount/service-account.name":"deployer"}"#,
        ] {
            let token = token(r#"{"alg":"RS256"}"#, claims);
            let Verdict::Confirmed(facts) = verdict(jwt, token.as_bytes()) else {
                panic!("{claims}")
            };
            assert_eq!(facts["kubernetes_namespace"], "prod");
            assert_eq!(facts["kubernetes_service_account"], "deployer");
        }
    }

    #[test]
    fn the_keys_of_supabases_demonstration_are_demoted() {
        let demo = token(
            r#"{"alg":"HS256"}"#,
            r#"{"iss":"supabase-demo","role":"anon"}"#,
        );
        let Verdict::Demoted(told) = verdict(jwt, demo.as_bytes()) else {
            panic!("{demo}")
        };
        assert_eq!(told["demonstration"], true);
    }

    #[test]
    fn texts_of_claims_are_short_and_drive_no_terminal() {
        let subject = format!("ci\\u001b[31m{}", "x".repeat(5000));
        let claims = format!(r#"{{"sub":"{subject}","aud":["api","web",7]}}"#);
        let token = token(r#"{"alg":"ES256","kid":"k1"}"#, &claims);
        let Verdict::Confirmed(told) = verdict(jwt, token.as_bytes()) else {
            panic!("{token}")
        };
        let subject = told["subject"].as_str().unwrap();
        assert!(subject.starts_with("ci[31mxxx") && subject.len() <= 200);
        assert_eq!(told["key_id"], "k1");
        assert_eq!(told["audience"], "api");
    }
}
