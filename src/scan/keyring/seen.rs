//! The public keys and certificates that one layer holds, each once with the files it lies in.
//!
//! Certificate bundles are alike from image to image and often there in three copies, so what is
//! kept is short: of each certificate what a report may say of it, and a few paths.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::is_authorized_keys;
use super::shelf::Shelf;
use crate::detect::{KeyId, Observed, Seen};
use crate::error::printable;
use crate::scan::budget::Budget;

/// Files that are kept for one certificate or key; of those that let its owner in as many besides,
/// since it depends on them how bad a key is.
const MOST_PATHS: usize = 8;
/// A path that is longer is no path of a filesystem.
const LONGEST_PATH: usize = 4 << 10;
/// What an entry takes beside its texts: their numbers, and what each takes where it is kept.
const ENTRY: usize = 2 * (size_of::<u32>() + Shelf::EACH);

/// What holds which key, and in which files.
type Entry = ((KeyId, Seen), Vec<String>);

/// What a layer holds, by key.
#[derive(Debug)]
pub(in crate::scan) struct SeenKeys {
    /// Files by what holds a key, as long as there are more to come.
    open: BTreeMap<(KeyId, Seen), Vec<String>>,
    /// The same once the layer is over, written down, what it is and the files apart: until all layers are there
    /// nobody asks, and hundreds of layers may each have the same bundle of certificates.
    packed: Vec<[u32; 2]>,
    shelf: Arc<Shelf>,
    budget: Budget,
}

impl SeenKeys {
    /// Nothing yet; as much is kept as `budget` reaches, and together with what other layers saw.
    pub(in crate::scan) fn within(budget: Budget, shelf: &Arc<Shelf>) -> Self {
        Self {
            open: BTreeMap::new(),
            packed: Vec::new(),
            shelf: Arc::clone(shelf),
            budget,
        }
    }

    /// Notes what lies at `path`, or inside of archives there.
    pub(in crate::scan) fn add(&mut self, path: &[u8], inside: &[String], observed: Observed) {
        if path.len() > LONGEST_PATH {
            return;
        }
        let size = ENTRY + observed.size();
        let place = place(printable(path), inside);
        let sight = (observed.id, observed.seen);
        if let Some(paths) = self.open.get_mut(&sight) {
            let is_login = is_authorized_keys(&place);
            let alike = paths
                .iter()
                .filter(|path| is_authorized_keys(path) == is_login);
            let is_new = alike.count() < MOST_PATHS && !paths.contains(&place);
            if is_new && self.budget.take(place.len()) {
                paths.push(place);
            }
        } else if self.budget.take(size + place.len()) {
            self.open.insert(sight, vec![place]);
        }
    }

    /// The layer is over. What cannot be written stays as it is.
    pub(in crate::scan) fn closed(mut self) -> Self {
        self.packed.reserve_exact(self.open.len());
        self.open.retain(|entry, paths| {
            let written = (self.shelf.put(entry), self.shelf.put(paths));
            let (Some(entry), Some(paths)) = written else {
                return true;
            };
            self.packed.push([entry, paths]);
            false
        });
        self
    }

    /// Everything that was seen, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = Entry> {
        let packed = self.packed.iter();
        let packed =
            packed.filter_map(|[entry, paths]| self.shelf.get(*entry).zip(self.shelf.get(*paths)));
        let open = self.open.iter();
        packed.chain(open.map(|(sight, paths)| (sight.clone(), paths.clone())))
    }
}

/// Between the members on a way.
pub(super) const BETWEEN: &str = " > ";

/// A printable path, and the way through nested archives.
pub(super) fn place(mut place: String, inside: &[String]) -> String {
    for member in inside {
        place.push_str(BETWEEN);
        place.push_str(member);
    }
    place
}

