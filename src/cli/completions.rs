//! `residue completions`: a completion script from the same definition as the parser.

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use super::exit::Exit;
use super::output;

/// Prints the script.
pub fn run(shell: Shell) -> Result<Exit> {
    let script = script(shell);
    output::write(None, |out| out.write_all(&script))?;
    Ok(Exit::Pass)
}

fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "residue", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_completes_every_command() {
        for shell in Shell::value_variants() {
            let script = String::from_utf8(script(*shell)).unwrap();
            for word in ["scan", "layers", "extract", "rules", "all-platforms"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }
}
