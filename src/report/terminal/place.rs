//! One place of a secret: where it lies, and the line that tells its life. Places with the same
//! life tell it once, see [`Life`].

use super::screen::{Span, Tone};
use crate::finding::{InstructionReport, Kind, Occurrence, Report, Visibility};
use crate::report::cells::{elide, ends, short_hashes};

/// Longest path, member or pointer shown, in cells.
const LONGEST_NAME: usize = 200;
/// Longest instruction shown, in cells.
const LONGEST_INSTRUCTION: usize = 60;

/// What the life of a place is told from: places that are equal in it have the same life, also
/// those of several images.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Life<'a> {
    layer: Option<usize>,
    /// The instruction; every RUN after an ARG repeats its value, which is one story.
    author: Option<Author<'a>>,
    visibility: Visibility,
    removed_by: Option<(Option<usize>, Option<Author<'a>>)>,
    build_argument: Option<&'a str>,
}

/// Keyword, arguments, and whether it is a guess.
type Author<'a> = (Option<&'a str>, &'a str, bool);

impl<'a> Life<'a> {
    pub(super) fn of(occurrence: &'a Occurrence, report: &'a Report) -> Self {
        let build_argument = build_argument(occurrence, report);
        let author = |index| {
            let instruction = instruction(report, occurrence, index)?;
            let keyword = instruction.keyword.as_deref();
            Some((keyword, &*instruction.arguments, instruction.approximate))
        };
        let removal = occurrence.removed_by.as_ref();
        Self {
            layer: occurrence.layer,
            author: author(occurrence.instruction.filter(|_| build_argument.is_none())),
            visibility: occurrence.visibility,
            removed_by: removal.map(|removal| (removal.layer, author(removal.instruction))),
            build_argument,
        }
    }

    /// How many places of this life are worth a line each.
    pub(super) fn lines(&self, most: usize) -> usize {
        if self.build_argument.is_some() {
            1
        } else {
            most
        }
    }
}

/// The build argument whose value a place in the history is.
fn build_argument<'a>(occurrence: &'a Occurrence, report: &Report) -> Option<&'a str> {
    let key = occurrence.key.as_deref()?;
    let instruction = instruction(report, occurrence, occurrence.instruction)?;
    let text = instruction.created_by.trim_start();
    let counted = text.strip_prefix("RUN ").unwrap_or(text).starts_with('|');
    (occurrence.kind == Kind::History && counted && text.contains(&format!(" {key}=")))
        .then_some(key)
}

fn instruction<'r>(
    report: &'r Report,
    occurrence: &Occurrence,
    index: Option<usize>,
) -> Option<&'r InstructionReport> {
    report
        .images
        .get(occurrence.image?)?
        .instructions
        .get(index?)
}

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

/// `added in layer 1 by COPY .env · deleted in layer 3 by RUN rm · still in the image`.
pub(super) fn life(occurrence: &Occurrence, report: &Report) -> Vec<Span> {
    let mut spans = origin(occurrence, report);
    let hidden = match occurrence.visibility {
        Visibility::Overwritten => "overwritten",
        Visibility::Metadata => "replaced",
        _ => "deleted",
    };
    if let Some(removal) = &occurrence.removed_by {
        let place = removal.layer.map(|layer| format!(" in layer {layer}"));
        let text = format!(" · {hidden}{}", place.unwrap_or_default());
        spans.push(Span::new(Tone::Plain, text));
        spans.extend(by(instruction(report, occurrence, removal.instruction)));
    }
    let (tone, end) = match occurrence.visibility {
        Visibility::Final => (Tone::Strong, "visible in the final image"),
        Visibility::Metadata if occurrence.removed_by.is_some() => {
            (Tone::Caution, "still in the image's history")
        }
        Visibility::Metadata => (Tone::Strong, "readable in the image's metadata"),
        Visibility::Overwritten | Visibility::Deleted => (Tone::Caution, "still in the image"),
    };
    if !spans.is_empty() {
        spans.push(Span::new(Tone::Plain, " · "));
    }
    spans.push(Span::new(tone, end));
    spans
}

/// What brought it.
fn origin(occurrence: &Occurrence, report: &Report) -> Vec<Span> {
    let author = instruction(report, occurrence, occurrence.instruction);
    let mut spans = Vec::new();
    match (build_argument(occurrence, report), occurrence.layer, author) {
        (Some(key), ..) => {
            let text = format!("build argument {key}, kept by every RUN that could use it");
            spans.push(Span::elided(Tone::Plain, &text, LONGEST_NAME));
        }
        (None, Some(layer), author) => {
            spans.push(Span::new(Tone::Plain, format!("added in layer {layer}")));
            spans.extend(by(author));
        }
        (None, None, Some(author)) => {
            spans.push(Span::new(Tone::Plain, "written"));
            spans.extend(by(Some(author)));
        }
        (None, None, None) => {}
    }
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
    elide(&short_hashes(&words.join(" ")), most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::fixture::{empty, in_config};

    #[test]
    fn a_build_argument_is_one_story_over_all_runs_that_repeat_it() {
        let mut report = empty();
        for index in [2, 3] {
            report.images[0].instructions[index].created_by =
                "|1 TOKEN=*** /bin/sh -c make".to_owned();
        }
        let place = |index: usize| Occurrence {
            key: Some("TOKEN".to_owned()),
            ..in_config(
                Kind::History,
                &format!("/history/{index}/created_by"),
                index,
            )
        };
        let (first, second, other) = (place(2), place(3), place(4));
        assert_eq!(Life::of(&first, &report), Life::of(&second, &report));
        assert_ne!(Life::of(&first, &report), Life::of(&other, &report));
    }
}
