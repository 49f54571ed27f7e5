//! A rule's regex at work: the next match, and which part of it is the secret.

use std::ops::Range;

use regex::bytes::{Captures, Regex};

use crate::rules::Rule;

/// The regex of one rule.
pub(super) struct Finder<'r> {
    rule: &'r Rule,
    secret: Part<'r>,
    has_key: bool,
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
        let regex = rule.regex()?;
        let has_group = |group| regex.capture_names().flatten().any(|name| name == group);
        let secret = match &rule.foreign {
            Some(foreign) if foreign.groups.is_empty() => Part::Whole,
            Some(foreign) => Part::First(&foreign.groups),
            None if has_group("secret") => Part::Named,
            None => Part::Whole,
        };
        Some(Self {
            rule,
            secret,
            has_key: rule.foreign.is_none() && has_group("key"),
        })
    }

    /// The first match that begins at `at` or behind it.
    pub(super) fn find(&self, haystack: &[u8], at: usize) -> Option<Range<usize>> {
        let find = |regex: &Regex| Some(regex.find_at(haystack, at)?.range());
        self.rule.search_with(find)?
    }

    /// The secret in a match.
    pub(super) fn secret(&self, haystack: &[u8], whole: &Range<usize>) -> Range<usize> {
        let captures = |regex: &Regex| {
            let captures = regex.captures_at(haystack, whole.start)?;
            self.secret.of(&captures)
        };
        let part = match &self.secret {
            Part::Whole => None,
            Part::Named | Part::First(_) => self.rule.search_with(captures).flatten(),
        };
        part.unwrap_or_else(|| whole.clone())
    }

    /// The key that a match names in its group `key`, if the regex has one.
    pub(super) fn key(&self, haystack: &[u8], whole: &Range<usize>) -> Option<String> {
        let key = |regex: &Regex| {
            let captures = regex.captures_at(haystack, whole.start)?;
            let key = captures.name("key")?.as_bytes();
            Some(String::from_utf8_lossy(key).into_owned())
        };
        (self.has_key).then(|| self.rule.search_with(key).flatten())?
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
