//! One finding: what it is, where it lies, what to do.

use std::collections::BTreeMap;
use std::io;

use serde_json::Value;

use super::life::{Life, life};
use super::place::location;
use super::screen::{Screen, Span, Tone};
use crate::finding::{Finding, Kind, Occurrence, Part, Report};
use crate::report::cells::count;
use crate::secret::Secret;

/// How many places of a secret are shown when all have one life; several lives share them.
const PLACES_SHOWN: usize = 6;
/// How many different lives of a secret are told.
const LIVES_SHOWN: usize = 4;
/// Longest fact shown, in cells: a key's fingerprint is whole.
const LONGEST_FACT: usize = 80;
/// Longest fact of several members, such as a certificate.
const LONGEST_OBJECT: usize = 240;

pub(super) fn write(
    screen: &mut Screen<'_>,
    finding: &Finding,
    report: &Report,
    last_advice: Option<&str>,
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
    for part in &finding.parts {
        written_part(screen, part, report, reveal)?;
    }
    let advice = match last_advice {
        Some(last) if last == finding.advice => Span::new(Tone::Faint, "→ as above"),
        _ => Span::new(Tone::Plain, format!("→ {}", finding.advice)),
    };
    screen.paragraph(2, 4, &[advice])?;
    screen.blank()
}

/// Another part of the secret, and where it lies.
fn written_part(
    screen: &mut Screen<'_>,
    part: &Part,
    report: &Report,
    reveal: bool,
) -> io::Result<()> {
    let spans = [
        Span::new(Tone::Faint, "with "),
        Span::new(Tone::Plain, &part.title),
        Span::new(Tone::Faint, " · "),
        Span::new(Tone::Strong, part.secret.preview()),
    ];
    screen.paragraph(2, 4, &spans)?;
    if reveal {
        value(screen, &part.secret)?;
    }
    places(screen, &part.occurrences, report)
}

/// Places by life, each life told once, in the order of the report; then how many are not shown.
/// Copies of the config that older Docker versions keep are only counted beside other places.
fn places(screen: &mut Screen<'_>, occurrences: &[Occurrence], report: &Report) -> io::Result<()> {
    let is_copy = |occurrence: &&Occurrence| occurrence.kind == Kind::LegacyConfig;
    let (copies, rest): (Vec<_>, Vec<_>) = occurrences.iter().partition(is_copy);
    let (copies, rest) = match rest.is_empty() {
        true => (0, copies),
        false => (copies.len(), rest),
    };
    let lives = by_life(rest, report);
    let share = PLACES_SHOWN / lives.len().clamp(1, LIVES_SHOWN);
    for (life, places) in lives.iter().take(LIVES_SHOWN) {
        lived(screen, places, life.lines(share), report)?;
    }
    let hidden = lives
        .iter()
        .skip(LIVES_SHOWN)
        .map(|(_, places)| places.len());
    let more: usize = hidden.sum();
    if more > 0 {
        let places = count(more as u64, "more place", "more places");
        faint(screen, format!("… and {places} (--format json has all)"))?;
    }
    if copies > 0 {
        let copies = count(copies as u64, "copy", "copies");
        faint(screen, format!("… and {copies} in legacy configs"))?;
    }
    Ok(())
}

/// Places of one life, at most about `shown` of them, and that life.
fn lived(
    screen: &mut Screen<'_>,
    places: &[&Occurrence],
    shown: usize,
    report: &Report,
) -> io::Result<()> {
    // A line that says "1 more" takes as much room as that one.
    let shown = if places.len() == shown + 1 {
        places.len()
    } else {
        shown
    };
    for place in places.iter().take(shown) {
        screen.paragraph(4, 8, &location(place, report))?;
    }
    let more = places.len().saturating_sub(shown);
    if more > 0 {
        faint(screen, format!("… and {more} more like this"))?;
    }
    match places.first() {
        Some(place) => screen.paragraph(6, 8, &life(place, report)),
        None => Ok(()),
    }
}

fn faint(screen: &mut Screen<'_>, text: String) -> io::Result<()> {
    screen.paragraph(4, 6, &[Span::new(Tone::Faint, text)])
}

/// Places by their life, in the order in which each is first seen.
fn by_life<'a>(
    occurrences: Vec<&'a Occurrence>,
    report: &'a Report,
) -> Vec<(Life<'a>, Vec<&'a Occurrence>)> {
    let mut index: BTreeMap<Life<'a>, usize> = BTreeMap::new();
    let mut lives: Vec<(Life<'a>, Vec<&Occurrence>)> = Vec::new();
    for occurrence in occurrences {
        let life = Life::of(occurrence, report);
        let place = *index.entry(life.clone()).or_insert_with(|| {
            lives.push((life, Vec::new()));
            lives.len() - 1
        });
        if let Some((_, places)) = lives.get_mut(place) {
            places.push(occurrence);
        }
    }
    lives
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
        let longest = match value {
            Value::Object(_) => LONGEST_OBJECT,
            _ => LONGEST_FACT,
        };
        let fact = format!("{name}: {}", plain(value));
        spans.push(Span::new(Tone::Faint, " · "));
        spans.push(Span::elided(Tone::Faint, &fact, longest));
    }
    spans
}

/// A fact without the signs of JSON.
fn plain(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => joined(items.iter().map(plain).collect()),
        Value::Object(members) => {
            let members = members.iter();
            joined(
                members
                    .map(|(name, value)| format!("{name} {}", plain(value)))
                    .collect(),
            )
        }
        other => other.to_string(),
    }
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
