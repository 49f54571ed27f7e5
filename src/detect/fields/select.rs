//! The fields of a tree that a key pattern leads to.

use super::tree::{NodeId, Tree};
use crate::rules::{Condition, KeyPattern, Reached};

/// Calls `found` with every value that `pattern` leads to. One pass over the tree, whatever its
/// depth; `reached` is scratch memory.
pub(super) fn select(
    pattern: &KeyPattern,
    tree: &Tree,
    bytes: &[u8],
    reached: &mut Vec<Reached>,
    found: &mut dyn FnMut(NodeId),
) {
    reached.clear();
    for node in tree.ids() {
        let holds = |condition: &Condition| {
            condition.holds(tree.child_value(node, condition.child.as_bytes(), bytes))
        };
        let here = match tree.parent(node).map(|parent| parent.of(reached)) {
            None => pattern.start(holds),
            Some(from) if from.is_over() => from,
            Some(from) => {
                let name = tree.name(node, bytes).unwrap_or_default();
                pattern.advance(from, name, holds)
            }
        };
        reached.push(here);
        let is_text = || tree.value(node).is_some_and(|value| !value.is_word);
        if pattern.accepts(here) && is_text() {
            found(node);
        }
    }
}
