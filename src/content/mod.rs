//! One entry's bytes to the texts in it: as they stand, decoded from UTF-16, and out of nested
//! archives, as deep as the limits allow.
//!
//! Everything is one forward pass with bounded memory ([`Scanner`]). What an entry is, its bytes
//! say: gzip, zstd, xz and bzip2 streams, tar, zip (`zip`; also behind a
//! `script`), `ar`, and what `git` stores. A container's own bytes are
//! not searched, its members are; where one breaks, a warning says so and what is left of it is
//! searched as it stands, from a little before the place where it broke (`replay`).

mod ar;
mod git;
mod loose;
mod place;
mod replay;
mod runs;
mod scanner;
mod script;
#[cfg(test)]
mod tests;
mod unpack;
mod unpacked;
mod wide;
mod zeros;
mod zip;

pub use scanner::Scanner;
pub(crate) use unpack::{HEAD, Manner};
pub(crate) use unpacked::share;

use std::io;

use crate::detect::{Match, Observed};
use crate::error::Warning;

/// A match with the way to its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Members of nested archives, outermost first; printable.
    pub inside: Vec<String>,
    /// How the text was decoded (`utf-16le`), in which offsets and lines count, and then how the
    /// secret is written there (`base64`).
    pub decoded: Vec<String>,
    /// The match.
    pub matched: Match,
}

impl Hit {
    /// Whether offsets count in the entry's own bytes.
    pub fn is_in_place(&self) -> bool {
        self.inside.is_empty() && self.decoded.len() == self.matched.how().len()
    }
}

/// What one entry holds.
#[derive(Debug, Default)]
pub struct Outcome {
    /// In the order of the texts, within each in order of offset.
    pub hits: Vec<Hit>,
    /// Public keys and certificates, each with its way through nested archives as in [`Hit`].
    pub observed: Vec<(Vec<String>, Observed)>,
    /// Broken nested archives and limits, each with the path of the entry.
    pub warnings: Vec<Warning>,
    /// Bytes of the entry that were read.
    pub bytes: u64,
    /// The entry itself, where nothing was searched yet: a file of a git repository whose path
    /// entries that come later may tell. Only [`Scanner::scan_or_postpone`] leaves it; once
    /// [`Scanner::settle`] was called nothing does.
    pub postponed: Option<Vec<u8>>,
    /// Why the entry's own reader ended early, if it did; what came before was searched.
    pub error: Option<io::Error>,
}

impl Outcome {
    /// Whether there is nothing to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.hits.is_empty()
            && self.observed.is_empty()
            && self.warnings.is_empty()
            && self.error.is_none()
    }
}
