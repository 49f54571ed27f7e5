//! Where a rule finds its secret in files whose format is parsed: which files, which keys.

use super::check::Catalog;
use super::glob::glob;
use super::key_pattern::KeyPattern;
use super::place::Place;
use super::syntax::{FieldsSyntax, Judge};

/// A `[[rule.fields]]` table that has been checked.
#[derive(Debug)]
pub struct Fields {
    /// As written.
    pub syntax: FieldsSyntax,
    /// The patterns of `keys`.
    pub keys: Vec<KeyPattern>,
}

impl Fields {
    /// Of a table that has been checked.
    pub(super) fn embedded(syntax: &FieldsSyntax) -> Self {
        let keys = syntax.keys.iter();
        Self {
            keys: keys.filter_map(|key| KeyPattern::parse(key).ok()).collect(),
            syntax: syntax.clone(),
        }
    }

    /// Checks a table; adds what is wrong with it.
    pub(super) fn check(
        syntax: &FieldsSyntax,
        catalog: Catalog<'_>,
        place: &mut Place<'_>,
    ) -> Self {
        if !catalog.formats.contains(&&*syntax.format) {
            let known = catalog.formats.join(", ");
            let format = &syntax.format;
            place.add_to(
                "format",
                format_args!("there is no format {format:?}; there are {known}"),
            );
        }
        catalog.check_decodings(&syntax.decode, place);
        for (name, list) in [("paths", &syntax.paths), ("keys", &syntax.keys)] {
            if list.is_empty() {
                place.add_to(name, format_args!("{name} is empty"));
            }
        }
        if syntax.file.is_some() && syntax.judge != Judge::Key {
            place.add_to("judge", "judge says nothing of a field that holds a file");
        }
        if syntax.anchors.iter().any(|anchor| anchor.len() < 2) {
            place.add_to("anchors", "has an anchor shorter than 2 bytes");
        }
        let mut keys = Vec::new();
        for text in &syntax.keys {
            match KeyPattern::parse(text) {
                Ok(pattern) => keys.push(pattern),
                Err(why) => place.add_to("keys", format_args!("key {text:?} {why}")),
            }
        }
        for error in syntax.paths.iter().filter_map(|text| glob(text).err()) {
            place.add_to("paths", format_args!("paths: {error}"));
        }
        Self {
            syntax: syntax.clone(),
            keys,
        }
    }
}
