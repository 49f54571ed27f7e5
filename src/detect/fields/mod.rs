//! Fields of structured files: parsed, not guessed. Rules say in which files, in which format and
//! under which keys a secret stands (`[[rule.fields]]`); here the files are parsed, and what the
//! keys lead to is weighed.
//!
//! A file is parsed once for each format that a rule reads it in, as a whole: a text that is larger
//! than one view, or that does not begin at its beginning, is left to the other detectors.
//! `anchors` says which tables have any business with a file;
//! `format` has the parsers, which fill a `tree`; `select` follows the keys, `names` says what a field
//! is called, and `judge` what its value is worth; what was decoded is a text of its own (`inner`), and
//! so is a command line (`command`). What the other detectors find is named by its field (`keys`).

mod anchors;
mod command;
mod document;
mod format;
mod inner;
mod judge;
mod keys;
mod names;
mod select;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;

use self::anchors::{Anchors, Stands};
use self::format::Parser;
pub(super) use self::inner::Inner;
pub(super) use self::keys::{Formats, Object, Sections};
use self::names::{Names, told};
use self::tree::{NodeId, Tree};
use super::decode::{self, Decoding, Value};
use super::detector::{Found, View};
use super::matched::TextKind;
use super::place;
use super::validate::{Effort, Validator};
use super::weigh::{self, Scale};
use crate::rules::{self, Judge, RuleSet};

/// Largest file that is parsed.
const LARGEST: usize = 1 << 20;

/// The names of the formats that are parsed.
pub(super) fn formats() -> impl Iterator<Item = &'static str> {
    format::FORMATS.iter().map(|(name, _)| *name)
}

/// The fields that the rules of a set read.
pub(super) struct Fields {
    blocks: Vec<Block>,
    anchors: Anchors,
}

/// One `[[rule.fields]]` table, ready for use.
struct Block {
    rule: usize,
    table: usize,
    /// Numbers of its anchors.
    anchors: Vec<usize>,
    format: &'static str,
    parse: Parser,
    decodings: Vec<Decoding>,
    validators: Vec<Validator>,
}

/// What a field led to.
pub(super) enum Hit<'t> {
    /// A secret.
    Secret(Found),
    /// A text that was decoded, to be searched on its own.
    Text(Inner<'t>),
}

/// Memory that is kept from file to file.
#[derive(Default)]
pub(super) struct Scratch {
    tree: Tree,
    reached: Vec<rules::Reached>,
    stands: Stands,
}

impl Scratch {
    /// Forgets the last file; what it needed much of is given back.
    pub(super) fn empty(&mut self) {
        self.tree.clear();
    }
}

impl Fields {
    /// Makes the tables of all rules ready.
    pub(super) fn new(rules: &RuleSet) -> Self {
        let mut blocks = Vec::new();
        let mut anchors = Anchors::default();
        for (index, rule) in rules.rules().iter().enumerate() {
            for (table, known) in rule.fields.iter().enumerate() {
                let Some((format, parse)) = format::by_name(&known.syntax.format) else {
                    continue;
                };
                let literals = known.syntax.anchors.iter();
                blocks.push(Block {
                    rule: index,
                    table,
                    anchors: literals.map(|text| anchors.number(text)).collect(),
                    format,
                    parse,
                    decodings: decode::by_names(&known.syntax.decode),
                    validators: weigh::validators(rule),
                });
            }
        }
        Self { blocks, anchors }
    }

    /// The globs of all tables, each with the number of its table.
    pub(super) fn globs<'r>(
        &'r self,
        rules: &'r RuleSet,
    ) -> impl Iterator<Item = (usize, &'r str)> {
        let globs = |block: &'r Block| block.table(rules).syntax.paths.iter();
        let numbered = self.blocks.iter().enumerate();
        numbered.flat_map(move |(number, block)| globs(block).map(move |glob| (number, &**glob)))
    }

    /// Whether a text is a file that is looked at.
    pub(super) fn wants(view: &View<'_>) -> bool {
        let is_whole = view.base == 0 && view.last && view.bytes.len() <= LARGEST;
        is_whole && view.context.kind == TextKind::File
    }

    /// Parses a text that is wanted for the tables of these numbers, or for every table as for a
    /// rule's own examples, and hands on what its fields hold.
    pub(super) fn look(
        &self,
        rules: &RuleSet,
        view: &View<'_>,
        tables: Option<&[usize]>,
        effort: &Effort,
        scratch: &mut Scratch,
        take: &mut dyn FnMut(Hit<'_>),
    ) {
        let every: Vec<usize>;
        let tables = match tables {
            Some(tables) => tables,
            None => {
                every = (0..self.blocks.len()).collect();
                &every
            }
        };
        let mut by_format: BTreeMap<&str, Vec<&Block>> = BTreeMap::new();
        scratch.stands.forget();
        for block in tables.iter().map(|number| &self.blocks[*number]) {
            let Scratch { stands, .. } = scratch;
            if self.anchors.any(&block.anchors, view.bytes, stands) {
                by_format.entry(block.format).or_default().push(block);
            }
        }
        for blocks in by_format.values() {
            scratch.tree.clear();
            (blocks[0].parse)(view.bytes, &mut scratch.tree);
            for block in blocks {
                block.look(rules, view, effort, scratch, take);
            }
        }
    }
}

