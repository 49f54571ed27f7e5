//! Fields of structured files: parsed, not guessed. Rules say in which files, in which format and
//! under which keys a secret stands (`[[rule.fields]]`); here the files are parsed, and what the
//! keys lead to is weighed.
//!
//! A file is parsed once for each format that a rule reads it in, as a whole: a text that is larger
//! than one view, or that does not begin at its beginning, is left to the other detectors.
//! `format` has the parsers, which fill a `tree`; `select` follows the keys; `judge` decides what
//! a value is worth.

mod format;
mod judge;
mod select;
#[cfg(test)]
mod tests;
mod tree;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use globset::{Candidate, GlobSet, GlobSetBuilder};

use self::format::Parser;
use self::tree::{NodeId, Tree};
use super::decode::{self, Decoding, Value};
use super::detector::{Found, View, Written};
use super::matched::{Context, Facts, Match, TextKind};
use super::validate::{self, Validator};
use super::{class, place, suppress, weigh};
use crate::rules::{self, Confidence, Rule, RuleSet};

/// Largest file that is parsed.
const LARGEST: usize = 1 << 20;
/// Longest key that is shown; of a longer one its end.
const LONGEST_LABEL: usize = 200;

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

/// A decoded text and where it is written.
pub(super) struct Inner<'t> {
    /// The text.
    pub text: &'t [u8],
    /// Where it is written.
    pub at: Range<usize>,
    /// Decodings that lead to it.
    pub how: &'t [&'static str],
    /// The key that leads to it.
    pub label: &'t str,
    /// The last step of that key: where a file is the value, its name.
    pub name: &'t [u8],
}

impl Inner<'_> {
    /// What is known of the text: one of several lines, or in braces, is a file of that name.
    pub(super) fn context(&self) -> Context<'_> {
        let is_file = memchr::memchr(b'\n', self.text).is_some()
            || matches!(self.text.first(), Some(b'{' | b'[' | b'<'));
        match is_file {
            true => Context {
                path: self.name,
                kind: TextKind::File,
                label: None,
            },
            false => Context {
                kind: TextKind::Metadata,
                ..Context::default()
            },
        }
    }

    /// A match in the text as a hit of the view in which it is encoded.
    pub(super) fn place(&self, matched: Match, view: &View<'_>) -> Found {
        let (mut confidence, mut suppressed) = (matched.confidence, matched.suppressed);
        if confidence != Confidence::Confirmed && place::is_shown(view) {
            (confidence, suppressed) = suppress::shown(confidence, suppressed);
        }
        let mut how = self.how.to_vec();
        how.extend(matched.decoded.iter().flat_map(|decoded| &decoded.how));
        Found {
            rule: matched.rule,
            by: matched.by,
            secret: self.at.clone(),
            label: Some(match matched.label {
                Some(inner) => format!("{} > {inner}", self.label),
                None => self.label.to_owned(),
            }),
            written: Some(Written {
                text: matched.secret.expose().to_vec(),
                how,
                inner: Some(matched.span),
            }),
            confidence,
            facts: matched.facts,
            suppressed,
        }
    }
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
                block.look(rules, view, scratch, take);
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
        scratch: &mut Scratch,
        take: &mut dyn FnMut(Hit<'_>),
    ) {
        let table = self.table(rules);
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
            self.take(rules.rule(self.rule), table, view, tree, node, take);
        }
    }

    /// Hands on what one field holds.
    fn take(
        &self,
        rule: &Rule,
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
            let judged = judge::judge(view, rule, self, judge, &names, &value, around);
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

/// What the fields beside one tell.
fn told(table: &rules::FieldsSyntax, tree: &Tree, node: NodeId, bytes: &[u8]) -> Facts {
    let beside = |name: &String| {
        let value = tree.child_value(tree.parent(node)?, name.as_bytes(), bytes)?;
        validate::text(value)
    };
    let facts = table.tell.iter();
    facts
        .filter_map(|(fact, name)| Some((fact.clone(), beside(name)?)))
        .collect()
}

/// What a field is called.
#[derive(Clone)]
struct Names {
    /// The whole key.
    label: String,
    /// What tells what it holds: its last steps, or what stands beside it.
    telling: Vec<u8>,
    /// The last step that is no place in a list.
    file: Vec<u8>,
}

impl Names {
    /// One name for all.
    fn one(name: &[u8]) -> Self {
        Self {
            label: shown(name),
            telling: name.to_vec(),
            file: name.to_vec(),
        }
    }

    /// The name that was found with the value, where one was.
    fn with(&self, name: Option<&[u8]>) -> Cow<'_, Self> {
        name.map_or(Cow::Borrowed(self), |name| Cow::Owned(Self::one(name)))
    }

    /// `None` where the field that should name it does not.
    fn of(tree: &Tree, node: NodeId, bytes: &[u8], named_by: Option<&str>) -> Option<Self> {
        if let Some(beside) = named_by {
            let parent = tree.parent(node)?;
            let name = tree.child_value(parent, beside.as_bytes(), bytes)?;
            return Some(Self::one(name));
        }
        let way: Vec<NodeId> = tree.way(node).collect();
        let name = |node: &NodeId| tree.name(*node, bytes).unwrap_or_default().into_owned();
        let whole: Vec<Vec<u8>> = way.iter().rev().map(name).collect();
        let mut named = way.iter().filter(|node| !tree.is_item(**node)).map(name);
        let file = named.next().unwrap_or_default();
        let telling = match named.next() {
            Some(outer) => [&outer[..], b".", &file[..]].concat(),
            None => file.clone(),
        };
        Some(Self {
            label: shown(&whole.join(&b'.')),
            telling,
            file,
        })
    }
}

/// A key as text, of a long one its end.
fn shown(key: &[u8]) -> String {
    let text = String::from_utf8_lossy(key);
    let start = text.ceil_char_boundary(text.len().saturating_sub(LONGEST_LABEL));
    match &text[start..] {
        whole if start == 0 => whole.to_owned(),
        end => format!("…{end}"),
    }
}
