//! What remains of all hits of a text: one hit where two overlap, in order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::matched::{By, Match, Suppression};
use super::span::Span;
use crate::rules::RuleSet;

/// Keeps the better one of any two hits that share a byte; order of offset stays. The better one
/// takes over what the other knows of the place: its key, and facts of the same bytes. A hit that
/// is about the file as a whole is in nobody's way.
pub(super) fn resolve(rules: &RuleSet, mut matches: Vec<Match>) -> Vec<Match> {
    if matches.len() > 1 {
        give_way(rules, &mut matches);
    }
    let is_claimed = |hit: &&Match| !hit.is_lone && !rules.rule(hit.rule).syntax.alone;
    let claimed: BTreeSet<Span> = (matches.iter().filter(is_claimed))
        .map(|hit| hit.span)
        .collect();
    let mut best: Vec<usize> = (0..matches.len()).collect();
    best.sort_by_key(|index| {
        let hit = &matches[*index];
        let rule = rules.rule(hit.rule);
        (
            // What one rule's allowlist covers may be a secret to another.
            hit.suppressed == Some(Suppression::Allowlist),
            // An id that is part of a secret is one, whatever else it could be the id of.
            hit.is_lone && (rule.syntax.alone || claimed.contains(&hit.span)),
            hit.rank(rule),
            how_raw(hit),
            hit.is_lone,
            Reverse(hit.confidence),
            Reverse(rule.syntax.severity),
            Reverse(hit.span.length),
            hit.rule,
            hit.span.offset,
        )
    });
    let mut taken: BTreeMap<u64, (u64, usize)> = BTreeMap::new();
    let mut keep = vec![false; matches.len()];
    for index in best {
        let span = matches[index].span;
        if rules.rule(matches[index].rule).is_about_files() {
            keep[index] = true;
            continue;
        }
        let shared = taken.range(..span.end()).next_back();
        let shared = shared.filter(|(_, (end, _))| *end > span.offset);
        match shared.map(|(_, (_, winner))| *winner) {
            None => {
                taken.insert(span.offset, (span.end(), index));
                keep[index] = true;
            }
            Some(winner) if are_apart(&matches[winner], &matches[index]) => keep[index] = true,
            Some(winner) => inherit(&mut matches, winner, index),
        }
    }
    let mut keep = keep.into_iter();
    matches.retain(|_| keep.next().unwrap_or(false));
    matches
}

/// How far a hit is from what its bytes say: 0 in a text that they were decoded into.
fn how_raw(hit: &Match) -> u8 {
    match &hit.decoded {
        Some(decoded) if decoded.inner.is_some() => 0,
        Some(_) => 1,
        None => 2,
    }
}

/// Whether two hits lie in one decoded text, which stands in one place of the file: they were set
/// against each other when that text was searched.
fn are_apart(a: &Match, b: &Match) -> bool {
    let inner = |hit: &Match| hit.decoded.as_ref().and_then(|decoded| decoded.inner);
    a.span == b.span && inner(a).is_some() && inner(b).is_some() && inner(a) != inner(b)
}

/// Hands what `loser` knows of the place to `winner`.
fn inherit(matches: &mut [Match], winner: usize, loser: usize) {
    let is_field = |by: By| matches!(by, By::Field | By::NamedField);
    if !is_field(matches[winner].by) && !is_field(matches[loser].by) {
        return;
    }
    let (label, facts) = {
        let loser = &matches[loser];
        (loser.label.clone(), loser.facts.clone())
    };
    let same = matches[winner].span == matches[loser].span;
    let winner = &mut matches[winner];
    if winner.label.is_none() {
        winner.label = label;
    }
    for (key, fact) in facts.into_iter().filter(|_| same) {
        winner.facts.entry(key).or_insert(fact);
    }
}

