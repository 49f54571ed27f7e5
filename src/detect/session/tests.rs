//! What a session keeps from text to text.

use super::*;
use crate::detect::catalog;
use crate::detect::keys::fixture::{armored, private_key};
use crate::detect::matched::Context;
use crate::detect::validate::tests::standard_base64;
use crate::rules::Loader;

/// A secret of Kubernetes whose one value is a private key, whose public half is to be computed.
fn secret() -> String {
    let armored = armored("PRIVATE KEY", &private_key());
    let value = standard_base64(armored.as_bytes());
    format!("apiVersion: v1\nkind: Secret\ndata:\n  tls.key: {value}\n")
}

/// How many public halves are told.
fn halves(session: &mut Session<'_>) -> usize {
    let context = Context {
        path: b"srv/secret.yaml",
        ..Context::default()
    };
    session.feed(&engine::whole(&context, secret().as_bytes()), Lines::START);
    let keys = session.finish().matches;
    let keys = keys.iter().filter(|hit| hit.facts.contains_key("key_type"));
    let told: Vec<_> = keys
        .map(|hit| hit.facts.contains_key("spki_sha256"))
        .collect();
    assert!(!told.is_empty());
    told.iter().filter(|told| **told).count()
}

/// Spends all; how many parts of it there were.
fn spend(effort: &Effort) -> u64 {
    let mut parts = 0;
    while effort.take(100) {
        parts += 1;
    }
    parts
}

#[test]
fn a_decoded_text_is_paid_for_from_the_effort_of_its_file() {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    let mut session = Session::new(&engine);
    assert_eq!(halves(&mut session), 1);
    assert!(spend(&session.sights.effort) < spend(&Effort::default()));
    for _ in 0..2 {
        assert_eq!(halves(&mut session), 0);
        assert_eq!(spend(&session.sights.effort), 0);
    }
}
