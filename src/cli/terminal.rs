//! What the terminal can show: colour, width, and whether anybody watches.
//!
//! It is decided once, from flags and environment, so that no other file asks again.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use residue::error::printable;

/// Columns of a report that goes into a file or a pipe.
const WIDTH_OF_A_PIPE: usize = 100;
/// Narrower than this nothing can be laid out.
const NARROWEST: usize = 40;

/// `--color` and `--progress`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Where a terminal shows it
    #[default]
    Auto,
    /// Also in a file or pipe
    Always,
    /// Nowhere
    Never,
}

/// What was decided for this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// No notes on standard error.
    pub quiet: bool,
    /// Whether a progress bar is drawn on standard error.
    pub progress: bool,
    /// Whether standard output takes colour.
    pub color: bool,
    /// Whether colour was asked for wherever the report goes.
    pub color_forced: bool,
    /// Columns of standard output.
    pub width: usize,
}

/// The variables that have a say, as the environment has them.
#[derive(Debug, Clone, Default)]
struct Environment {
    no_color: Option<String>,
    clicolor_force: Option<String>,
    term: Option<String>,
    columns: Option<String>,
}

impl Environment {
    fn read() -> Self {
        let variable = |name| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned());
        Self {
            no_color: variable("NO_COLOR"),
            clicolor_force: variable("CLICOLOR_FORCE"),
            term: variable("TERM"),
            columns: variable("COLUMNS"),
        }
    }

    /// <https://no-color.org> and <https://bixense.com/clicolors/>: `NO_COLOR` wins.
    fn wants_color(&self, is_terminal: bool) -> bool {
        let is_set = |value: &Option<String>| value.as_ref().is_some_and(|v| !v.is_empty());
        if is_set(&self.no_color) {
            return false;
        }
        if is_set(&self.clicolor_force) && self.clicolor_force.as_deref() != Some("0") {
            return true;
        }
        is_terminal && !self.is_dumb()
    }

    fn is_dumb(&self) -> bool {
        self.term.as_deref() == Some("dumb")
    }

    fn width(&self, measured: Option<usize>) -> usize {
        let stated = self.columns.as_ref().and_then(|text| text.parse().ok());
        stated
            .filter(|columns| *columns > 0)
            .or(measured)
            .unwrap_or(WIDTH_OF_A_PIPE)
            .max(NARROWEST)
    }
}

impl Terminal {
    /// Looks at the flags, the environment and the two streams.
    pub fn detect(quiet: bool, progress: When, color: When) -> Self {
        let environment = Environment::read();
        let measured = terminal_size::terminal_size_of(io::stdout())
            .map(|(terminal_size::Width(columns), _)| usize::from(columns));
        Self {
            quiet,
            progress: match progress {
                When::Auto => !quiet && io::stderr().is_terminal() && !environment.is_dumb(),
                When::Always => true,
                When::Never => false,
            },
            color: match color {
                When::Auto => environment.wants_color(io::stdout().is_terminal()),
                When::Always => true,
                When::Never => false,
            },
            color_forced: color == When::Always,
            width: environment.width(measured),
        }
    }

    /// One line on standard error, unless the user asked for quiet; escaped, since an image may
    /// have had a say in it. That nobody can read it is no reason to fail.
    pub fn note(&self, line: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "residue: {}", printable(line.as_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(no_color: &str, force: &str, term: &str) -> Environment {
        let set = |value: &str| (value != "unset").then(|| value.to_owned());
        Environment {
            no_color: set(no_color),
            clicolor_force: set(force),
            term: set(term),
            columns: None,
        }
    }

    #[test]
    fn colour_is_for_terminals_unless_the_environment_says_otherwise() {
        for (no_color, force, term, is_terminal, expected) in [
            ("unset", "unset", "xterm", true, true),
            ("unset", "unset", "xterm", false, false),
            ("unset", "unset", "dumb", true, false),
            ("1", "unset", "xterm", true, false),
            ("", "unset", "xterm", true, true),
            ("1", "1", "xterm", true, false),
            ("unset", "1", "xterm", false, true),
            ("unset", "0", "xterm", false, false),
        ] {
            let environment = environment(no_color, force, term);
            assert_eq!(
                environment.wants_color(is_terminal),
                expected,
                "{environment:?}"
            );
        }
    }

    #[test]
    fn width_comes_from_columns_then_the_terminal_then_a_fixed_number() {
        let width = |columns: Option<&str>, measured| {
            Environment {
                columns: columns.map(str::to_owned),
                ..Environment::default()
            }
            .width(measured)
        };
        assert_eq!(width(Some("132"), Some(80)), 132);
        assert_eq!(width(Some("0"), Some(80)), 80);
        assert_eq!(width(Some("wide"), None), WIDTH_OF_A_PIPE);
        assert_eq!(width(None, Some(7)), NARROWEST);
    }
}
