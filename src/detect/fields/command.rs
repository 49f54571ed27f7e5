//! Command lines in the fields of a file: one as a text, or one as a list of its words. They are
//! searched as what they are, and what is found stands where its word does.

use std::ops::Range;

use super::tree::{NodeId, Tree};

/// Longest line that is searched.
const LONGEST: usize = 32 << 10;
/// Lines of one file that are searched.
const MOST: usize = 2_000;

/// A command line.
pub(super) struct Line {
    /// As a shell would be told.
    pub text: Vec<u8>,
    /// Its words.
    pub words: Vec<Word>,
    /// The first field of it, and whether that is one of several.
    pub first: NodeId,
    pub is_list: bool,
}

/// A word of it.
pub(in crate::detect) struct Word {
    /// Where it lies in the line.
    pub inner: Range<usize>,
    /// Where it is written in the file.
    pub at: Range<usize>,
}

/// The lines that fields hold, which are in order: items of one list make one.
pub(super) fn lines(tree: &Tree, fields: &[NodeId], bytes: &[u8]) -> impl Iterator<Item = Line> {
    let is_one_list = |a: &NodeId, b: &NodeId| {
        tree.is_item(*a) && tree.is_item(*b) && tree.parent(*a) == tree.parent(*b)
    };
    let lists = fields.chunk_by(is_one_list).take(MOST);
    lists.filter_map(|fields| line(tree, fields, bytes))
}

fn line(tree: &Tree, fields: &[NodeId], bytes: &[u8]) -> Option<Line> {
    let first = *fields.first()?;
    let is_list = tree.is_item(first);
    let (mut text, mut words) = (Vec::new(), Vec::new());
    for value in fields.iter().filter_map(|field| tree.value(*field)) {
        let word = value.text(bytes);
        if text.len() + word.len() > LONGEST {
            break;
        }
        let quote = (is_list && asks_for_quotes(word)).then_some(b'"');
        if !words.is_empty() {
            text.push(b' ');
        }
        text.extend(quote);
        let start = text.len();
        text.extend_from_slice(word);
        words.push(Word {
            inner: start..text.len(),
            at: value.at.clone(),
        });
        text.extend(quote);
    }
    (!words.is_empty()).then_some(Line {
        text,
        words,
        first,
        is_list,
    })
}

/// Whether a word of a list is one word of a shell in quotes only.
fn asks_for_quotes(word: &[u8]) -> bool {
    let holds = |signs: [u8; 3]| memchr::memchr3(signs[0], signs[1], signs[2], word).is_some();
    holds([b' ', b'\t', b'\n']) && !holds([b'"', b'\\', b'"'])
}
