//! What a rule's regex finds, told by the form of it that takes least.

use std::ops::Range;

use regex::bytes::{Captures, Regex};

use super::{FOR_FEW, Rule, compile};
use crate::rules::uncounted::Uncounted;

impl Rule {
    /// The regex without its large numbers, of a rule that has some.
    pub(crate) fn uncounted(&self) -> Option<&Uncounted> {
        let uncounted = self.uncounted.get_or_init(|| {
            let text = self.syntax.regex.as_deref()?;
            // What another tool's configuration finds is not bounded by the rule's own longest match.
            let uncounted = self.foreign.is_none().then(|| Uncounted::of(text, compile));
            uncounted.flatten().map(Box::new)
        });
        uncounted.as_deref()
    }

    /// Whether the regex has a group of that name; `None` for a rule without a regex.
    pub(crate) fn has_group(&self, name: &str) -> Option<bool> {
        let regex = match self.uncounted() {
            Some(uncounted) => uncounted.regex(),
            None => self.regex()?,
        };
        Some(regex.capture_names().flatten().any(|group| group == name))
    }

    /// The groups of a match.
    pub(crate) fn captures<'h>(
        &self,
        haystack: &'h [u8],
        whole: &Range<usize>,
    ) -> Option<Captures<'h>> {
        let told = (self.uncounted()).and_then(|uncounted| uncounted.captures(haystack, whole));
        told.or_else(|| self.search_with(|regex| regex.captures_at(haystack, whole.start))?)
    }

    /// Lets `search` use the whole regex, when it is its turn where that takes much memory.
    pub(crate) fn search_with<T>(&self, search: impl FnOnce(&Regex) -> T) -> Option<T> {
        let regex = self.regex()?;
        Some(match self.longest > FOR_FEW {
            true => self.few.get_or_init(Box::default).search(regex, search),
            false => search(regex),
        })
    }
}
