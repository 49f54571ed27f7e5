//! What a field is called: the key that leads to it, and what stands beside it.

use std::borrow::Cow;

use super::tree::{NodeId, Tree};
use crate::detect::matched::Facts;
use crate::detect::validate;
use crate::rules;

/// Longest key that is shown; of a longer one its end.
const LONGEST_LABEL: usize = 200;
/// Longest part of a key that is looked at; of a longer one its end. Each field below it has a copy.
const LONGEST_STEP: usize = 256;

/// What the fields beside one tell.
pub(super) fn told(table: &rules::FieldsSyntax, tree: &Tree, node: NodeId, bytes: &[u8]) -> Facts {
    let beside = |name: &str| {
        let value = tree.child_value(tree.parent(node)?, name.as_bytes(), bytes)?;
        validate::text(value)
    };
    let facts = table.tell.iter();
    facts
        .filter_map(|(fact, name)| Some((fact.to_string(), beside(name)?)))
        .collect()
}

/// What a field is called.
#[derive(Clone)]
pub(super) struct Names {
    /// The whole key.
    pub label: String,
    /// What tells what it holds: its last steps, or what stands beside it.
    pub telling: Vec<u8>,
    /// The last step that is no place in a list.
    pub file: Vec<u8>,
}

impl Names {
    /// One name for all.
    fn one(name: &[u8]) -> Self {
        let name = end(name);
        Self {
            label: shown(name),
            telling: name.to_vec(),
            file: name.to_vec(),
        }
    }

    /// The name that was found with the value, where one was.
    pub(super) fn with(&self, name: Option<&[u8]>) -> Cow<'_, Self> {
        name.map_or(Cow::Borrowed(self), |name| Cow::Owned(Self::one(name)))
    }

    /// `None` where the field that should name it does not.
    pub(super) fn of(
        tree: &Tree,
        node: NodeId,
        bytes: &[u8],
        named_by: Option<&str>,
    ) -> Option<Self> {
        if let Some(beside) = named_by {
            let parent = tree.parent(node)?;
            let name = tree.child_value(parent, beside.as_bytes(), bytes)?;
            return Some(Self::one(name));
        }
        let way: Vec<NodeId> = tree.way(node).collect();
        let name = |node: &NodeId| end(tree.name(*node, bytes).unwrap_or_default()).to_vec();
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

/// The end of a name.
fn end(name: &[u8]) -> &[u8] {
    &name[name.len().saturating_sub(LONGEST_STEP)..]
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
