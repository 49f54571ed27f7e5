//! YAML, by the events of a parser that knows its places: each document of a file has a tree of
//! its own, and one that breaks does not take the next along.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use super::as_text;
use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};

/// Words that are no text when they stand without quotes.
const WORDS: &[&str] = &["", "~", "null", "true", "false", "yes", "no", "on", "off"];

/// Reads every document.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let text = as_text(bytes);
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_comments: false,
    };
    let mut parser = Parser::new_from_str_with_options(&text, options);
    let mut reader = Reader {
        bytes,
        tree,
        open: Vec::new(),
    };
    loop {
        match parser.next() {
            Some(Ok((event, span))) => {
                let at = span.byte_range().unwrap_or_default();
                if reader.take(event, at).is_none() {
                    return;
                }
            }
            Some(Err(_)) => {
                reader.open.clear();
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    return;
                }
            }
            None => return,
        }
    }
}

/// A collection that has begun and not ended.
enum Open {
    /// A document, whose node is the next one.
    Document(NodeId),
    /// A list, and how many items it has had.
    List(NodeId, usize),
    /// A mapping, and the key whose value comes next.
    Mapping(NodeId, Option<Name>),
    /// Something that has no name, such as a mapping that is a key.
    Nameless,
}

struct Reader<'a> {
    bytes: &'a [u8],
    tree: &'a mut Tree,
    open: Vec<Open>,
}

/// `None` where the tree has no more room.
impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, at: Range<usize>) -> Option<()> {
        match event {
            Event::DocumentStart(..) => {
                self.open.clear();
                let root = self.tree.document()?;
                self.open.push(Open::Document(root));
            }
            Event::SequenceStart(..) => {
                let open = self.begin()?.map(|node| Open::List(node, 0));
                self.open.push(open.unwrap_or(Open::Nameless));
            }
            Event::MappingStart(..) => {
                let open = self.begin()?.map(|node| Open::Mapping(node, None));
                self.open.push(open.unwrap_or(Open::Nameless));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
            }
            Event::Scalar(text, style, _, tag) => self.scalar(&text, style, tag.as_deref(), at)?,
            // What an alias stands for was seen where it was written.
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.begin()?;
            }
            _ => {}
        }
        Some(())
    }

    /// The node that comes next, if it has a name; what takes the place of a key has none.
    fn begin(&mut self) -> Option<Option<NodeId>> {
        let (parent, name) = match self.open.last_mut() {
            Some(Open::Document(root)) => return Some(Some(*root)),
            Some(Open::List(list, items)) => {
                *items += 1;
                (*list, Name::index(*items - 1))
            }
            Some(Open::Mapping(mapping, key)) => match key.take() {
                Some(name) => (*mapping, name),
                None => {
                    // The value of a key that is a collection has no name either.
                    *key = Some(Name::Text(Box::default()));
                    return Some(None);
                }
            },
            Some(Open::Nameless) | None => return Some(None),
        };
        self.tree.child(parent, name).map(Some)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        at: Range<usize>,
    ) -> Option<()> {
        let at = self.within_quotes(at, style);
        if let Some(Open::Mapping(_, key @ None)) = self.open.last_mut() {
            let same = self.bytes.get(at.clone()) == Some(text.as_bytes());
            *key = Some(match same {
                true => Name::At(at),
                false => Name::Text(text.as_bytes().into()),
            });
            return Some(());
        }
        let Some(node) = self.begin()? else {
            return Some(());
        };
        // A tag of somebody's own (`!vault`, `!Ref`, `!ENV`) says that the value is something else.
        let is_foreign = tag.is_some_and(|tag| !tag.handle().starts_with("tag:yaml.org"));
        let is_plain = style == ScalarStyle::Plain;
        let is_word = is_plain && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
        let mut scalar = if self.is_as_written(&at, text) {
            Scalar::plain(at)
        } else {
            Scalar::saying(at, self.bytes, text.trim_end().as_bytes())
        };
        scalar.is_word = is_word || is_foreign;
        self.tree.set(node, scalar);
        Some(())
    }

    /// The place without quotes, and without the line ends that a block takes along.
    fn within_quotes(&self, at: Range<usize>, style: ScalarStyle) -> Range<usize> {
        match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if at.len() >= 2 => {
                at.start + 1..at.end - 1
            }
            _ => {
                let text = self.bytes.get(at.clone()).unwrap_or_default();
                at.start..at.start + text.trim_ascii_end().len()
            }
        }
    }

    /// Whether the parser's text is what stands there, but for bytes that are no UTF-8.
    fn is_as_written(&self, at: &Range<usize>, text: &str) -> bool {
        let written = self.bytes.get(at.clone()).unwrap_or_default();
        let text = text.trim_end().as_bytes();
        written.len() == text.len() && (written == text || as_text(written).as_bytes() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn mappings_and_lists_lead_to_their_values_in_every_style() {
        let text = "a:\n  b: x # c\n  'c d': \"y\\tz\"\nlist:\n- one\n- k: 'it''s'\n  t: true\nflow: {p: [q, \"r\"]}\nn: 0123\n";
        assert_eq!(
            fields("yaml", text),
            [
                "a.b=x",
                "a.c d=y\tz <y\\tz>",
                "list.0=one",
                "list.1.k=it's <it''s>",
                "list.1.t=true!",
                "flow.p.0=q",
                "flow.p.1=r",
                "n=0123",
            ]
        );
    }

    #[test]
    fn blocks_are_texts_and_one_line_of_a_block_stands_as_it_is() {
        let text = "a: |\n  one\nb: |\n  one\n  two\nc: >-\n  one\n  two\n";
        assert_eq!(
            fields("yaml", text),
            ["a=one", "b=one\ntwo <one\n  two>", "c=one two <one\n  two>"]
        );
    }

    #[test]
    fn documents_stand_alone_and_a_broken_one_ends_at_the_next() {
        let text = "a: x\n---\nb: y\nc: [\n---\nd: z\n";
        assert_eq!(fields("yaml", text), ["a=x", "b=y", "d=z"]);
    }

    #[test]
    fn tags_aliases_and_keys_that_are_no_names_hold_no_values() {
        let text = "a: &x one\nb: *x\nc: !vault |\n  z\nd: !!str two\n? [k]\n: v\ne: three\nf: *none\ng: four\n";
        assert_eq!(
            fields("yaml", text),
            ["a=one", "c=z!", "d=two", "=v", "e=three", "g=four"]
        );
    }

    #[test]
    fn bytes_that_are_no_text_keep_their_places() {
        let bytes = b"a: \"p\xfcx\"\nb: y\n";
        assert_eq!(super::super::tests::of_bytes("yaml", bytes).len(), 2);
    }
}