/// Whether a place is this path and way, without making it.
pub(super) fn is_place(place: &str, path: &str, inside: &[String]) -> bool {
    let rest = inside
        .iter()
        .try_fold(place.strip_prefix(path), |rest, member| {
            Some(rest?.strip_prefix(BETWEEN)?.strip_prefix(member.as_str()))
        });
    rest.flatten() == Some("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Certificate;

    fn observed(id: u8) -> Observed {
        Observed {
            id: KeyId([id; 32]),
            seen: Seen::PublicKey,
        }
    }

    #[test]
    fn a_key_in_many_files_is_kept_once_with_some_of_them() {
        let mut seen = SeenKeys::within(Budget::of(1 << 20), &Arc::default());
        for file in (0..20).chain(0..20) {
            seen.add(format!("etc/{file}.pub").as_bytes(), &[], observed(1));
        }
        let inside = ["b.pem".to_owned()];
        seen.add(b"a.jar", &inside, observed(2));
        let mut certificate = observed(3);
        certificate.seen = Seen::Certificate(Box::new(Certificate {
            subject: "CN=host".to_owned(),
            names: vec!["host.example".to_owned()],
            more_names: 300,
            ..Certificate::default()
        }));
        seen.add(b"c.pem", &[], certificate);
        let all: Vec<_> = seen.all().collect();
        assert_eq!(all.len(), 3);
        assert_eq!(all[0].1.len(), MOST_PATHS);
        assert_eq!(all[1].1, ["a.jar > b.pem"]);
        let closed = seen.closed();
        assert_eq!(closed.all().collect::<Vec<_>>(), all);
        assert!(closed.open.is_empty());
    }

    #[test]
    fn what_many_layers_hold_is_kept_once() {
        let shelf = Arc::default();
        let layer = |path: &[u8]| {
            let mut seen = SeenKeys::within(Budget::of(1 << 20), &shelf);
            (0..9).for_each(|id| seen.add(path, &[], observed(id)));
            seen.closed()
        };
        let layers: Vec<_> = [b"a", b"b", b"a"].iter().map(|path| layer(*path)).collect();
        // Nine keys, and two lists of files.
        assert_eq!(shelf.count(), 9 + 2);
        for (seen, path) in layers.iter().zip(["a", "b", "a"]) {
            let all: Vec<_> = seen.all().collect();
            let keys: Vec<_> = all.iter().map(|((id, _), _)| id.0[0]).collect();
            assert_eq!(keys, Vec::from_iter(0..9));
            assert!(all.iter().all(|(_, paths)| paths[..] == [path.to_owned()]));
        }
    }

    #[test]
    fn a_file_that_lets_people_in_is_kept_behind_however_many_others() {
        let mut seen = SeenKeys::within(Budget::of(1 << 20), &Arc::default());
        for file in 0..20 {
            seen.add(format!("etc/{file}.pub").as_bytes(), &[], observed(1));
        }
        for user in (0..20).chain(0..20) {
            let path = format!("home/{user}/.ssh/authorized_keys");
            seen.add(path.as_bytes(), &[], observed(1));
        }
        let (_, paths) = seen.all().next().unwrap();
        assert_eq!(paths.len(), 2 * MOST_PATHS);
        assert_eq!(paths[MOST_PATHS], "home/0/.ssh/authorized_keys");
    }

    #[test]
    fn a_place_is_told_without_being_made() {
        let inside = ["b > c", "d"].map(str::to_owned);
        for count in 0..=inside.len() {
            let own = place("a".to_owned(), &inside[..count]);
            for other in 0..=inside.len() {
                assert_eq!(is_place(&own, "a", &inside[..other]), count == other);
            }
            assert!(!is_place(&own, "aa", &inside[..count]));
        }
    }

    #[test]
    fn what_does_not_fit_leaves_nothing_behind() {
        let mut seen = SeenKeys::within(Budget::of(10), &Arc::default());
        seen.add(b"a", &[], observed(1));
        assert_eq!(seen.all().count(), 0);
        assert!(seen.open.is_empty());
    }
}
