//! Every place that was found, within bounds: one secret can lie in any number of places, since a
//! file may have any number of names and a layer may belong to any number of images.
//!
//! Places beyond the bound are counted and left out. A secret that has no place yet always gets
//! its first one.

use std::collections::{HashMap, HashSet};

use super::layer::LayerScan;
use super::locate::Located;
use crate::detect::{Match, Suppression};
use crate::error::{Warning, WarningCode};
use crate::secret::Secret;

/// Bytes of places that are kept.
const MOST: usize = 96 << 20;

/// Secrets by what suppresses them, which together make a finding, and by whether the place lies
/// in a package's unmodified file: a finding stands when one of its places does not.
type Known = HashMap<(Option<Suppression>, bool), HashSet<Secret>>;

/// Places in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Places {
    list: Vec<Located>,
    size: usize,
    /// Secrets with a place, known once the bound is reached.
    known: Option<Known>,
    /// Addresses of layers of which every secret is known.
    ended: HashSet<usize>,
    /// Whether there was no room any more when the layer began that is being added.
    began_full: bool,
    left_out: u64,
}

impl Places {
    /// Whether only secrets without a place get one.
    pub(super) fn is_full(&self) -> bool {
        self.size >= MOST
    }

    /// Whether a place of this match may be added; counts it as left out where it may not.
    /// `is_explained` is whether the place lies in a package's unmodified file.
    pub(super) fn has_room_for(&mut self, matched: &Match, is_explained: bool) -> bool {
        if !self.is_full() {
            return true;
        }
        let list = &self.list;
        let known = self.known.get_or_insert_with(|| known(list));
        let kind = (matched.suppressed, is_explained);
        let of_kind = known.entry(kind).or_default();
        if of_kind.contains(matched.identity()) {
            self.left_out += 1;
            return false;
        }
        of_kind.insert(matched.identity().clone())
    }

    /// Counts places that were not even offered, since none after a refused one can be added.
    pub(super) fn leave_out(&mut self, places: usize) {
        self.left_out += places as u64;
    }

    /// Whether all secrets of a layer are known and none of its places can be added; counts its
    /// hits as left out.
    pub(super) fn leaves_out(&mut self, scan: &LayerScan) -> bool {
        let ended = self.ended.contains(&std::ptr::from_ref(scan).addr());
        if ended {
            self.left_out += scan.hits.len() as u64;
        }
        ended
    }

    /// Says that the hits of a layer will be offered.
    pub(super) fn begin(&mut self) {
        self.began_full = self.is_full();
    }

    /// Says that every hit of a layer has been offered.
    pub(super) fn end_of(&mut self, scan: &LayerScan) {
        if self.began_full {
            self.ended.insert(std::ptr::from_ref(scan).addr());
        }
    }

    /// Adds a place for which there is room.
    pub(super) fn push(&mut self, located: Located) {
        self.size += size_of(&located);
        self.list.push(located);
    }

    /// The places, and what to say of those that were left out.
    pub(super) fn finish(self) -> (Vec<Located>, Option<Warning>) {
        let left_out = self.left_out;
        let warning = (left_out > 0).then(|| {
            let message =
                format!("at least {left_out} more places of the secrets found are not listed");
            Warning::new(WarningCode::LimitReached, message)
        });
        (self.list, warning)
    }
}

fn known(list: &[Located]) -> Known {
    let mut known = Known::new();
    for located in list {
        let matched = &located.matched;
        let kind = (matched.suppressed, located.occurrence.is_explained());
        let of_kind = known.entry(kind).or_default();
        of_kind.insert(matched.identity().clone());
    }
    known
}

fn size_of(located: &Located) -> usize {
    let occurrence = &located.occurrence;
    let texts = [&occurrence.path, &occurrence.pointer, &occurrence.key];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let inside: usize = occurrence.inside.iter().map(String::len).sum();
    let owner = occurrence.package.as_ref();
    let owner = owner.map_or(0, |owner| owner.to_string().len());
    super::budget::size_of(&located.matched) + texts + inside + owner
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::span::{Position, Span};
    use crate::rules::Confidence;

    fn matched(secret: &str) -> Match {
        Match {
            rule: 0,
            span: Span::new(0, secret.len() as u64),
            position: Position { line: 1, column: 1 },
            secret: Secret::new(secret.as_bytes()),
            decoded: None,
            by: Default::default(),
            identity: None,
            label: None,
            confidence: Confidence::Likely,
            facts: Default::default(),
            suppressed: None,
            is_lone: false,
            parts: Vec::new(),
        }
    }

    #[test]
    fn a_secret_that_a_package_explains_still_gets_a_first_place_that_none_does() {
        let mut places = Places {
            size: MOST,
            ..Places::default()
        };
        let secret = matched("fake");
        for (is_explained, expected) in [(true, true), (true, false), (false, true), (false, false)]
        {
            let has_room = places.has_room_for(&secret, is_explained);
            assert_eq!(has_room, expected, "{is_explained}");
        }
        let (_, warning) = places.finish();
        assert!(
            warning
                .expect("a warning")
                .message
                .contains("at least 2 more")
        );
    }
}
