//! The image as a table: layer, size, entries, deletions, findings, instruction.

use std::collections::{HashMap, HashSet};
use std::io;

use super::place::instruction_text;
use super::screen::{Screen, Span, Tone};
use crate::finding::{Finding, ImageReport, LayerReport, Report};
use crate::report::cells::{bytes, width};

/// From this width on, entries and deletions have their columns.
const WIDE: usize = 64;

/// How many references of an image are shown.
const REFERENCES_SHOWN: usize = 4;

/// Findings by image and layer; `None` is what lies in no layer.
pub(super) type Counts = HashMap<(usize, Option<usize>), usize>;

/// In how many findings each layer has a part.
pub(super) fn count(findings: &[Finding]) -> Counts {
    let mut counts = Counts::new();
    for finding in findings {
        let places: HashSet<_> = finding
            .occurrences
            .iter()
            .filter_map(|occurrence| Some((occurrence.image?, occurrence.layer)))
            .collect();
        for place in places {
            *counts.entry(place).or_default() += 1;
        }
    }
    counts
}

/// The table of the image at `index`.
pub(super) fn table(
    screen: &mut Screen<'_>,
    report: &Report,
    index: usize,
    counts: &Counts,
) -> io::Result<()> {
    let Some(image) = report.images.get(index) else {
        return Ok(());
    };
    screen.paragraph(0, 2, &title(image, index, report.images.len()))?;
    let wide = screen.width() >= WIDE;
    row(screen, &HEAD, "instruction", wide, Tone::Faint, false)?;
    for layer in &image.layers {
        let findings = counts.get(&(index, Some(layer.index))).copied();
        let findings = findings.unwrap_or_default();
        let instruction = layer.instruction.and_then(|i| image.instructions.get(i));
        let room = screen.width();
        let text = instruction.map_or(String::new(), |i| instruction_text(i, room));
        let cells = cells(layer, findings);
        row(screen, &cells, &text, wide, Tone::Plain, findings > 0)?;
    }
    let metadata = counts.get(&(index, None)).copied().unwrap_or_default();
    if metadata > 0 {
        let cells = ["meta", "", "", "", &metadata.to_string()].map(str::to_owned);
        let text = "config, history and other metadata";
        row(screen, &cells, text, wide, Tone::Plain, true)?;
    }
    screen.blank()
}

/// Headings, which are as wide as their columns.
const HEAD: [&str; 5] = ["layer", "     size", "entries", "deleted", "findings"];

fn cells(layer: &LayerReport, findings: usize) -> [String; 5] {
    [
        layer.index.to_string(),
        bytes(layer.size),
        layer.entries.to_string(),
        layer.whiteouts.to_string(),
        findings.to_string(),
    ]
}

fn title(image: &ImageReport, index: usize, images: usize) -> Vec<Span> {
    let mut spans = Vec::new();
    if images > 1 {
        spans.push(Span::new(Tone::Strong, format!("Image {index}  ")));
    } else {
        spans.push(Span::new(Tone::Strong, "Image  "));
    }
    spans.push(Span::elided(Tone::Path, &image.source, 200));
    if let Some(platform) = &image.platform {
        let platform = platform.to_string();
        spans.push(Span::elided(Tone::Faint, &format!("  {platform}"), 60));
    }
    for reference in image.references.iter().take(REFERENCES_SHOWN) {
        spans.push(Span::elided(Tone::Faint, &format!("  {reference}"), 200));
    }
    let more = image.references.len().saturating_sub(REFERENCES_SHOWN);
    if more > 0 {
        spans.push(Span::new(Tone::Faint, format!("  and {more} more")));
    }
    spans
}

/// One line of the table; the instruction is cut to what is left of the width.
fn row(
    screen: &mut Screen<'_>,
    cells: &[impl AsRef<str>; 5],
    instruction: &str,
    wide: bool,
    tone: Tone,
    found: bool,
) -> io::Result<()> {
    let mut spans = Vec::new();
    let mut used = 0;
    for (column, (cell, head)) in cells.iter().zip(HEAD).enumerate() {
        if !wide && matches!(column, 2 | 3) {
            continue;
        }
        let cell = cell.as_ref();
        let pad = " ".repeat(width(head).saturating_sub(width(cell)));
        let text = format!("{pad}{cell}  ");
        used += width(&text);
        let tone = if found && column == 4 {
            Tone::Bad
        } else {
            tone
        };
        spans.push(Span::new(tone, text));
    }
    let left = screen.width().saturating_sub(used);
    spans.push(Span::elided(tone, instruction, left));
    screen.line(0, &spans)
}
