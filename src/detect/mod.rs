//! Bytes to matches: prefilter, patterns, assignments, entropy, validators.
//!
//! Nothing here knows of layers or images: a detector sees bytes and a [`Context`].
//!
//! An [`Engine`] is a rule set compiled. One pass over the bytes finds the anchors of all rules
//! (`prefilter`, by the fingerprints of `literals`); each anchor goes to its rule's detector (`detector` is the seam): `pattern` for
//! rules with a regex, `blocks` for those of other tools whose regex has no longest match,
//! `assignment` and `entropy` built in. A `Stream` shows a text of any length in views that own
//! their seams, so that the result is that of a scan in one piece.

mod assignment;
mod blocks;
mod class;
mod command_line;
mod crowd;
mod decode;
mod demand;
mod detector;
mod engine;
mod entropy;
mod escapes;
mod examples;
mod fields;
mod files;
mod finder;
mod identity;
mod inline;
mod json_escape;
mod keys;
mod keystore;
mod literals;
mod matched;
mod order;
pub(crate) mod pair;
mod paths;
mod pattern;
mod phrase;
mod place;
mod prefilter;
mod required;
mod samples;
mod session;
mod shannon;
mod sieve;
pub mod span;
mod spelled;
mod suppress;
pub mod validate;
mod vectors;
mod weigh;
mod whole;
mod window;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::LazyLock;

pub(crate) use command_line::CommandLine;
pub(crate) use crowd::Guest;
pub use engine::Engine;
pub use keys::{Certificate, KeyId, Observed, Seen};
pub use matched::{By, Context, Decoded, Facts, Match, Part, Suppression, TextKind};
pub(crate) use session::{Lines, Scanned};
pub(crate) use window::Stream;

use crate::rules::Catalog;

/// What rules may refer to: validators, built-in detectors, formats and decodings.
pub fn catalog() -> Catalog<'static> {
    static VALIDATORS: LazyLock<Vec<&'static str>> =
        LazyLock::new(|| validate::VALIDATORS.iter().map(|(name, _)| *name).collect());
    static FORMATS: LazyLock<Vec<&'static str>> = LazyLock::new(|| fields::formats().collect());
    static DECODINGS: LazyLock<Vec<&'static str>> =
        LazyLock::new(|| decode::DECODINGS.iter().map(|(name, _)| *name).collect());
    static DETECTORS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let built_in = ["assignment", "entropy", "file"].into_iter();
        built_in.chain(keystore::names()).collect()
    });
    Catalog {
        validators: &VALIDATORS,
        detectors: &DETECTORS,
        formats: &FORMATS,
        decodings: &DECODINGS,
    }
}
