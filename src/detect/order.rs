//! What remains of all hits of a text: pairs that are pairs, one hit where two overlap, in order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::matched::Match;
use crate::rules::{Confidence, Rule, RuleSet};

/// Sorts by offset and drops the halves of pairs whose other half is missing.
pub(super) fn pair(rules: &RuleSet, matches: &mut Vec<Match>) {
    matches.sort_by_key(|hit| (hit.span, hit.rule));
    let by_id = |id: &str| {
        rules
            .rules()
            .binary_search_by(|rule| rule.id().cmp(id))
            .ok()
    };
    let mut places: BTreeMap<usize, Vec<(u64, u64)>> = BTreeMap::new();
    for hit in matches.iter() {
        if let Some(near) = &rules.rule(hit.rule).syntax.near
            && let Some(partner) = by_id(&near.rule)
        {
            places.entry(partner).or_default();
        }
    }
    for hit in matches.iter() {
        if let Some(list) = places.get_mut(&hit.rule) {
            list.push((hit.span.offset, hit.span.end()));
        }
    }
    matches.retain_mut(|hit| {
        let Some(near) = &rules.rule(hit.rule).syntax.near else {
            return true;
        };
        let Some(partner) = by_id(&near.rule) else {
            // The other rule is switched off, so nothing can be asked of it.
            hit.confidence = Confidence::Possible;
            return true;
        };
        let (start, end) = (hit.span.offset, hit.span.end());
        let list = places.get(&partner).map_or(&[][..], Vec::as_slice);
        let after = list.partition_point(|(offset, _)| *offset < start);
        let neighbours = [after.checked_sub(1), Some(after)];
        neighbours
            .into_iter()
            .flatten()
            .filter_map(|at| list.get(at))
            .any(|(from, to)| {
                from.saturating_sub(end).max(start.saturating_sub(*to)) <= near.within
            })
    });
}

/// Keeps the better one of any two hits that share a byte; order of offset stays.
pub(super) fn resolve(rules: &RuleSet, matches: Vec<Match>) -> Vec<Match> {
    let mut best: Vec<usize> = (0..matches.len()).collect();
    best.sort_by_key(|index| {
        let hit = &matches[*index];
        let rule = rules.rule(hit.rule);
        (
            kind(rule),
            Reverse(hit.confidence),
            Reverse(rule.syntax.severity),
            Reverse(hit.span.length),
            hit.rule,
            hit.span.offset,
        )
    });
    let mut taken: BTreeMap<u64, u64> = BTreeMap::new();
    let mut keep = vec![false; matches.len()];
    for index in best {
        let span = matches[index].span;
        let shared = taken
            .range(..span.end())
            .next_back()
            .is_some_and(|(_, end)| *end > span.offset);
        if !shared {
            taken.insert(span.offset, span.end());
            keep[index] = true;
        }
    }
    let mut keep = keep.into_iter();
    let mut matches = matches;
    matches.retain(|_| keep.next().unwrap_or(false));
    matches
}

/// Patterns and whole keystores before assignments before entropy.
fn kind(rule: &Rule) -> u8 {
    match rule.syntax.detector.as_deref() {
        Some("assignment") => 1,
        Some("entropy" | "file") => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::span::{Position, Span};
    use crate::detect::tests::{engine_of, rule};
    use crate::secret::Secret;

    fn hit(rule: usize, offset: u64, length: u64, confidence: Confidence) -> Match {
        Match {
            rule,
            span: Span::new(offset, length),
            position: Position { line: 1, column: 1 },
            secret: Secret::new(vec![b'x'; length as usize]),
            identity: None,
            label: None,
            confidence,
            facts: Default::default(),
            suppressed: None,
        }
    }

    #[test]
    fn of_overlapping_hits_the_better_one_is_kept_whatever_their_order() {
        let assignment = rule("c.assign", "key", "detector = 'assignment'");
        let rules = ["a.one", "b.two"]
            .map(|id| rule(id, "zz", "regex = 'zz{1,9}'"))
            .concat();
        let engine = engine_of(&(rules + &assignment));
        let (one, two, assigned) = (0, 1, 2);
        let hits = vec![
            hit(assigned, 0, 50, Confidence::Confirmed),
            hit(two, 5, 10, Confidence::Likely),
            hit(one, 10, 20, Confidence::Likely),
            hit(one, 28, 10, Confidence::Possible),
            hit(two, 38, 5, Confidence::Possible),
        ];
        let expected = vec![hits[2].clone(), hits[4].clone()];
        for turn in 0..hits.len() {
            let mut turned = hits.clone();
            turned.rotate_left(turn);
            pair(engine.rules(), &mut turned);
            assert_eq!(resolve(engine.rules(), turned), expected);
        }
    }
}
