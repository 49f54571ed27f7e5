//! One place of a secret: where it lies, and the line that tells its life.

use super::screen::{Span, Tone};
use crate::finding::{InstructionReport, Kind, Occurrence, Removal, Report, Visibility};
use crate::report::cells::{elide, ends};

/// Longest path, member or pointer shown, in cells.
const LONGEST_NAME: usize = 200;
/// Longest instruction shown, in cells.
const LONGEST_INSTRUCTION: usize = 44;

/// `layer 1  app/.env:3:7`, `env  config/Env/1`, ….
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
        Some(key) => key,
        None if pointer.is_empty() => path,
        None => pointer,
    };
    spans.push(Span::elided(Tone::Path, name, LONGEST_NAME));
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
        let decoded = occurrence.decoded.join(", ");
        spans.push(Span::elided(
            Tone::Faint,
            &format!(" ({decoded})"),
            LONGEST_NAME,
        ));
    }
    spans
}

/// `added in layer 1 by COPY .env · deleted in layer 3 by RUN rm · still in the image`.
pub(super) fn life(occurrence: &Occurrence, report: &Report) -> Vec<Span> {
    let instruction = |index: Option<usize>| {
        let image = report.images.get(occurrence.image?)?;
        image.instructions.get(index?)
    };
    let mut spans = Vec::new();
    let author = instruction(occurrence.instruction);
    match (occurrence.layer, author) {
        (Some(layer), author) => {
            spans.push(Span::new(Tone::Plain, format!("added in layer {layer}")));
            spans.extend(by(author));
        }
        (None, Some(author)) => {
            spans.push(Span::new(Tone::Plain, "written"));
            spans.extend(by(Some(author)));
        }
        (None, None) => {}
    }
    let hidden = match occurrence.visibility {
        Visibility::Overwritten => "overwritten",
        Visibility::Metadata => "replaced",
        _ => "deleted",
    };
    if let Some(Removal {
        layer,
        instruction: index,
    }) = &occurrence.removed_by
    {
        let place = layer.map_or(String::new(), |layer| format!(" in layer {layer}"));
        spans.push(Span::new(Tone::Plain, format!(" · {hidden}{place}")));
        spans.extend(by(instruction(*index)));
    }
    let (tone, end) = match occurrence.visibility {
        Visibility::Final => (Tone::Strong, "visible in the final image"),
        Visibility::Metadata => (Tone::Strong, "readable in the image's metadata"),
        Visibility::Overwritten | Visibility::Deleted => (Tone::Caution, "still in the image"),
    };
    if !spans.is_empty() {
        spans.push(Span::new(Tone::Plain, " · "));
    }
    spans.push(Span::new(tone, end));
    spans
}

fn by(instruction: Option<&InstructionReport>) -> Option<Span> {
    let instruction = instruction?;
    let how = if instruction.approximate {
        "probably by"
    } else {
        "by"
    };
    let text = instruction_text(instruction, LONGEST_INSTRUCTION);
    Some(Span::new(Tone::Plain, format!(" {how} {text}")))
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
    elide(&words.join(" "), most)
}
