//! Bytes to matches: prefilter, patterns, assignments, entropy, validators.
//!
//! Nothing here knows of layers or images: a detector sees bytes and a [`Context`].

mod matched;
pub mod span;
pub mod validate;

pub use matched::{Context, Facts, Match, Suppression, TextKind};
