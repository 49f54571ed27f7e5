//! The embedded rules, as `build.rs` read them out of `patterns/`: at each start nothing is parsed but
//! flat JSON, and nothing is hashed. That they are what a full check of their files makes of them, and have
//! the digest that is then computed, is held by a test (`detect/tests/embedded.rs`).

use serde::Deserialize;

use super::check::Rule;
use super::syntax::RuleSyntax;
use crate::oci::Digest;

const RULES: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));
const DIGEST: &str = env!("RESIDUE_RULES");

/// A rule, where it stands, and how long its regex's longest match is.
#[derive(Deserialize)]
pub(super) struct Embedded {
    pub file: String,
    pub line: usize,
    pub longest: Option<usize>,
    pub syntax: RuleSyntax,
}

/// Every embedded rule, in order of file and line.
pub(super) fn rules() -> Result<Vec<Rule>, String> {
    let rules: Vec<Embedded> = serde_json::from_str(RULES).map_err(|error| {
        format!("embedded rules: {error}; `residue rules check patterns` says where")
    })?;
    Ok(rules.into_iter().map(Rule::embedded).collect())
}

/// Their digest, all of them together.
pub(super) fn digest() -> Option<Digest> {
    DIGEST.parse().ok()
}
