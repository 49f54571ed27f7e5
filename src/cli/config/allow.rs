//! `[[allow]]` entries of the configuration file.

use residue::policy::{Allow, AllowSyntax};
use toml::Value;

use super::keys::{Keys, expected};
use crate::cli::mistakes::Mistakes;

/// Reads every entry; the ones with mistakes are left out and the mistakes noted.
pub fn read(file: &str, value: Value, mistakes: &mut Mistakes) -> Vec<Allow> {
    let Value::Array(entries) = value else {
        mistakes.add(
            format_args!("{file}: allow"),
            expected("[[allow]] tables", &value),
        );
        return Vec::new();
    };
    let mut allowed = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let place = format!("{file}: [[allow]] number {}", index + 1);
        match entry {
            Value::Table(table) => {
                allowed.extend(read_entry(Keys::new(table, place, mistakes)));
            }
            other => mistakes.add(place, expected("a table", &other)),
        }
    }
    allowed
}

fn read_entry(mut keys: Keys<'_>) -> Option<Allow> {
    let syntax = AllowSyntax {
        rule: keys.text("rule"),
        path: keys.text("path"),
        id: keys.text("id"),
        fingerprint: keys.text("fingerprint"),
        sha256: keys.text("sha256"),
        expires: keys.take("expires", date),
        reason: keys.text("reason"),
    };
    let checked = syntax.check();
    for mistake in checked.as_ref().err().into_iter().flatten() {
        keys.mistake(mistake);
    }
    keys.finish();
    checked.ok()
}

/// A day, quoted or as TOML's own date.
fn date(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Datetime(date) if date.time.is_none() => Ok(date.to_string()),
        other => Err(expected("a day as in 2027-01-31", &other)),
    }
}
