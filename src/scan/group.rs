//! One secret, one finding: matches grouped by the secret over layers, paths, metadata, images.

use std::collections::{BTreeMap, BTreeSet};

use super::locate::Located;
use super::parts::{Draft, parts_of, put_together};
use crate::advice::advice;
use crate::detect::{Match, Suppression};
use crate::finding::{Finding, Kind, Occurrence, PackageFile, Suppressed, Visibility};
use crate::image::Image;
use crate::oci::Digest;
use crate::rules::{Rule, RuleSet};
use crate::secret::Secret;

/// How many packages the note of a suppressed finding names.
const OWNERS_NAMED: usize = 4;

/// Findings and suppressed ones, each in total order.
pub(super) fn group(
    found: Vec<Located>,
    rules: &RuleSet,
    images: &[Image],
) -> (Vec<Finding>, Vec<Suppressed>) {
    let mut drafts = Vec::new();
    let mut suppressed = Vec::new();
    let mut found = by_secret(found).into_iter().peekable();
    while let Some(first) = found.next() {
        let (suppression, identity) = key(&first);
        let identity = identity.clone();
        let mut places = vec![first];
        while let Some(next) = found.next_if(|next| key(next) == (suppression, &identity)) {
            places.push(next);
        }
        let parts = parts_of(&places);
        let Some(finding) = finding(&identity, places, rules, images) else {
            continue;
        };
        match suppression {
            None => drafts.push(Draft {
                finding,
                identity,
                parts,
            }),
            Some(reason) => suppressed.push(Suppressed {
                finding,
                reason: reason.as_str().to_owned(),
                note: None,
            }),
        }
    }
    drop(found);
    drafts.sort_by(|a, b| urgency(&a.finding, &b.finding));
    let mut findings = put_together(drafts);
    let is_explained = |finding: &mut Finding| finding.places().all(Occurrence::is_explained);
    let explained = findings.extract_if(.., is_explained);
    suppressed.extend(explained.map(|finding| Suppressed {
        reason: "package".to_owned(),
        note: Some(owners(&finding)),
        finding,
    }));
    sort(&mut findings, &mut suppressed);
    number_equal_ids(
        findings
            .iter_mut()
            .chain(suppressed.iter_mut().map(|s| &mut s.finding)),
    );
    (findings, suppressed)
}

/// What makes one finding of several places.
fn key(located: &Located) -> (Option<Suppression>, &Secret) {
    (located.matched.suppressed, located.matched.identity())
}

/// The places of each secret together, in the order in which they were found. There may be a hundred thousand,
/// so that they are not copied for it.
fn by_secret(mut found: Vec<Located>) -> Vec<Located> {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|a, b| key(&found[*a]).cmp(&key(&found[*b])));
    let mut ranks = vec![0; order.len()];
    for (rank, at) in order.into_iter().enumerate() {
        ranks[at] = rank;
    }
    let mut ranks = ranks.into_iter();
    found.sort_by_cached_key(|_| ranks.next());
    found
}

/// The packages that own the places, each once.
fn owners(finding: &Finding) -> String {
    let packages = finding.places().filter_map(|place| place.package.as_ref());
    let names: BTreeSet<String> = packages.map(PackageFile::to_string).collect();
    let more = names.len().saturating_sub(OWNERS_NAMED);
    let named: Vec<String> = names.into_iter().take(OWNERS_NAMED).collect();
    match more {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Most urgent first, in total order.
pub(super) fn sort(findings: &mut [Finding], suppressed: &mut [Suppressed]) {
    findings.sort_by(urgency);
    suppressed.sort_by(|a, b| urgency(&a.finding, &b.finding).then(a.reason.cmp(&b.reason)));
}

/// `None` only where there is no place at all.
fn finding(
    identity: &Secret,
    mut places: Vec<Located>,
    rules: &RuleSet,
    images: &[Image],
) -> Option<Finding> {
    let by_worth = |a: &Match, b: &Match| worth(b, rules).cmp(&worth(a, rules));
    places.sort_by(|a, b| {
        exposure(&a.occurrence, &b.occurrence)
            .then_with(|| by_worth(&a.matched, &b.matched))
            .then_with(|| a.matched.secret.cmp(&b.matched.secret))
    });
    let matches = places.iter().map(|place| &place.matched);
    let best = matches.min_by(|a, b| by_worth(a, b))?.clone();
    let mut facts = best.facts.clone();
    for place in places
        .iter()
        .filter(|place| place.matched.rule == best.rule)
    {
        for (key, value) in &place.matched.facts {
            facts.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    let mut occurrences: Vec<Occurrence> = Vec::with_capacity(places.len());
    occurrences.extend(places.into_iter().map(|place| place.occurrence));
    occurrences.dedup();
    occurrences.shrink_to_fit();
    let rule = rules.rule(best.rule);
    Some(Finding {
        id: id(rule, identity, &best, &occurrences),
        rule: rule.id().to_owned(),
        title: rule.syntax.title.to_string(),
        severity: rule.syntax.severity,
        confidence: best.confidence,
        visibility: occurrences
            .iter()
            .map(|o| o.visibility)
            .max()
            .unwrap_or(Visibility::Deleted),
        advice: advice(&rule.syntax.revoke, &occurrences, |o| keyword(o, images)),
        references: (rule.syntax.references.iter())
            .map(|text| text.to_string())
            .collect(),
        secret: best.secret,
        facts,
        parts: Vec::new(),
        occurrences,
    })
}

/// The keyword of the instruction that brought an occurrence.
fn keyword<'i>(occurrence: &Occurrence, images: &'i [Image]) -> Option<&'i str> {
    let image = images.get(occurrence.image?)?;
    image
        .instructions
        .get(occurrence.instruction?)?
        .keyword
        .as_deref()
}

/// What makes one rule's word count more than another's for the same secret.
fn worth<'r>(matched: &Match, rules: &'r RuleSet) -> impl Ord + use<'r> {
    let rule = rules.rule(matched.rule);
    (
        std::cmp::Reverse(matched.rank(rule)),
        matched.confidence,
        rule.syntax.severity,
        std::cmp::Reverse(rule.id()),
    )
}

