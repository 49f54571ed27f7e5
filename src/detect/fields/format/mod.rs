//! The formats that are parsed, one file each. A parser takes the bytes of a whole file and fills
//! a tree; it never fails, and a broken file counts up to where it breaks.

mod dockerfile;
mod env;
mod fstab;
pub(super) mod ini;
mod inventory;
mod joined;
mod json;
mod line;
mod lines;
mod php;
mod properties;
mod systemd;
#[cfg(test)]
pub(super) mod tests;
mod tfstate;
mod toml;
mod xml;
mod yaml;

use std::borrow::Cow;

use super::tree::Tree;

/// Reads the bytes of a file into a tree.
pub(super) type Parser = fn(&[u8], &mut Tree);

/// Every format by the name that rules use, in order of name.
pub(super) const FORMATS: &[(&str, Parser)] = &[
    ("dockerfile", dockerfile::parse),
    ("env", env::parse),
    ("fstab", fstab::parse),
    ("ini", ini::parse),
    ("inventory", inventory::parse),
    ("json", json::parse),
    ("lines", lines::plain),
    ("netrc", lines::netrc),
    ("pgpass", lines::pgpass),
    ("php", php::parse),
    ("properties", properties::parse),
    ("systemd", systemd::parse),
    ("tfstate", tfstate::parse),
    ("toml", toml::parse),
    ("xml", xml::parse),
    ("yaml", yaml::parse),
];

/// A format that tells the keys of what is found, and that no rule asks for.
const ACCOUNTS: (&str, Parser) = ("accounts", lines::accounts);

/// Name and parser of the format of that name.
pub(super) fn by_name(name: &str) -> Option<(&'static str, Parser)> {
    let mut all = FORMATS.iter().chain([&ACCOUNTS]);
    all.find(|(known, _)| *known == name).copied()
}

/// The bytes as text in which every byte keeps its place: one that is no UTF-8 becomes a question
/// mark. Values are taken from the bytes again.
fn as_text(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    Cow::Owned(text)
}
