//! Hashes of a stream, taken while others read it, so that nothing is read twice.

use std::cell::RefCell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use sha2::{Digest as _, Sha256, Sha512};

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

enum Hasher {
    None,
    Sha256(Sha256),
    Sha512(Box<Sha512>),
}

struct State {
    hasher: Hasher,
    count: u64,
}

/// What went by: a handle that can be read when the reader is done or gone.
#[derive(Clone)]
pub struct Tally(Rc<RefCell<State>>);

impl Tally {
    fn new(algorithm: Option<Algorithm>) -> Self {
        let hasher = match algorithm {
            None => Hasher::None,
            Some(Algorithm::Sha256) => Hasher::Sha256(Sha256::new()),
            Some(Algorithm::Sha512) => Hasher::Sha512(Box::default()),
        };
        Self(Rc::new(RefCell::new(State { hasher, count: 0 })))
    }

    /// Takes bytes that nobody read through the reader.
    pub fn update(&self, bytes: &[u8]) {
        let mut state = self.0.borrow_mut();
        match &mut state.hasher {
            Hasher::None => {}
            Hasher::Sha256(hasher) => hasher.update(bytes),
            Hasher::Sha512(hasher) => hasher.update(bytes),
        }
        state.count = state.count.saturating_add(bytes.len() as u64);
    }

    /// Bytes so far.
    pub fn count(&self) -> u64 {
        self.0.borrow().count
    }

    /// The hash of the bytes so far; `None` when none was asked for.
    pub fn digest(&self) -> Option<Digest> {
        match &self.0.borrow().hasher {
            Hasher::None => None,
            Hasher::Sha256(hasher) => Some(Digest::from_sha256(&hasher.clone().finalize())),
            Hasher::Sha512(hasher) => Some(Digest::from_sha512(&hasher.clone().finalize())),
        }
    }
}

/// Counts, and with an algorithm hashes, what is consumed of `input`.
pub fn tap<'a>(
    input: Box<dyn BufRead + 'a>,
    algorithm: Option<Algorithm>,
) -> (Box<dyn BufRead + 'a>, Tally) {
    let tally = Tally::new(algorithm);
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
            let (mut reader, tally) = tap(Box::new(Drip(&bytes, step)), Some(Algorithm::Sha256));
            reader.read_exact(&mut [0; 999]).unwrap();
            io::copy(&mut reader, &mut io::sink()).unwrap();
            assert_eq!(tally.count(), 5000);
            assert_eq!(tally.digest(), Some(Digest::sha256(&bytes)));
        }
    }

    #[test]
    fn sha_512_is_supported_and_nothing_is_hashed_unasked() {
        let (_, tally) = tap(Box::new(io::empty()), Some(Algorithm::Sha512));
        tally.update(b"abc");
        assert_eq!(tally.digest().unwrap().verify(b"abc"), Some(true));
        let (_, tally) = tap(Box::new(io::empty()), None);
        assert_eq!(tally.digest(), None);
    }
}
