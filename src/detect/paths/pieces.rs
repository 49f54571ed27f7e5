//! Globs match no path without a certain piece in it: one look at a path for the pieces of many globs tells that none
//! of them matches, in less time than their regexes take, and most of those are then never compiled.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

/// Pieces of globs.
#[derive(Default)]
pub(super) struct Pieces {
    pieces: BTreeSet<String>,
    /// Whether some glob has no piece, so that any path may be one of its.
    is_open: bool,
    finder: OnceLock<Option<AhoCorasick>>,
}

impl Pieces {
    /// Takes the piece of a glob that begins with `part`.
    pub(super) fn add(&mut self, part: &str) {
        match longest_piece(part) {
            Some(piece) => {
                self.pieces.insert(piece.to_owned());
            }
            None => self.is_open = true,
        }
    }

    /// Whether one of the globs may match a path.
    pub(super) fn may_fit(&self, path: &str) -> bool {
        let finder = || AhoCorasick::new(&self.pieces).ok();
        let finder = || self.finder.get_or_init(finder).as_ref();
        self.is_open || finder().is_none_or(|finder| finder.is_match(path))
    }
}

/// The longest run of plain letters that stands in every path which a glob matches; the first of them. `None` also
/// where that would take to know more of how globs are written.
fn longest_piece(glob: &str) -> Option<&str> {
    if glob.contains(['\\', '{', '}', ',']) {
        return None;
    }
    let mut longest = "";
    let mut rest = glob;
    while !rest.is_empty() {
        let (piece, behind) =
            rest.split_at(rest.find(|letter| !is_plain(letter)).unwrap_or(rest.len()));
        if piece.len() > longest.len() {
            longest = piece;
        }
        rest = behind_one(behind)?;
    }
    (!longest.is_empty()).then_some(longest)
}

/// What follows the wildcard, the slash or the set of letters that stands first.
fn behind_one(glob: &str) -> Option<&str> {
    let Some(set) = glob.strip_prefix('[') else {
        let mut letters = glob.chars();
        letters.next();
        return Some(letters.as_str());
    };
    let (set, behind) = set.split_once(']')?;
    (!set.is_empty() && set.chars().all(is_plain)).then_some(behind)
}

/// A letter that stands for itself wherever it stands in a glob.
pub(super) fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_piece_stands_in_every_path_that_the_glob_matches() {
        for (glob, piece) in [
            ("**/inventory/*", Some("inventory")),
            ("**/*[Ss]eed*[Pp]hrase*", Some("hrase")),
            ("**/.netrc.*", Some(".netrc.")),
            ("**/[a-z._-]x", Some("x")),
            ("a?bc", Some("bc")),
            ("ab/cd", Some("ab")),
            ("é/ab", Some("ab")),
            ("**/*", None),
            ("", None),
            ("**/[!a]bc", None),
            ("**/[]abc]d", None),
            ("**/[^abc]d", None),
            ("**/{abc,d}", None),
            ("\\[abc]", None),
            ("[abc", None),
        ] {
            assert_eq!(longest_piece(glob), piece, "{glob}");
        }
    }

    #[test]
    fn a_path_may_fit_where_a_piece_stands_or_a_glob_has_none() {
        let mut pieces = Pieces::default();
        pieces.add("**/b*");
        assert!(pieces.may_fit("x/b") && !pieces.may_fit("x/c"));
        pieces.add("**/*");
        assert!(pieces.may_fit("x/c"));
    }
}
