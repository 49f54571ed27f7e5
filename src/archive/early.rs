//! Stored bytes of layers that wait for their walk, hashed beside those of the layer that is walked: two streams
//! together take little more time than one. Only what lies in the archive as it is hashed can be
//! hashed before it is read.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::blob::{Blob, BlobKey};
use super::sha256::{Sha256, is_faster_together, update_both};

/// Bytes that are hashed together between two looks at whether the later layer is walked by now.
const PIECE: usize = 1 << 20;
/// Bytes of all layers that may be hashed before their walk begins. They are read again in it, so no more than
/// stays in the memory of the machine until then.
const MOST: u64 = 512 << 20;
/// Fewer bytes are hashed alone.
const FEWEST: usize = 256;
/// Layers among which one is looked for, and bytes that go by until that is done again where there was none.
const IN_VIEW: usize = 64;
const PAUSE: u64 = 1 << 20;
/// Bytes of a map that are asked for before they are needed.
const STEP: usize = 8 << 20;

/// Layers in the order in which they are walked.
#[derive(Default)]
pub(crate) struct Early {
    waiting: Vec<Waiting>,
    by_key: HashMap<BlobKey, usize>,
    /// Of the layers before it, nothing is left to be hashed.
    first: AtomicUsize,
    /// Bytes that were hashed of layers that wait.
    ahead: AtomicU64,
}

struct Waiting {
    blob: Blob,
    /// `None` once the layer is walked.
    begun: Mutex<Option<Begun>>,
    /// Whether somebody hashes it beside other bytes.
    is_taken: AtomicBool,
    /// Whether its walk begins: whoever hashes it beside others lets go, and does not take the lock once more
    /// before the walk gets it.
    is_wanted: AtomicBool,
}

/// The hash of the first bytes of a blob, and how many these are.
#[derive(Default)]
struct Begun {
    hasher: Sha256,
    count: usize,
}

impl Early {
    /// Of blobs whose stored bytes will be hashed with SHA-256, in this order.
    pub(crate) fn of<'b>(blobs: impl Iterator<Item = &'b Blob>) -> Self {
        let mut early = Self::default();
        for blob in blobs.filter(|_| is_faster_together()) {
            let next = early.waiting.len();
            if *early.by_key.entry(blob.key()).or_insert(next) == next {
                early.waiting.push(Waiting {
                    blob: blob.clone(),
                    begun: Mutex::new(Some(Begun::default())),
                    is_taken: AtomicBool::new(false),
                    is_wanted: AtomicBool::new(false),
                });
            }
        }
        early
    }

    /// What was hashed of a blob; it is no more hashed beside others.
    fn take(&self, blob: &Blob) -> Begun {
        let waiting = self.by_key.get(&blob.key()).map(|at| &self.waiting[*at]);
        let begun = waiting.and_then(|waiting| {
            waiting.is_wanted.store(true, Ordering::Relaxed);
            lock(&waiting.begun).take()
        });
        let begun = begun.unwrap_or_default();
        self.ahead.fetch_sub(begun.count as u64, Ordering::Relaxed);
        begun
    }

    /// Nothing of this blob has to be hashed.
    pub(crate) fn forget(&self, blob: &Blob) {
        self.take(blob);
    }

    /// A layer that waits and that nobody else hashes.
    fn claim(&self) -> Option<usize> {
        if self.ahead.load(Ordering::Relaxed) >= MOST {
            return None;
        }
        let mut first = self.first.load(Ordering::Relaxed);
        let done = |waiting: &&Waiting| !waiting.is_left();
        first += self.waiting[first..].iter().take_while(done).count();
        self.first.fetch_max(first, Ordering::Relaxed);
        let claimed = self.waiting[first..]
            .iter()
            .take(IN_VIEW)
            .position(|waiting| {
                !waiting.is_taken.load(Ordering::Relaxed)
                    && waiting.is_left()
                    && !waiting.is_taken.swap(true, Ordering::Acquire)
            });
        claimed.map(|at| first + at)
    }

    /// Hashes some of `bytes`, and as many of a layer that was claimed beside them; how many, which is none
    /// where nothing is left of that layer.
    fn update(&self, hasher: &mut Sha256, bytes: &[u8], claimed: usize) -> usize {
        let waiting = &self.waiting[claimed];
        if waiting.is_wanted.load(Ordering::Relaxed) {
            return 0;
        }
        let mut begun = lock(&waiting.begun);
        let Some(begun) = &mut *begun else {
            return 0;
        };
        let left = &waiting.blob[begun.count..];
        let count = bytes.len().min(left.len()).min(PIECE);
        if begun.count % STEP + count >= STEP || begun.count == 0 {
            let next = begun.count + count;
            let until = waiting.blob.len().min(next + 2 * STEP);
            waiting.blob.will_need(next as u64..until as u64);
        }
        update_both(hasher, &bytes[..count], &mut begun.hasher, &left[..count]);
        begun.count += count;
        self.ahead.fetch_add(count as u64, Ordering::Relaxed);
        count
    }
}

