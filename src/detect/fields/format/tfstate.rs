//! Terraform states: JSON that says which attributes of a resource are sensitive, by the ways that
//! lead to them (`sensitive_attributes`). Such a value has a field `sensitive` below it, `true`, as an
//! output has beside it.

use std::collections::BTreeSet;

use super::json;
use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};

/// Reads the file.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    json::parse(bytes, tree);
    let marked = marked(bytes, tree);
    if marked.is_empty() {
        return;
    }
    // Those around a node come first, so that one pass reaches all that lies in a marked one.
    let mut lies_in = Vec::new();
    for node in tree.ids() {
        let outer = tree.parent(node).is_some_and(|parent| parent.of(&lies_in));
        lies_in.push(outer || marked.contains(&node));
    }
    let is_value = |node: &NodeId| tree.value(*node).is_some_and(|value| !value.is_word);
    let ids = tree.ids().filter(|node| node.of(&lies_in));
    for node in ids.filter(is_value).collect::<Vec<_>>() {
        let mark = Scalar {
            is_word: true,
            ..Scalar::saying(0..0, bytes, b"true")
        };
        let name = Name::Text((*b"sensitive").into());
        if tree.leaf(node, name, mark).is_none() {
            return;
        }
    }
}

/// What the ways of all instances lead to.
fn marked(bytes: &[u8], tree: &Tree) -> BTreeSet<NodeId> {
    let named = |node, name: &[u8]| tree.named(node, name, bytes);
    let roots = tree.ids().filter(|node| tree.parent(*node).is_none());
    let resources = roots.filter_map(|root| named(root, b"resources"));
    let resources = resources.flat_map(|list| tree.children(list));
    let instances = resources.filter_map(|resource| named(resource, b"instances"));
    let instances = instances.flat_map(|list| tree.children(list));
    let mut marked = BTreeSet::new();
    for instance in instances {
        let attributes = named(instance, b"attributes");
        let ways = named(instance, b"sensitive_attributes");
        let (Some(attributes), Some(ways)) = (attributes, ways) else {
            continue;
        };
        let ends = tree
            .children(ways)
            .map(|way| end(bytes, tree, attributes, way));
        marked.extend(ends.flatten());
    }
    marked
}

/// The end of a way from `start`: steps are names of attributes, keys of maps or places in lists.
fn end(bytes: &[u8], tree: &Tree, start: NodeId, way: NodeId) -> Option<NodeId> {
    let mut steps = tree.children(way).peekable();
    steps.peek()?;
    steps.try_fold(start, |node, step| {
        let value = tree.named(step, b"value", bytes)?;
        let name = tree.value(value).or_else(|| {
            let inner = tree.named(value, b"value", bytes)?;
            tree.value(inner)
        });
        tree.named(node, name?.text(bytes), bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn sensitive_attributes_are_marked_with_all_that_lies_in_them() {
        let step = |kind: &str, value: &str| format!(r#"{{"type":"{kind}","value":{value}}}"#);
        let list = step("index", r#"{"value":1,"type":"number"}"#);
        let ways = [
            format!("[{}]", step("get_attr", "\"a\"")),
            format!("[{},{list}]", step("get_attr", "\"b\"")),
            format!("[{}]", step("get_attr", "\"none\"")),
            "[]".to_owned(),
        ];
        let text = format!(
            r#"{{"resources":[{{"instances":[{{"attributes":{{"a":"x","b":["y",{{"c":"z","d":null}}]}},"sensitive_attributes":[{}]}}]}}]}}"#,
            ways.join(",")
        );
        let marked: Vec<String> = fields("tfstate", &text)
            .into_iter()
            .filter(|field| field.contains(".sensitive="))
            .collect();
        assert_eq!(
            marked,
            [
                "resources.0.instances.0.attributes.a.sensitive=true! <>",
                "resources.0.instances.0.attributes.b.1.c.sensitive=true! <>",
            ]
        );
    }
}
