//! Marks in a text by which its author says that a secret does not count: `residue:allow` on its
//! line, `residue:allow-next-line` on the line before, and what other scanners call the same.
//!
//! A mark is looked for as such, whatever makes it a comment: `#`, `//`, `--`, `/* */`, `<!-- -->`.
//! Behind those of our own, ids of rules limit it: `residue:allow aws.*`.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::detector::AROUND;

/// A mark, whether it speaks of the next line, and whether ids of rules may follow it.
struct Mark {
    text: &'static str,
    next_line: bool,
    limited: bool,
}

const fn mark(text: &'static str, next_line: bool, limited: bool) -> Mark {
    Mark {
        text,
        next_line,
        limited,
    }
}

/// The longer of two that begin alike comes first.
const MARKS: &[Mark] = &[
    mark("residue:allow-next-line", true, true),
    mark("residue:allow", false, true),
    mark("gitleaks:allow", false, false),
    mark("trufflehog:ignore", false, false),
    mark("pragma: allowlist nextline secret", true, false),
    mark("pragma: allowlist secret", false, false),
    mark("pragma: whitelist secret", false, false),
];

static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(MARKS.iter().map(|mark| mark.text))
        .ok()
});

/// Whether a mark within reach lets this secret of that rule pass.
pub(super) fn is_allowed(bytes: &[u8], secret: &Range<usize>, rule: &str) -> bool {
    let before = &bytes[secret.start.saturating_sub(AROUND)..secret.start];
    let after = &bytes[secret.end..bytes.len().min(secret.end + AROUND)];
    let after = memchr::memchr(b'\n', after).map_or(after, |at| &after[..at]);
    let (above, before) = match memchr::memrchr(b'\n', before) {
        Some(at) => (&before[..at], &before[at..]),
        None => (&before[..0], before),
    };
    let above = memchr::memrchr(b'\n', above).map_or(above, |at| &above[at..]);
    [(above, true), (before, false), (after, false)]
        .into_iter()
        .any(|(line, next_line)| has_mark(line, next_line, rule))
}

fn has_mark(line: &[u8], next_line: bool, rule: &str) -> bool {
    let Some(finder) = &*FINDER else {
        return false;
    };
    finder.find_iter(line).any(|hit| {
        let mark = &MARKS[hit.pattern().as_usize()];
        if mark.next_line != next_line {
            return false;
        }
        let mut limits = limits(&line[hit.end()..]).peekable();
        !mark.limited
            || limits.peek().is_none()
            || limits.any(|glob| fits(&glob.to_ascii_lowercase(), rule.as_bytes()))
    })
}

/// The ids of rules, or globs of them, that follow a mark; the first word that is none ends them.
fn limits(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let gap = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b','))
            .count();
        let word = &rest[gap..];
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-.*?".contains(byte);
        let (word, tail) = word.split_at(word.iter().take_while(is_part).count());
        let dots = word.iter().filter(|byte| **byte == b'.').count();
        let is_glob = dots == 1 && !word.starts_with(b".") && !word.ends_with(b".");
        rest = tail;
        (gap > 0 && is_glob).then_some(word)
    })
}

/// Whether a glob of `*` and `?` fits the whole text.
fn fits(glob: &[u8], text: &[u8]) -> bool {
    let (mut g, mut t) = (0, 0);
    // Where the last star stands, and what of the text it has taken.
    let mut star = None;
    while t < text.len() {
        match glob.get(g) {
            Some(b'*') => {
                star = Some((g, t));
                g += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[t] => {
                g += 1;
                t += 1;
            }
            _ => match &mut star {
                Some((at, taken)) => {
                    *taken += 1;
                    (g, t) = (*at + 1, *taken);
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether `S` in the text is allowed for the rule `aws.access-key-id`.
    fn allows(text: &str) -> bool {
        let at = text.find('S').expect("the secret");
        is_allowed(text.as_bytes(), &(at..at + 1), "aws.access-key-id")
    }

    #[test]
    fn a_mark_on_the_line_counts_in_a_comment_of_any_style() {
        for text in [
            "key = S # residue:allow",
            "key = \"S\"; // residue:allow: of the tests",
            "'S' -- residue:allow",
            "S ; residue:allow",
            "S /* residue:allow */",
            "<k>S</k> <!-- residue:allow -->",
            "% residue:allow S",
            "rem residue:allow\tS",
            "{\"_\": \"residue:allow\", \"key\": \"S\"}",
            "{{- /* residue:allow */ -}} S",
            "a\nS # residue:allow\r\nb",
            "S #residue:allow",
            "S # gitleaks:allow",
            "S // trufflehog:ignore",
            "S # pragma: allowlist secret",
            "S # pragma: whitelist secret",
        ] {
            assert!(allows(text), "{text}");
        }
        for text in [
            "S\n# residue:allow",
            "# residue:allow\nS",
            "S # residue: allow",
            "S # residue:allow-next-line",
            "S # pragma: allowlist nextline secret",
            "S # nosec",
        ] {
            assert!(!allows(text), "{text}");
        }
        assert!(!allows(&format!("S{}# residue:allow", " ".repeat(AROUND))));
    }

    #[test]
    fn the_line_before_counts_where_the_mark_says_so() {
        for text in [
            "# residue:allow-next-line\nS",
            "x = 1 # residue:allow-next-line\r\nkey = S",
            "<!-- residue:allow-next-line -->\n\t S",
            "# pragma: allowlist nextline secret\nS",
        ] {
            assert!(allows(text), "{text}");
        }
        for text in [
            "# residue:allow-next-line\n\nS",
            "S\n# residue:allow-next-line",
            "# gitleaks:allow\nS",
        ] {
            assert!(!allows(text), "{text}");
        }
    }

    #[test]
    fn ids_of_rules_limit_a_mark_and_a_reason_does_not() {
        for text in [
            "S # residue:allow aws.*",
            "S # residue:allow AWS.access-key-id",
            "S # residue:allow github.*, aws.access-key-?d of the tests",
            "S /* residue:allow *.access-* */",
            "{\"_\": \"residue:allow aws.*\", \"key\": \"S\"}",
            "# residue:allow-next-line aws.*\nS",
            "S # residue:allow (github.* is not meant)",
            "S # residue:allow, as in docs/x.md, e.g. the manual",
            "S # residue:allow github.* # residue:allow aws.*",
            "S # gitleaks:allow github.*",
        ] {
            assert!(allows(text), "{text}");
        }
        for text in [
            "S # residue:allow github.*",
            "S # residue:allow aws.secret-access-key, github.*",
            "{\"_\": \"residue:allow github.*\", \"key\": \"S\"}",
            "# residue:allow-next-line github.*\nS",
        ] {
            assert!(!allows(text), "{text}");
        }
    }

    proptest! {
        /// A glob fits what a glob of the `globset` crate fits.
        #[test]
        fn globs_are_those_of_globset(glob in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let known = globset::Glob::new(&glob).expect("a glob").compile_matcher();
            prop_assert_eq!(fits(glob.as_bytes(), text.as_bytes()), known.is_match(&text));
        }
    }
}
