//! Matches in a history text: what it assigns is read as the environment is, because builders
//! record values without quotes and a command line's rules would cut them short.

use std::collections::HashMap;
use std::ops::Range;

use crate::detect::span::Position;
use crate::detect::{Context, Engine, Match, TextKind};
use crate::image::{Assignment, assignments, exec_words};

/// Bytes of names and values that are remembered of one history.
const MOST_DECLARED: usize = 1 << 20;

/// What the texts of a history assigned so far. A `RUN` records its build arguments without
/// quotes, so only the `ARG` before it tells where a value with spaces ends.
#[derive(Default)]
pub(super) struct Declared {
    values: HashMap<String, String>,
    kept: usize,
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
}

/// `matches` of the text as a command, those of its assignments, and those of arguments behind
/// their options in exec form; where two share bytes, the one of the assignment counts, and then
/// the one of the command.
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
    for words in exec_words(text).windows(2) {
        if let [option, argument] = words {
            add_others(&mut all, of_word(engine, text, option, argument));
        }
    }
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

/// Matches in a word of a command in exec form that follows an option.
fn of_word(
    engine: &Engine,
    text: &str,
    option: &Range<usize>,
    argument: &Range<usize>,
) -> Vec<Match> {
    let word = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let mut found = of_argument(engine, word(option), word(argument));
    for matched in &mut found {
        matched.span.offset += argument.start as u64;
        matched.position = position(text, matched.span.offset);
    }
    found
}

/// Matches in an argument that follows an option: `["--password", "…"]` is `--password …`.
pub(super) fn of_argument(engine: &Engine, option: &str, argument: &str) -> Vec<Match> {
    if !option.starts_with('-') || option.contains(['=', ' ']) {
        return Vec::new();
    }
    let context = Context {
        kind: TextKind::Command,
        ..Context::default()
    };
    let head = option.len() as u64 + 1;
    let found = engine.scan_fully(&context, format!("{option} {argument}").as_bytes());
    let placed = found.matches.into_iter().filter_map(|mut matched| {
        matched.span.offset = matched.span.offset.checked_sub(head)?;
        matched.position = position(argument, matched.span.offset);
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
