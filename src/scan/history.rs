//! Matches in a history text: what it assigns is read as the environment is, because builders
//! record values without quotes and a command line's rules would cut them short.

use crate::detect::span::Position;
use crate::detect::{Context, Engine, Match, TextKind};
use crate::image::{Assignment, assignments};

/// `matches` of the text as a command, and those of its assignments; where two share bytes, the
/// one of the assignment counts.
pub(super) fn with_assignments(engine: &Engine, text: &str, matches: Vec<Match>) -> Vec<Match> {
    let mut all: Vec<Match> = Vec::new();
    for pair in assignments(text) {
        all.extend(of_pair(engine, text, &pair));
    }
    let shares =
        |a: &Match, b: &Match| a.span.offset < b.span.end() && b.span.offset < a.span.end();
    let mut rest = matches;
    rest.retain(|matched| !all.iter().any(|other| shares(matched, other)));
    all.append(&mut rest);
    all.sort_by_key(|matched| matched.span);
    all
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
    let found = engine.scan(&context, format!("{option} {argument}").as_bytes());
    let placed = found.into_iter().filter_map(|mut matched| {
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
    let found = engine.scan(&context, format!("{}={value}", pair.key).as_bytes());
    let placed = found.into_iter().filter_map(|mut matched| {
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
