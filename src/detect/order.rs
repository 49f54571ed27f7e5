//! What remains of all hits of a text: one hit where two overlap, in order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::matched::{Match, Suppression};
use crate::rules::{Rule, RuleSet};

/// Keeps the better one of any two hits that share a byte; order of offset stays. A hit that is
/// about the file as a whole is in nobody's way.
pub(super) fn resolve(rules: &RuleSet, mut matches: Vec<Match>) -> Vec<Match> {
    if matches.len() > 1 {
        give_way(rules, &mut matches);
    }
    let mut best: Vec<usize> = (0..matches.len()).collect();
    best.sort_by_key(|index| {
        let hit = &matches[*index];
        let rule = rules.rule(hit.rule);
        (
            // What one rule's allowlist covers may be a secret to another.
            hit.suppressed == Some(Suppression::Allowlist),
            hit.is_lone && rule.syntax.alone,
            kind(rule),
            rule.syntax.last,
            hit.is_lone,
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
        if rules.rule(matches[index].rule).is_about_files() {
            keep[index] = true;
            continue;
        }
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
    matches.retain(|_| keep.next().unwrap_or(false));
    matches
}

/// Drops hits that share a byte with one of a rule that goes before theirs.
fn give_way(rules: &RuleSet, matches: &mut Vec<Match>) {
    let mut keep = vec![true; matches.len()];
    for hit in matches.iter() {
        let over = &rules.rule(hit.rule).syntax.over;
        if over.is_empty() {
            continue;
        }
        for (other, keep) in matches.iter().zip(&mut keep) {
            let shares = hit.span.offset < other.span.end() && other.span.offset < hit.span.end();
            if shares && over.iter().any(|id| id == rules.rule(other.rule).id()) {
                *keep = false;
            }
        }
    }
    let mut keep = keep.into_iter();
    matches.retain(|_| keep.next().unwrap_or(true));
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
    use crate::rules::Confidence;
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
            parts: Vec::new(),
            is_lone: false,
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
            turned.sort_by_key(|hit| hit.span);
            assert_eq!(resolve(engine.rules(), turned), expected);
        }
    }
}
