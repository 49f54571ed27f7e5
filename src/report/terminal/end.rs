//! How a report ends: warnings, what was suppressed, what was scanned, and the verdict. What was
//! not scanned is said as loudly as what was found.

use std::collections::{BTreeMap, HashSet};
use std::io;

use super::screen::{Screen, Span, Tone};
use crate::error::{Warning, WarningCode};
use crate::finding::{Finding, Report, Verdict, Visibility};
use crate::report::cells::{bytes, count};
use crate::rules::Severity;

/// How many warnings are shown; those that make a scan incomplete come first.
const WARNINGS_SHOWN: usize = 40;
/// Longest path of a warning shown, in cells.
const LONGEST_PATH: usize = 200;

pub(super) fn warnings(screen: &mut Screen<'_>, report: &Report) -> io::Result<()> {
    if report.warnings.is_empty() {
        return Ok(());
    }
    let heading = count(report.warnings.len() as u64, "warning", "warnings");
    screen.paragraph(0, 2, &[Span::new(Tone::Strong, heading)])?;
    let (grave, mild): (Vec<&Warning>, Vec<&Warning>) = report
        .warnings
        .iter()
        .partition(|warning| warning.code.is_incomplete());
    for warning in grave.into_iter().chain(mild).take(WARNINGS_SHOWN) {
        screen.paragraph(2, 4, &warning_text(warning, report.images.len()))?;
    }
    let more = report.warnings.len().saturating_sub(WARNINGS_SHOWN);
    if more > 0 {
        let warnings = count(more as u64, "more warning", "more warnings");
        let text = format!("… and {warnings} (use --format json)");
        screen.paragraph(2, 4, &[Span::new(Tone::Faint, text)])?;
    }
    screen.blank()
}

fn warning_text(warning: &Warning, images: usize) -> Vec<Span> {
    let code = serde_json::to_value(warning.code).unwrap_or_default();
    let tone = if warning.code.is_incomplete() {
        Tone::Bad
    } else {
        Tone::Caution
    };
    let mut spans = vec![Span::new(tone, code.as_str().unwrap_or_default())];
    if let Some(image) = warning.image.filter(|_| images > 1) {
        spans.push(Span::new(Tone::Faint, format!(" image {image}")));
    }
    let (layer, path) = warning.unsaid();
    if let Some(layer) = layer {
        spans.push(Span::new(Tone::Faint, format!(" {layer}")));
    }
    if let Some(path) = path {
        spans.push(Span::new(Tone::Plain, " "));
        spans.push(Span::elided(Tone::Path, path, LONGEST_PATH));
    }
    spans.push(Span::new(Tone::Plain, format!("  {}", warning.message)));
    spans
}

pub(super) fn summary(screen: &mut Screen<'_>, report: &Report) -> io::Result<()> {
    screen.paragraph(0, 2, &counts(report))?;
    if !report.findings.is_empty() {
        screen.paragraph(0, 2, &[Span::new(Tone::Plain, exposure(report))])?;
    }
    if !report.suppressed.is_empty() {
        screen.paragraph(0, 2, &[Span::new(Tone::Faint, suppressed(report))])?;
    }
    let scanned = Span::new(Tone::Faint, scanned(report));
    screen.paragraph(0, 2, &[scanned])?;
    screen.paragraph(0, 2, &verdict(report))
}

fn counts(report: &Report) -> Vec<Span> {
    let found = report.findings.len() as u64;
    if found == 0 && !report.complete {
        let text = "No secrets found in what could be read, but this scan is incomplete.";
        return vec![Span::new(Tone::Bad, text)];
    }
    if found == 0 {
        return vec![Span::new(Tone::Strong, "No secrets found.")];
    }
    let mut spans = vec![Span::new(Tone::Strong, count(found, "finding", "findings"))];
    let mut separator = ": ";
    for severity in Severity::ALL {
        let of_it = report.findings.iter().filter(|f| f.severity == severity);
        let number = of_it.count();
        if number > 0 {
            spans.push(Span::new(Tone::Plain, separator));
            let text = format!("{number} {severity}");
            spans.push(Span::new(Tone::Severity(severity), text));
            separator = ", ";
        }
    }
    spans
}

/// Where the findings are still seen, the most exposed place of each counting.
fn exposure(report: &Report) -> String {
    let number = |seen: &[Visibility]| {
        let of_it = |finding: &&Finding| seen.contains(&finding.visibility);
        report.findings.iter().filter(of_it).count()
    };
    let hidden = [Visibility::Overwritten, Visibility::Deleted];
    let parts = [
        (number(&[Visibility::Final]), "visible in the final image"),
        (number(&[Visibility::Metadata]), "readable in metadata"),
        (number(&hidden), "hidden by later layers but still shipped"),
    ];
    let some = parts.into_iter().filter(|(number, _)| *number > 0);
    let some: Vec<String> = some
        .map(|(number, words)| format!("{number} {words}"))
        .collect();
    some.join(", ")
}

fn suppressed(report: &Report) -> String {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for suppressed in &report.suppressed {
        *reasons.entry(&suppressed.reason).or_default() += 1;
    }
    let reasons: Vec<String> = reasons
        .into_iter()
        .map(|(reason, number)| format!("{number} {reason}"))
        .collect();
    let number = report.suppressed.len();
    format!("Suppressed {number}: {}", reasons.join(", "))
}

/// What was looked at, so that an empty result can be judged.
fn scanned(report: &Report) -> String {
    let summary = &report.summary;
    let rules = count(report.tool.rules as u64, "rule", "rules");
    if summary.layers == 0 {
        return format!("Scanned no layer at all: metadata only, with {rules}.");
    }
    let layers = count(summary.layers as u64, "layer", "layers");
    let layers = match missing_layers(report) {
        0 => layers,
        missing => format!("{} of {layers}", summary.layers.saturating_sub(missing)),
    };
    format!(
        "Scanned {layers}, {}, {} with {rules}.",
        count(summary.entries, "entry", "entries"),
        bytes(summary.bytes),
    )
}

/// How many of the layers that the summary counts were not there to be scanned.
fn missing_layers(report: &Report) -> usize {
    let missing = report
        .warnings
        .iter()
        .filter(|warning| warning.code == WarningCode::MissingLayer)
        .filter_map(|warning| {
            let (image, layer) = (warning.image?, warning.layer?);
            let diff_id = report
                .images
                .get(image)?
                .layers
                .get(layer)?
                .diff_id
                .as_ref();
            let own = diff_id.is_none().then_some((image, layer));
            Some((diff_id, own))
        });
    missing.collect::<HashSet<_>>().len()
}

fn verdict(report: &Report) -> Vec<Span> {
    let (tone, word) = match report.verdict {
        Verdict::Pass => (Tone::Good, "PASS"),
        Verdict::Fail => (Tone::Bad, "FAIL"),
        Verdict::Incomplete => (Tone::Bad, "INCOMPLETE"),
    };
    let mut spans = vec![Span::new(tone, word)];
    if !report.complete {
        let text = "  The scan is incomplete: see the warnings above.";
        spans.push(Span::new(Tone::Bad, text));
    } else if report.verdict == Verdict::Pass && !report.findings.is_empty() {
        let text = "  No finding reaches the severity that fails.";
        spans.push(Span::new(Tone::Plain, text));
    }
    spans
}
