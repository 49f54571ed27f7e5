//! Matches in a command that is known word by word, each in the word in which it lies.

use crate::detect::span::{Position, Span};
use crate::detect::{CommandLine, Context, Match, Scanned, TextKind};

/// Searches the words as one line with `scan`; each match with the number of its word, its place
/// being that in the word. Words are apart: what is made of two of them is no match.
pub(super) fn in_words<'w>(
    words: impl IntoIterator<Item = &'w str>,
    scan: impl FnOnce(&Context<'_>, &[u8]) -> Scanned,
) -> Vec<(usize, Match)> {
    let mut line = CommandLine::default();
    let mut breaks = 0;
    // Of each word the line ends before it.
    let breaks: Vec<u64> = (words.into_iter())
        .map(|word| {
            line.push_word(word.as_bytes());
            let inside = memchr::memchr_iter(b'\n', word.as_bytes()).count() as u64;
            breaks += inside;
            breaks - inside
        })
        .collect();
    if breaks.len() < 2 {
        return Vec::new();
    }
    let context = Context {
        kind: TextKind::Command,
        ..Context::default()
    };
    let matches = scan(&context, line.text()).matches.into_iter();
    let placed = matches.filter_map(|mut matched| {
        let end = usize::try_from(matched.span.end()).ok()?;
        let start = usize::try_from(matched.span.offset).ok()?;
        let (index, begins) = line.word(start..end)?;
        let offset = (start - begins) as u64;
        let line = matched.position.line - breaks.get(index)?;
        matched.span = Span::new(offset, matched.span.length);
        matched.position = Position {
            line,
            column: match line {
                1 => offset + 1,
                _ => matched.position.column,
            },
        };
        Some((index, matched))
    });
    placed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::tests::{engine_of, rule};

    #[test]
    fn what_an_option_says_of_the_next_word_is_found_in_that_word() {
        let engine = engine_of(&rule(
            "a.b",
            "zz",
            "regex = 'zz [\"]?-p(?: [\"]?|)(?P<secret>\\w{3,40})'",
        ));
        let found = |words: &[&str]| -> Vec<_> {
            let scan = |context: &Context<'_>, bytes: &[u8]| engine.scan_fully(context, bytes);
            let found = in_words(words.iter().copied(), scan).into_iter();
            let place = |(index, hit): (usize, Match)| {
                (
                    index,
                    hit.span.offset,
                    hit.position.line,
                    hit.position.column,
                )
            };
            found.map(place).collect()
        };
        assert_eq!(found(&["zz", "-p", "t0kyo9", "x"]), [(2, 0, 1, 1)]);
        assert_eq!(found(&["zz", "-pt0kyo9"]), [(1, 2, 1, 3)]);
        assert_eq!(found(&["a\nb", "zz", "-p", "t0kyo9 x"]), [(3, 0, 1, 1)]);
        assert_eq!(found(&["a\nb", "x\nzz -p t0kyo9"]), [(1, 8, 2, 7)]);
        assert_eq!(found(&["zz -p t0kyo9"]), []);
        assert_eq!(found(&["zz", "-p"]), []);
    }
}
