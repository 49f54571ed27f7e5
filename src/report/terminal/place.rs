//! One place of a secret, and an instruction, each on a line.

use super::screen::{Span, Tone};
use crate::finding::{InstructionReport, Kind, Occurrence, Report};
use crate::report::cells::{elide, ends, short_hashes};

/// Longest path, member or pointer shown, in cells.
pub(super) const LONGEST_NAME: usize = 200;

/// `layer 1 app/.env:3:7`, `env DB_PASSWORD`, `history entry 4`, ….
pub(super) fn location(occurrence: &Occurrence, report: &Report) -> Vec<Span> {
    let mut spans = Vec::new();
    if let Some(image) = occurrence.image.filter(|_| report.images.len() > 1) {
        spans.push(Span::new(Tone::Faint, format!("image {image} ")));
    }
    if let Some(layer) = occurrence.layer {
        spans.push(Span::new(Tone::Faint, format!("layer {layer} ")));
    }
    if occurrence.kind != Kind::File {
        let kind = occurrence.kind.as_str();
        spans.push(Span::new(Tone::Faint, format!("{kind} ")));
    }
    let pointer = occurrence.pointer.as_deref().unwrap_or_default();
    let pointer = pointer.trim_start_matches('/');
    let path = occurrence.path.as_deref().unwrap_or_default();
    let key = occurrence.key.as_deref();
    let named = matches!(occurrence.kind, Kind::Env | Kind::Label | Kind::Annotation);
    let name = match key.filter(|_| named) {
        Some(key) => key.to_owned(),
        None if pointer.is_empty() => path.to_owned(),
        None => history_entry(occurrence.kind, pointer).unwrap_or_else(|| pointer.to_owned()),
    };
    spans.push(Span::elided(Tone::Path, &name, LONGEST_NAME));
    for member in &occurrence.inside {
        spans.push(Span::new(Tone::Faint, " » "));
        spans.push(Span::elided(Tone::Path, member, LONGEST_NAME));
    }
    if pointer.is_empty() && occurrence.line > 0 {
        let (line, column) = (occurrence.line, occurrence.column);
        spans.push(Span::new(Tone::Faint, format!(":{line}:{column}")));
    }
    if let Some(key) = key.filter(|_| !named) {
        spans.push(Span::elided(Tone::Faint, &format!(" {key}"), LONGEST_NAME));
    }
    if !occurrence.decoded.is_empty() {
        let decoded = format!(" ({})", occurrence.decoded.join(", "));
        spans.push(Span::elided(Tone::Faint, &decoded, LONGEST_NAME));
    }
    spans
}

/// `history/4/created_by` as `entry 4`; other members of an entry keep their name.
fn history_entry(kind: Kind, pointer: &str) -> Option<String> {
    let rest = pointer
        .strip_prefix("history/")
        .filter(|_| kind == Kind::History)?;
    match rest.split_once('/')? {
        (index, "created_by") => Some(format!("entry {index}")),
        (index, member) => Some(format!("entry {index} {member}")),
    }
}

/// An instruction as a Dockerfile has it, on one line of at most `most` cells.
pub(super) fn instruction_text(instruction: &InstructionReport, most: usize) -> String {
    let text = match &instruction.keyword {
        Some(keyword) => format!(
            "{} {}",
            ends(keyword, most),
            ends(&instruction.arguments, most)
        ),
        None => ends(&instruction.created_by, most).into_owned(),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    elide(&short_hashes(&words.join(" ")), most)
}
