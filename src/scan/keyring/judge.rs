//! How bad a private key is, beyond what its rule says: keys that come with the image for everybody,
//! keys that everybody has, keystores that open with a default password.

use serde_json::Value;

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
    if matches!(
        finding.rule.as_str(),
        "private-key.der" | "private-key.body"
    ) && finding.facts.get("encrypted") == Some(&true.into())
    {
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
    let shared = paths.find_map(Shared::by_path)?;
    (shared == Shared::SshHostKey || !serves_a_host(finding)).then_some(shared)
}

/// What installers write where a certificate names an organisation.
const NOBODY: &[&str] = &["SomeOrganization", "Unspecified"];

/// Whether the key's certificate is one that somebody had made for a host. What a package makes is
/// for the machine that it was built on, signed by itself, and for nobody.
fn serves_a_host(finding: &Finding) -> bool {
    let Some(certificate) = finding.facts.get("certificate") else {
        return false;
    };
    let text = |name: &str| {
        certificate
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let subject = text("subject");
    let value = |key: &str| {
        let mut parts = subject.split(", ").filter_map(|part| part.split_once('='));
        parts.find(|(name, _)| *name == key).map(|(_, value)| value)
    };
    let names = certificate.get("names").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    let mut hosts = names.chain(value("CN"));
    let is_somebodys = match value("O") {
        Some(organization) => !NOBODY.contains(&organization),
        None => subject != text("issuer"),
    };
    is_somebodys && hosts.any(is_public_host)
}

/// Whether a name is one that others could look up.
fn is_public_host(name: &str) -> bool {
    let is_local = ["localdomain", "local", "localhost"].iter().any(|end| {
        let head = name.strip_suffix(end);
        head.is_some_and(|head| head.is_empty() || head.ends_with('.'))
    });
    let is_address = name.parse::<std::net::IpAddr>().is_ok();
    name.contains('.') && !name.contains(['@', '/', ' ']) && !is_local && !is_address
}
