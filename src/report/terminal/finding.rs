//! One finding: what it is, where it lies, what to do.

use std::io;

use serde_json::Value;

use super::place::{life, location};
use super::screen::{Screen, Span, Tone};
use crate::finding::{Finding, Occurrence, Report};
use crate::report::cells::count;
use crate::secret::Secret;

/// How many places of a secret are shown.
const PLACES_SHOWN: usize = 5;
/// Longest fact shown, in cells.
const LONGEST_FACT: usize = 60;

pub(super) fn write(
    screen: &mut Screen<'_>,
    finding: &Finding,
    report: &Report,
    reveal: bool,
) -> io::Result<()> {
    let severity = finding.severity.to_string().to_uppercase();
    let headline = [
        Span::new(Tone::Severity(finding.severity), severity),
        Span::new(Tone::Plain, "  "),
        Span::new(Tone::Strong, &finding.title),
        Span::new(Tone::Faint, format!("  {}", finding.id)),
    ];
    screen.paragraph(0, 2, &headline)?;
    screen.paragraph(2, 4, &details(finding))?;
    if reveal {
        value(screen, &finding.secret)?;
    }
    places(screen, &finding.occurrences, report)?;
    screen.paragraph(
        2,
        4,
        &[Span::new(Tone::Plain, format!("→ {}", finding.advice))],
    )?;
    screen.blank()
}

/// The first places; neighbours with the same life share its line.
fn places(screen: &mut Screen<'_>, occurrences: &[Occurrence], report: &Report) -> io::Result<()> {
    let mut shown = occurrences.iter().take(PLACES_SHOWN).peekable();
    while let Some(occurrence) = shown.next() {
        screen.paragraph(4, 8, &location(occurrence, report))?;
        let story = life(occurrence, report);
        let next = shown.peek().map(|next| life(next, report));
        if next.as_ref() != Some(&story) {
            screen.paragraph(6, 8, &story)?;
        }
    }
    let more = occurrences.len().saturating_sub(PLACES_SHOWN);
    if more > 0 {
        let places = count(more as u64, "more place", "more places");
        let text = format!("… and {places} (use --format json)");
        screen.paragraph(4, 6, &[Span::new(Tone::Faint, text)])?;
    }
    Ok(())
}

/// Rule, confidence, preview, length, facts.
fn details(finding: &Finding) -> Vec<Span> {
    let length = finding.secret.len() as u64;
    let mut spans = vec![
        Span::new(Tone::Faint, format!("{} · ", finding.rule)),
        Span::new(Tone::Plain, finding.confidence.to_string()),
        Span::new(Tone::Faint, " · "),
        Span::new(Tone::Strong, finding.secret.preview()),
        Span::new(
            Tone::Faint,
            format!(" · {}", count(length, "byte", "bytes")),
        ),
    ];
    for (name, value) in &finding.facts {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        spans.push(Span::new(Tone::Faint, " · "));
        spans.push(Span::elided(
            Tone::Faint,
            &format!("{name}: {value}"),
            LONGEST_FACT,
        ));
    }
    spans
}

/// The secret itself, line by line and not wrapped, so that it can be copied.
fn value(screen: &mut Screen<'_>, secret: &Secret) -> io::Result<()> {
    for line in secret.expose().split(|byte| *byte == b'\n') {
        let line = crate::error::printable(line);
        screen.line(
            4,
            &[Span::new(Tone::Faint, "│ "), Span::new(Tone::Plain, line)],
        )?;
    }
    Ok(())
}
