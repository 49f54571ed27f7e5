//! `residue rules show`: a rule in the form of its rule file, to be read or copied.

use anyhow::{Context, Result, bail};
use residue::rules::RuleSet;

use crate::cli::exit::Exit;
use crate::cli::output;

/// Prints the rule.
pub fn run(id: &str, set: &RuleSet) -> Result<Exit> {
    let Some(rule) = set.rules().iter().find(|rule| rule.id() == id) else {
        bail!("there is no rule {id:?}{}", similar(id, set));
    };
    let text = rule
        .to_toml()
        .with_context(|| format!("rule {id} cannot be written as TOML"))?;
    output::write(None, |out| write!(out, "# {}\n{text}", rule.file))?;
    Ok(Exit::Pass)
}

/// Rules that hold every word of what was typed.
fn similar(typed: &str, set: &RuleSet) -> String {
    let typed = typed.to_ascii_lowercase();
    let words: Vec<&str> = typed
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let found: Vec<&str> = set
        .rules()
        .iter()
        .map(|rule| rule.id())
        .filter(|id| !words.is_empty() && words.iter().all(|word| id.contains(word)))
        .take(5)
        .collect();
    if found.is_empty() {
        "; `residue rules list` names them all".to_owned()
    } else {
        format!("; did you mean {}?", found.join(", "))
    }
}
