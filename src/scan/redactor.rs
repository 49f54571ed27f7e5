//! Secrets replaced by their previews in a text, the longest first.
//!
//! There may be a hundred thousand of them, so only their first bytes are looked for at once;
//! where one of those stands, a list in order tells which secret it is, if any.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, Input, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::error::printable;
use crate::secret::Secret;

/// Bytes of a secret that are looked for at first.
const START: usize = 4;
/// Shortest and longest secrets that are known in base64, too.
const ENCODED: std::ops::RangeInclusive<usize> = 12..=1_024;

/// Forms that most secrets have: as they stand, and in base64.
const USUAL: usize = 2;

/// Replaces secrets by their previews.
pub(super) struct Redactor {
    /// `None` where the secrets are too many to look for at once: then nothing is quoted at all.
    starts: Option<AhoCorasick>,
    /// Forms of secrets in order, each once, and the number of its secret.
    forms: Vec<(Box<[u8]>, u32)>,
    secrets: Vec<Secret>,
}

impl Redactor {
    /// Knows each secret in all its [`forms`].
    pub(super) fn new(secrets: BTreeSet<Secret>) -> Self {
        let mut secrets: Vec<Secret> = secrets.into_iter().collect();
        secrets.retain(|secret| !secret.is_empty());
        let mut forms: Vec<(Box<[u8]>, u32)> = Vec::with_capacity(USUAL * secrets.len());
        for (number, secret) in (0..).zip(&secrets) {
            let of_secret = self::forms(secret.expose()).into_iter();
            forms.extend(of_secret.map(|form| (form.into_boxed_slice(), number)));
        }
        forms.sort_unstable();
        forms.dedup_by(|(next, _), (form, _)| next == form);
        let starts = (forms.iter()).map(|(form, _)| form.get(..START).unwrap_or(form));
        let starts: BTreeSet<&[u8]> = starts.collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(starts);
        Self {
            starts: automaton.ok(),
            forms,
            secrets,
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
            redacted.push_str(&preview);
            (copied, at) = (end, end);
        }
        if copied > 0 {
            redacted.push_str(text.get(copied..).unwrap_or_default());
            *text = redacted;
        }
    }

    /// Length and preview of the longest secret that stands there.
    fn at(&self, text: &[u8], from: usize) -> Option<(usize, String)> {
        let mut rest = text.get(from..)?;
        loop {
            // All forms that `rest` begins with are before it, and each begins the last one of those before it.
            let before = self.forms.partition_point(|(form, _)| **form <= *rest);
            let (form, number) = self.forms.get(before.checked_sub(1)?)?;
            let same = form.iter().zip(rest).take_while(|(a, b)| a == b).count();
            if same == form.len() {
                let secret = self.secrets.get(*number as usize)?;
                return Some((same, secret.preview()));
            }
            rest = &rest[..same];
        }
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
    use proptest::prelude::*;

    use super::*;

    fn redacted(secrets: &[&[u8]], text: &str) -> String {
        let secrets = secrets.iter().map(|bytes| Secret::new(*bytes)).collect();
        let mut text = text.to_owned();
        Redactor::new(secrets).apply(&mut text);
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

    proptest! {
        #[test]
        fn at_every_place_the_longest_secret_that_stands_there_is_known(
            secrets in prop::collection::btree_set("[ab]{1,9}", 1..12),
            text in "[ab]{0,24}",
        ) {
            let known = secrets.iter().map(|secret| Secret::new(secret.as_bytes()));
            let redactor = Redactor::new(known.collect());
            for from in 0..=text.len() {
                let standing = secrets.iter().filter(|secret| text[from..].starts_with(*secret));
                let longest = standing.map(String::len).max();
                let told = redactor.at(text.as_bytes(), from).map(|(length, _)| length);
                prop_assert_eq!(told, longest);
            }
        }
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
