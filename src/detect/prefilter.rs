//! One pass over the bytes for the anchors of every rule.
//!
//! It stands alone because it is the only step that touches every byte: whatever finds anchors
//! faster takes the place of [`Literals`] behind [`Prefilter::candidates`] and nothing else
//! changes. Anchors are found in any ASCII case; who needs the exact case looks again.

use std::collections::BTreeMap;
use std::ops::Range;

use super::keys::{SIGHTS, Sight};
use super::literals::{Literals, Room};
use crate::rules::Rule;

/// What one anchor stands for.
#[derive(Default)]
pub(super) struct Anchor {
    /// In order of rule.
    pub rules: Vec<Link>,
    /// Rules that only want to know that it is there.
    pub keyword_of: Vec<usize>,
    /// The public key that it leads to, with the exact bytes.
    pub sight: Option<(&'static [u8], Sight)>,
}

/// A rule's index, with the exact bytes where case counts.
type Link = (usize, Option<Box<[u8]>>);

/// All anchors, those of rules and those that lead to public keys.
pub(super) struct Prefilter {
    literals: Literals,
    anchors: Vec<Anchor>,
}

impl Prefilter {
    /// Compiles the anchors of `rules`.
    pub(super) fn new(rules: &[Rule]) -> Self {
        let mut by_text: BTreeMap<Vec<u8>, Anchor> = BTreeMap::new();
        for (index, rule) in rules.iter().enumerate() {
            for anchor in rule.syntax.anchors.iter().filter(|text| !text.is_empty()) {
                let exact = (!rule.syntax.ignore_case).then(|| Box::from(anchor.as_bytes()));
                let links = &mut by_text
                    .entry(anchor.to_ascii_lowercase().into_bytes())
                    .or_default()
                    .rules;
                if !links.contains(&(index, exact.clone())) {
                    links.push((index, exact));
                }
            }
            for keyword in rule.keywords() {
                let text = keyword.to_ascii_lowercase().into_bytes();
                by_text.entry(text).or_default().keyword_of.push(index);
            }
        }
        for (anchor, sight) in SIGHTS {
            let text = anchor.to_ascii_lowercase().into_bytes();
            by_text.entry(text).or_default().sight = Some((anchor.as_bytes(), *sight));
        }
        let (texts, anchors) = by_text.into_iter().unzip();
        Self {
            literals: Literals::new(texts),
            anchors,
        }
    }

    /// Calls `found` with every anchor that ends in `own` (behind its start, up to its end) and
    /// the place where it stands, in order of where they end.
    pub(super) fn candidates(
        &self,
        bytes: &[u8],
        own: Range<usize>,
        room: &mut Room,
        mut found: impl FnMut(&Anchor, Range<usize>),
    ) {
        self.literals.find(bytes, own, room, |number, at| {
            if let Some(anchor) = self.anchors.get(number) {
                found(anchor, at);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::tests::{engine_of, rule};

    proptest! {
        /// The anchors are those that looking at every place one by one finds.
        #[test]
        fn anchors_are_those_of_a_naive_search(
            text in "[abAB]{0,60}",
            cut in 0usize..60,
        ) {
            let anchors = ["ab", "bab", "aab", "abba"];
            let rules: String = anchors
                .iter()
                .map(|anchor| rule(&format!("r.{anchor}"), anchor, "regex = 'x{1,9}'"))
                .collect();
            let engine = engine_of(&rules);
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            let mut found = Vec::new();
            // In two parts: every anchor belongs to the one that owns its end.
            for own in [0..cut, cut..bytes.len()] {
                let take = |_: &Anchor, at: Range<usize>| found.push((at.end, at.start));
                engine.prefilter().candidates(bytes, own, &mut Room::default(), take);
            }
            let mut expected = Vec::new();
            for anchor in anchors {
                for start in 0..bytes.len() {
                    let end = start + anchor.len();
                    if bytes.get(start..end).is_some_and(|part| part.eq_ignore_ascii_case(anchor.as_bytes())) {
                        expected.push((end, start));
                    }
                }
            }
            prop_assert!(found.is_sorted_by_key(|(end, _)| *end));
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
