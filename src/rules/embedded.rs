//! The embedded rules, as `build.rs` read them out of `patterns/`: at each start they are read field
//! by field, and nothing is parsed or hashed. That they are what a full check of their files makes of them, and have
//! the digest that is then computed, is held by a test (`detect/tests/embedded.rs`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::demand::Demanded;
use super::rule::Rule;
use super::syntax::RuleSyntax;
use crate::oci::Digest;

const RULES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.postcard"));
/// Where in each anchor of each rule its fingerprints begin, as [`Rule::anchors`] has it.
const PRINTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/prints"));
/// What every match of each one's regex holds, a line for each.
const DEMANDED: &str = include_str!(concat!(env!("OUT_DIR"), "/demanded.jsonl"));
const DIGEST: &str = env!("RESIDUE_RULES");

/// Two numbers of 16 bits, of one anchor.
pub(super) type Prints = [u8; 4];

/// A rule, where it stands, and how long its regex's longest match is.
#[derive(Deserialize)]
pub(super) struct Embedded {
    pub file: String,
    pub line: usize,
    pub longest: Option<usize>,
    pub syntax: RuleSyntax,
}

/// Every embedded rule, in order of id.
pub(super) fn rules() -> Result<Vec<Rule>, String> {
    let (count, mut left) = take(RULES)?;
    let mut rules = Vec::with_capacity(count);
    let (mut prints, _) = PRINTS.as_chunks();
    // One by one: all of them twice would be a megabyte more.
    for index in 0..count {
        let (rule, rest): (Embedded, _) = take(left)?;
        let (own, others) = prints
            .split_at_checked(rule.syntax.anchors.len())
            .unwrap_or_default();
        rules.push(Rule::embedded(index, rule, own));
        (left, prints) = (rest, others);
    }
    Ok(rules)
}

/// What stands first in `bytes`, and what is behind it.
fn take<T: Deserialize<'static>>(bytes: &'static [u8]) -> Result<(T, &'static [u8]), String> {
    postcard::take_from_bytes(bytes).map_err(|error| {
        format!("embedded rules: {error}; `residue rules check patterns` says where")
    })
}

/// Their digest, all of them together.
pub(super) fn digest() -> Option<Digest> {
    DIGEST.parse().ok()
}

/// What every match of a rule's regex holds; `None` where it has none.
pub(super) fn demanded(index: usize) -> Option<Demanded> {
    static LINES: LazyLock<Vec<&str>> = LazyLock::new(|| DEMANDED.lines().collect());
    serde_json::from_str(LINES.get(index)?).ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_every_rule_with_a_regex_it_is_known_what_its_matches_hold() {
        let rules = rules().unwrap();
        assert_eq!(DEMANDED.lines().count(), rules.len());
        for (index, rule) in rules.iter().enumerate() {
            let has_regex = rule.syntax.regex.is_some();
            assert_eq!(demanded(index).is_some(), has_regex, "{}", rule.id());
        }
    }
}
