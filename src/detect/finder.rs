//! A rule's regex at work: the next match, and which part of it is the secret.

use std::cell::Cell;
use std::ops::Range;

use regex::bytes::{Captures, Regex};

use crate::rules::{Rule, TooLong};

/// The regex of one rule.
pub(super) struct Finder<'r> {
    rule: &'r Rule,
    secret: Part<'r>,
    has_key: bool,
    /// A match was longer than can be told without the regex's large numbers: the next may be, too, and
    /// would be looked for twice.
    counts: Cell<bool>,
}

/// Where the secret lies in a match.
enum Part<'r> {
    Whole,
    /// In the group `secret`.
    Named,
    /// In the first of these groups that is not empty.
    First(&'r [usize]),
}

impl<'r> Finder<'r> {
    /// `None` for a rule without a regex.
    pub(super) fn of(rule: &'r Rule) -> Option<Self> {
        let (has_secret, has_key) = (rule.has_group("secret")?, rule.has_group("key")?);
        let secret = match &rule.foreign {
            Some(foreign) if foreign.groups.is_empty() => Part::Whole,
            Some(foreign) => Part::First(&foreign.groups),
            None if has_secret => Part::Named,
            None => Part::Whole,
        };
        Some(Self {
            rule,
            secret,
            has_key: rule.foreign.is_none() && has_key,
            counts: Cell::new(false),
        })
    }

    /// The first match that begins at `at` or behind it.
    pub(super) fn find(&self, haystack: &[u8], at: usize) -> Option<Range<usize>> {
        if let Some(uncounted) = self.rule.uncounted()
            && !self.counts.get()
        {
            match uncounted.find(haystack, at) {
                Ok(found) => return found,
                Err(TooLong) => self.counts.set(true),
            }
        }
        let find = |regex: &Regex| Some(regex.find_at(haystack, at)?.range());
        self.rule.search_with(find)?
    }

    /// The secret in a match.
    pub(super) fn secret(&self, haystack: &[u8], whole: &Range<usize>) -> Range<usize> {
        let part = match &self.secret {
            Part::Whole => None,
            Part::Named | Part::First(_) => {
                let captures = self.rule.captures(haystack, whole);
                captures.and_then(|captures| self.secret.of(&captures))
            }
        };
        part.unwrap_or_else(|| whole.clone())
    }

    /// The key that a match names in its group `key`, if the regex has one.
    pub(super) fn key(&self, haystack: &[u8], whole: &Range<usize>) -> Option<String> {
        let captures = (self.has_key).then(|| self.rule.captures(haystack, whole))??;
        let key = captures.name("key")?.as_bytes();
        Some(String::from_utf8_lossy(key).into_owned())
    }
}

impl Part<'_> {
    fn of(&self, captures: &Captures<'_>) -> Option<Range<usize>> {
        match self {
            Self::Whole => None,
            Self::Named => Some(captures.name("secret")?.range()),
            Self::First(groups) => {
                let mut parts =
                    (groups.iter()).filter_map(|group| Some(captures.get(*group)?.range()));
                parts.find(|part| !part.is_empty())
            }
        }
    }
}
