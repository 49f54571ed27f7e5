//! Fields of structured files: parsed, not guessed. Rules say in which files, in which format and
//! under which keys a secret stands (`[[rule.fields]]`); here the files are parsed, and what the
//! keys lead to is weighed.
//!
//! A file is parsed once for each format that a rule reads it in, as a whole: a text that is larger
//! than one view, or that does not begin at its beginning, is left to the other detectors.
//! `format` has the parsers, which fill a `tree`; `select` follows the keys, `names` says what a field
//! is called, and `judge` what its value is worth; what was decoded is a text of its own (`inner`).

mod format;
mod inner;
mod judge;
mod names;
mod select;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;

use globset::{Candidate, GlobSet, GlobSetBuilder};

use self::format::Parser;
pub(super) use self::inner::Inner;
use self::names::{Names, told};
use self::tree::{NodeId, Tree};
use super::class;
use super::decode::{self, Decoding, Value};
use super::detector::{Found, View};
use super::matched::TextKind;
use super::validate::{Effort, Validator};
use super::weigh::{self, Scale};
use crate::rules::{self, RuleSet};

/// Largest file that is parsed.
const LARGEST: usize = 1 << 20;

/// The names of the formats that are parsed.
pub(super) fn formats() -> impl Iterator<Item = &'static str> {
    format::FORMATS.iter().map(|(name, _)| *name)
}

/// The fields that the rules of a set read.
pub(super) struct Fields {
    blocks: Vec<Block>,
    globs: GlobSet,
    /// For each glob the block that it is one of.
    of_glob: Vec<usize>,
}

/// One `[[rule.fields]]` table, ready for use.
struct Block {
    rule: usize,
    table: usize,
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
}

impl Fields {
    /// Makes the tables of all rules ready.
    pub(super) fn new(rules: &RuleSet) -> Self {
        let mut fields = Self {
            blocks: Vec::new(),
            globs: GlobSet::empty(),
            of_glob: Vec::new(),
        };
        let mut globs = GlobSetBuilder::new();
        for (index, rule) in rules.rules().iter().enumerate() {
            for (table, known) in rule.fields.iter().enumerate() {
                let Some((format, parse)) = format::by_name(&known.syntax.format) else {
                    continue;
                };
                for glob in &known.paths {
                    globs.add(glob.clone());
                    fields.of_glob.push(fields.blocks.len());
                }
                fields.blocks.push(Block {
                    rule: index,
                    table,
                    format,
                    parse,
                    decodings: decode::by_names(&known.syntax.decode),
                    validators: weigh::validators(rule),
                });
            }
        }
        #[allow(clippy::expect_used, reason = "rests on rules, not on an image")]
        let globs = globs.build().expect("globs of checked rules are short");
        Self { globs, ..fields }
    }

    /// Parses the text if it is a whole file that some rule knows the fields of, and hands on what
    /// they hold. With `any_path` every rule knows every file, as for a rule's own examples.
    pub(super) fn look(
        &self,
        rules: &RuleSet,
        view: &View<'_>,
        any_path: bool,
        effort: &Effort,
        scratch: &mut Scratch,
        take: &mut dyn FnMut(Hit<'_>),
    ) {
        let is_whole = view.base == 0 && view.last && view.bytes.len() <= LARGEST;
        if !is_whole || view.context.kind != TextKind::File {
            return;
        }
        let blocks = match any_path {
            true => (0..self.blocks.len()).collect(),
            false => self.blocks_of(view.context.path),
        };
        let mut by_format: BTreeMap<&str, Vec<&Block>> = BTreeMap::new();
        for block in blocks.into_iter().map(|index| &self.blocks[index]) {
            if block.table(rules).has_anchor(view.bytes) {
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

    /// The tables for files of that path, or of the path that it is a copy of.
    fn blocks_of(&self, path: &[u8]) -> Vec<usize> {
        let path = String::from_utf8_lossy(path);
        let mut hits = self.globs.matches_candidate(&Candidate::new(&*path));
        let original = class::strip_copy(&path);
        if original.len() < path.len() {
            hits.extend(self.globs.matches_candidate(&Candidate::new(original)));
        }
        let mut blocks: Vec<usize> = hits.iter().map(|glob| self.of_glob[*glob]).collect();
        blocks.sort_unstable();
        blocks.dedup();
        blocks
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
        let Scratch { tree, reached } = scratch;
        let mut nodes = Vec::new();
        for pattern in &table.keys {
            select::select(pattern, tree, view.bytes, reached, &mut |node| {
                nodes.push(node)
            });
        }
        nodes.sort_unstable();
        nodes.dedup();
        for node in nodes {
            self.take(&scale, table, view, tree, node, take);
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
        value.trim(bytes);
        value.facts = told(&table.syntax, tree, node, bytes);
        for value in value.decode(bytes, &self.decodings) {
            let names = names.with(value.name.as_deref());
            if value.how.contains(&"base64") {
                take(Hit::Text(Inner {
                    text: value.text(bytes),
                    at: value.at.clone(),
                    how: &value.how,
                    label: &names.label,
                    name: &names.file,
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
                    written: value.written(),
                    label: Some(names.label.clone()),
                    confidence: weighed.confidence,
                    facts: weighed.facts,
                    suppressed: weighed.suppressed,
                }));
            }
        }
    }
}
