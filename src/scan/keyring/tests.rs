//! What is made of sightings, without an image around them.

use std::sync::Arc;

use super::*;
use crate::detect::Observed;
use crate::finding::fixture::in_file;
use crate::finding::{Occurrence, Visibility};
use crate::rules::{Confidence, Severity};
use crate::scan::budget::Budget;
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
    let sightings = sightings.map(|(seen, path)| Sighting {
        seen: Rc::new(seen.clone()),
        path: Rc::from(*path),
    });
    let told = told(&sightings.collect(), finding).into_iter();
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
fn a_public_key_is_not_said_to_lie_beside_itself() {
    let seen = [(Seen::PublicKey, "a.pem"), (Seen::PublicKey, "a.pub")];
    let key = finding("private-key.rsa", vec![in_file(1, "a.pem")], &[]);
    let told = facts_of(&seen, &key);
    assert_eq!(told, serde_json::json!({ "public_key_in": ["a.pub"] }));
    // Of an archive only the very member is the same file.
    let mut member = in_file(1, "a.tar");
    member.inside = vec!["id".to_owned()];
    let key = finding("private-key.rsa", vec![member], &[]);
    let members = ["a.tar > id", "a.tar > id.pub"].map(|path| (Seen::PublicKey, path));
    let told = facts_of(&members, &key);
    assert_eq!(
        told,
        serde_json::json!({ "public_key_in": ["a.tar > id.pub"] })
    );
}

#[test]
fn a_line_that_lets_people_in_does_so_whether_or_not_its_key_was_kept() {
    let path = "root/.ssh/authorized_keys";
    let mut nested = in_file(1, "a.tar");
    nested.inside = vec!["authorized_keys".to_owned()];
    let places = vec![in_file(1, path), in_file(2, path), nested];
    let line = finding("ssh.published-key", places.clone(), &[]);
    let expected = serde_json::json!({ "authorized_in": ["a.tar > authorized_keys", path] });
    for seen in [&[][..], &[(Seen::PublicKey, path)]] {
        assert_eq!(facts_of(seen, &line), expected);
    }
    let key = finding("private-key.rsa", places, &[]);
    assert_eq!(facts_of(&[], &key), serde_json::json!({}));
}

#[test]
fn of_very_many_certificates_of_a_key_and_a_line_that_lets_people_in_the_line_counts() {
    let id = KeyId([7; 32]);
    let mut seen = SeenKeys::within(Budget::of(1 << 20), &Arc::default());
    for n in 0..2 * MOST_OF_KEY {
        let seen_in = certificate(&n.to_string(), "2030");
        seen.add(b"a.pem", &[], Observed { id, seen: seen_in });
    }
    let path = "root/.ssh/authorized_keys";
    let login = Observed {
        id,
        seen: Seen::PublicKey,
    };
    seen.add(path.as_bytes(), &[], login);
    let all = wanted_of(&HashSet::from([id]), &seen);
    assert_eq!((all.len(), &*all[0].1.path), (2 * MOST_OF_KEY + 1, path));
}

#[test]
fn files_that_let_people_in_are_told_apart_from_others() {
    for path in [
        "root/.ssh/authorized_keys",
        "root/.ssh/authorized_keys2",
        "etc/ssh/authorized_keys.d/jane",
        "a.tar > home/jane/.ssh/authorized_keys",
        "a.tar > authorized_keys",
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

#[test]
fn a_key_that_serves_a_host_is_not_one_of_a_package_whatever_its_name_is() {
    let paths = [
        "etc/pki/tls/private/localhost.key",
        "etc/ssl/private/ssl-cert-snakeoil.key",
    ];
    let corp = "CN=www.corp.example, O=Corp";
    for (subject, issuer, names, is_shared) in [
        (corp, corp, &["www.corp.example"][..], false),
        ("CN=www.corp.example", "CN=Corp CA", &[], false),
        ("CN=7f3b21", "O=Corp, CN=CA", &["a.corp.example"], false),
        // As Debian and Red Hat make them.
        ("CN=7f3b21", "CN=7f3b21", &["7f3b21"], true),
        (
            "CN=host.corp.example",
            "CN=host.corp.example",
            &["host.corp.example"],
            true,
        ),
        (
            "C=--, O=SomeOrganization, CN=build.corp.example",
            "same",
            &[],
            true,
        ),
        (
            "C=US, O=Unspecified, CN=build.corp.example",
            "O=Unspecified, OU=ca-1",
            &[],
            true,
        ),
        (
            "O=Corp, CN=localhost.localdomain",
            "CN=CA",
            &["localhost", "127.0.0.1"],
            true,
        ),
    ] {
        let certificate = serde_json::json!({
            "subject": subject, "issuer": issuer, "names": names,
        });
        for path in paths {
            let facts = [("certificate", certificate.clone())];
            let mut finding = finding("private-key.pkcs8", vec![in_file(1, path)], &facts);
            judge::judge(&mut finding);
            assert_eq!(finding.facts.contains_key("shared"), is_shared, "{subject}");
            assert_eq!(finding.severity == Severity::Low, is_shared, "{subject}");
        }
    }
}
