//! XML: an element's text is its value, an attribute is a field below it whose name begins with
//! `@`. Prefixes of namespaces are left out. Ends that do not fit are taken as they come.

use std::ops::Range;

use quick_xml::Reader as Events;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::as_text;
use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};

/// Reads the document.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let text = as_text(bytes);
    let Some(root) = tree.document() else { return };
    let mut events = Events::from_str(&text);
    let config = events.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut reader = Reader {
        bytes,
        text: &text,
        tree,
        open: vec![Open {
            node: root,
            text: 0..0,
        }],
    };
    loop {
        let start = usize::try_from(events.buffer_position()).unwrap_or(usize::MAX);
        // A mistake in the markup ends it; what came before counts.
        let Ok(event) = events.read_event() else {
            return;
        };
        let end = usize::try_from(events.buffer_position()).unwrap_or(usize::MAX);
        if matches!(event, Event::Eof) || reader.take(&event, start..end).is_none() {
            return;
        }
    }
}

/// An element that has begun and not ended, and where its text stands.
struct Open {
    node: NodeId,
    text: Range<usize>,
}

struct Reader<'a, 't> {
    bytes: &'a [u8],
    text: &'t str,
    tree: &'a mut Tree,
    open: Vec<Open>,
}

/// `None` where the tree has no more room.
impl Reader<'_, '_> {
    fn take(&mut self, event: &Event<'_>, at: Range<usize>) -> Option<()> {
        match event {
            Event::Start(tag) => {
                let node = self.element(tag)?;
                self.open.push(Open {
                    node,
                    text: at.end..at.end,
                });
            }
            Event::Empty(tag) => {
                self.element(tag)?;
            }
            Event::End(_) if self.open.len() > 1 => {
                if let Some(open) = self.open.pop() {
                    self.close(&open);
                }
            }
            // Text is told in pieces, with a reference as a piece of its own.
            Event::Text(_) | Event::GeneralRef(_) | Event::CData(_) => {
                let open = self.open.last_mut()?;
                if open.text.is_empty() {
                    open.text.start = at.start;
                }
                open.text.end = at.end;
            }
            _ => {}
        }
        Some(())
    }

    /// An element and its attributes.
    fn element(&mut self, tag: &BytesStart<'_>) -> Option<NodeId> {
        let parent = self.open.last()?.node;
        let name = local(tag.name().into_inner());
        let node = self
            .tree
            .child(parent, Name::Text(name.as_bytes().into()))?;
        let mut attributes = tag.attributes();
        for attribute in attributes.with_checks(false).flatten() {
            let value: &str = &attribute.value;
            // The value is a part of the text, so its place in memory tells where.
            let start = value
                .as_ptr()
                .addr()
                .wrapping_sub(self.text.as_ptr().addr());
            let at = start..start.saturating_add(value.len());
            if self.text.get(at.clone()) != Some(value) {
                continue;
            }
            let scalar = self.said(at, value);
            let name = format!("@{}", local(attribute.key.into_inner()));
            self.tree
                .leaf(node, Name::Text(name.into_bytes().into()), scalar)?;
        }
        Some(node)
    }

    /// Gives an element its text, if it has any.
    fn close(&mut self, open: &Open) {
        let text = self.text.get(open.text.clone()).unwrap_or_default();
        let start = open.text.start + text.len() - text.trim_start().len();
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let inner = text.strip_prefix("<![CDATA[");
        let scalar = match inner.and_then(|inner| inner.strip_suffix("]]>")) {
            Some(inner) => Scalar::plain(start + 9..start + 9 + inner.len()),
            // Elements in between are part of the place, and then it is no one value.
            None if text.contains('<') => return,
            None => self.said(start..start + text.len(), text),
        };
        self.tree.set(open.node, scalar);
    }

    /// A value whose references are resolved.
    fn said(&self, at: Range<usize>, text: &str) -> Scalar {
        match unescape(text) {
            Ok(said) if said != text => Scalar::saying(at, self.bytes, said.as_bytes()),
            _ => Scalar::plain(at),
        }
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn elements_attributes_and_their_texts_are_fields() {
        let text = "<?xml version=\"1.0\"?>\n<!-- c --><s:a xmlns:s=\"u\">\n <b k='v&amp;w' x:l = \"m\">t</b><c> x&lt;y&#x21; </c>\n<d><![CDATA[p<q]]></d><e/><f>é</f></s:a>";
        assert_eq!(
            fields("xml", text),
            [
                "a.@s=u",
                "a.b=t",
                "a.b.@k=v&w <v&amp;w>",
                "a.b.@l=m",
                "a.c=x<y! <x&lt;y&#x21;>",
                "a.d=p<q",
                "a.f=é",
            ]
        );
    }

    #[test]
    fn a_broken_file_counts_up_to_where_it_breaks() {
        assert_eq!(fields("xml", "<a><b>x</b></z><c>y</c><d"), ["a.b=x", "c=y"]);
        assert_eq!(fields("xml", "<a>x<b>y</b>z</a>"), ["a.b=y"]);
    }
}
