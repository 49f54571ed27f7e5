//! One pass over the bytes for the anchors of every rule.
//!
//! It stands alone because it is the only step that touches every byte: whatever finds anchors
//! faster takes the place of [`Literals`] behind [`Prefilter::candidates`] and nothing else
//! changes. Anchors are found in any ASCII case, unless one spelling is all that anybody asks for; who
//! needs the exact case looks again.

use std::collections::BTreeMap;
use std::ops::Range;

use super::escapes::BROKEN;
use super::keys::{SIGHTS, Sight};
use super::literals::{Literal, Literals, Offsets, Room};
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
    /// Whether it is what escapes made of others.
    pub is_broken: bool,
    /// Where its fingerprints begin, if that is known.
    prints: Option<Offsets>,
}

impl Anchor {
    /// The bytes that everybody asks for who asks for it.
    fn spelling(&self) -> Option<&[u8]> {
        let of_rules = self.rules.iter().map(|(_, exact)| exact.as_deref());
        let of_sight = self.sight.iter().map(|(exact, _)| Some(*exact));
        let of_keywords = self.keyword_of.first().map(|_| None);
        let of_escapes = self.is_broken.then_some(None);
        let mut all = (of_rules.chain(of_sight))
            .chain(of_keywords)
            .chain(of_escapes);
        let first = all.next()??;
        all.all(|other| other == Some(first)).then_some(first)
    }
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
            for (text, prints) in rule.anchors().filter(|(text, _)| !text.is_empty()) {
                let exact = (!rule.syntax.ignore_case).then(|| Box::from(text.as_bytes()));
                let anchor = by_text
                    .entry(text.to_ascii_lowercase().into_bytes())
                    .or_default();
                anchor.prints = anchor.prints.or(prints);
                if !anchor.rules.contains(&(index, exact.clone())) {
                    anchor.rules.push((index, exact));
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
        for text in BROKEN {
            let text = text.as_bytes().to_vec();
            by_text.entry(text).or_default().is_broken = true;
        }
        let literal = |(text, anchor): (Vec<u8>, &Anchor)| {
            let exact = anchor.spelling();
            Literal {
                any_case: exact.is_none(),
                text: exact.map_or(text, <[u8]>::to_vec),
                prints: anchor.prints,
            }
        };
        let (texts, anchors): (Vec<_>, Vec<_>) = by_text.into_iter().unzip();
        Self {
            literals: Literals::new(texts.into_iter().zip(&anchors).map(literal).collect()),
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
        /// The anchors are those that looking at every place one by one finds, in any case where a rule
        /// takes any, or two rules take different ones.
        #[test]
        fn anchors_are_those_of_a_naive_search(
            text in "[abAB]{0,60}",
            cut in 0usize..60,
        ) {
            let anchors = [("ab", true), ("bab", true), ("aab", false), ("abba", false), ("BB", false)];
            let regex = "regex = 'x{1,9}'";
            let any_case = format!("{regex}\nignore_case = true");
            let rules = [
                rule("r.a", "ab", regex),
                rule("r.b", "ab", &any_case),
                rule("r.c", "bab", regex),
                rule("r.d", "Bab", regex),
                rule("r.e", "aab", regex),
                rule("r.f", "aab", regex),
                rule("r.g", "abba", regex),
                rule("r.h", "BB", regex),
            ];
            let rules = rules.concat();
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
            for (anchor, any_case) in anchors {
                let is_it = |part: &[u8]| match any_case {
                    true => part.eq_ignore_ascii_case(anchor.as_bytes()),
                    false => part == anchor.as_bytes(),
                };
                let places = (0..bytes.len()).map(|start| (start + anchor.len(), start));
                expected.extend(places.filter(|(end, start)| {
                    bytes.get(*start..*end).is_some_and(is_it)
                }));
            }
            prop_assert!(found.is_sorted_by_key(|(end, _)| *end));
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
