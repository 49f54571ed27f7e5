//! What is made of sightings, without an image around them.

use super::*;
use crate::finding::fixture::in_file;
use crate::finding::{Occurrence, Visibility};
use crate::rules::{Confidence, Severity};
use crate::secret::Secret;

fn finding(rule: &str, places: Vec<Occurrence>, facts: &[(&str, Value)]) -> Finding {
    let facts = facts.iter();
    Finding {
        id: "id".to_owned(),
        rule: rule.to_owned(),
        title: "t".to_owned(),
        severity: Severity::High,
        confidence: Confidence::Confirmed,
        secret: Secret::new(*b"secret"),
        facts: facts
            .map(|(name, fact)| ((*name).to_owned(), fact.clone()))
            .collect(),
        visibility: Visibility::Final,
        advice: "a".to_owned(),
        references: Vec::new(),
        parts: Vec::new(),
        occurrences: places,
    }
}

fn certificate(subject: &str, expires: &str) -> Seen {
    Seen::Certificate(Box::new(Certificate {
        subject: subject.to_owned(),
        expires: Some(expires.to_owned()),
        ..Certificate::default()
    }))
}

fn facts_of(seen: &[(Seen, &str)], finding: &Finding) -> Value {
    let sightings = seen.iter();
    let sightings = sightings.map(|(seen, path)| Sighting { seen, path });
    let told = told(sightings.collect(), finding).into_iter();
    Value::Object(told.map(|(name, fact)| (name.to_owned(), fact)).collect())
}

#[test]
fn the_certificate_that_lasts_longest_is_told_with_a_file_of_its_own() {
    let seen = [
        (certificate("old", "2024"), "a.pem"),
        (certificate("new", "2031"), "b.p12"),
        (certificate("new", "2031"), "c.pem"),
        (Seen::Keystore, "b.p12"),
    ];
    let told = facts_of(&seen, &finding("private-key.rsa", Vec::new(), &[]));
    let expected = serde_json::json!({
        "certificate": { "subject": "new", "expires": "2031", "path": "c.pem" },
        "more_certificates": 1,
        "keystore_in": ["b.p12"],
    });
    assert_eq!(told, expected);
}

#[test]
fn a_keystore_is_not_said_to_lie_in_itself() {
    let seen = [(Seen::Keystore, "app/a.jks"), (Seen::Keystore, "app/b.jks")];
    let store = finding("keystore.java", vec![in_file(1, "app/a.jks")], &[]);
    let told = facts_of(&seen, &store);
    assert_eq!(told, serde_json::json!({ "keystore_in": ["app/b.jks"] }));
}

#[test]
fn files_that_let_people_in_are_told_apart_from_others() {
    for path in [
        "root/.ssh/authorized_keys",
        "root/.ssh/authorized_keys2",
        "etc/ssh/authorized_keys.d/jane",
        "a.tar > home/jane/.ssh/authorized_keys",
    ] {
        assert!(is_authorized_keys(path), "{path}");
    }
    for path in ["root/.ssh/id_rsa.pub", "root/.ssh/known_hosts", ""] {
        assert!(!is_authorized_keys(path), "{path}");
    }
}

#[test]
fn published_keys_are_less_bad_unless_they_open_something() {
    let published = ("publicly_known", Value::from("RFC 8032"));
    let authorized = ("authorized_in", Value::from(vec!["a"]));
    for (facts, severity) in [
        (vec![published.clone()], Severity::Medium),
        (vec![published, authorized], Severity::High),
        (
            vec![("opens_with", "empty password".into())],
            Severity::High,
        ),
        (Vec::new(), Severity::High),
    ] {
        let mut finding = finding("private-key.rsa", vec![in_file(1, "srv/a.key")], &facts);
        judge::judge(&mut finding);
        assert_eq!(finding.severity, severity, "{facts:?}");
        assert!(!finding.facts.contains_key("shared"));
    }
}
