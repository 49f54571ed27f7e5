//! What the bench programs share: the image that they measure on, and sets of rules of three sizes.

pub mod archive;
pub mod corpus;
pub mod sets;

use std::env;

/// A whole number above zero from the environment.
pub fn setting(name: &str, otherwise: u64) -> u64 {
    let value = env::var(name).ok().and_then(|value| value.parse().ok());
    value.unwrap_or(otherwise).max(1)
}
