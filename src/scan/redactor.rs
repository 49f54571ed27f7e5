//! Secrets replaced by their previews in a text, the longest first.
//!
//! There may be a hundred thousand of them, so only their first bytes are looked for at once;
//! where one of those stands, a table tells which secret it is, if any.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aho_corasick::{AhoCorasick, Input, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::error::printable;
use crate::secret::Secret;

/// Bytes of a secret that are looked for at first.
const START: usize = 8;
/// Shortest and longest secrets that are known in base64, too.
const ENCODED: std::ops::RangeInclusive<usize> = 12..=1_024;

/// Replaces secrets by their previews.
pub(super) struct Redactor {
    /// `None` where the secrets are too many to look for at once: then nothing is quoted at all.
    starts: Option<AhoCorasick>,
    /// Lengths of the forms with that start, longest first.
    lengths: HashMap<Vec<u8>, Vec<usize>>,
    previews: HashMap<Vec<u8>, String>,
}

impl Redactor {
    /// Knows each secret in all its [`forms`].
    pub(super) fn new(secrets: &BTreeSet<Secret>) -> Self {
        let mut previews = HashMap::new();
        let mut starts: BTreeMap<Vec<u8>, BTreeSet<usize>> = BTreeMap::new();
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            for form in forms(secret.expose()) {
                let start = form.get(..START).unwrap_or(&form).to_vec();
                starts.entry(start).or_default().insert(form.len());
                previews.entry(form).or_insert_with(|| secret.preview());
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(starts.keys())
            .ok();
        let longest_first = |lengths: BTreeSet<usize>| lengths.into_iter().rev().collect();
        Self {
            starts: automaton,
            lengths: starts
                .into_iter()
                .map(|(start, lengths)| (start, longest_first(lengths)))
                .collect(),
            previews,
        }
    }

    /// Redacts `text` in place.
    pub(super) fn apply(&self, text: &mut String) {
        let Some(starts) = &self.starts else {
            *text = "***".to_owned();
            return;
        };
        let mut redacted = String::new();
        let mut copied = 0;
        let mut at = 0;
        while let Some(hit) = starts.find(Input::new(text.as_str()).range(at..)) {
            let Some((length, preview)) = self.at(text.as_bytes(), hit.start()) else {
                at = hit.start() + 1;
                continue;
            };
            // A secret that is not UTF-8 may begin inside of a character, which then goes too.
            let from = text.floor_char_boundary(hit.start()).max(copied);
            let end = text.ceil_char_boundary(hit.start() + length);
            redacted.push_str(text.get(copied..from).unwrap_or_default());
            redacted.push_str(preview);
            (copied, at) = (end, end);
        }
        if copied > 0 {
            redacted.push_str(text.get(copied..).unwrap_or_default());
            *text = redacted;
        }
    }

    /// Length and preview of the longest secret that stands there.
    fn at(&self, text: &[u8], from: usize) -> Option<(usize, &str)> {
        let rest = text.get(from..)?;
        let starts = (1..=START.min(rest.len())).rev();
        let lengths = starts.filter_map(|length| self.lengths.get(rest.get(..length)?));
        lengths.flatten().find_map(|length| {
            let preview = self.previews.get(rest.get(..*length)?)?;
            Some((*length, preview.as_str()))
        })
    }
}

/// A secret as it stands, as it is printed, as a step of a JSON pointer, and in base64.
fn forms(secret: &[u8]) -> BTreeSet<Vec<u8>> {
    let printed = printable(secret);
    let pointed = printed.replace('~', "~0").replace('/', "~1");
    let mut forms = BTreeSet::from([secret.to_vec(), printed.into_bytes(), pointed.into_bytes()]);
    if ENCODED.contains(&secret.len()) {
        // Without the last character, which depends on what follows.
        let mut encoded = STANDARD_NO_PAD.encode(secret);
        if !secret.len().is_multiple_of(3) {
            encoded.pop();
        }
        forms.insert(encoded.into_bytes());
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(secrets: &[&[u8]], text: &str) -> String {
        let secrets = secrets.iter().map(|bytes| Secret::new(*bytes)).collect();
        let mut text = text.to_owned();
        Redactor::new(&secrets).apply(&mut text);
        text
    }

    #[test]
    fn the_longest_secret_is_replaced_everywhere_it_stands() {
        let secrets = [&b"hunter2"[..], b"hunter2-and-more-of-it"];
        assert_eq!(
            redacted(&secrets, "A=hunter2 B=hunter2-and-more-of-it"),
            "A=*** B=hun***it"
        );
        assert_eq!(redacted(&secrets, "hunter2-and-more"), "***-and-more");
        let nested: [&[u8]; 2] = [b"abc", b"abcdefgh"];
        assert_eq!(redacted(&nested, "abcdefg abcdefgh"), "***defg ***");
        assert_eq!(redacted(&[], "nothing"), "nothing");
    }

    #[test]
    fn a_false_start_does_not_hide_the_secret_in_it() {
        assert_eq!(redacted(&[b"aaaaaaaab"], "aaaaaaaaaaaab"), "aaaa***");
        let overlapping: [&[u8]; 2] = [b"abcdefghi", b"cdefgh"];
        assert_eq!(redacted(&overlapping, "abcdefghx"), "ab***x");
    }

    #[test]
    fn a_secret_is_known_as_it_is_printed_pointed_at_and_encoded() {
        let secret = b"pass/word~with\ttab";
        for text in [
            "x pass/word~with\ttab x",
            "x pass/word~with\\x09tab x",
            "/a/pass~1word~0with\\x09tab/0",
        ] {
            let out = redacted(&[secret], text);
            assert!(out.contains("***") && !out.contains("word"), "{out}");
        }
        let encoded = STANDARD_NO_PAD.encode(secret);
        let out = redacted(&[secret], &format!("Basic {encoded}=="));
        assert!(out.starts_with("Basic pa***"), "{out}");
        assert!(out.len() < 20, "{out}");
    }

    #[test]
    fn bytes_that_are_no_text_take_the_character_around_them_along() {
        let secret = &"é-secret-".as_bytes()[1..];
        assert_eq!(redacted(&[secret], "é-secret-é"), "***é");
    }
}
