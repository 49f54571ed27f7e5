//! One table of a rule file, taken apart key by key.
//!
//! A derived deserializer stops at a file's first mistake and knows nothing of rules. This one
//! notes every mistake with file, line, rule and key and goes on without the value; whoever checks
//! the values later adds to the same list.

use std::collections::BTreeMap;

use clap::ValueEnum;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::choice::choice;
use super::place::{Place, Source};
use super::syntax::Text;

/// A value and where its key stands.
struct Entry<'t> {
    at: usize,
    value: Spanned<DeValue<'t>>,
}

/// A table that shrinks as its keys are taken.
pub(super) struct Keys<'t> {
    entries: BTreeMap<String, Entry<'t>>,
    known: Vec<&'static str>,
    any_case: bool,
    /// Where the table stands, with the mistakes in it.
    pub place: Place<'t>,
}

impl<'t> Keys<'t> {
    /// `what` says what the table is, as in `rule "a.b"`; `at` is where it begins.
    pub(super) fn new(source: Source<'t>, what: &str, at: usize, table: DeTable<'t>) -> Self {
        Self::of(source, what, at, table, false)
    }

    /// As `new`, for formats in which the case of keys does not count.
    pub(super) fn in_any_case(
        source: Source<'t>,
        what: &str,
        at: usize,
        table: DeTable<'t>,
    ) -> Self {
        Self::of(source, what, at, table, true)
    }

    fn of(source: Source<'t>, what: &str, at: usize, table: DeTable<'t>, any_case: bool) -> Self {
        let mut place = Place::new(source, what, at);
        let mut entries = BTreeMap::new();
        for (key, value) in table {
            let mut name = key.get_ref().to_string();
            if any_case {
                name.make_ascii_lowercase();
            }
            let at = key.span().start;
            place.knows(&name, at);
            entries.entry(name).or_insert(Entry { at, value });
        }
        Self {
            entries,
            known: Vec::new(),
            any_case,
            place,
        }
    }

    fn take(&mut self, key: &'static str) -> Option<Entry<'t>> {
        self.known.push(key);
        if self.any_case {
            return self.entries.remove(&key.to_ascii_lowercase());
        }
        self.entries.remove(key)
    }

    /// Takes `key` through `read`, which says what is wrong with it.
    fn read<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'t>) -> Result<T, String>,
    ) -> Option<T> {
        let entry = self.take(key)?;
        match read(entry.value.get_ref()) {
            Ok(value) => Some(value),
            Err(mistake) => {
                self.place.refuse(key, format_args!("{key}: {mistake}"));
                None
            }
        }
    }

    /// Notes that `key` is missing, unless it is there.
    pub(super) fn needs(&mut self, key: &'static str) {
        if !self.entries.contains_key(key) {
            self.place.refuse(key, format_args!("{key} is missing"));
        }
    }

    /// A string.
    pub(super) fn text<T: From<String>>(&mut self, key: &'static str) -> Option<T> {
        self.read(key, text).map(T::from)
    }

    /// A list of strings; empty where the key is missing.
    pub(super) fn texts<T: From<String>>(&mut self, key: &'static str) -> Vec<T> {
        let list = self.read(key, |value| match value {
            DeValue::Array(items) => (items.iter())
                .map(|item| text(item.get_ref()).map(T::from))
                .collect(),
            other => Err(expected("a list of strings", other)),
        });
        list.unwrap_or_default()
    }

    /// A table of strings; empty where the key is missing.
    pub(super) fn named_texts(&mut self, key: &'static str) -> BTreeMap<Text, Text> {
        let table = self.read(key, |value| match value {
            DeValue::Table(table) => (table.iter())
                .map(|(name, item)| {
                    let name = name.get_ref().to_string();
                    Ok((name.into(), text(item.get_ref())?.into()))
                })
                .collect(),
            other => Err(expected("a table of strings", other)),
        });
        table.unwrap_or_default()
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.read(key, |value| match value {
            DeValue::Boolean(flag) => Ok(*flag),
            other => Err(expected("true or false", other)),
        })
    }

