//! The built-in detector `entropy`: tokens that no key name gives away, in files where every line
//! is `KEY=value`.
//!
//! Only there does a random-looking value mean something; elsewhere hashes, ids and packed data
//! are the rule. Keys that say they hold a hash or an id are left alone.

use std::ops::Range;

use super::assignment::{lexicon, value};
use super::class::Class;
use super::detector::{AROUND, Desk, Detector, Found, View};
use super::shannon::is_spread;
use crate::rules::Confidence;

/// Shortest value that is looked at.
const SHORTEST: usize = 20;
/// Longest value that is looked at.
const LONGEST: usize = 4096;

/// The detector.
pub(super) struct Entropy;

impl Detector for Entropy {
    fn on_anchor(&self, _view: &View<'_>, _anchor: Range<usize>, _desk: &mut Desk<'_>) {}

    fn on_view(&self, view: &View<'_>, desk: &mut Desk<'_>) {
        if view.class != Class::Env {
            return;
        }
        for line in lines(view) {
            if desk.is_full() {
                return;
            }
            let Some((label, secret)) = judge(view.bytes, line) else {
                continue;
            };
            desk.report(Found {
                rule: desk.index,
                secret,
                label: Some(label),
                confidence: Confidence::Possible,
                facts: Default::default(),
                suppressed: None,
            });
        }
    }
}

/// The lines whose first byte the view owns.
fn lines<'v>(view: &'v View<'_>) -> impl Iterator<Item = Range<usize>> + 'v {
    let bytes = view.bytes;
    let mut at = match view.own.start {
        0 => Some(0),
        start => memchr::memchr(b'\n', &bytes[start - 1..]).map(|found| start + found),
    };
    std::iter::from_fn(move || {
        let start = at.filter(|start| *start < view.own.end)?;
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |found| start + found);
        at = (end < bytes.len()).then_some(end + 1);
        Some(start..end)
    })
}

/// Key and value of a line whose value looks random.
fn judge(bytes: &[u8], line: Range<usize>) -> Option<(String, Range<usize>)> {
    let text = &bytes[line.clone()];
    let head = &text[..text.len().min(AROUND)];
    let equals = memchr::memchr(b'=', head)?;
    let key = head[..equals].trim_ascii();
    let key = key.strip_prefix(b"export ").unwrap_or(key).trim_ascii();
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let inner = value::unquoted(text.get(equals + 1..)?.trim_ascii());
    if !(SHORTEST..=LONGEST).contains(&inner.len())
        || key.is_empty()
        || !key.iter().all(is_name)
        || lexicon::names_a_hash(key)
        || !is_random(inner)
    {
        return None;
    }
    let start = line.start + (inner.as_ptr() as usize - text.as_ptr() as usize);
    Some((
        String::from_utf8_lossy(key).into_owned(),
        start..start + inner.len(),
    ))
}

/// Whether a value has the looks of random letters and digits.
fn is_random(value: &[u8]) -> bool {
    let in_set = |b: &u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-' | b'.' | b'~')
    };
    if !value.iter().all(in_set)
        || !value.iter().any(u8::is_ascii_digit)
        || !value.iter().any(u8::is_ascii_alphabetic)
        || value::is_placeholder(value)
        || value::is_reference(value)
        || value::is_uuid(value)
        || value::is_path(value)
        || value::is_version(value)
    {
        return false;
    }
    let is_short_hex = value.len() < 32 && value.iter().all(u8::is_ascii_hexdigit);
    !is_short_hex && is_spread(value) && !value::has_long_word(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_token_is_told_from_versions_paths_ids_and_words() {
        assert!(is_random(b"q7Zt1mXv9Lk3Rb8Wc2Yd5Nf6"));
        for plain in [
            "1.24.3-alpine3.20-20260101",
            "/usr/local/sbin:/usr/local/bin",
            "3f2b8c1e-0d4a-4f6b-9c7d-1e2f3a4b5c6d",
            "application-production-01",
            "aaaaaaaaaaaaaaaaaaaaaaaa1",
        ] {
            assert!(!is_random(plain.as_bytes()), "{plain}");
        }
    }
}
