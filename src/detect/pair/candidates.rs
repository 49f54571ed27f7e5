//! Matches that others ask for, in order, so that the nearest one is found among as many as a file has.
//!
//! Objects of a structured file keep what belongs together: what lies in the same one goes before what
//! is nearer, and what lies in another one that has a secret of the same kind belongs to that.

use std::collections::{BTreeMap, BTreeSet};

use super::stem;
use crate::detect::fields::{Object, Sections};
use crate::detect::matched::Match;
use crate::rules::{Near, RuleSet};

/// A rule's matches, or where a stem is asked for, those whose key has it.
pub(super) type Wanted = (usize, Option<Vec<u8>>);

/// What `near` asks for beside a match; `None` where there is no such rule, or the match has no stem. A
/// placeholder's id is no news.
pub(super) fn wanted(rules: &RuleSet, near: &Near, hit: &Match) -> Option<Wanted> {
    let partner = rules.index_of(&near.rule)?;
    match near.same_stem {
        true if hit.suppressed.is_some() => None,
        true => Some((partner, Some(stem::of(hit)?))),
        false => Some((partner, None)),
    }
}

/// All that any of the matches asks for.
pub(super) fn all_wanted<'m>(
    rules: &RuleSet,
    matches: impl Iterator<Item = &'m Match>,
) -> BTreeSet<Wanted> {
    let of = |hit: &'m Match| {
        let near = rules.rule(hit.rule).syntax.near.iter();
        near.filter_map(|near| wanted(rules, near, hit))
    };
    matches.flat_map(of).collect()
}

/// What of that a match is. By its key alone a placeholder is nothing.
pub(super) fn answers(all: &BTreeSet<Wanted>, hit: &Match) -> Vec<Wanted> {
    let of_rule = (hit.rule, None)..(hit.rule + 1, None);
    if all.range(of_rule).next().is_none() {
        return Vec::new();
    }
    let stem = stem::of(hit).filter(|_| hit.suppressed.is_none());
    let both = [
        Some((hit.rule, None)),
        stem.map(|stem| (hit.rule, Some(stem))),
    ];
    let both = both.into_iter().flatten();
    both.filter(|wanted| all.contains(wanted)).collect()
}

/// Start and end of a match, and its index.
type Place = (u64, u64, usize);

/// The matches of one text, by what they are asked for as: wherever they lie, and in each object.
pub(super) struct Candidates<'s> {
    sections: &'s Sections,
    lists: BTreeMap<(Wanted, Option<Object>), Vec<Place>>,
    /// The objects that have a match of a rule which asks for others.
    asking: BTreeSet<(usize, Object)>,
}

impl<'s> Candidates<'s> {
    /// Of matches in order.
    pub(super) fn new(rules: &RuleSet, matches: &[Match], sections: &'s Sections) -> Self {
        let all = all_wanted(rules, matches.iter());
        let mut lists: BTreeMap<_, Vec<Place>> = BTreeMap::new();
        let mut asking = BTreeSet::new();
        for (index, hit) in matches.iter().enumerate() {
            let object = sections.object(hit.span.offset);
            let place = (hit.span.offset, hit.span.end(), index);
            for wanted in answers(&all, hit) {
                if object.is_some() {
                    let inside = lists.entry((wanted.clone(), object)).or_default();
                    inside.push(place);
                }
                lists.entry((wanted, None)).or_default().push(place);
            }
            let asks = !rules.rule(hit.rule).syntax.near.is_empty();
            asking.extend(object.filter(|_| asks).map(|object| (hit.rule, object)));
        }
        Self {
            sections,
            lists,
            asking,
        }
    }

    /// The index of the match that belongs to `hit`: within reach, in its section and its object, or in
    /// one that has none like `hit`.
    pub(super) fn find(&self, wanted: Wanted, hit: &Match, within: u64) -> Option<usize> {
        let own = self.sections.object(hit.span.offset);
        let is_free = |at: u64| {
            let other = self.sections.object(at).filter(|other| Some(*other) != own);
            other.is_none_or(|other| !self.asking.contains(&(hit.rule, other)))
        };
        if own.is_some() {
            let inside = self.lists.get(&(wanted.clone(), own));
            let found = inside.and_then(|list| self.nearest(list, hit, within, |_| true));
            if found.is_some() {
                return found;
            }
        }
        self.nearest(self.lists.get(&(wanted, None))?, hit, within, is_free)
    }

    /// The nearest of a list, which is in order.
    fn nearest(
        &self,
        list: &[Place],
        hit: &Match,
        within: u64,
        is_free: impl Fn(u64) -> bool,
    ) -> Option<usize> {
        let (start, end) = (hit.span.offset, hit.span.end());
        let after = list.partition_point(|(offset, ..)| *offset < start);
        let distance = |(from, to, _): &&Place| {
            let distance = from.saturating_sub(end).max(start.saturating_sub(*to));
            let is_one =
                distance <= within && self.sections.are_one(*from, start) && is_free(*from);
            is_one.then_some(distance)
        };
        let neighbours = [after.checked_sub(1), Some(after)];
        let places = neighbours
            .into_iter()
            .flatten()
            .filter_map(|at| list.get(at));
        places
            .filter_map(|place| Some((distance(&place)?, place.2)))
            .min()
            .map(|(_, index)| index)
    }
}
