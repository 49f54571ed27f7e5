//! The embedded rules, as `build.rs` read them out of `patterns/`: at each start nothing is parsed but
//! flat JSON. That they are what a full check of their files makes of them is held by a test
//! (`detect/tests/embedded.rs`).

use serde::Deserialize;

use super::check::Rule;
use super::syntax::RuleSyntax;

const RULES: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));

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
