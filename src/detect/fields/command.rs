//! Command lines in the fields of a file: one as a text, or one as a list of its words, which may be
//! the arguments of a program that stands beside it. They are searched as what they are, and what is
//! found stands where its word does.

use std::ops::Range;

use super::tree::{NodeId, Tree};
use crate::detect::CommandLine;

/// Longest line that is searched.
const LONGEST: usize = 32 << 10;
/// Lines of one file that are searched.
const MOST: usize = 2_000;
/// Fields beside one among which its program is looked for.
const BESIDE: usize = 256;
/// Fields that hold arguments, and what holds their program in the same object: of Kubernetes, of
/// Compose, of a Dockerfile.
const PROGRAMS: [(&[u8], &[u8]); 3] = [
    (b"args", b"command"),
    (b"command", b"entrypoint"),
    (b"CMD", b"ENTRYPOINT"),
];

/// A command line.
pub(super) struct Line {
    /// As a shell would be told.
    pub text: CommandLine,
    /// Bytes of it that are the program's, which is a line of its own.
    pub program: usize,
    /// Its words.
    pub words: Vec<Word>,
    /// The field that it is, or whose items are its words.
    pub of: NodeId,
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
    let of = match is_list {
        true => tree.parent(first)?,
        false => first,
    };
    let mut text = CommandLine::default();
    if let Some(program) = program(tree, of, bytes) {
        push(&mut text, tree, program, bytes);
    }
    let (program, mut words) = (text.text().len(), Vec::new());
    for value in fields.iter().filter_map(|field| tree.value(*field)) {
        let word = value.text(bytes);
        if text.text().len() + word.len() > LONGEST {
            break;
        }
        words.push(Word {
            inner: match is_list {
                true => text.push_word(word),
                false => text.push_line(word),
            },
            at: value.at.clone(),
        });
    }
    (!words.is_empty()).then_some(Line {
        text,
        program,
        words,
        of,
    })
}

/// The field whose program takes what a field holds as arguments: of several the one before it.
fn program(tree: &Tree, of: NodeId, bytes: &[u8]) -> Option<NodeId> {
    let name = tree.name(of, bytes)?;
    let (_, wanted) = PROGRAMS.iter().find(|(arguments, _)| *arguments == name)?;
    let beside = tree.children(tree.parent(of)?).take(BESIDE);
    let mut named = beside.filter(|field| tree.name(*field, bytes) == Some(wanted));
    let first = named.next()?;
    let before = named.take_while(|field| *field < of).last();
    Some(before.unwrap_or(first))
}

/// Adds what a field holds, or all its items do, where there is room for half a line of it.
fn push(line: &mut CommandLine, tree: &Tree, field: NodeId, bytes: &[u8]) {
    if let Some(value) = tree.value(field) {
        let text = value.text(bytes);
        if text.len() <= LONGEST / 2 {
            line.push_line(text);
        }
    }
    for value in tree.children(field).filter_map(|item| tree.value(item)) {
        let word = value.text(bytes);
        if line.text().len() + word.len() > LONGEST / 2 {
            return;
        }
        line.push_word(word);
    }
}
