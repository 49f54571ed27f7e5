//! What the validators' own tests share, and what holds for all of them.

use base64::Engine;
use proptest::prelude::*;

use super::*;
use crate::rules::{Catalog, Loader, RuleSet};

/// The verdict on a secret that is the whole match and all there is around.
pub(super) fn verdict(validator: Validator, secret: &[u8]) -> Verdict {
    validator(&Candidate {
        secret,
        whole: secret,
        around: secret,
        path: b"",
    })
}

/// The token with the lowest bit of one byte flipped.
pub(super) fn flip(token: &str, index: usize) -> Vec<u8> {
    let mut bytes = token.as_bytes().to_vec();
    bytes[index] ^= 1;
    bytes
}

pub(super) fn base64_url(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn standard_base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The embedded rules.
fn embedded() -> RuleSet {
    let names: Vec<&str> = VALIDATORS.iter().map(|(name, _)| *name).collect();
    let catalog = Catalog {
        validators: &names,
        detectors: &["assignment", "entropy"],
    };
    Loader::default()
        .load(catalog)
        .expect("embedded rules load")
}

#[test]
fn names_are_in_order_and_unique() {
    assert!(VALIDATORS.is_sorted_by(|a, b| a.0 < b.0));
    for (name, validator) in VALIDATORS {
        assert_eq!(
            by_name(name).map(|found| found as usize),
            Some(*validator as usize)
        );
    }
    assert!(by_name("no-such-validator").is_none());
}
