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

/// Secrets by what suppresses them, which together make a finding.
type Known = HashMap<Option<Suppression>, HashSet<Secret>>;

/// Places in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Places {
    list: Vec<Located>,
    size: usize,
    /// Secrets with a place, known once the bound is reached.
    known: Option<Known>,
    /// Addresses of layers of which every secret is known.
    ended: HashSet<usize>,
    left_out: u64,
}

impl Places {
    /// Whether a place of this match may be added; counts it as left out where it may not.
    pub(super) fn has_room_for(&mut self, matched: &Match) -> bool {
        if self.size < MOST {
            return true;
        }
        let list = &self.list;
        let known = self.known.get_or_insert_with(|| known(list));
        let of_kind = known.entry(matched.suppressed).or_default();
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

    /// Says that every hit of a layer has been offered.
    pub(super) fn end_of(&mut self, scan: &LayerScan) {
        if self.size >= MOST {
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
    for Located { matched, .. } in list {
        let of_kind = known.entry(matched.suppressed).or_default();
        of_kind.insert(matched.identity().clone());
    }
    known
}

fn size_of(located: &Located) -> usize {
    let occurrence = &located.occurrence;
    let texts = [&occurrence.path, &occurrence.pointer, &occurrence.key];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let inside: usize = occurrence.inside.iter().map(String::len).sum();
    super::budget::size_of(&located.matched) + texts + inside
}
