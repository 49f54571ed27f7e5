//! Hashes of a stream, taken while others read it, so that nothing is read twice.

use std::cell::RefCell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;
use std::sync::Arc;

use sha2::{Digest as _, Sha512};

use super::backlog::{Feeder, Lane};
use super::blob::Blob;
use super::early::{Early, Hashing};
use super::sha256::Sha256;
use crate::oci::Digest;

/// Hash functions that can be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-256, which nearly every image uses.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// The algorithm of `digest`; `None` when it is not supported.
    pub fn of(digest: &Digest) -> Option<Self> {
        match digest.algorithm() {
            "sha256" => Some(Self::Sha256),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }
}

/// Follows the bytes whose key is taken. Whoever knows only the hash of the bytes can go on hashing
/// from there, but first comes the padding that SHA-256 put behind them, which begins with 0x80: what
/// begins otherwise cannot be reached that way.
const KEY_SUFFIX: &[u8] = b"residue: key of this content";

/// A key that follows from bytes, and that nobody has who does not have those bytes: their digest
/// alone does not tell it.
#[derive(Clone, PartialEq, Eq)]
pub struct ContentKey([u8; 32]);

impl ContentKey {
    /// The digest and the key of `bytes`.
    #[cfg(test)]
    pub(crate) fn of(bytes: &[u8]) -> (Digest, Self) {
        Self::of_stored(&Blob::from_vec(bytes.to_vec()), None)
    }

    /// The digest and the key of stored bytes, of which some may have been hashed before.
    pub(crate) fn of_stored(stored: &Blob, early: Option<&Arc<Early>>) -> (Digest, Self) {
        let mut hashing = Hashing::beside(early, Some(stored));
        hashing.update(stored);
        let hasher = hashing.hasher();
        let key = Self::behind(&hasher);
        (Digest::from_sha256(&hasher.finalize()), key)
    }

    /// The key of all these bytes, one behind the other.
    pub(crate) fn of_parts<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> Self {
        let mut hasher = Sha256::default();
        parts.into_iter().for_each(|part| hasher.update(part));
        Self::behind(&hasher)
    }

    fn behind(hasher: &Sha256) -> Self {
        let mut hasher = hasher.clone();
        hasher.update(KEY_SUFFIX);
        Self(hasher.finalize())
    }

    /// A key that was kept.
    pub(crate) fn kept(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The raw key, to seal and to open with.
    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContentKey(***)")
    }
}

enum Hasher {
    None,
    /// Here, until somebody may come to help.
    Sha256(Box<Hashing>, Option<Arc<Lane>>),
    Sha512(Box<Sha512>),
    /// SHA-256, where others help.
    Beside(Feeder),
}

impl Hasher {
    /// Goes on where others help, if they do.
    fn look_for_help(&mut self) {
        if let Self::Sha256(hashing, Some(lane)) = self
            && lane.has_helpers()
            && hashing.is_level()
        {
            *self = Self::Beside(Feeder::behind(hashing.hasher(), lane));
        }
    }
}

struct State {
    hasher: Hasher,
    count: u64,
}

/// What went by: a handle that can be read when the reader is done or gone.
#[derive(Clone)]
pub struct Tally(Rc<RefCell<State>>);

impl Tally {
    fn new(algorithm: Option<Algorithm>, with: With<'_>) -> Self {
        let hasher = match algorithm {
            None => Hasher::None,
            Some(Algorithm::Sha512) => Hasher::Sha512(Box::default()),
            Some(Algorithm::Sha256) => {
                let hashing = Hashing::beside(with.early, with.stored);
                Hasher::Sha256(Box::new(hashing), with.lane.cloned())
            }
        };
        Self(Rc::new(RefCell::new(State { hasher, count: 0 })))
    }

    /// Takes bytes that nobody read through the reader.
    pub fn update(&self, bytes: &[u8]) {
        let mut state = self.0.borrow_mut();
        state.hasher.look_for_help();
        match &mut state.hasher {
            Hasher::None => {}
            Hasher::Sha256(hashing, _) => hashing.update(bytes),
            Hasher::Sha512(hasher) => hasher.update(bytes),
            Hasher::Beside(feeder) => feeder.update(bytes),
        }
        state.count = state.count.saturating_add(bytes.len() as u64);
    }

    /// Bytes so far.
    pub fn count(&self) -> u64 {
        self.0.borrow().count
    }

    /// The hash of the bytes so far; `None` when none was asked for.
    pub fn digest(&self) -> Option<Digest> {
        match &mut self.0.borrow_mut().hasher {
            Hasher::None => None,
            Hasher::Sha256(hashing, _) => Some(Digest::from_sha256(&hashing.hasher().finalize())),
            Hasher::Sha512(hasher) => Some(Digest::from_sha512(&hasher.clone().finalize())),
            Hasher::Beside(feeder) => Some(Digest::from_sha256(&feeder.hasher().finalize())),
        }
    }