/// Most exposed first, an image's own places before those of the archive around it, those that
/// make it a finding before those that a package explains, and files before the history of a
/// repository.
fn exposure(a: &Occurrence, b: &Occurrence) -> std::cmp::Ordering {
    let rank = |o: &Occurrence| {
        let visibility = std::cmp::Reverse(o.visibility);
        (
            visibility,
            o.image.is_none(),
            o.is_explained(),
            o.is_in_git(),
        )
    };
    rank(a).cmp(&rank(b)).then_with(|| a.cmp(b))
}

/// Most urgent first; ends with the id, so that the order is total.
fn urgency(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    (b.severity, b.confidence, b.visibility)
        .cmp(&(a.severity, a.confidence, a.visibility))
        .then_with(|| a.rule.cmp(&b.rule))
        .then_with(|| a.occurrences.cmp(&b.occurrences))
        .then_with(|| a.id.cmp(&b.id))
        .then_with(|| a.secret.cmp(&b.secret))
}

/// Derived from rule and value; for values that could be guessed from rule, path and key instead,
/// so that the id does not help to guess.
fn id(rule: &Rule, identity: &Secret, best: &Match, occurrences: &[Occurrence]) -> String {
    let mut text = format!("residue.id/1\0{}\0", rule.id()).into_bytes();
    if rule.syntax.guessable {
        let place = occurrences.iter().map(lasting_place).min();
        let place = place.map(|(_, place)| place);
        text.extend_from_slice(format!("place\0{place:?}\0{:?}", best.label).as_bytes());
    } else {
        text.extend_from_slice(b"value\0");
        text.extend_from_slice(identity.expose());
    }
    Digest::sha256(&text).encoded()[..20].to_owned()
}

/// What a rebuild leaves as it is of a place: a path in a layer or in the archive. Documents are
/// named by digests and history entries move, so of those only the key counts. Files of a git
/// repository are named anew with every clean-up, and what lies only there counts less than what
/// lies elsewhere.
fn lasting_place(occurrence: &Occurrence) -> (bool, (&str, &str, &[String])) {
    let folder = occurrence.repository().filter(|_| occurrence.is_in_git());
    match folder {
        Some(folder) => (true, (folder, "", &occurrence.inside)),
        None => (false, lasting_file(occurrence)),
    }
}

fn lasting_file(occurrence: &Occurrence) -> (&str, &str, &[String]) {
    let inside = occurrence.inside.as_slice();
    if occurrence.layer.is_some() || occurrence.kind == Kind::ArchiveFile {
        return (occurrence.path.as_deref().unwrap_or(""), "", inside);
    }
    ("", occurrence.key.as_deref().unwrap_or(""), inside)
}

/// Two guessable secrets of one place (`PASSWORD=` twice in a file) would share an id.
fn number_equal_ids<'f>(findings: impl Iterator<Item = &'f mut Finding>) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let count = seen.entry(finding.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            finding.id = format!("{}-{count}", finding.id);
        }
    }
}

#[cfg(test)]
mod tests;
