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
    ("etc/passwd", "accounts"),
    ("etc/passwd-", "accounts"),
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

/// What a value of a structured file lies in: an object, a table, an element, a list of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::detect) struct Object(&'static str, NodeId);

/// What keeps the parts of a file apart.
#[derive(Debug, Default)]
pub(in crate::detect) struct Sections {
    /// Where the sections of INI begin, in order.
    begins: Vec<u64>,
    /// What the values at these offsets lie in.
    objects: BTreeMap<u64, Object>,
}

impl Sections {
    /// Whether no section ends between two places.
    pub(in crate::detect) fn are_one(&self, a: u64, b: u64) -> bool {
        let section = |at: u64| self.begins.partition_point(|begin| *begin <= at);
        section(a) == section(b)
    }

    /// What a place that something was found in lies in.
    pub(in crate::detect) fn object(&self, at: u64) -> Option<Object> {
        self.objects.get(&at).copied()
    }
}

impl Formats {
    /// The sections of a file, and the objects that these places lie in. Calls `named` with the number of
    /// each place that has no name and lies in a field, and the field's key.
    pub(in crate::detect) fn sections(
        &self,
        view: &View<'_>,
        places: &[(Range<usize>, bool)],
        scratch: &mut Scratch,
        named: &mut dyn FnMut(usize, String),
    ) -> Sections {
        let in_text = |at: usize| view.base + at as u64;
        let mut sections = Sections::default();
        if self.0.contains_key("ini") {
            let begins = ini::sections(view.bytes);
            sections.begins = begins.map(in_text).collect();
        }
        let mut open: Vec<usize> = (0..places.len()).collect();
        for (format, parse) in &self.0 {
            if open.is_empty() {
                break;
            }
            let tree = &mut scratch.tree;
            tree.clear();
            parse(view.bytes, tree);
            let values = values(tree);
            open.retain(|number| {
                let (place, has_name) = &places[*number];
                let Some(node) = field(&values, place) else {
                    return true;
                };
                let object = tree.parent(node).map(|node| Object(format, node));
                let offset = in_text(place.start);
                sections
                    .objects
                    .extend(object.map(|object| (offset, object)));
                if *has_name {
                    return false;
                }
                let key = key(tree, node, view.bytes);
                let is_open = key.is_none();
                key.into_iter().for_each(|key| named(*number, key));
                is_open
            });
        }
        sections
    }
}

/// The values of a file in order.
fn values(tree: &Tree) -> Vec<(Range<usize>, NodeId)> {
    let at = |node| Some((tree.value(node)?.at.clone(), node));
    let mut values: Vec<_> = tree.ids().filter_map(at).collect();
    values.sort_by_key(|(at, node)| (at.start, *node));
    values
}

/// The field in which a place lies.
fn field(values: &[(Range<usize>, NodeId)], place: &Range<usize>) -> Option<NodeId> {
    let behind = values.partition_point(|(at, _)| at.start <= place.start);
    let (at, node) = values.get(behind.checked_sub(1)?)?;
    (place.end <= at.end).then_some(*node)
}

/// The key of a field.
fn key(tree: &Tree, node: NodeId, bytes: &[u8]) -> Option<String> {
    let names = Names::of(tree, node, bytes, None)?;
    Some(names.label).filter(|label| !label.is_empty())
}
