//! Whether a regex matches at all, told by the half of its engine that reads forward.
//!
//! Where a rule's anchor stands its secret hardly ever does. Who only asks whether there is one needs
//! neither groups nor where a match begins, so that less than half of what a whole regex consists of is
//! compiled; the whole one is compiled where there is a match.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{Compiler, Config, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::util::syntax;
use regex_automata::{Input, MatchError};

/// Bytes of states that a thread keeps of one regex at most: there are hundreds, and most need a few. Half as
/// many are thrown away and made again so often, for URLs, that a scan takes 5 % more instructions; twice as
/// many save 2 % and take 10 MiB more on 16 threads.
const STATES: usize = 256 << 10;
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
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .configure(
                Config::new()
                    .utf8(false)
                    .which_captures(WhichCaptures::None)
                    .nfa_size_limit(Some(COMPILED)),
            )
            .build(regex)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::bytes::RegexBuilder;

    use super::*;

    #[test]
    fn what_would_be_too_large_is_left_to_the_whole_regex() {
        assert!(Sieve::of("(?:[a-z]{1,900}){1,900}").is_none());
        assert!(Sieve::of("[a-z]{1,900}").is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// It says what the whole regex says, with the neighbours that `\b` and `^` see.
        #[test]
        fn it_is_of_one_mind_with_the_whole_regex(
            regex in prop::sample::select(vec![
                r"\bkey[=:]([a-f0-9]{4,6})\b", r"^[ab]{2,3}$", r"(?i)a.{0,2}b(?:c|\xff)",
                r"(?:^|[^\w.-])token=[\w-]{2}", r"[^\x00-\x1f]{3}@",
            ]),
            text in prop::collection::vec(prop::sample::select(b"abkeytokenAB01=:@ \n\xff\x00".to_vec()), 0..60),
            from in 0usize..60,
        ) {
            let from = from.min(text.len());
            let whole = RegexBuilder::new(regex).unicode(false).build().unwrap();
            let expected = whole.find_at(&text, from).is_some();
            prop_assert_eq!(Sieve::of(regex).unwrap().may_match(&text, from), expected);
        }
    }
}
