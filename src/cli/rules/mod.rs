//! `residue rules`: the rule set as a list, one rule in full, and the proof that rules hold.

mod check;
mod list;
mod markdown;
mod show;

use std::mem::ManuallyDrop;

use anyhow::Result;
use residue::detect::{self, Engine};
use residue::error::Error;
use residue::rules::{Loader, RuleSet};

use super::args::RulesCommand;
use super::config;
use super::exit::Exit;
use super::mistakes::Mistakes;
use super::terminal::Terminal;

/// Does what was asked for.
pub fn run(command: &RulesCommand, terminal: &Terminal) -> Result<Exit> {
    match command {
        RulesCommand::List {
            format,
            config: file,
            rules,
        } => {
            let set = load(&config::rules(file, rules)?)?;
            list::run(&set, *format, terminal)
        }
        RulesCommand::Show {
            id,
            config: file,
            rules,
        } => show::run(id, &load(&config::rules(file, rules)?)?),
        RulesCommand::Check { paths, strict } => check::run(paths, *strict, terminal),
    }
}

/// Loads rules for a scan; what they ask for and do not get is noted. The program ends with them: to
/// take a thousand rules apart takes longer than to scan a small image.
pub fn load_to_scan(loader: &Loader, terminal: &Terminal) -> Result<ManuallyDrop<Engine>> {
    let set = load(loader)?;
    for note in set.notes().iter().filter(|note| note.matters) {
        terminal.note(&note.text);
    }
    Ok(ManuallyDrop::new(Engine::new(set)))
}

/// Loads rules; mistakes in them are listed like every other mistake of the user's.
pub fn load(loader: &Loader) -> Result<RuleSet> {
    loader.load(detect::catalog()).map_err(|error| match error {
        Error::Rules(list) => Mistakes::from(list).into(),
        other => other.into(),
    })
}
