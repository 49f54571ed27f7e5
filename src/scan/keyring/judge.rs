//! How bad a private key is, beyond what its rule says: keys that come with the image for everybody,
//! keys that everybody has, keystores that open with a default password.

use crate::advice::{Shared, of_published, of_shared};
use crate::finding::{Finding, Kind, Suppressed};
use crate::rules::Severity;

/// Names a published key's source as the note of why it does not count.
pub(super) fn explain(suppressed: &mut Suppressed) {
    if suppressed.reason == "known-test-key"
        && let Some(source) = published_in(&suppressed.finding)
    {
        suppressed.note = Some(source.to_owned());
    }
}

/// Judges one finding.
pub(super) fn judge(finding: &mut Finding) {
    if finding.facts.contains_key("opens_with") {
        finding.severity = finding.severity.max(Severity::High);
    }
    // As a rule of its own says of the same key in armour.
    if finding.rule == "private-key.der" && finding.facts.get("encrypted") == Some(&true.into()) {
        finding.severity = finding.severity.min(Severity::Medium);
    }
    if let Some(source) = published_in(finding) {
        finding.advice = of_published(source);
        // Whoever has the key may log in: that everybody has it makes it no better.
        if !finding.facts.contains_key("authorized_in") {
            finding.severity = finding.severity.min(Severity::Medium);
        }
    } else if let Some(shared) = shared(finding) {
        let name = shared.as_str();
        finding.facts.insert("shared".to_owned(), name.into());
        finding.advice = of_shared(shared).to_owned();
        if shared != Shared::SshHostKey {
            finding.severity = finding.severity.min(Severity::Low);
        }
    }
}

fn published_in(finding: &Finding) -> Option<&str> {
    finding.facts.get("publicly_known")?.as_str()
}

/// Which key it is of those that installing a package makes.
fn shared(finding: &Finding) -> Option<Shared> {
    if !finding.rule.starts_with("private-key.") {
        return None;
    }
    let places = finding.occurrences.iter();
    let files = places.filter(|place| place.kind == Kind::File && place.inside.is_empty());
    let mut paths = files.filter_map(|place| place.path.as_deref());
    paths.find_map(Shared::by_path)
}
