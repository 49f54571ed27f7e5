//! The embedded rules, as `build.rs` read them out of `patterns/`: at each start they are read field
//! by field, and nothing is parsed or hashed. That they are what a full check of their files makes of them, and have
//! the digest that is then computed, is held by a test (`detect/tests/embedded.rs`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::borrowed::RuleRow;
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

/// File, line, how long its regex's longest match is, and the rule.
type Row = (&'static str, usize, Option<usize>, RuleRow);

/// A rule, where it stands, and what was found out of it.
pub(super) struct Embedded {
    pub index: usize,
    pub file: &'static str,
    pub line: usize,
    pub longest: Option<usize>,
    pub syntax: RuleSyntax,
    pub prints: &'static [Prints],
}

/// Every embedded rule, in order of id.
pub(super) fn rules() -> Result<Vec<Rule>, String> {
    let (count, mut left) = take(RULES)?;
    let mut rules = Vec::with_capacity(count);
    let (mut prints, _) = PRINTS.as_chunks();
    // One by one: all of them twice would be a megabyte more.
    for index in 0..count {
        let ((file, line, longest, row), rest): (Row, _) = take(left)?;
        let syntax = RuleSyntax::from(row);
        let (own, others) = prints
            .split_at_checked(syntax.anchors.len())
            .unwrap_or_default();
        rules.push(Rule::embedded(Embedded {
            index,
            file,
            line,
            longest,
            syntax,
            prints: own,
        }));
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
