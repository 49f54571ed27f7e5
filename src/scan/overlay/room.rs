//! How much the layers of a scan remember of their paths, together.
//!
//! Common room is given to whichever layer asks first, so what is left to the others depends on the
//! threads; but whether it suffices for all does not. Where it does not, the layers are scanned
//! again with an equal share for each.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::path::PathHasher;

/// Bytes that all layers may take: some 5.5 million paths. The largest images have a few hundred
/// thousand.
pub(in crate::scan) const MOST: usize = 128 << 20;

/// What all layers of a scan have in common: the same path has the same key in each.
#[derive(Debug, Clone, Default)]
pub(in crate::scan) struct Common {
    pub(super) hasher: PathHasher,
    room: Arc<Room>,
}

#[derive(Debug)]
enum Room {
    /// Bytes left for all.
    Together(AtomicUsize),
    /// Bytes for each layer.
    Each(usize),
}

impl Default for Room {
    fn default() -> Self {
        Self::Together(AtomicUsize::new(MOST))
    }
}

impl Common {
    /// So many bytes for all layers.
    pub(in crate::scan) fn of(room: usize) -> Self {
        Self {
            hasher: PathHasher::default(),
            room: Arc::new(Room::Together(AtomicUsize::new(room))),
        }
    }

    /// The same for an equal share each of so many layers.
    pub(in crate::scan) fn shared_by(room: usize, layers: usize) -> Self {
        Self {
            hasher: PathHasher::default(),
            room: Arc::new(Room::Each(room / layers.max(1))),
        }
    }

    /// Half of a path's key: enough to find it again among a million.
    pub(in crate::scan) fn short_key(&self, path: &[u8]) -> u64 {
        self.hasher.key(path)[0]
    }

    /// Whether a layer that has `used` bytes may take so many more.
    pub(super) fn take(&self, used: usize, bytes: usize) -> bool {
        match &*self.room {
            Room::Each(most) => used.saturating_add(bytes) <= *most,
            Room::Together(left) => left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(bytes)
                })
                .is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn together_the_layers_take_no_more_than_one_may() {
        let common = Common::default();
        assert!(common.take(0, MOST / 2));
        assert!(common.take(0, MOST / 2));
        assert!(!common.take(0, 1));
    }

    #[test]
    fn a_share_is_kept_for_each_whatever_the_others_take() {
        let common = Common::shared_by(MOST, 4);
        for _ in 0..4 {
            assert!(common.take(0, MOST / 4));
        }
        assert!(!common.take(MOST / 4, 1));
    }
}
