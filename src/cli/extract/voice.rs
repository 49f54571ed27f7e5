//! What `residue extract` says beside the bytes that it recovers: names, messages, errors.
//!
//! Names of an image may hold secrets (`https:__user:token@host`), and nobody who asks for a file or
//! a list has asked for those; so they are redacted by the built-in rules unless `--reveal` is given.

use std::cell::OnceCell;

use anyhow::{Error, anyhow};
use residue::Loader;
use residue::detect::{Engine, catalog};
use residue::error::Warning;
use residue::scan::redact_names;

use crate::cli::terminal::Terminal;

/// Speaks to whoever runs the command.
pub struct Voice<'t> {
    terminal: &'t Terminal,
    reveal: bool,
    /// Compiled when first needed: a file that is found needs no rules.
    engine: OnceCell<Option<Engine>>,
}

impl<'t> Voice<'t> {
    /// Redacts all that it says, unless secrets are to be revealed.
    pub fn new(terminal: &'t Terminal, reveal: bool) -> Self {
        Self {
            terminal,
            reveal,
            engine: OnceCell::new(),
        }
    }

    /// A text that quotes names of the image, as it may be shown.
    pub fn redacted(&self, mut text: String) -> String {
        if !self.reveal {
            let rules = || Loader::default().load(catalog()).ok().map(Engine::new);
            match self.engine.get_or_init(rules) {
                Some(engine) => redact_names(&mut text, engine),
                None => text = "***".to_owned(),
            }
        }
        text
    }

    /// Prints a warning on standard error.
    pub fn note(&self, warning: &Warning) {
        self.say(format!("warning: {}", warning.message));
    }

    /// Prints a line on standard error.
    pub fn say(&self, line: String) {
        self.terminal.note(&self.redacted(line));
    }

    /// The error as it may be printed; as it is where it quotes no secret.
    pub fn error(&self, error: Error) -> Error {
        let text = format!("{error:#}");
        let redacted = self.redacted(text.clone());
        if redacted == text {
            error
        } else {
            anyhow!(redacted)
        }
    }
}
