//! The command line: what was typed ([`args`]), what it means ([`config`]), one file a command.
//!
//! Reports go to standard output, everything else to standard error. Only `main` prints errors.

mod args;
mod cache;
mod completions;
mod config;
#[cfg(target_os = "linux")]
mod descriptors;
mod exit;
mod extract;
mod groups;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod heap;
mod help;
mod layers;
mod man;
mod mistakes;
mod output;
mod parse;
mod progress;
mod rules;
mod scan;
mod size;
mod table;
mod targets;
mod terminal;

use anyhow::Result;

use args::{Cli, Command};
#[cfg(target_os = "linux")]
pub use descriptors::take_all;
pub use exit::Exit;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub use heap::give_back;
pub use parse::parse;
use terminal::Terminal;

/// Does what was asked for.
pub fn run(cli: Cli) -> Result<Exit> {
    let terminal = Terminal::detect(cli.talk.quiet, cli.talk.progress, cli.talk.color);
    match cli.command {
        Command::Scan(args) => scan::run(&args, &terminal),
        Command::Layers(args) => layers::run(&args, &terminal),
        Command::Extract(args) => extract::run(&args, &terminal),
        Command::Rules(command) => rules::run(&command, &terminal),
        Command::Cache(command) => cache::run(&command, &terminal),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { command } => man::run(&command),
    }
}
