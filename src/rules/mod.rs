//! Rules: as written ([`RuleSyntax`]), as checked ([`Rule`]), as compiled ([`RuleSet`]).
//!
//! Knowledge is data with its proof beside it: a rule file names, for each rule, texts that must
//! match and texts that must not, and `residue rules check` runs them. A rule with a mistake is an
//! error that names file and rule; nothing is dropped silently.
//!
//! A configuration of gitleaks is a rule file, too (`gitleaks`): its rules become ours, with what our
//! own files cannot say beside them (`foreign`).
//!
//! `detect` comes later in the order of rooms, so what it knows (names of validators and of
//! built-in detectors) is handed in as a [`Catalog`].

mod allowlist;
mod anchors;
mod borrowed;
mod check;
mod choice;
pub(crate) mod demand;
mod embedded;
mod few;
mod fields;
mod foreign;
mod gitleaks;
mod glob;
mod hir;
mod key_pattern;
mod keys;
mod lint;
mod load;
mod place;
mod read;
#[cfg(test)]
mod rows;
mod rule;
mod selection;
mod set;
mod syntax;
mod uncounted;

pub(crate) use allowlist::Candidate;
pub use check::{Catalog, LONGEST_MATCH};
pub use choice::choice;
pub use fields::Fields;
pub(crate) use foreign::{LONGEST_OPEN, Required, Search};
#[cfg(test)]
pub(crate) use gitleaks::tests::rule as gitleaks_rule;
pub(crate) use glob::{glob, path_glob};
pub(crate) use hir::parse as parse_regex;
pub use key_pattern::{Condition, KeyPattern, Reached};
pub use lint::{lint, lossy};
pub use load::Loader;
pub use rule::Rule;
pub use set::{Note, RuleSet};
pub use syntax::{Confidence, FieldsSyntax, Judge, Near, RuleSyntax, Severity, Text};
pub(crate) use uncounted::TooLong;
