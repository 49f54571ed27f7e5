//! Rules of several parts: a match counts only where matches of other rules lie near, in lines and
//! columns.
//!
//! What lies in a decoded text was asked for its parts there.
//!
//! The matches of a text are passed once in order of line, with a window over those of the other
//! rule, so that the work grows with their number and not with its square.

use std::collections::{BTreeMap, HashSet};

use super::matched::{Match, Suppression};
use super::span::Position;
use crate::rules::{Confidence, Required, RuleSet};

/// Drops matches that lack a part, then those that serve as parts only. They are in order of
/// offset.
pub(super) fn keep_whole(rules: &RuleSet, matches: &mut Vec<Match>) {
    let mut lacking = HashSet::new();
    let mut weak = HashSet::new();
    let mut seen = HashSet::new();
    for hit in matches.iter() {
        if !seen.insert(hit.rule) {
            continue;
        }
        for required in rules.rule(hit.rule).required() {
            match rules.index_of(&required.rule) {
                Some(other) => lacking.extend(without(matches, hit.rule, other, required)),
                // The other rule is switched off, so nothing can be asked of it.
                None => {
                    weak.insert(hit.rule);
                }
            }
        }
    }
    let mut index = 0;
    matches.retain_mut(|hit| {
        index += 1;
        if weak.contains(&hit.rule) {
            hit.confidence = Confidence::Possible;
        }
        !lacking.contains(&(index - 1)) && !rules.rule(hit.rule).is_hidden()
    });
}

/// Indices of the matches of `rule` without a match of `other` near.
fn without(matches: &[Match], rule: usize, other: usize, required: &Required) -> Vec<usize> {
    let counts = |hit: &&Match| hit.rule == other && hit.suppressed != Some(Suppression::Allowlist);
    let parts: Vec<Position> = matches
        .iter()
        .filter(counts)
        .map(|hit| hit.position)
        .collect();
    let lines = required.lines.unwrap_or(u64::MAX);
    let columns = required.columns.unwrap_or(u64::MAX);
    let mut window = Window::default();
    let (mut entered, mut left) = (0, 0);
    let mut lacking = Vec::new();
    for (index, hit) in matches
        .iter()
        .enumerate()
        .filter(|(_, hit)| hit.rule == rule && !is_inner(hit))
    {
        let Position { line, column } = hit.position;
        while let Some(part) = parts.get(entered)
            && part.line <= line.saturating_add(lines)
        {
            window.enter(part.column);
            entered += 1;
        }
        while let Some(part) = parts.get(left)
            && part.line < line.saturating_sub(lines)
        {
            window.leave(part.column);
            left += 1;
        }
        if !window.holds(column, columns) {
            lacking.push(index);
        }
    }
    lacking
}

/// Whether a match lies in a decoded text.
fn is_inner(hit: &Match) -> bool {
    (hit.decoded.as_ref()).is_some_and(|decoded| decoded.inner.is_some())
}

/// Columns of the parts that are near enough in lines, with how often each is there.
#[derive(Default)]
struct Window(BTreeMap<u64, usize>);

impl Window {
    fn enter(&mut self, column: u64) {
        *self.0.entry(column).or_default() += 1;
    }

    fn leave(&mut self, column: u64) {
        if let Some(count) = self.0.get_mut(&column) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&column);
            }
        }
    }

    fn holds(&self, column: u64, within: u64) -> bool {
        let near = column.saturating_sub(within)..=column.saturating_add(within);
        self.0.range(near).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::span::Span;
    use crate::secret::Secret;

    fn hit(rule: usize, line: u64, column: u64) -> Match {
        Match {
            rule,
            span: Span::new(line * 100 + column, 1),
            position: Position { line, column },
            secret: Secret::new(*b"x"),
            decoded: None,
            by: Default::default(),
            identity: None,
            label: None,
            confidence: Confidence::Likely,
            facts: Default::default(),
            suppressed: None,
            parts: Vec::new(),
            is_lone: false,
        }
    }

    proptest! {
        /// A match lacks its part exactly where looking at every part finds none near.
        #[test]
        fn the_window_finds_what_a_naive_search_finds(
            places in prop::collection::vec((0usize..2, 1u64..12, 1u64..12), 0..30),
            lines in prop::option::of(0u64..6),
            columns in prop::option::of(0u64..6),
        ) {
            let mut matches: Vec<Match> =
                places.iter().map(|(rule, line, column)| hit(*rule, *line, *column)).collect();
            matches.sort_by_key(|hit| hit.span);
            let required = Required { rule: String::new(), lines, columns };
            let near = |a: u64, b: u64, most: Option<u64>| most.is_none_or(|most| a.abs_diff(b) <= most);
            let expected: Vec<usize> = (0..matches.len())
                .filter(|index| matches[*index].rule == 0)
                .filter(|index| {
                    let Position { line, column } = matches[*index].position;
                    !matches.iter().any(|other| {
                        other.rule == 1
                            && near(other.position.line, line, lines)
                            && near(other.position.column, column, columns)
                    })
                })
                .collect();
            prop_assert_eq!(without(&matches, 0, 1, &required), expected);
        }
    }
}
