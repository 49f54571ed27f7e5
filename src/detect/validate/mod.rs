//! Validators: what a token's own bytes tell, offline. One small function each, by name.
//!
//! Policy: a valid checksum raises a match to `confirmed`; an invalid one demotes it to
//! `possible`; only kinds whose check is well tested drop it. What a validator learns goes to
//! the facts.

use super::matched::Facts;

/// What a validator sees.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The secret.
    pub secret: &'a [u8],
    /// The whole match of the rule's regex.
    pub whole: &'a [u8],
    /// The bytes around the match, a few hundred on each side.
    pub around: &'a [u8],
    /// Path of the file, where there is one.
    pub path: &'a [u8],
}

/// What a validator says.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The check holds: raise to `confirmed`.
    Confirmed(Facts),
    /// Nothing decisive: keep the rule's confidence.
    Kept(Facts),
    /// The check fails: demote to `possible`.
    Demoted(Facts),
    /// Certainly not such a secret.
    Dropped,
}

/// A validator.
pub type Validator = fn(&Candidate<'_>) -> Verdict;

/// Every validator by the name that rules use.
pub const VALIDATORS: &[(&str, Validator)] = &[];

/// The validator of that name.
pub fn by_name(name: &str) -> Option<Validator> {
    VALIDATORS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, validator)| *validator)
}