    /// The key of the bytes so far; `None` where they are not hashed with SHA-256.
    pub fn content_key(&self) -> Option<ContentKey> {
        match &mut self.0.borrow_mut().hasher {
            Hasher::Sha256(hashing, _) => Some(ContentKey::behind(&hashing.hasher())),
            Hasher::Beside(feeder) => Some(ContentKey::behind(&feeder.hasher())),
            Hasher::None | Hasher::Sha512(_) => None,
        }
    }
}

/// What a SHA-256 is taken with.
#[derive(Default, Clone, Copy)]
pub(crate) struct With<'w> {
    /// What comes later is hashed beside it.
    pub early: Option<&'w Arc<Early>>,
    /// It is this blob, which may have been hashed beside others.
    pub stored: Option<&'w Blob>,
    /// Where others help, once they may.
    pub lane: Option<&'w Arc<Lane>>,
}

/// Counts, and with an algorithm hashes, what is consumed of `input`.
pub(crate) fn tap<'a>(
    input: Box<dyn BufRead + 'a>,
    algorithm: Option<Algorithm>,
    with: With<'_>,
) -> (Box<dyn BufRead + 'a>, Tally) {
    let tally = Tally::new(algorithm, with);
    let tap = Tap {
        input,
        tally: tally.clone(),
    };
    (Box::new(tap), tally)
}

struct Tap<'a> {
    input: Box<dyn BufRead + 'a>,
    tally: Tally,
}

impl Read for Tap<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Tap<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        // A filled buffer is handed out again without reading, so this cannot fail.
        if n > 0
            && let Ok(buffer) = self.input.fill_buf()
        {
            self.tally.update(buffer.get(..n).unwrap_or(buffer));
        }
        self.input.consume(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::peek::tests::Drip;

    #[test]
    fn what_is_consumed_is_hashed_however_it_is_read() {
        let bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
        for step in [1, 7, 5000] {
            let (mut reader, tally) = tap(
                Box::new(Drip(&bytes, step)),
                Some(Algorithm::Sha256),
                With::default(),
            );
            reader.read_exact(&mut [0; 999]).unwrap();
            io::copy(&mut reader, &mut io::sink()).unwrap();
            assert_eq!(tally.count(), 5000);
            assert_eq!(tally.digest(), Some(Digest::sha256(&bytes)));
        }
    }

    #[test]
    fn others_help_as_soon_as_they_may_and_what_was_hashed_before_has_gone_by() {
        use crate::archive::sha256::is_faster_together;
        use crate::archive::{Backlog, Pieces};

        let blobs = [3, 5]
            .map(|step| Blob::from_vec((0..=250).cycle().step_by(step).take(1 << 20).collect()));
        for (step, before) in [(100, 0), (70_000, 0), (100, 200_000), (70_000, 600_000)] {
            let early = Arc::new(Early::of(blobs.iter()));
            // Some of the second one is hashed beside the first.
            let mut first = Hashing::beside(Some(&early), Some(&blobs[0]));
            first.update(&blobs[0][..before]);
            let before = if is_faster_together() { before } else { 0 };
            let pieces = Arc::<Pieces>::default();
            pieces.tell_whether_all_walk(true);
            let backlog = Backlog::of(&pieces);
            let with = With {
                early: Some(&early),
                stored: Some(&blobs[1]),
                lane: Some(backlog.stored()),
            };
            let tally = Tally::new(Some(Algorithm::Sha256), with);
            let mut seen = 0;
            for piece in blobs[1].chunks(step) {
                pieces.tell_whether_all_walk(seen < 300_000);
                tally.update(piece);
                seen += piece.len();
                let is_beside = matches!(tally.0.borrow().hasher, Hasher::Beside(_));
                let may_be = seen - piece.len() >= before.max(300_000);
                assert_eq!(is_beside, may_be, "{step} {before} {seen}");
            }
            assert_eq!(tally.digest(), Some(Digest::sha256(&blobs[1])));
        }
    }

    #[test]
    fn sha_512_is_supported_and_nothing_is_hashed_unasked() {
        let (_, tally) = tap(
            Box::new(io::empty()),
            Some(Algorithm::Sha512),
            With::default(),
        );
        tally.update(b"abc");
        assert_eq!(tally.digest().unwrap().verify(b"abc"), Some(true));
        let (_, tally) = tap(Box::new(io::empty()), None, With::default());
        assert_eq!(tally.digest(), None);
    }

    #[test]
    fn a_key_follows_from_the_bytes_and_not_from_their_digest() {
        let (_, tally) = tap(
            Box::new(io::empty()),
            Some(Algorithm::Sha256),
            With::default(),
        );
        tally.update(b"ab");
        let first = tally.content_key().unwrap();
        tally.update(b"c");
        let (digest, key) = ContentKey::of(b"abc");
        assert_eq!(tally.content_key(), Some(key.clone()));
        assert_eq!(tally.digest(), Some(digest.clone()));
        assert_ne!(first, key);
        let hex = |bytes: &[u8]| Digest::from_sha256(bytes);
        assert_ne!(hex(key.expose()), digest);
        assert_ne!(KEY_SUFFIX[0], 0x80, "length extension");
        assert!(!format!("{key:?}").contains(hex(key.expose()).encoded()));
    }
}
