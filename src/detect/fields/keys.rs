//! The keys of what other detectors found in a structured file: that of the field around it. Asked
//! for only where something was found, so that a file may be parsed once more for it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::format::{self, Parser, ini};
use super::names::Names;
use super::tree::{NodeId, Tree};
use super::{Fields, Scratch};
use crate::detect::class;
use crate::detect::detector::View;

/// Formats of files by the end of their names, beside those of tables.
const BY_NAME: &[(&str, &str)] = &[
    (".json", "json"),
    (".json5", "json"),
    (".jsonc", "json"),
    (".yaml", "yaml"),
    (".yml", "yaml"),
    (".toml", "toml"),
    (".ini", "ini"),
    (".properties", "properties"),
    (".xml", "xml"),
    ("shadow", "accounts"),
    ("shadow-", "accounts"),
    ("htpasswd", "accounts"),
];

/// How a file is read, by the name of each format.
pub(in crate::detect) struct Formats(BTreeMap<&'static str, Parser>);

impl Fields {
    /// The formats in which the tables of these numbers read a file, or which its name says.
    pub(in crate::detect) fn formats(&self, tables: &[usize], path: &[u8]) -> Formats {
        let tables = tables.iter().filter_map(|number| self.blocks.get(*number));
        let mut all: BTreeMap<_, _> = tables.map(|block| (block.format, block.parse)).collect();
        let path = String::from_utf8_lossy(path).to_ascii_lowercase();
        let name = class::strip_copy(&path);
        let known = BY_NAME.iter().find(|(end, _)| name.ends_with(end));
        all.extend(known.and_then(|(_, format)| format::by_name(format)));
        Formats(all)
    }
}

impl Formats {
    /// Where the sections of the file begin, if it has such.
    pub(in crate::detect) fn sections(&self, view: &View<'_>) -> Vec<u64> {
        let has_sections = self.0.contains_key("ini");
        let sections = has_sections.then(|| ini::sections(view.bytes));
        let in_text = |at: usize| view.base + at as u64;
        sections.into_iter().flatten().map(in_text).collect()
    }

    /// Calls `named` with the number of each place that lies in a field, and the field's key.
    pub(in crate::detect) fn name(
        &self,
        view: &View<'_>,
        places: &[Range<usize>],
        scratch: &mut Scratch,
        named: &mut dyn FnMut(usize, String),
    ) {
        let mut open: Vec<usize> = (0..places.len()).collect();
        for parse in self.0.values() {
            if open.is_empty() {
                return;
            }
            let tree = &mut scratch.tree;
            tree.clear();
            parse(view.bytes, tree);
            let values = values(tree);
            open.retain(|number| {
                let key = key(tree, &values, &places[*number], view.bytes);
                let is_open = key.is_none();
                if let Some(key) = key {
                    named(*number, key);
                }
                is_open
            });
        }
    }
}

/// The values of a file in order.
fn values(tree: &Tree) -> Vec<(Range<usize>, NodeId)> {
    let at = |node| Some((tree.value(node)?.at.clone(), node));
    let mut values: Vec<_> = tree.ids().filter_map(at).collect();
    values.sort_by_key(|(at, node)| (at.start, *node));
    values
}

/// The key of the field in which a place lies.
fn key(
    tree: &Tree,
    values: &[(Range<usize>, NodeId)],
    place: &Range<usize>,
    bytes: &[u8],
) -> Option<String> {
    let behind = values.partition_point(|(at, _)| at.start <= place.start);
    let (at, node) = values.get(behind.checked_sub(1)?)?;
    let names = Names::of(tree, *node, bytes, None).filter(|_| place.end <= at.end)?;
    Some(names.label).filter(|label| !label.is_empty())
}