impl Waiting {
    /// Whether some of it may be left to be hashed.
    fn is_left(&self) -> bool {
        if self.is_wanted.load(Ordering::Relaxed) {
            return false;
        }
        let Ok(begun) = self.begun.try_lock() else {
            return true;
        };
        begun
            .as_ref()
            .is_some_and(|begun| begun.count < self.blob.len())
    }
}

/// A hash of bytes that go by. Beside them, later layers are hashed.
#[derive(Default)]
pub(super) struct Hashing {
    hasher: Sha256,
    early: Option<Arc<Early>>,
    claimed: Option<usize>,
    /// So many bytes have to go by before a layer is looked for.
    pause: u64,
    /// What goes by are the bytes of this blob, of which so many were hashed before.
    known: Option<(Blob, usize)>,
    /// Bytes that went by.
    count: u64,
}

impl Hashing {
    /// With `stored`, it is the bytes of this blob that will go by.
    pub(super) fn beside(early: Option<&Arc<Early>>, stored: Option<&Blob>) -> Self {
        let own = early.zip(stored);
        let own = own.map(|(early, blob)| (early.take(blob), blob.clone()));
        let (begun, known) = match own {
            Some((begun, blob)) => (begun.hasher, Some((blob, begun.count))),
            None => Default::default(),
        };
        Self {
            hasher: begun,
            early: early.cloned(),
            known,
            ..Self::default()
        }
    }

    /// Whether no bytes that were hashed before have yet to go by.
    pub(super) fn is_level(&self) -> bool {
        (self.known.as_ref()).is_none_or(|(_, hashed)| self.count >= *hashed as u64)
    }

    /// Takes the next bytes.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let hashed = self.known.as_ref().map_or(0, |(_, count)| *count as u64);
        let skip = hashed.saturating_sub(self.count).min(bytes.len() as u64);
        self.count += bytes.len() as u64;
        let mut bytes = &bytes[skip as usize..];
        while let Some(early) = self.early.as_deref().filter(|_| bytes.len() >= FEWEST) {
            if self.claimed.is_none() && self.count >= self.pause {
                self.claimed = early.claim();
                self.pause = self.claimed.map_or(self.count + PAUSE, |_| 0);
            }
            let Some(claimed) = self.claimed else {
                break;
            };
            let count = early.update(&mut self.hasher, bytes, claimed);
            bytes = &bytes[count..];
            if count == 0 || early.ahead.load(Ordering::Relaxed) >= MOST {
                self.let_go();
            }
        }
        self.hasher.update(bytes);
    }

    fn let_go(&mut self) {
        if let Some((early, claimed)) = self.early.as_ref().zip(self.claimed.take()) {
            early.waiting[claimed]
                .is_taken
                .store(false, Ordering::Release);
        }
    }

    /// The state of the hash behind all bytes that went by.
    pub(super) fn hasher(&self) -> Sha256 {
        match &self.known {
            Some((blob, hashed)) if self.count < *hashed as u64 => {
                let mut hasher = Sha256::default();
                hasher.update(&blob[..self.count as usize]);
                hasher
            }
            _ => self.hasher.clone(),
        }
    }
}

impl Drop for Hashing {
    fn drop(&mut self) {
        self.let_go();
    }
}

