//! Secrets of several parts: an id and its key, two keys that are useless alone.
//!
//! A rule names the rules of its other parts (`near`). The nearest match of each within reach
//! becomes a part of the match; where a required one is missing the match is lone. A rule that is
//! nothing by itself (`alone = false`) is lone where no other match takes it for its part.

mod candidates;
mod stem;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::candidates::{Candidates, Wanted, all_wanted, answers, wanted};
use super::fields::Sections;
use super::matched::{By, Match, Part, Suppression};
use crate::rules::{Confidence, RuleSet};
use crate::secret::Secret;

/// Sorts by offset, finds the parts of each match, and marks those whose required part is missing;
/// lone ones of a file are dropped by the caller. No part lies in another of the `sections`.
pub(super) fn pair(rules: &RuleSet, matches: &mut [Match], sections: &Sections) {
    matches.sort_by_key(|hit| (hit.span, hit.rule));
    let candidates = Candidates::new(rules, matches, sections);
    for index in 0..matches.len() {
        for near in &rules.rule(matches[index].rule).syntax.near {
            if rules.index_of(&near.rule).is_none() {
                // The other rule is switched off, so nothing can be asked of it.
                if near.required {
                    matches[index].confidence = Confidence::Possible;
                }
                continue;
            }
            let wanted = wanted(rules, near, &matches[index]);
            let find = |wanted| candidates.find(wanted, &matches[index], near.within);
            match wanted.and_then(find) {
                Some(other) => {
                    let part = part(&matches[other]);
                    matches[index].parts.push(part);
                }
                // The key of a field says what its value is.
                None => {
                    let hit = &mut matches[index];
                    hit.is_lone |= near.required && hit.by == By::Pattern;
                }
            }
        }
    }
}

/// Marks matches that are nothing by themselves and part of no other.
pub(super) fn mark_unclaimed(rules: &RuleSet, matches: &mut [Match]) {
    if !matches.iter().all(|hit| rules.rule(hit.rule).syntax.alone) {
        let claimed = claimed(matches.iter());
        for hit in matches {
            mark(rules, hit, &claimed);
        }
    }
}

/// Pairs what is lone, or still misses a part, among all matches of one document: an environment
/// has the id in one text and the key in another. What is lone still is marked so.
pub(crate) fn pair_across(rules: &RuleSet, matches: &mut [&mut Match]) {
    let all = all_wanted(rules, matches.iter().map(|hit| &**hit));
    let mut found: BTreeMap<Wanted, Vec<(usize, Part)>> = BTreeMap::new();
    for (index, hit) in matches.iter().enumerate() {
        for wanted in answers(&all, hit) {
            found.entry(wanted).or_default().push((index, part(hit)));
        }
    }
    for (index, hit) in matches.iter_mut().enumerate() {
        let mut is_lone = false;
        for near in &rules.rule(hit.rule).syntax.near {
            let Some(partner) = rules.index_of(&near.rule) else {
                continue;
            };
            if hit.parts.iter().any(|part| part.rule == partner) {
                continue;
            }
            let list = wanted(rules, near, hit).and_then(|wanted| found.get(&wanted));
            match list.and_then(|list| nearest_text(list, index)) {
                Some(part) => hit.parts.push(part.clone()),
                None => is_lone |= near.required,
            }
        }
        hit.is_lone = is_lone;
    }
    let claimed = claimed(matches.iter().map(|hit| &**hit));
    for hit in matches {
        mark(rules, hit, &claimed);
    }
}

/// Of matches in order, the one nearest to that at `index`; not that one itself.
fn nearest_text(list: &[(usize, Part)], index: usize) -> Option<&Part> {
    let before = list.partition_point(|(at, _)| *at < index);
    let after = list.partition_point(|(at, _)| *at <= index);
    let neighbours = [before.checked_sub(1), Some(after)];
    let parts = neighbours
        .into_iter()
        .flatten()
        .filter_map(|at| list.get(at));
    let nearest = parts.min_by_key(|(at, _)| at.abs_diff(index));
    nearest.map(|(_, part)| part)
}

/// What matches take for their parts, by rule and identity, and why none of them counts, if none
/// does.
type Claimed = BTreeMap<(usize, Secret), Option<Suppression>>;

fn claimed<'m>(matches: impl Iterator<Item = &'m Match>) -> Claimed {
    let mut claimed = Claimed::new();
    for hit in matches.filter(|hit| !hit.is_lone) {
        for part in &hit.parts {
            let key = (part.rule, part.identity.clone());
            let reason = claimed.entry(key).or_insert(hit.suppressed);
            *reason = (*reason).min(hit.suppressed);
        }
    }
    claimed
}

/// What is nothing by itself is lone where nobody claims it, and else counts as far as the secret that
/// does: an address at `corp.example` is no placeholder beside a real key.
fn mark(rules: &RuleSet, hit: &mut Match, claimed: &Claimed) {
    if rules.rule(hit.rule).syntax.alone {
        return;
    }
    match claimed.get(&(hit.rule, hit.identity().clone())) {
        None => hit.is_lone = true,
        Some(reason) if by_looks(hit.suppressed) => hit.suppressed = *reason,
        Some(_) => {}
    }
}

/// Whether nothing but the value's own looks speaks against it, if anything does.
fn by_looks(reason: Option<Suppression>) -> bool {
    matches!(
        reason,
        None | Some(Suppression::Placeholder | Suppression::DocumentedSample)
    )
}

fn part(hit: &Match) -> Part {
    Part {
        rule: hit.rule,
        identity: hit.identity().clone(),
    }
}
