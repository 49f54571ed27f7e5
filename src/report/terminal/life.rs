//! The line that tells the life of a secret in a place: what brought it, what hid it, and who still
//! sees it. Places with the same [`Life`] tell it once.

use super::place::{LONGEST_NAME, instruction_text};
use super::screen::{Span, Tone};
use crate::finding::{InstructionReport, Kind, Occurrence, Report, Visibility};
use crate::oci::is_setting;

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
        let author = instruction(report, occurrence, removal.instruction);
        spans.extend(by(author, removal.layer.is_some()));
    }
    let (tone, end) = match occurrence.visibility {
        Visibility::Final => (Tone::Strong, "visible in the final image"),
        Visibility::Metadata if occurrence.removed_by.is_some() => {
            (Tone::Caution, "still in the image's history")
        }
        Visibility::Metadata if occurrence.layer.is_some() => {
            (Tone::Strong, "in no filesystem, readable in the layer")
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
            spans.extend(by(author, true));
        }
        (None, None, Some(author)) => {
            spans.push(Span::new(Tone::Plain, "written"));
            spans.extend(by(Some(author), false));
        }
        (None, None, None) => {}
    }
    spans
}

fn by(instruction: Option<&InstructionReport>, layer: bool) -> Option<Span> {
    let instruction = instruction?;
    let how = if layer && is_setting(instruction.keyword.as_deref()) {
        "by a step up to"
    } else if instruction.approximate {
        "probably by"
    } else {
        "by"
    };
    let text = instruction_text(instruction, LONGEST_INSTRUCTION);
    Some(Span::new(Tone::Plain, format!(" {how} {text}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::fixture::{empty, in_config, in_file};

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

    #[test]
    fn a_setting_is_not_said_to_have_brought_a_file() {
        let mut report = empty();
        report.images[0].instructions[1].keyword = Some("CMD".to_owned());
        let told = |occurrence: &Occurrence| format!("{:?}", life(occurrence, &report));
        let file = told(&in_file(1, "app/.env"));
        assert!(file.contains("by a step up to CMD"), "{file}");
        let setting = told(&in_config(Kind::Cmd, "/config/Cmd/0", 1));
        assert!(setting.contains("by CMD"), "{setting}");
    }
}
