//! Where in a rule file something stands, and what is wrong there.
//!
//! It stands apart from the reading of tables because those who check what was read add to the
//! same list, long after the table itself is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A file's name and text.
#[derive(Clone, Copy)]
pub(super) struct Source<'t> {
    /// As the user knows it.
    pub name: &'t str,
    /// TOML.
    pub text: &'t str,
}

impl Source<'_> {
    /// The line that a byte stands on, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        memchr::memchr_iter(b'\n', before).count() + 1
    }
}

/// A table of a file: where it and its keys stand, and the mistakes in it.
pub(super) struct Place<'t> {
    source: Source<'t>,
    what: String,
    at: usize,
    keys: BTreeMap<String, usize>,
    told: BTreeSet<String>,
    mistakes: Vec<String>,
}

impl<'t> Place<'t> {
    /// `what` says what the table is; empty for a whole file.
    pub(super) fn new(source: Source<'t>, what: &str, at: usize) -> Self {
        Self {
            source,
            what: what.to_owned(),
            at,
            keys: BTreeMap::new(),
            told: BTreeSet::new(),
            mistakes: Vec::new(),
        }
    }

    /// Remembers where a key stands.
    pub(super) fn knows(&mut self, key: &str, at: usize) {
        self.keys.insert(key.to_owned(), at);
    }

    /// Calls the table `what` from here on.
    pub(super) fn rename(&mut self, what: String) {
        self.what = what;
    }

    /// The file.
    pub(super) fn source(&self) -> Source<'t> {
        self.source
    }

    /// The line that the table begins on.
    pub(super) fn line(&self) -> usize {
        self.source.line(self.at)
    }

    /// What a table within this one is called.
    pub(super) fn within(&self, what: &str) -> String {
        if self.what.is_empty() {
            return what.to_owned();
        }
        format!("{}: {what}", self.what)
    }

    /// File, line and what the table is.
    pub(super) fn title(&self) -> String {
        let line = self.line();
        let Source { name, .. } = self.source;
        let separator = if self.what.is_empty() { "" } else { ": " };
        format!("{name}:{line}{separator}{}", self.what)
    }

    /// A sentence about the table as a whole, with its place.
    pub(super) fn say(&self, what: impl fmt::Display) -> String {
        self.say_at(self.at, what)
    }

    /// A sentence about a key, with its place.
    pub(super) fn say_of(&self, key: &str, what: impl fmt::Display) -> String {
        let at = self
            .keys
            .get(key)
            .or_else(|| self.keys.get(&key.to_ascii_lowercase()));
        self.say_at(at.copied().unwrap_or(self.at), what)
    }

    fn say_at(&self, at: usize, what: impl fmt::Display) -> String {
        let Source { name, .. } = self.source;
        let line = self.source.line(at);
        let separator = if self.what.is_empty() { "" } else { ": " };
        format!("{name}:{line}: {}{separator}{what}", self.what)
    }

    /// Notes a mistake of the table as a whole.
    pub(super) fn add(&mut self, mistake: impl fmt::Display) {
        self.mistakes.push(self.say(mistake));
    }

    /// Notes that a key is missing or has a value of the wrong kind.
    pub(super) fn refuse(&mut self, key: &str, mistake: impl fmt::Display) {
        self.told.insert(key.to_owned());
        self.mistakes.push(self.say_of(key, mistake));
    }

    /// Notes a mistake in what a key says, unless it says nothing that could be read.
    pub(super) fn add_to(&mut self, key: &str, mistake: impl fmt::Display) {
        if !self.told.contains(key) {
            self.mistakes.push(self.say_of(key, mistake));
        }
    }

    /// Takes over mistakes that are complete sentences.
    pub(super) fn extend(&mut self, mistakes: Vec<String>) {
        self.mistakes.extend(mistakes);
    }

    /// Every mistake so far.
    pub(super) fn into_mistakes(self) -> Vec<String> {
        self.mistakes
    }

    /// Whether there is no mistake.
    pub(super) fn is_clean(&self) -> bool {
        self.mistakes.is_empty()
    }
}
