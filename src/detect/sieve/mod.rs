//! Whether a regex matches at all, told by the half of its engine that reads forward.
//!
//! Where a rule's anchor stands its secret hardly ever does. Who only asks whether there is one needs
//! neither groups nor where a match begins, so that less than half of what a whole regex consists of is
//! compiled; the whole one is compiled where there is a match.

mod loose;

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{Compiler, Config, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::{Input, MatchError};

use self::loose::loosen;
use crate::rules::parse_regex;

/// Bytes of states that a thread keeps of one regex at most, since hostile text may fill them for each. Of
/// those that 1.4 GB of installed files start the largest takes 154 KB, that of mnemonics; three more than 50.
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
            .configure(
                Config::new()
                    .utf8(false)
                    .which_captures(WhichCaptures::None)
                    .nfa_size_limit(Some(COMPILED)),
            )
            .build_from_hir(&loosen(parse_regex(regex).ok()?))
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
mod tests;
