//! `residue rules check`: every rule holds what it promises, or every failure is printed.

use std::path::PathBuf;

use anyhow::Result;
use rayon::prelude::*;
use residue::detect::Engine;
use residue::rules::{Loader, RuleSet, lint, lossy};

use super::load;
use crate::cli::exit::Exit;
use crate::cli::mistakes::Mistakes;
use crate::cli::output;
use crate::cli::terminal::Terminal;

/// Checks the built-in rules and those of `paths`; where it is `strict`, lints are failures.
pub fn run(paths: &[PathBuf], strict: bool, terminal: &Terminal) -> Result<Exit> {
    let loader = Loader {
        added: paths.to_vec(),
        ..Loader::default()
    };
    let set = load(&loader)?;
    let summary = summary(&set);
    let mut failures: Vec<String> = set
        .rules()
        .par_iter()
        .filter_map(|rule| rule.compile().err())
        .collect();
    let notes: Vec<String> = set.notes().iter().map(|note| note.text.clone()).collect();
    failures.extend(lossy(&set));
    let mut lints = lint(&set);
    let engine = Engine::new(set);
    let rules = 0..engine.rules().rules().len();
    let of_each = |check: fn(&Engine, usize) -> Vec<String>| -> Vec<String> {
        let rules = rules.clone().into_par_iter();
        rules.flat_map_iter(|rule| check(&engine, rule)).collect()
    };
    failures.extend(of_each(Engine::check_examples_of));
    lints.extend(of_each(Engine::check_claims_of));
    if strict {
        failures.append(&mut lints);
    }
    Mistakes::from(failures).or(())?;
    // A rule that could be better still works, and so does one of which something is left out.
    let all = notes.iter().chain(&lints);
    all.for_each(|note| terminal.note(note));
    if !terminal.quiet {
        output::write(None, |out| writeln!(out, "{summary}"))?;
    }
    Ok(Exit::Pass)
}

fn summary(set: &RuleSet) -> String {
    let count = |list: fn(&residue::rules::RuleSyntax) -> usize| -> usize {
        set.rules().iter().map(|rule| list(&rule.syntax)).sum()
    };
    format!(
        "{} rules hold: {} examples match, {} rejects do not",
        set.rules().len(),
        count(|rule| rule.examples.len()),
        count(|rule| rule.rejects.len())
    )
}