impl Block {
    fn table<'r>(&self, rules: &'r RuleSet) -> &'r rules::Fields {
        &rules.rule(self.rule).fields[self.table]
    }

    fn look(
        &self,
        rules: &RuleSet,
        view: &View<'_>,
        effort: &Effort,
        scratch: &mut Scratch,
        take: &mut dyn FnMut(Hit<'_>),
    ) {
        let table = self.table(rules);
        let scale = Scale {
            rule: rules.rule(self.rule),
            validators: &self.validators,
            effort,
        };
        let Scratch { tree, reached, .. } = scratch;
        let mut nodes = Vec::new();
        for pattern in &table.keys {
            select::select(pattern, tree, view.bytes, reached, &mut |node| {
                nodes.push(node)
            });
        }
        nodes.sort_unstable();
        nodes.dedup();
        if table.syntax.judge == Judge::Command {
            return self.hand_on(view, tree, &nodes, take);
        }
        if table.syntax.file.is_some() {
            nodes.truncate(document::MOST);
        }
        for node in nodes {
            self.take(&scale, table, view, tree, node, take);
        }
    }

    /// Hands on the command lines that fields hold. Those of a package are left to the other
    /// detectors: what stands in them was not chosen by who built the image.
    fn hand_on(
        &self,
        view: &View<'_>,
        tree: &Tree,
        nodes: &[NodeId],
        take: &mut dyn FnMut(Hit<'_>),
    ) {
        if place::is_stock(view) {
            return;
        }
        for line in command::lines(tree, nodes, view.bytes) {
            let names = Names::of(tree, line.of, view.bytes, None);
            let (Some(names), Some(first), Some(last)) =
                (names, line.words.first(), line.words.last())
            else {
                continue;
            };
            take(Hit::Text(Inner {
                text: line.text.text(),
                program: line.program,
                at: first.at.start..last.at.end.max(first.at.start),
                how: &[self.format],
                label: &names.label,
                name: &names.file,
                words: &line.words,
                is_file: false,
            }));
        }
    }

    /// Hands on what one field holds.
    fn take(
        &self,
        scale: &Scale<'_>,
        table: &rules::Fields,
        view: &View<'_>,
        tree: &Tree,
        node: NodeId,
        take: &mut dyn FnMut(Hit<'_>),
    ) {
        let bytes = view.bytes;
        let Some(scalar) = tree.value(node) else {
            return;
        };
        let named = table.syntax.named_by.as_deref();
        let Some(names) = Names::of(tree, node, bytes, named) else {
            return;
        };
        let mut value = Value::plain(scalar.at.clone());
        if let Some(text) = &scalar.text {
            value.text = Some(text.to_vec());
            value.how.push(self.format);
        }
        if let Some(name) = &table.syntax.file {
            return take(Hit::Text(Inner {
                text: value.text(bytes),
                program: 0,
                at: value.at.clone(),
                how: &value.how,
                label: &names.label,
                name: name.as_bytes(),
                words: &document::parts(self.format, scalar, bytes),
                is_file: true,
            }));
        }
        value.trim(bytes);
        value.facts = told(&table.syntax, tree, node, bytes);
        for value in value.decode(bytes, &self.decodings) {
            let names = names.with(value.name.as_deref());
            if value.how.contains(&"base64") {
                take(Hit::Text(Inner {
                    text: value.text(bytes),
                    program: 0,
                    at: value.at.clone(),
                    how: &value.how,
                    label: &names.label,
                    name: &names.file,
                    words: &[],
                    is_file: false,
                }));
            }
            let around = scalar.at.clone();
            let judge = table.syntax.judge;
            let judged = judge::judge(view, scale, self, judge, &names, &value, around);
            if let Some((by, weighed)) = judged {
                take(Hit::Secret(Found {
                    rule: self.rule,
                    by,
                    secret: value.at.clone(),
                    written: value.written().map(Box::new),
                    label: Some(names.label.clone()),
                    confidence: weighed.confidence,
                    facts: weighed.facts,
                    suppressed: weighed.suppressed,
                }));
            }
        }
    }
}
