//! TOML, by the events of the parser that `toml` is built on: it knows its places and goes on
//! behind a mistake.

use std::borrow::Cow;
use std::collections::BTreeSet;

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::{EventReceiver, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, Raw, Source, Span};

use super::as_text;
use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};

/// Lists and inline tables within each other.
const DEEPEST: u32 = 48;

/// Reads the document.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let text = as_text(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let before = bytes.len() - text.len();
    let Some(root) = tree.document() else { return };
    let source = Source::new(&text);
    let tokens = source.lex().into_vec();
    let mut reader = Reader {
        bytes,
        before,
        source,
        tree,
        root,
        table: root,
        lists: BTreeSet::new(),
        keys: Vec::new(),
        open: Vec::new(),
        is_full: false,
    };
    let mut guarded = RecursionGuard::new(&mut reader, DEEPEST);
    parse_document(&tokens, &mut guarded, &mut ());
}

/// A list or inline table that has begun and not ended.
struct Open {
    node: NodeId,
    /// How many items a list has had.
    items: Option<usize>,
    /// The keys that were read before it began.
    keys: Vec<Name>,
}

struct Reader<'a, 't> {
    bytes: &'a [u8],
    /// Bytes before the text: a byte order mark.
    before: usize,
    source: Source<'t>,
    tree: &'a mut Tree,
    root: NodeId,
    table: NodeId,
    /// Headers of tables that are items of lists.
    lists: BTreeSet<Vec<Vec<u8>>>,
    /// Parts of the key at hand.
    keys: Vec<Name>,
    open: Vec<Open>,
    is_full: bool,
}

impl Reader<'_, '_> {
    /// A node below `node`, by the parts of the key at hand.
    fn below(&mut self, mut node: NodeId) -> NodeId {
        for name in std::mem::take(&mut self.keys) {
            if self.is_full {
                break;
            }
            node = self.child(node, name);
        }
        node
    }

    /// The node of a table by its header, which may lead through a list of tables or be one more
    /// of it. Each table stands alone, so its number in the list does not matter.
    fn header(&mut self, is_item: bool) -> NodeId {
        let mut node = self.root;
        let mut way = Vec::new();
        let keys = std::mem::take(&mut self.keys);
        let last = keys.len().saturating_sub(1);
        for (at, name) in keys.into_iter().enumerate() {
            if self.is_full {
                break;
            }
            node = self.child(node, name);
            let name = self.tree.name(node, self.bytes);
            way.push(name.unwrap_or_default().to_vec());
            if is_item && at == last {
                self.lists.insert(way.clone());
            }
            if self.lists.contains(&way) {
                node = self.child(node, Name::index(0));
            }
        }
        node
    }

    /// The node that a value takes, in a list or behind a key.
    fn next(&mut self) -> NodeId {
        match self.open.last_mut() {
            Some(Open {
                node,
                items: Some(items),
                ..
            }) => {
                *items += 1;
                let (list, index) = (*node, *items - 1);
                self.child(list, Name::index(index))
            }
            Some(Open { node, .. }) => {
                let table = *node;
                self.below(table)
            }
            None => self.below(self.table),
        }
    }

    fn child(&mut self, parent: NodeId, name: Name) -> NodeId {
        self.tree.child(parent, name).unwrap_or_else(|| {
            self.is_full = true;
            parent
        })
    }

    fn begin(&mut self, items: Option<usize>) -> bool {
        let node = self.next();
        let keys = std::mem::take(&mut self.keys);
        self.open.push(Open { node, items, keys });
        !self.is_full
    }

    fn end(&mut self) {
        if let Some(open) = self.open.pop() {
            self.keys = open.keys;
        }
    }

    /// Where a value or key stands, without quotes.
    fn place(&self, span: Span, encoding: Option<Encoding>) -> std::ops::Range<usize> {
        let quotes = match encoding {
            None => 0,
            Some(Encoding::LiteralString | Encoding::BasicString) => 1,
            Some(Encoding::MlLiteralString | Encoding::MlBasicString) => 3,
        };
        // A string that does not end may be shorter than its quotes.
        let end = self.before + span.end();
        let start = (self.before + span.start() + quotes).min(end);
        start..end.saturating_sub(quotes).max(start)
    }
}

impl EventReceiver for Reader<'_, '_> {
    fn std_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.keys.clear();
        self.open.clear();
    }

    fn std_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.table = self.header(false);
    }

    fn array_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.keys.clear();
        self.open.clear();
    }

    fn array_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.table = self.header(true);
    }

    fn inline_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) -> bool {
        self.begin(None)
    }

    fn inline_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.end();
    }

    fn array_open(&mut self, _: Span, _: &mut dyn ErrorSink) -> bool {
        self.begin(Some(0))
    }

    fn array_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.end();
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        let at = self.place(span, encoding);
        let written = self.source.get(span);
        let raw = written.map_or("", |raw| raw.as_str());
        let mut text = Cow::Borrowed("");
        Raw::new_unchecked(raw, encoding, span).decode_key(&mut text, &mut ());
        self.keys.push(match self.bytes.get(at.clone()) {
            Some(same) if same == text.as_bytes() => Name::At(at),
            _ => Name::Text(text.as_bytes().into()),
        });
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        if self.is_full {
            return;
        }
        let at = self.place(span, encoding);
        let written = self.source.get(span);
        let raw = written.map_or("", |raw| raw.as_str());
        let mut text = Cow::Borrowed("");
        let raw = Raw::new_unchecked(raw, encoding, span);
        let kind = raw.decode_scalar(&mut text, &mut ());
        let inner = at.start - self.before..at.end - self.before;
        let says_more = self.source.input().get(inner) != Some(&*text);
        let mut scalar = match says_more && matches!(kind, ScalarKind::String) {
            true => Scalar::saying(at, self.bytes, text.as_bytes()),
            false => Scalar::plain(at),
        };
        scalar.is_word = matches!(kind, ScalarKind::Boolean(_));
        let node = self.next();
        self.tree.set(node, scalar);
    }

    fn newline(&mut self, _: Span, _: &mut dyn ErrorSink) {
        if self.open.is_empty() {
            self.keys.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn tables_lists_and_inline_tables_lead_to_their_values() {
        let text = "a = \"x\"\nb.c = 'y'\n[t]\nk = 1 # c\n\"q.r\" = \"a\\tb\"\n[[l]]\nn = {o = \"p\", q = [\"r\", true]}\n[u.\"v w\"]\nx = '''\nlong'''\n";
        assert_eq!(
            fields("toml", text),
            [
                "a=x",
                "b.c=y",
                "t.k=1",
                "t.q.r=a\tb <a\\tb>",
                "l.0.n.o=p",
                "l.0.n.q.0=r",
                "l.0.n.q.1=true!",
                "u.v w.x=long <\nlong>",
            ]
        );
    }

    #[test]
    fn a_table_within_one_of_a_list_belongs_to_it() {
        let text = "[[r]]\na = 1\n[r.c]\nb = 2\n[[r.c.d]]\ne = 3\n[s]\nf = 4\n";
        assert_eq!(
            fields("toml", text),
            ["r.0.a=1", "r.0.c.b=2", "r.0.c.d.0.e=3", "s.f=4"]
        );
    }

    #[test]
    fn a_mistake_does_not_take_the_rest_along() {
        let text = "a = \nb = \"x\"\n[t\nc = \"y\"\n= 3\nd = \"z\"\n";
        let found = fields("toml", text);
        assert!(found.contains(&"b=x".to_owned()), "{found:?}");
        assert!(
            found.iter().any(|field| field.ends_with("d=z")),
            "{found:?}"
        );
    }
}