/// What a panic leaves under this lock is not looked at: it ends the scan.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs(lengths: &[usize]) -> Vec<Blob> {
        let bytes = |(seed, length): (usize, &usize)| {
            let bytes = (seed..).map(|number| ((number * number) >> 3) as u8);
            bytes.take(*length).collect()
        };
        lengths
            .iter()
            .enumerate()
            .map(bytes)
            .map(Blob::from_vec)
            .collect()
    }

    fn expected(bytes: &[u8]) -> [u8; 32] {
        <sha2::Sha256 as sha2::Digest>::digest(bytes).into()
    }

    /// The hash of a blob that goes by in pieces.
    fn hash(early: &Arc<Early>, blob: &Blob, step: usize) -> [u8; 32] {
        let mut hashing = Hashing::beside(Some(early), Some(blob));
        blob.chunks(step).for_each(|piece| hashing.update(piece));
        hashing.hasher().finalize()
    }

    #[test]
    fn every_layer_has_its_own_hash_however_much_of_it_was_hashed_before() {
        let lengths = [
            3 << 20,
            1 << 20,
            5 << 20,
            0,
            777,
            64,
            (2 << 20) + 1,
            100_000,
        ];
        let blobs = blobs(&lengths);
        for step in [100, 4_000, 70_001, 4 << 20] {
            let early = Arc::new(Early::of(blobs.iter()));
            for blob in &blobs {
                assert_eq!(hash(&early, blob, step), expected(blob), "{step}");
            }
            assert_eq!(early.ahead.load(Ordering::Relaxed), 0);
        }
    }

    #[test]
    fn threads_hash_later_layers_beside_and_take_them_over() {
        let blobs = blobs(&[1 << 20; 40]);
        let early = Arc::new(Early::of(blobs.iter()));
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for step in [999, 8_192, 65_536, 2 << 20] {
                let (early, next, blobs) = (&early, &next, &blobs);
                scope.spawn(move || {
                    while let Some(blob) = blobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        assert_eq!(hash(early, blob, step), expected(blob));
                    }
                });
            }
        });
        assert_eq!(early.ahead.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_walk_that_ends_before_what_was_hashed_has_the_hash_of_what_went_by() {
        let blobs = blobs(&[1 << 20, 1 << 20]);
        let early = Arc::new(Early::of(blobs.iter()));
        assert_eq!(hash(&early, &blobs[0], 1 << 16), expected(&blobs[0]));
        let ahead = early.ahead.load(Ordering::Relaxed);
        assert_eq!(
            ahead > 0,
            is_faster_together(),
            "the other one was hashed beside it"
        );
        let mut second = Hashing::beside(Some(&early), Some(&blobs[1]));
        for piece in [0..0, 0..1_000, 1_000..70_000] {
            second.update(&blobs[1][piece.clone()]);
            let hash = second.hasher().finalize();
            assert_eq!(hash, expected(&blobs[1][..piece.end]));
        }
    }

    #[test]
    fn a_layer_whose_walk_begins_is_hashed_by_nobody_else() {
        let blobs = blobs(&[3 << 20, 3 << 20]);
        let early = Arc::new(Early::of(blobs.iter()));
        let mut first = Hashing::beside(Some(&early), Some(&blobs[0]));
        first.update(&blobs[0][..1 << 20]);
        let Some(second) = early.waiting.get(1) else {
            return assert!(!is_faster_together());
        };
        second.is_wanted.store(true, Ordering::Relaxed);
        first.update(&blobs[0][1 << 20..]);
        assert_eq!(first.hasher().finalize(), expected(&blobs[0]));
        assert_eq!(
            lock(&second.begun).as_ref().map(|begun| begun.count),
            Some(1 << 20)
        );
        assert_eq!(early.claim(), None);
    }

    #[test]
    fn no_more_is_hashed_early_than_is_bounded() {
        let blobs = blobs(&[100, 100]);
        let early = Arc::new(Early::of(blobs.iter()));
        early.ahead.store(MOST, Ordering::Relaxed);
        assert_eq!(early.claim(), None);
        early.ahead.store(0, Ordering::Relaxed);
        assert_eq!(early.claim(), is_faster_together().then_some(0));
        assert_eq!(early.claim(), is_faster_together().then_some(1));
        assert_eq!(early.claim(), None);
    }
}
