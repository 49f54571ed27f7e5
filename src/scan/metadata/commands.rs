//! The commands of a config: lists of words, which are searched once more as the lines that they make.
//! Docker runs the words of the entry point and then those of the command as one.

use std::collections::BTreeMap;

use super::{Place, Worker};
use crate::detect::span::Span;
use crate::detect::{Match, TextKind};
use crate::finding::Kind;
use crate::scan::base64_parts::Part;
use crate::scan::json_text::JsonText;
use crate::scan::words::in_words;

/// Bytes of words that are kept of one config. A kernel takes so many at most.
const MOST: usize = 2 << 20;
/// Bytes that a word takes beside its own.
const OF_WORD: usize = 128;

/// The lists of words of one config so far.
#[derive(Debug, Default)]
pub(super) struct Commands {
    /// Keys and indexes that lead to the config.
    holder: Vec<String>,
    lists: BTreeMap<List, Vec<Word>>,
    size: usize,
    /// The list of the last text, where that is a word.
    last: Option<List>,
    /// Whether there was no room for a word.
    is_full: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    Entrypoint,
    Cmd,
    Healthcheck,
    Shell,
}

/// A word of a command and where it stands.
#[derive(Debug)]
struct Word {
    text: String,
    pointer: String,
    kind: Kind,
    decoded: Vec<&'static str>,
    /// What was found in it by itself.
    told: Vec<Span>,
}

impl Commands {
    /// Whether a text is a word of another config than those before it.
    pub(super) fn are_over_at(&self, text: &JsonText<'_>) -> bool {
        let holder = list(text).map(|(_, holder)| holder);
        holder.is_some_and(|holder| !self.lists.is_empty() && holder != self.holder)
    }

    /// Takes a text, in which `matches` were found, if it is a word of a command.
    pub(super) fn add(&mut self, place: &Place, text: &JsonText<'_>, matches: &[Match]) {
        self.last = None;
        let is_read = place.text == TextKind::Command && !text.is_key;
        let Some((list, holder)) = list(text).filter(|_| is_read) else {
            return;
        };
        let pointer = text.pointer();
        self.size += text.text.len() + pointer.len() + OF_WORD;
        self.is_full |= self.size > MOST;
        if self.is_full {
            return;
        }
        if self.lists.is_empty() {
            self.holder = holder.to_vec();
        }
        self.last = Some(list);
        self.lists.entry(list).or_default().push(Word {
            text: text.text.to_owned(),
            pointer,
            kind: place.kind,
            decoded: text.decoded.to_vec(),
            told: matches.iter().map(|matched| matched.span).collect(),
        });
    }

    /// Nothing more is to be found in the last word, or in that part of it: what it holds is told.
    pub(super) fn pass_over(&mut self, part: Option<&Part>) {
        let list = self.last.and_then(|list| self.lists.get_mut(&list));
        let Some(word) = list.and_then(|list| list.last_mut()) else {
            return;
        };
        let at = part.map_or(0..word.text.len(), |part| part.at.clone());
        word.told.push(Span::new(at.start as u64, at.len() as u64));
    }

    /// The words of each command.
    fn lines(mut self) -> Vec<Vec<Word>> {
        let mut line = self.lists.remove(&List::Entrypoint).unwrap_or_default();
        line.extend(self.lists.remove(&List::Cmd).unwrap_or_default());
        let mut lines = vec![line];
        lines.extend(self.lists.into_values());
        lines
    }
}

/// Which list of a config a text is an item of, and what leads to the config.
fn list<'t>(text: &JsonText<'t>) -> Option<(List, &'t [String])> {
    let (index, above) = text.steps.split_last()?;
    index.parse::<usize>().ok()?;
    let (name, holder) = above.split_last()?;
    let is = |name: &str, known: &str| name.eq_ignore_ascii_case(known);
    match name.as_str() {
        name if is(name, "Entrypoint") => Some((List::Entrypoint, holder)),
        name if is(name, "Cmd") => Some((List::Cmd, holder)),
        name if is(name, "Shell") => Some((List::Shell, holder)),
        name if is(name, "Test") => {
            let (name, holder) = holder.split_last()?;
            is(name, "Healthcheck").then_some((List::Healthcheck, holder))
        }
        _ => None,
    }
}

impl Worker<'_> {
    /// Searches the commands of a config that is over, for what their words did not show by themselves.
    pub(super) fn scan_commands(&mut self) {
        let commands = std::mem::take(&mut self.commands);
        if commands.is_full {
            self.limited(format!("commands of more than {MOST} bytes"));
        }
        for words in commands.lines() {
            let texts = words.iter().map(|word| word.text.as_str());
            let found = in_words(texts, |context, bytes| self.stream.whole(context, bytes));
            for (index, matched) in found {
                let Some(word) = words.get(index) else {
                    continue;
                };
                if !word.told.iter().any(|told| told.overlaps(&matched.span)) {
                    self.tell(
                        matched,
                        word.kind,
                        word.pointer.clone(),
                        None,
                        &word.decoded,
                    );
                }
            }
        }
    }
}
