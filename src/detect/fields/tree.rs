//! A structured file as its parser saw it: names within names, and the values with their places.
//!
//! One tree serves every format, so that rules name keys in one way. It holds places in the text,
//! not copies of it, as far as the text says what is meant. It is bounded: a parser that is told
//! that there is no room stops, and what came before counts.

use std::num::NonZeroU32;
use std::ops::Range;

/// Most nodes of one file.
const MOST_NODES: usize = 1 << 16;
/// Nodes for which there is room also when there are none.
const KEPT_NODES: usize = 1 << 12;
/// Deepest node.
const DEEPEST: u8 = 64;
/// Children of a node among which one is looked up by its name.
const LOOKED_UP: usize = 64;
/// As above, where the names are a program's.
const MOST_NAMED: usize = 1024;

/// A node's place in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NodeId(NonZeroU32);

impl NodeId {
    /// Of the node that has so many before it.
    fn behind(nodes: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(nodes as u32))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// What a list holds of the node that has an item for each.
    pub(super) fn of<T: Copy>(self, list: &[T]) -> T {
        list[self.index()]
    }
}

/// The tree; documents of one file have roots of their own.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    name: Name,
    parent: Option<NodeId>,
    depth: u8,
    first: Option<NodeId>,
    last: Option<NodeId>,
    next: Option<NodeId>,
    value: Option<Scalar>,
}

/// What a node is called.
#[derive(Debug)]
pub(super) enum Name {
    /// Nothing: it is a document.
    Document,
    /// As it stands in the text.
    At(Range<usize>),
    /// Otherwise.
    Text(Box<[u8]>),
    /// By its place in a list.
    Index(Index),
}

impl Name {
    /// Of the item at that place of a list.
    pub(super) fn index(place: usize) -> Self {
        Self::Index(Index::of(place))
    }
}

/// A place in a list, written out: names are asked for once for each key pattern, and are then as
/// they are.
#[derive(Debug)]
pub(super) struct Index {
    digits: [u8; Self::LONGEST],
    start: u8,
}

impl Index {
    /// Digits of the largest number.
    const LONGEST: usize = 20;

    fn of(mut place: usize) -> Self {
        let mut digits = [b'0'; Self::LONGEST];
        let mut start = Self::LONGEST;
        loop {
            start -= 1;
            digits[start] += (place % 10) as u8;
            place /= 10;
            if place == 0 || start == 0 {
                break;
            }
        }
        Self {
            digits,
            start: start as u8,
        }
    }

    fn text(&self) -> &[u8] {
        &self.digits[usize::from(self.start)..]
    }
}

/// A value.
#[derive(Debug)]
pub(super) struct Scalar {
    /// Where it stands, without quotes.
    pub at: Range<usize>,
    /// What it says, where that is not what stands there.
    pub text: Option<Box<[u8]>>,
    /// Whether it is a word of the language, such as `true`, and no text.
    pub is_word: bool,
}

impl Scalar {
    /// What stands there, as it is.
    pub(super) fn plain(at: Range<usize>) -> Self {
        Self {
            at,
            text: None,
            is_word: false,
        }
    }

    /// What stands there says `text`.
    pub(super) fn saying(at: Range<usize>, bytes: &[u8], text: &[u8]) -> Self {
        let same = bytes.get(at.clone()) == Some(text);
        Self {
            at,
            text: (!same).then(|| text.into()),
            is_word: false,
        }
    }

    /// What it says.
    pub(super) fn text<'a>(&'a self, bytes: &'a [u8]) -> &'a [u8] {
        match &self.text {
            Some(text) => text,
            None => bytes.get(self.at.clone()).unwrap_or_default(),
        }
    }
}

