//! Parse, run, exit; the only place that prints an error.

// Everything in an image is hostile, so nothing may rest on a promise about it.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable
    )
)]

mod cli;

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;

use cli::Exit;
use residue::error::printable;

fn main() -> ExitCode {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    cli::give_back();
    #[cfg(target_os = "linux")]
    cli::take_all();
    panic::set_hook(Box::new(say_where));
    residue::archive::outlive();
    panic::catch_unwind(run).unwrap_or(Exit::Error).into()
}

fn run() -> Exit {
    let words: Vec<_> = std::env::args_os().collect();
    let cli = match cli::parse(&words) {
        Ok(cli) => cli,
        // Help and version come as errors too, but they are what was asked for.
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Error
            } else {
                Exit::Pass
            };
        }
    };
    cli::run(cli).unwrap_or_else(|error| {
        say(&format!("error: {}", one_line(&error)));
        Exit::Error
    })
}

/// A panic is a bug of ours. Its message is withheld: it could hold bytes of the image.
fn say_where(panic: &PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    say(&format!(
        "error: internal error at {place} of version {}; the result cannot be relied on, please \
         report this",
        env!("CARGO_PKG_VERSION")
    ));
}

/// Says it on standard error. Line by line it is escaped: names in it may come from an image.
fn say(message: &str) {
    let lines: Vec<String> = message
        .split('\n')
        .map(|line| printable(line.as_bytes()))
        .collect();
    // Nobody can be told that standard error is closed.
    let _ = writeln!(io::stderr(), "residue: {}", lines.join("\n"));
}

/// The chain of causes; one that the message before it already ends with is not repeated.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !line.ends_with(&cause) {
            if !line.is_empty() {
                line.push_str(": ");
            }
            line.push_str(&cause);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_named_once() {
        let error = residue::error::Error::Read {
            path: "a.tar".into(),
            source: io::Error::other("the disk is gone"),
        };
        let error = anyhow::Error::from(error).context("image 2");
        assert_eq!(
            one_line(&error),
            "image 2: cannot read a.tar: the disk is gone"
        );
    }
}
