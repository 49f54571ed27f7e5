//! Findings that are parts of one secret put together: the id of a key is no finding of its own
//! beside the key.
//!
//! What has a part takes it over, the more urgent finding first; what was taken over takes nothing.

use std::collections::{BTreeSet, HashMap};

use super::locate::Located;
use crate::finding::{Finding, Part};
use crate::secret::Secret;

/// A finding, and the secrets that its matches have for their other parts.
pub(super) struct Draft {
    pub finding: Finding,
    /// What makes the secret the same elsewhere.
    pub identity: Secret,
    pub parts: BTreeSet<Secret>,
}

/// The parts of the matches at some places.
pub(super) fn parts_of(places: &[Located]) -> BTreeSet<Secret> {
    let parts = places.iter().flat_map(|place| &place.matched.parts);
    parts.map(|part| part.identity.clone()).collect()
}

/// Findings with their parts; `drafts` come most urgent first.
pub(super) fn put_together(drafts: Vec<Draft>) -> Vec<Finding> {
    let plan = plan(&drafts);
    let mut findings: Vec<Finding> = drafts.into_iter().map(|draft| draft.finding).collect();
    let mut is_part = vec![false; findings.len()];
    for (whole, part) in plan {
        is_part[part] = true;
        let taken = findings[part].clone();
        take(&mut findings[whole], taken);
    }
    let mut is_part = is_part.into_iter();
    findings.retain(|_| is_part.next() != Some(true));
    findings
}

/// Which finding takes over which.
fn plan(drafts: &[Draft]) -> Vec<(usize, usize)> {
    let index: HashMap<&Secret, usize> = (drafts.iter().enumerate())
        .map(|(at, draft)| (&draft.identity, at))
        .collect();
    let (mut wholes, mut parts) = (BTreeSet::new(), BTreeSet::new());
    let mut plan = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        if parts.contains(&at) {
            continue;
        }
        for part in &draft.parts {
            let Some(other) = index.get(part).copied() else {
                continue;
            };
            if other != at && !wholes.contains(&other) {
                wholes.insert(at);
                parts.insert(other);
                plan.push((at, other));
            }
        }
    }
    plan
}

/// What is true of a part is true of the whole: how bad, how sure, and what can be told.
fn take(whole: &mut Finding, part: Finding) {
    whole.severity = whole.severity.max(part.severity);
    whole.confidence = whole.confidence.max(part.confidence);
    for (key, value) in part.facts {
        whole.facts.entry(key).or_insert(value);
    }
    whole.parts.push(Part {
        rule: part.rule,
        title: part.title,
        secret: part.secret,
        occurrences: part.occurrences,
    });
    whole
        .parts
        .sort_by(|a, b| (&a.rule, &a.secret).cmp(&(&b.rule, &b.secret)));
}
