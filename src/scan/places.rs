//! Every place that was found, within bounds: one secret can lie in any number of places, since a
//! file may have any number of names and a layer may belong to any number of images.
//!
//! Places beyond the bound are counted and left out. A secret that has no place yet always gets
//! its first one.

use std::collections::HashSet;

use super::locate::Located;
use crate::detect::{Match, Suppression};
use crate::error::{Warning, WarningCode};
use crate::secret::Secret;

/// Bytes of places that are kept.
const MOST: usize = 96 << 20;

/// What makes a finding of its own.
type Key = (Option<Suppression>, Secret);

/// Places in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Places {
    list: Vec<Located>,
    size: usize,
    /// Secrets with a place, known once the bound is reached.
    known: Option<HashSet<Key>>,
    left_out: u64,
}

impl Places {
    /// Whether a place of this match may be added; counts it as left out where it may not.
    pub(super) fn has_room_for(&mut self, matched: &Match) -> bool {
        if self.size < MOST {
            return true;
        }
        let list = &self.list;
        let known = self
            .known
            .get_or_insert_with(|| list.iter().map(|located| key(&located.matched)).collect());
        let is_new = known.insert(key(matched));
        self.left_out += u64::from(!is_new);
        is_new
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
            let message = format!("{left_out} more places of the secrets found are not listed");
            Warning::new(WarningCode::LimitReached, message)
        });
        (self.list, warning)
    }
}

fn key(matched: &Match) -> Key {
    (matched.suppressed, matched.identity().clone())
}

fn size_of(located: &Located) -> usize {
    let occurrence = &located.occurrence;
    let texts = [&occurrence.path, &occurrence.pointer, &occurrence.key];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let inside: usize = occurrence.inside.iter().map(String::len).sum();
    super::budget::size_of(&located.matched) + texts + inside
}