impl Tree {
    /// Empty again, with its memory unless that is much: every thread has a tree.
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.nodes.shrink_to(KEPT_NODES);
    }

    /// Every node, those around it first.
    pub(super) fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len()).map(NodeId::behind)
    }

    /// A document; `None` where there is no room.
    pub(super) fn document(&mut self) -> Option<NodeId> {
        self.add(Node {
            name: Name::Document,
            parent: None,
            depth: 0,
            first: None,
            last: None,
            next: None,
            value: None,
        })
    }

    /// A node below `parent`; `None` where there is no room.
    pub(super) fn child(&mut self, parent: NodeId, name: Name) -> Option<NodeId> {
        let depth = self.nodes.get(parent.index())?.depth;
        if depth >= DEEPEST {
            return None;
        }
        let child = self.add(Node {
            name,
            parent: Some(parent),
            depth: depth + 1,
            first: None,
            last: None,
            next: None,
            value: None,
        })?;
        let parent = &mut self.nodes[parent.index()];
        parent.first.get_or_insert(child);
        if let Some(before) = parent.last.replace(child) {
            self.nodes[before.index()].next = Some(child);
        }
        Some(child)
    }

    /// A value below `parent`; `None` where there is no room.
    pub(super) fn leaf(&mut self, parent: NodeId, name: Name, value: Scalar) -> Option<NodeId> {
        let leaf = self.child(parent, name)?;
        self.set(leaf, value);
        Some(leaf)
    }

    /// Gives a node its value.
    pub(super) fn set(&mut self, node: NodeId, value: Scalar) {
        self.nodes[node.index()].value = Some(value);
    }

    fn add(&mut self, node: Node) -> Option<NodeId> {
        if self.nodes.len() >= MOST_NODES {
            return None;
        }
        self.nodes.push(node);
        Some(NodeId::behind(self.nodes.len() - 1))
    }

    /// The node around it.
    pub(super) fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.nodes[node.index()].parent
    }

    /// The node's value.
    pub(super) fn value(&self, node: NodeId) -> Option<&Scalar> {
        self.nodes[node.index()].value.as_ref()
    }

    /// The node's name; `None` for a document.
    pub(super) fn name<'a>(&'a self, node: NodeId, bytes: &'a [u8]) -> Option<&'a [u8]> {
        match &self.nodes[node.index()].name {
            Name::Document => None,
            Name::At(at) => Some(bytes.get(at.clone()).unwrap_or_default()),
            Name::Text(text) => Some(text),
            Name::Index(index) => Some(index.text()),
        }
    }

    /// Whether the node is called by its place in a list.
    pub(super) fn is_item(&self, node: NodeId) -> bool {
        matches!(self.nodes[node.index()].name, Name::Index(_))
    }

    /// The nodes right below it.
    pub(super) fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let first = self.nodes[node.index()].first;
        std::iter::successors(first, |child| self.nodes[child.index()].next)
    }

    /// The child of exactly that name, among as many as a generated file has.
    pub(super) fn named(&self, node: NodeId, name: &[u8], bytes: &[u8]) -> Option<NodeId> {
        let mut children = self.children(node).take(MOST_NAMED);
        children.find(|child| self.name(*child, bytes) == Some(name))
    }

    /// The value of the child of that name, among the first children.
    pub(super) fn child_value<'a>(
        &'a self,
        node: NodeId,
        name: &[u8],
        bytes: &'a [u8],
    ) -> Option<&'a [u8]> {
        let children = self.children(node);
        let named = children.take(LOOKED_UP).find(|child| {
            self.name(*child, bytes)
                .is_some_and(|known| known.eq_ignore_ascii_case(name))
        })?;
        self.value(named).map(|value| value.text(bytes))
    }

    /// The node and those around it, without the document.
    pub(super) fn way(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let up = std::iter::successors(Some(node), |node| self.parent(*node));
        up.filter(|node| self.parent(*node).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_are_found_by_name_and_ways_lead_outwards() {
        let bytes = b"user ci";
        let mut tree = Tree::default();
        let root = tree.document().unwrap();
        let list = tree.child(root, Name::Text((*b"list").into())).unwrap();
        let item = tree.child(list, Name::index(0)).unwrap();
        let leaf = tree
            .leaf(item, Name::At(0..4), Scalar::plain(5..7))
            .unwrap();
        assert_eq!(tree.child_value(item, b"USER", bytes), Some(&b"ci"[..]));
        assert_eq!(tree.child_value(item, b"other", bytes), None);
        let names: Vec<_> = tree
            .way(leaf)
            .map(|node| tree.name(node, bytes).unwrap())
            .collect();
        assert_eq!(names, [&b"user"[..], b"0", b"list"]);
        for place in [7, 10, 65_535, usize::MAX] {
            let item = tree.child(list, Name::index(place)).unwrap();
            // What is borrowed of the tree is no copy.
            let name: &[u8] = tree.name(item, bytes).unwrap();
            assert_eq!(name, place.to_string().as_bytes());
        }
        assert!(tree.is_item(item) && !tree.is_item(leaf));
    }

    #[test]
    fn a_tree_has_so_many_nodes_and_is_so_deep() {
        let mut tree = Tree::default();
        let root = tree.document().unwrap();
        let mut node = root;
        let mut depth = 0;
        while let Some(child) = tree.child(node, Name::index(0)) {
            (node, depth) = (child, depth + 1);
        }
        assert_eq!(depth, usize::from(DEEPEST));
        while tree.child(root, Name::index(1)).is_some() {}
        assert_eq!(tree.ids().count(), MOST_NODES);
        assert!(tree.document().is_none());
    }
}
