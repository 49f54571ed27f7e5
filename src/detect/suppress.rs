//! Matches that are recognised and yet no finding: placeholders and published samples.

use super::assignment::value;
use super::detector::View;
use super::keys::PUBLICLY_KNOWN;
use super::matched::{Facts, Suppression};
use super::{place, samples};
use crate::rules::Confidence;

/// Longest secret that can be a placeholder; keys have long runs of equal letters.
const LONGEST_PLACEHOLDER: usize = 256;

/// A word that not even a long token holds by chance, when its case counts.
const LOUD_WORD: &[u8] = b"EXAMPLE";

/// Words that real tokens do not hold; all long enough not to be there by chance.
const WORDS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "redacted",
    "xxxxxx",
    "dummy",
    "your_",
    "your-",
    "yourtoken",
    "yourkey",
    "yoursecret",
    "yourapikey",
    "insert_",
    "replace_",
    "replace-",
    "......",
    "******",
    "sample",
];

/// Why a pattern rule's match does not count, if it does not. A proven checksum outweighs the
/// look of a placeholder, but not the list of samples.
pub(super) fn reason(
    secret: &[u8],
    confidence: Confidence,
    guessable: bool,
) -> Option<Suppression> {
    if samples::is_documented(secret) {
        return Some(Suppression::DocumentedSample);
    }
    let short = secret.len() <= LONGEST_PLACEHOLDER;
    let placeholder = confidence != Confidence::Confirmed
        && (memchr::memmem::find(secret, LOUD_WORD).is_some()
            || short && holds_word(secret)
            || short && is_monotonous(secret)
            || short && guessable && value::is_placeholder(secret));
    placeholder.then_some(Suppression::Placeholder)
}

/// Why an assigned value does not count, if it does not.
pub(super) fn assigned(secret: &[u8]) -> Option<Suppression> {
    if samples::is_documented(secret) {
        return Some(Suppression::DocumentedSample);
    }
    memchr::memmem::find(secret, LOUD_WORD).map(|_| Suppression::Placeholder)
}

/// Why a private key does not count: it is published, and lies where nobody uses it.
pub(super) fn known_key(facts: &Facts, view: &View<'_>) -> Option<Suppression> {
    let idle =
        facts.contains_key(PUBLICLY_KNOWN) && (place::is_shown(view) || place::is_stock(view));
    idle.then_some(Suppression::KnownTestKey)
}

/// What a match is worth in a test, an example or a document, or in the code of a package: one step less.
/// What was only possible is listed as an illustration where it came with a package.
pub(super) fn shown(
    view: &View<'_>,
    confidence: Confidence,
    suppressed: Option<Suppression>,
) -> (Confidence, Option<Suppression>) {
    let is_illustration = confidence == Confidence::Possible && place::is_stock(view);
    let illustration = is_illustration.then_some(Suppression::Illustration);
    (Confidence::Possible, suppressed.or(illustration))
}

fn holds_word(secret: &[u8]) -> bool {
    let lower = secret.to_ascii_lowercase();
    WORDS
        .iter()
        .any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
}

/// Whether one byte makes up more than half of the secret, or a run up or down the alphabet does.
fn is_monotonous(secret: &[u8]) -> bool {
    if secret.len() < 12 {
        return false;
    }
    let mut counts = [0usize; 256];
    for byte in secret {
        counts[usize::from(*byte)] += 1;
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    most * 2 > secret.len() || value::longest_sequence(secret) * 2 > secret.len()
}