/// Drops hits that share a byte with one of a rule that goes before theirs. `matches` are in order of
/// offset. What is dropped goes before nothing any more, so the foremost rules come first.
fn give_way(rules: &RuleSet, matches: &mut Vec<Match>) {
    let over = over(rules, matches);
    let yields: BTreeSet<usize> = over.values().flatten().copied().collect();
    let is_behind = |index: &usize| yields.contains(&matches[*index].rule);
    let behind: Vec<usize> = (0..matches.len()).filter(is_behind).collect();
    let longest = behind.iter().map(|index| matches[*index].span.length).max();
    let Some(longest) = longest else { return };
    let mut before: Vec<usize> = (0..matches.len())
        .filter(|index| over.contains_key(&matches[*index].rule))
        .collect();
    let ranks = ranks(&over);
    before.sort_by_key(|index| ranks.get(&matches[*index].rule));
    let mut keep = vec![true; matches.len()];
    for winner in before {
        if !keep[winner] {
            continue;
        }
        let (span, losers) = (matches[winner].span, &over[&matches[winner].rule]);
        let until = behind.partition_point(|index| matches[*index].span.offset < span.end());
        for &loser in behind[..until].iter().rev() {
            let other = &matches[loser];
            if other.span.offset + longest <= span.offset {
                break;
            }
            if span.overlaps(&other.span) && losers.contains(&other.rule) {
                keep[loser] = false;
                inherit(matches, winner, loser);
            }
        }
    }
    let mut keep = keep.into_iter();
    matches.retain(|_| keep.next().unwrap_or(true));
}

/// Rules of the matches that go before others, with those others.
fn over(rules: &RuleSet, matches: &[Match]) -> BTreeMap<usize, BTreeSet<usize>> {
    let present: BTreeSet<usize> = matches.iter().map(|hit| hit.rule).collect();
    let others = |index: usize| -> BTreeSet<usize> {
        let ids = rules.rule(index).syntax.over.iter();
        ids.filter_map(|id| rules.index_of(id)).collect()
    };
    let all = present.into_iter().map(|index| (index, others(index)));
    all.filter(|(_, others)| !others.is_empty()).collect()
}

