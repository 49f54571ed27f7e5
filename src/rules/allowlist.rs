//! Allowlists of another tool's rules: what a match must look like to be none.

use aho_corasick::AhoCorasick;
use regex::bytes::RegexSet;

/// What the regexes of an allowlist are tried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The secret.
    Secret,
    /// The whole match.
    Match,
    /// The lines that the match stands on.
    Line,
}

/// A match as allowlists see it.
#[derive(Debug)]
pub(crate) struct Candidate<'a> {
    /// Path of the innermost file; empty for metadata.
    pub path: &'a [u8],
    /// The secret.
    pub secret: &'a [u8],
    /// The whole match.
    pub whole: &'a [u8],
    /// The lines that it stands on.
    pub line: &'a [u8],
}

/// One allowlist. A criterion that it does not name is `None`.
#[derive(Debug)]
pub(crate) struct Allowlist {
    /// Whether every criterion must hold, and not just one.
    pub(super) all: bool,
    pub(super) paths: Option<RegexSet>,
    pub(super) target: Target,
    pub(super) regexes: Option<RegexSet>,
    pub(super) stopwords: Option<AhoCorasick>,
}

impl Allowlist {
    /// Whether the path alone decides: then nobody looks there at all.
    pub(super) fn covers_path(&self, path: &[u8]) -> bool {
        let more = self.regexes.is_some() || self.stopwords.is_some();
        self.has_path(path) == Some(true) && !(self.all && more)
    }

    /// Whether the match is allowed.
    pub(super) fn covers(&self, candidate: &Candidate<'_>) -> bool {
        let text = match self.target {
            Target::Secret => candidate.secret,
            Target::Match => candidate.whole,
            Target::Line => candidate.line,
        };
        let fits = |regexes: &RegexSet| regexes.is_match(text);
        let holds = |words: &AhoCorasick| words.is_match(candidate.secret);
        let criteria = [
            self.has_path(candidate.path),
            self.regexes.as_ref().map(fits),
            self.stopwords.as_ref().map(holds),
        ];
        let mut criteria = criteria.into_iter().flatten();
        if self.all {
            criteria.all(|holds| holds)
        } else {
            criteria.any(|holds| holds)
        }
    }

    fn has_path(&self, path: &[u8]) -> Option<bool> {
        let paths = self.paths.as_ref()?;
        Some(!path.is_empty() && paths.is_match(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(all: bool, paths: &[&str], regexes: &[&str], stopwords: &[&str]) -> Allowlist {
        let set = |list: &[&str]| (!list.is_empty()).then(|| RegexSet::new(list).unwrap());
        Allowlist {
            all,
            paths: set(paths),
            target: Target::Match,
            regexes: set(regexes),
            stopwords: (!stopwords.is_empty()).then(|| AhoCorasick::new(stopwords).unwrap()),
        }
    }

    fn candidate<'a>(path: &'a str, secret: &'a str, whole: &'a str) -> Candidate<'a> {
        Candidate {
            path: path.as_bytes(),
            secret: secret.as_bytes(),
            whole: whole.as_bytes(),
            line: whole.as_bytes(),
        }
    }

    #[test]
    fn one_criterion_is_enough_unless_all_are_asked_for() {
        let hit = candidate("a/b.lock", "client-7", "key=client-7");
        let other = candidate("a/b.txt", "client-7", "key=client-7");
        for (all, first, second) in [(false, true, true), (true, true, false)] {
            let list = list(all, &[r"\.lock$"], &["^key="], &["client"]);
            assert_eq!((list.covers(&hit), list.covers(&other)), (first, second));
        }
        assert!(!list(false, &[], &["^client"], &["server"]).covers(&hit));
    }

    #[test]
    fn a_path_decides_alone_only_where_nothing_else_is_asked_for() {
        assert!(list(false, &[r"\.lock$"], &["^key="], &[]).covers_path(b"b.lock"));
        assert!(list(true, &[r"\.lock$"], &[], &[]).covers_path(b"b.lock"));
        assert!(!list(true, &[r"\.lock$"], &["^key="], &[]).covers_path(b"b.lock"));
        assert!(
            !list(false, &["^"], &[], &[]).covers_path(b""),
            "metadata has no path"
        );
    }
}
