//! One table of a configuration file, taken apart key by key.
//!
//! A derived deserializer stops at the first mistake; this one notes every mistake with file,
//! table and key, and what nobody asked for is a mistake too.

use clap::ValueEnum;
use residue::rules::choice;
use toml::{Table, Value};

use crate::cli::mistakes::Mistakes;
use crate::cli::size;

/// A table that shrinks as its keys are taken.
pub struct Keys<'m> {
    table: Table,
    place: String,
    known: Vec<&'static str>,
    mistakes: &'m mut Mistakes,
}

impl<'m> Keys<'m> {
    /// `place` is file and table, as in `residue.toml: [scan]`.
    pub fn new(table: Table, place: String, mistakes: &'m mut Mistakes) -> Self {
        Self {
            table,
            place,
            known: Vec::new(),
            mistakes,
        }
    }

    /// Notes a mistake of the table as a whole.
    pub fn mistake(&mut self, what: impl std::fmt::Display) {
        self.mistakes.add(&self.place, what);
    }

    /// Takes `key` through `read`, which says what is wrong with it.
    pub fn take<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Value) -> Result<T, String>,
    ) -> Option<T> {
        self.known.push(key);
        let value = self.table.remove(key)?;
        self.mistakes
            .take(format_args!("{} {key}", self.place), read(value))
    }

    /// A string.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        self.take(key, text)
    }

    /// A list of strings.
    pub fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.take(key, |value| match value {
            Value::Array(items) => items.into_iter().map(text).collect(),
            other => Err(expected("a list of strings", &other)),
        })
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.take(key, |value| match value {
            Value::Boolean(flag) => Ok(flag),
            other => Err(expected("true or false", &other)),
        })
    }

    /// A whole number of at least `least`.
    pub fn number<T: TryFrom<i64>>(&mut self, key: &'static str, least: i64) -> Option<T> {
        self.take(key, |value| match value {
            Value::Integer(number) if number >= least => {
                T::try_from(number).map_err(|_| format!("{number} is too large"))
            }
            Value::Integer(number) => Err(format!("{number} is less than {least}")),
            other => Err(expected("a whole number", &other)),
        })
    }

    /// Bytes, as a number or as text with a unit.
    pub fn size(&mut self, key: &'static str) -> Option<u64> {
        self.take(key, |value| match value {
            Value::Integer(bytes) => size::parse(&bytes.to_string()),
            Value::String(text) => size::parse(&text),
            other => Err(expected("a size as in \"64MiB\"", &other)),
        })
    }

    /// One of the words that the flag of the same name takes.
    pub fn choice<T: ValueEnum>(&mut self, key: &'static str) -> Option<T> {
        self.take(key, |value| choice(&text(value)?))
    }

    /// Notes every key that was not taken.
    pub fn finish(self) {
        for key in self.table.keys() {
            self.mistakes.add(
                format_args!("{} {key}", self.place),
                format_args!("no such key; there are {}", self.known.join(", ")),
            );
        }
    }
}

/// A string.
pub fn text(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(expected("a string", &other)),
    }
}

/// What to say of a value of the wrong type.
pub fn expected(what: &str, found: &Value) -> String {
    format!("expected {what}, found {} ({found})", found.type_str())
}
