//! One result: one secret with all its places.

use serde_json::{Value, json};

use super::location::{describe, location, related};
use super::rules::{Rules, level, rank};
use super::text::message;
use crate::error::printable;
use crate::finding::{Finding, Suppressed};
use crate::report::view::SecretView;

/// A finding that counts.
pub(super) fn finding_result(finding: &Finding, rules: &Rules<'_>, reveal: bool) -> Value {
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rules.index(&finding.rule),
        "level": level(finding.severity),
        "message": { "text": message(&sentence(finding)) },
        "locations": finding.occurrences.first().map(location).into_iter().collect::<Vec<_>>(),
        "partialFingerprints": {
            "primaryLocationLineHash": finding.id,
            "residueFindingId/v1": finding.id,
        },
        "rank": rank(finding.severity, finding.confidence),
    });
    let own = finding.occurrences.iter().skip(1);
    let of_parts = finding.parts.iter().flat_map(|part| {
        let places = part.occurrences.iter();
        places.map(move |occurrence| (occurrence, Some(part)))
    });
    let further: Vec<Value> = own
        .map(|occurrence| (occurrence, None))
        .chain(of_parts)
        .zip(1..)
        .map(|((occurrence, part), id)| related(occurrence, part, id))
        .collect();
    if !further.is_empty() {
        result["relatedLocations"] = json!(further);
    }
    result["properties"] = properties(finding, reveal);
    result
}

/// A finding that does not count, with the reason.
pub(super) fn suppressed_result(suppressed: &Suppressed, rules: &Rules<'_>, reveal: bool) -> Value {
    let mut result = finding_result(&suppressed.finding, rules, reveal);
    let why = match &suppressed.note {
        Some(note) => format!("{}: {note}", suppressed.reason),
        None => suppressed.reason.clone(),
    };
    let kind = match suppressed.reason.as_str() {
        "inline-allow" => "inSource",
        _ => "external",
    };
    result["suppressions"] = json!([{
        "kind": kind,
        "status": "accepted",
        "justification": printable(why.as_bytes()),
    }]);
    result
}

fn sentence(finding: &Finding) -> String {
    let place = finding.occurrences.first().map(describe);
    let more = match finding.occurrences.len() {
        0 | 1 => String::new(),
        2 => " and 1 more place".to_owned(),
        places => format!(" and {} more places", places - 1),
    };
    let parts = finding.parts.iter();
    let with: String = parts
        .map(|part| format!(" with {} {}", part.title, part.secret.preview()))
        .collect();
    format!(
        "{} {}{with} in {}{more}. {}",
        finding.title,
        finding.secret.preview(),
        place.as_deref().unwrap_or("the image"),
        finding.advice
    )
}

fn properties(finding: &Finding, reveal: bool) -> Value {
    json!({
        "severity": finding.severity,
        "confidence": finding.confidence,
        "visibility": finding.visibility,
        "facts": finding.facts,
        "secret": SecretView::new(&finding.secret, reveal),
    })
}
