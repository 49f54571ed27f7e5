//! Whether a regex matches at all, told by the half of its engine that reads forward.
//!
//! Where a rule's anchor stands its secret hardly ever does. Who only asks whether there is one needs
//! neither groups nor where a match begins, so that less than half of what a whole regex consists of is
//! compiled; the whole one is compiled where there is a match.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{Compiler, Config, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::{Input, MatchError};
use regex_syntax::hir::{Hir, HirKind, Repetition};

use crate::rules::parse_regex;

/// Bytes of states that a thread keeps of one regex at most, since hostile text may fill them for each. Of some
/// eighty regexes that installed files start one needs more than 64 KiB: that of mnemonics, which would take a
/// little more than 1 MiB in English text.
const STATES: usize = 256 << 10;
/// Repetitions that are counted; more are as good as any number. Of 4, 8, 16 and 32 a scan takes the fewest
/// instructions with 16: with less it finds too much, with more there are too many states.
const MOST: u32 = 16;
/// Bytes that the compiled regex takes at most.
const COMPILED: usize = 4 << 20;

/// The forward half of one regex.
pub(super) struct Sieve {
    dfa: DFA,
    caches: Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync>>,
}

impl Sieve {
    /// `None` where it would be too large: then the whole regex has to be asked.
    pub(super) fn of(regex: &str) -> Option<Self> {
        let nfa = Compiler::new()
            .configure(
                Config::new()
                    .utf8(false)
                    .which_captures(WhichCaptures::None)
                    .nfa_size_limit(Some(COMPILED)),
            )
            .build_from_hir(&loose(parse_regex(regex).ok()?, MOST))
            .ok()?;
        let dfa = DFA::builder()
            .configure(DFA::config().cache_capacity(STATES))
            .build_from_nfa(nfa)
            .ok()?;
        let creator = dfa.clone();
        let create = move || creator.create_cache();
        Some(Self {
            dfa,
            caches: Pool::new(Box::new(create)),
        })
    }

    /// Whether a match begins at `at` or behind it; also where that cannot be told.
    pub(super) fn may_match(&self, haystack: &[u8], at: usize) -> bool {
        let input = Input::new(haystack).range(at..).earliest(true);
        let mut cache = self.caches.get();
        let found: Result<_, MatchError> = self.dfa.try_search_fwd(&mut cache, &input);
        !matches!(found, Ok(None))
    }
}

/// A regex that matches wherever `hir` does, and counts to no large number: forty letters that may begin
/// anywhere are forty states in all ways they can stand together, each made when it is first met. What is
/// counted within what is counted shares the number, so that twelve words are no hundred letters.
fn loose(hir: Hir, most: u32) -> Hir {
    let each = |parts: Vec<Hir>| parts.into_iter().map(|part| loose(part, most)).collect();
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Capture(capture) => loose(*capture.sub, most),
        HirKind::Concat(parts) => Hir::concat(each(parts)),
        HirKind::Alternation(branches) => Hir::alternation(each(branches)),
        HirKind::Repetition(repetition) => {
            let min = repetition.min.min(most);
            let max = repetition.max.filter(|max| *max <= most);
            let inner = most / max.unwrap_or(min).max(1);
            Hir::repetition(Repetition {
                min,
                max,
                greedy: repetition.greedy,
                sub: Box::new(loose(*repetition.sub, inner.max(1))),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::bytes::RegexBuilder;

    use super::*;

    #[test]
    fn what_would_be_too_large_is_left_to_the_whole_regex() {
        let classes = |count: usize| "[a-z]".repeat(count);
        assert!(Sieve::of(&classes(400_000)).is_none());
        assert!(Sieve::of(&classes(4_000)).is_some());
    }

    #[test]
    fn large_numbers_are_not_counted() {
        let sieve = Sieve::of(r"\bkey=[a-z]{40}\b").unwrap();
        let text = |letters: usize| format!("key={}", "a".repeat(letters)).into_bytes();
        for (letters, may_match) in [(15, false), (16, true), (40, true), (41, true)] {
            assert_eq!(sieve.may_match(&text(letters), 0), may_match, "{letters}");
        }
        let words = Sieve::of("key=(?:[a-z]{5} ){4}").unwrap();
        for (letters, may_match) in [(3, false), (4, true), (5, true), (6, true)] {
            let text = format!("key={}", format!("{} ", "a".repeat(letters)).repeat(4));
            assert_eq!(words.may_match(text.as_bytes(), 0), may_match, "{letters}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// It says what the whole regex says, with the neighbours that `\b` and `^` see; with numbers that
        /// are too large, where that matches.
        #[test]
        fn it_is_of_one_mind_with_the_whole_regex(
            (regex, is_counted) in prop::sample::select(vec![
                (r"\bkey[=:]([a-f0-9]{4,6})\b", true), (r"^[ab]{2,3}$", true),
                (r"(?i)a.{0,2}b(?:c|\xff)", true), (r"(?:^|[^\w.-])token=[\w-]{2}", true),
                (r"[^\x00-\x1f]{3}@", true), (r"k(?:[a-z]{1,2}|[0-9 ]{17,18}){17}:", false),
                (r"\b[a-z01]{20}\b", false), (r"(?:[ab]{0,20}|key)[:@]?$", false),
            ]),
            text in prop::collection::vec(prop::sample::select(b"abkeytokenAB01=:@ \n\xff\x00".to_vec()), 0..60),
            from in 0usize..60,
        ) {
            let from = from.min(text.len());
            let whole = RegexBuilder::new(regex).unicode(false).build().unwrap();
            let expected = whole.find_at(&text, from).is_some();
            let found = Sieve::of(regex).unwrap().may_match(&text, from);
            prop_assert!(found == expected || found && !is_counted);
        }
    }
}