/// How many rules stand before each, one before the other.
fn ranks(over: &BTreeMap<usize, BTreeSet<usize>>) -> BTreeMap<usize, usize> {
    let mut ranks: BTreeMap<usize, usize> = over.keys().map(|rule| (*rule, 0)).collect();
    // No rule goes before itself, so the longest line of them has no more than all.
    for _ in 0..over.len() {
        for (winner, losers) in over {
            let rank = ranks[winner] + 1;
            for loser in losers {
                if let Some(known) = ranks.get_mut(loser) {
                    *known = rank.max(*known);
                }
            }
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Engine;
    use crate::detect::matched::Decoded;
    use crate::detect::span::Position;
    use crate::detect::tests::{engine_of, rule};
    use crate::rules::Confidence;
    use crate::secret::Secret;
    use std::sync::Arc;

    fn hit_by(by: By, rule: usize, offset: u64, length: u64, confidence: Confidence) -> Match {
        Match {
            rule,
            span: Span::new(offset, length),
            position: Position { line: 1, column: 1 },
            secret: Secret::new(vec![b'x'; length as usize]),
            decoded: None,
            by,
            identity: None,
            label: None,
            confidence,
            facts: Default::default(),
            suppressed: None,
            parts: Vec::new(),
            is_lone: false,
        }
    }

    fn hit(rule: usize, offset: u64, length: u64, confidence: Confidence) -> Match {
        hit_by(By::Pattern, rule, offset, length, confidence)
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
            hit_by(By::Assignment, assigned, 0, 50, Confidence::Confirmed),
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

    /// Of three rules, each of which goes before the next.
    fn in_line() -> Engine {
        let first = rule(
            "a.first",
            "zz",
            "regex = 'zz[a-z]{1,9}'\nover = ['b.second']",
        );
        let second = rule(
            "b.second",
            "zz",
            "regex = 'zy[a-z]{1,9}'\nover = ['c.third']",
        );
        engine_of(&(first + &second + &rule("c.third", "zz", "regex = 'zx[a-z]{1,9}'")))
    }

    #[test]
    fn what_gave_way_itself_stands_in_nobodys_way() {
        let engine = in_line();
        let hits = |spans: [(u64, u64); 3]| -> Vec<Match> {
            let hits = spans.iter().enumerate();
            let mut hits: Vec<Match> = hits
                .map(|(rule, (offset, length))| hit(rule, *offset, *length, Confidence::Likely))
                .collect();
            hits.sort_by_key(|hit| hit.span);
            hits
        };
        let rules = |spans| -> Vec<usize> {
            let kept = resolve(engine.rules(), hits(spans));
            kept.iter().map(|hit| hit.rule).collect()
        };
        assert_eq!(rules([(0, 5), (4, 5), (8, 5)]), [0, 2]);
        assert_eq!(rules([(20, 5), (4, 5), (8, 5)]), [1, 0]);
        assert_eq!(rules([(0, 5), (5, 5), (10, 5)]), [0, 1, 2]);
    }

    #[test]
    fn far_apart_hits_of_rules_in_line_are_all_kept_however_many_they_are() {
        let engine = in_line();
        let hits: Vec<Match> = (0..30_000)
            .map(|at| hit(at % 3, at as u64 * 10, 9, Confidence::Likely))
            .collect();
        assert_eq!(resolve(engine.rules(), hits.clone()), hits);
    }

    /// Rules by what their forms say: a provider's own, any, a guessable one.
    fn forms() -> Engine {
        let own = rule("a.own", "zz", "regex = 'zz[a-z]{1,9}'");
        let any = rule("b.any", "zz", "regex = 'zy[a-z]{1,9}'\nlast = true");
        let field = rule("c.field", "zz", "regex = 'zx[a-z]{1,9}'\nguessable = true");
        engine_of(&(own + &any + &field))
    }

    #[test]
    fn a_field_yields_to_a_providers_own_form_and_hands_over_its_key() {
        let engine = forms();
        let field = Match {
            label: Some("a.b".to_owned()),
            facts: [("user".to_owned(), "ci".into())].into(),
            ..hit_by(By::Field, 2, 5, 10, Confidence::Confirmed)
        };
        let own = hit(0, 5, 10, Confidence::Possible);
        let kept = resolve(engine.rules(), vec![field.clone(), own]);
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].rule, kept[0].label.as_deref()), (0, Some("a.b")));
        assert_eq!(kept[0].facts["user"], "ci");
        for weaker in [
            hit(1, 5, 10, Confidence::Confirmed),
            hit(2, 5, 10, Confidence::Confirmed),
            hit_by(By::NamedField, 0, 5, 10, Confidence::Confirmed),
        ] {
            let kept = resolve(engine.rules(), vec![weaker, field.clone()]);
            assert_eq!(kept, std::slice::from_ref(&field));
        }
    }

    #[test]
    fn hits_of_one_decoded_text_share_its_place_and_count_before_its_raw_form() {
        let engine = forms();
        let inner = |at: u64| Match {
            decoded: Some(Box::new(Decoded {
                how: vec!["base64"],
                written: Arc::new(Secret::new(*b"raw")),
                inner: Some(Span::new(at, 4)),
            })),
            ..hit(1, 5, 10, Confidence::Likely)
        };
        let raw = hit(1, 5, 10, Confidence::Confirmed);
        let mut joined = inner(0);
        joined.confidence = Confidence::Confirmed;
        if let Some(decoded) = &mut joined.decoded {
            decoded.inner = None;
        }
        let hits = vec![raw, joined, inner(0), inner(9)];
        assert_eq!(resolve(engine.rules(), hits), [inner(0), inner(9)]);
    }
}
