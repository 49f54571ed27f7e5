//! Matches in a history text: what it assigns is read as the environment is, because builders
//! record values without quotes and a command line's rules would cut them short. A command in exec form is
//! read as the line that its words make.

use std::collections::HashMap;
use std::ops::Range;

use super::words::in_words;
use crate::detect::span::Position;
use crate::detect::{Context, Engine, Match, TextKind};
use crate::image::{Assignment, assignments, exec_words};

/// Bytes of names and values that are remembered of one history.
const MOST_DECLARED: usize = 1 << 20;
/// Bytes of entry points that are searched again before the commands of one history.
const MOST_REPEATED: usize = 1 << 20;

/// What the texts of a history assigned so far. A `RUN` records its build arguments without
/// quotes, so only the `ARG` before it tells where a value with spaces ends.
#[derive(Default)]
pub(super) struct Declared {
    values: HashMap<String, String>,
    kept: usize,
    /// The words of the last `ENTRYPOINT`, to which those of a `CMD` are added.
    entrypoint: Vec<String>,
    /// Bytes of them that were.
    repeated: usize,
}

impl Declared {
    /// The assignments of the next text, each with its whole value.
    fn take(&mut self, text: &str) -> Vec<Assignment> {
        let mut pairs = assignments(text);
        for pair in &mut pairs {
            let from = text.get(pair.value.start..).unwrap_or_default();
            let known = self.values.get(&pair.key);
            if let Some(known) = known.filter(|known| from.starts_with(known.as_str())) {
                pair.value.end = pair.value.end.max(pair.value.start + known.len());
            }
            let value = text.get(pair.value.clone()).unwrap_or_default();
            let size = pair.key.len() + value.len();
            if self.kept + size <= MOST_DECLARED {
                self.kept += size;
                self.values.insert(pair.key.clone(), value.to_owned());
            }
        }
        pairs
    }

    /// The program that the words of a text are arguments of: of a `CMD` the entry point before it.
    fn program(&mut self, text: &str, words: &[Range<usize>]) -> Vec<String> {
        let before = words.first().and_then(|word| text.get(..word.start));
        let before = before
            .unwrap_or(text)
            .trim_end_matches(['[', ']', '"', ' ']);
        if before.ends_with("CMD") {
            let size: usize = self.entrypoint.iter().map(String::len).sum();
            self.repeated += size;
            return match self.repeated <= MOST_REPEATED {
                true => self.entrypoint.clone(),
                false => Vec::new(),
            };
        }
        if before.ends_with("ENTRYPOINT") {
            let words = words.iter().filter_map(|word| text.get(word.clone()));
            self.entrypoint = words.map(str::to_owned).collect();
        }
        Vec::new()
    }
}

/// `matches` of the text as a command, those of its assignments, and those of its words in exec
/// form; where two share bytes, the one of the assignment counts, and then the one of the command.
pub(super) fn with_assignments(
    engine: &Engine,
    text: &str,
    matches: Vec<Match>,
    declared: &mut Declared,
) -> Vec<Match> {
    let mut all: Vec<Match> = Vec::new();
    for pair in declared.take(text) {
        all.extend(of_pair(engine, text, &pair));
    }
    add_others(&mut all, matches);
    let words = exec_words(text);
    let program = declared.program(text, &words);
    add_others(&mut all, of_words(engine, text, &program, &words));
    all.sort_by_key(|matched| matched.span);
    all
}

/// `matches` of the text as a command, and those of its words in exec form. The words of a text that is a
/// document are texts of their own.
pub(super) fn with_exec_form(engine: &Engine, text: &str, matches: Vec<Match>) -> Vec<Match> {
    if text.starts_with('{') {
        return matches;
    }
    let mut all = matches;
    add_others(&mut all, of_words(engine, text, &[], &exec_words(text)));
    all.sort_by_key(|matched| matched.span);
    all
}

/// Adds those that share no byte with any that is there.
fn add_others(all: &mut Vec<Match>, mut others: Vec<Match>) {
    let shares =
        |a: &Match, b: &Match| a.span.offset < b.span.end() && b.span.offset < a.span.end();
    others.retain(|matched| !all.iter().any(|other| shares(matched, other)));
    all.append(&mut others);
}

/// Matches in the words of a command in exec form, behind those of its program.
fn of_words(engine: &Engine, text: &str, program: &[String], words: &[Range<usize>]) -> Vec<Match> {
    if words.is_empty() {
        return Vec::new();
    }
    let own = words.iter().filter_map(|word| text.get(word.clone()));
    let line = program.iter().map(String::as_str).chain(own);
    let found = in_words(line, |context, bytes| engine.scan_fully(context, bytes));
    let placed = found.into_iter().filter_map(|(index, mut matched)| {
        let word = words.get(index.checked_sub(program.len())?)?;
        matched.span.offset += word.start as u64;
        matched.position = position(text, matched.span.offset);
        Some(matched)
    });
    placed.collect()
}

fn of_pair(engine: &Engine, text: &str, pair: &Assignment) -> Vec<Match> {
    let context = Context {
        kind: TextKind::Env,
        ..Context::default()
    };
    let value = text.get(pair.value.clone()).unwrap_or_default();
    let head = pair.key.len() as u64 + 1;
    let found = engine.scan_fully(&context, format!("{}={value}", pair.key).as_bytes());
    let placed = found.matches.into_iter().filter_map(|mut matched| {
        let offset = matched.span.offset.checked_sub(head)? + pair.value.start as u64;
        matched.span.offset = offset;
        matched.position = position(text, offset);
        Some(matched)
    });
    placed.collect()
}

fn position(text: &str, offset: u64) -> Position {
    let before = usize::try_from(offset)
        .ok()
        .and_then(|end| text.as_bytes().get(..end));
    let before = before.unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    Position {
        line: memchr::memchr_iter(b'\n', before).count() as u64 + 1,
        column: (before.len() - start) as u64 + 1,
    }
}
