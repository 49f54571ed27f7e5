//! Stories about whole runs: images built in words, the program as a user runs it, its report.

mod bad_archives;
mod bad_layers;
mod cache;
mod documents;
mod facts;
mod fields;
mod git;
mod gitleaks;
mod hidden_places;
mod hostile;
mod keys;
mod limits;
mod links;
mod metadata;
mod overlay;
mod ownership;
mod paid_for;
mod pairs;
mod policy;
mod redaction;
mod rule_files;
mod samples;
mod shapes;
mod steady;
mod support;
mod tidy;
