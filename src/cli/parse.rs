//! From words to what was typed. `--color` counts for mistakes and help as well, which come before it is
//! read; so it is looked for first.

use std::ffi::OsString;

use clap::{ColorChoice, CommandFactory, FromArgMatches, ValueEnum};

use super::args::Cli;
use super::terminal::When;

/// What the words of a command line say, the name of the program first.
///
/// # Errors
/// What is wrong with them; also help and version, where they were asked for.
pub fn parse(words: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = Cli::command().color(color(words));
    let matches = command.try_get_matches_from_mut(words)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// What `--color` says before `--`, if it can be read.
fn color(words: &[OsString]) -> ColorChoice {
    let words = words.iter().map(|word| word.to_str().unwrap_or_default());
    let words: Vec<&str> = words.take_while(|word| *word != "--").collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    let apart = pairs.filter(|(flag, _)| **flag == "--color");
    let values = apart.map(|(_, value)| (*value).to_owned());
    let joined = words
        .iter()
        .filter_map(|word| word.strip_prefix("--color="));
    let mut values = values.chain(joined.map(str::to_owned));
    let when = values.find_map(|value| When::from_str(&value, false).ok());
    match when.unwrap_or_default() {
        When::Auto => ColorChoice::Auto,
        When::Always => ColorChoice::Always,
        When::Never => ColorChoice::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_and_help_have_the_colour_that_was_asked_for() {
        for (line, is_coloured) in [
            ("residue sing --color always", true),
            ("residue scan --color=always --no-such-flag", true),
            ("residue --help --color always", true),
            ("residue sing --color never", false),
            ("residue scan --nope --color=never -- --color=always", false),
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let error = parse(&words).unwrap_err();
            let choice = match is_coloured {
                true => ColorChoice::Always,
                false => ColorChoice::Never,
            };
            assert_eq!(color(&words), choice, "{line}");
            assert!(error.to_string().len() > 20, "{line}");
        }
    }
}
