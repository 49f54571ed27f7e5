//! Findings that are parts of one secret put together: the id of a key is no finding of its own
//! beside the key.
//!
//! What has a part takes it over, the more urgent finding first; what was taken over takes nothing.
//! Only the first one gets all places of it: an id may lie in a hundred thousand places and belong
//! to as many keys.

use std::collections::{BTreeSet, HashMap};

use super::locate::Located;
use crate::finding::{Finding, Occurrence, Part};
use crate::secret::Secret;

/// Places of a part that each further finding has.
const FURTHER: usize = 16;

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
    let mut is_short = is_part.clone();
    for (whole, part) in plan {
        let taken = findings[part].clone();
        let is_first = !std::mem::replace(&mut is_part[part], true);
        take(&mut findings[whole], taken, is_short[part]);
        if is_first {
            is_short[part] = shorten(&mut findings[part].occurrences);
        }
    }
    let mut is_part = is_part.into_iter();
    findings.retain(|_| is_part.next() != Some(true));
    for finding in &mut findings {
        let parts = &mut finding.parts;
        parts.sort_by(|a, b| (&a.rule, &a.secret).cmp(&(&b.rule, &b.secret)));
    }
    findings
}

/// Leaves the first places, and with them one that no package explains, if there is one; whether there
/// were more.
fn shorten(places: &mut Vec<Occurrence>) -> bool {
    let is_long = places.len() > FURTHER;
    let stands = places.iter().position(|place| !place.is_explained());
    if let Some(stands) = stands.filter(|at| *at >= FURTHER) {
        places.swap(stands, FURTHER - 1);
    }
    places.truncate(FURTHER);
    places.shrink_to_fit();
    is_long
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
fn take(whole: &mut Finding, part: Finding, is_shortened: bool) {
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
        is_shortened,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{FileState, PackageFile, fixture};

    fn draft(secret: &str, places: Vec<Occurrence>, parts: &[&str]) -> Draft {
        Draft {
            finding: fixture::finding(0, secret.as_bytes(), places),
            identity: Secret::new(secret.as_bytes()),
            parts: parts.iter().map(|p| Secret::new(p.as_bytes())).collect(),
        }
    }

    fn places(number: usize) -> Vec<Occurrence> {
        (0..number)
            .map(|n| fixture::in_file(0, &n.to_string()))
            .collect()
    }

    /// How many places each part of each finding has.
    fn counts(drafts: Vec<Draft>) -> Vec<Vec<usize>> {
        let of_parts = |finding: Finding| {
            let parts = finding.parts.iter();
            parts.map(|part| part.occurrences.len()).collect()
        };
        put_together(drafts).into_iter().map(of_parts).collect()
    }

    #[test]
    fn the_first_whole_has_all_places_of_a_part_and_each_further_one_a_few() {
        let with = |number| {
            let keys = ["key 1", "key 2", "key 3"].map(|key| draft(key, places(1), &["id", "no"]));
            let drafts = keys.into_iter().chain([draft("id", places(number), &[])]);
            counts(drafts.collect())
        };
        assert_eq!(with(100), [[100], [FURTHER], [FURTHER]]);
        let keys = ["key 1", "key 2"].map(|key| draft(key, places(1), &["id"]));
        let findings = put_together(
            keys.into_iter()
                .chain([draft("id", places(100), &[])])
                .collect(),
        );
        let is_shortened = |finding: &Finding| finding.parts[0].is_shortened;
        assert!(!is_shortened(&findings[0]) && is_shortened(&findings[1]));
        assert_eq!(with(3), [[3], [3], [3]]);
    }

    #[test]
    fn a_place_that_no_package_explains_is_among_the_few() {
        let mut of_id = places(100);
        for place in of_id
            .iter_mut()
            .filter(|place| place.path.as_deref() != Some("70"))
        {
            place.package = Some(PackageFile {
                name: "fake".to_owned(),
                version: None,
                file: FileState::Unmodified,
            });
        }
        let keys = ["key 1", "key 2"].map(|key| draft(key, places(1), &["id"]));
        let drafts = keys.into_iter().chain([draft("id", of_id, &[])]);
        for finding in put_together(drafts.collect()) {
            let mut of_part = finding.parts[0].occurrences.iter();
            assert!(of_part.any(|place| !place.is_explained()));
        }
    }
}