    /// A whole number, not negative.
    pub(super) fn number(&mut self, key: &'static str) -> Option<u64> {
        self.read(key, |value| match value {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| format!("{number} is no number from 0 on")),
            other => Err(expected("a whole number", other)),
        })
    }

    /// A number with or without a fraction.
    pub(super) fn fraction(&mut self, key: &'static str) -> Option<f64> {
        self.read(key, |value| {
            let digits = match value {
                DeValue::Integer(number) => number.as_str(),
                DeValue::Float(number) => number.as_str(),
                other => return Err(expected("a number", other)),
            };
            let number = digits
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite());
            number.ok_or_else(|| format!("{digits} is no number to compare with"))
        })
    }

    /// One of the words of an enumeration.
    pub(super) fn choice<T: ValueEnum>(&mut self, key: &'static str) -> Option<T> {
        self.read(key, |value| choice(&text(value)?))
    }

    /// A table within, called `what`; its mistakes come back with [`Keys::absorb`].
    pub(super) fn table(&mut self, key: &'static str, what: &str) -> Option<Self> {
        let entry = self.take(key)?;
        match entry.value.into_inner() {
            DeValue::Table(table) => Some(self.child(what, entry.at, table)),
            other => {
                let mistake = expected("a table", &other);
                self.place.refuse(key, format_args!("{key}: {mistake}"));
                None
            }
        }
    }

    /// A table within, or a list of them; each is called after its key.
    pub(super) fn one_or_many(&mut self, key: &'static str) -> Vec<Self> {
        let is_list = (self.entries.get(key)).is_some_and(|entry| entry.value.get_ref().is_array());
        if is_list {
            return self.tables(key, key);
        }
        self.table(key, key).into_iter().collect()
    }

    /// Tables within, each called `what` with its number.
    pub(super) fn tables(&mut self, key: &'static str, what: &str) -> Vec<Self> {
        let Some(entry) = self.take(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = entry.value.into_inner() else {
            let mistake = format_args!("{key}: expected [[{key}]] tables");
            self.place.refuse(key, mistake);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let at = item.span().start;
            match item.into_inner() {
                DeValue::Table(table) => {
                    tables.push(self.child(&format!("{what} number {}", index + 1), at, table));
                }
                other => {
                    let mistake = expected("a table", &other);
                    self.place.add(format_args!("{key}: {mistake}"));
                }
            }
        }
        tables
    }

    fn child(&self, what: &str, at: usize, table: DeTable<'t>) -> Self {
        let what = self.place.within(what);
        Self::of(self.place.source(), &what, at, table, self.any_case)
    }

    /// Takes over the mistakes of a table within.
    pub(super) fn absorb(&mut self, mistakes: Vec<String>) {
        self.place.extend(mistakes);
    }

    /// Whether a key is there that has not been taken.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Notes every key that nobody asked for; what remains is the place for further mistakes.
    pub(super) fn finish(mut self) -> Place<'t> {
        for (key, _) in std::mem::take(&mut self.entries) {
            let known = self.known.join(", ");
            let mistake = format_args!("no such key {key}; there are {known}");
            self.place.refuse(&key, mistake);
        }
        self.place
    }

    /// The keys that nobody asked for, with the place for further mistakes.
    pub(super) fn finish_leniently(self) -> (Place<'t>, Vec<String>) {
        (self.place, self.entries.into_keys().collect())
    }
}

/// A string.
fn text(value: &DeValue<'_>) -> Result<String, String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        other => Err(expected("a string", other)),
    }
}

/// What to say of a value of the wrong type.
fn expected(what: &str, found: &DeValue<'_>) -> String {
    format!("expected {what}, found {}", found.type_str())
}
