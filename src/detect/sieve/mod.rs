//! Whether a regex matches at all, told by the half of its engine that reads forward.
//!
//! Where a rule's anchor stands its secret hardly ever does. Who only asks whether there is one needs
//! neither groups nor where a match begins, so that less than half of what a whole regex consists of is
//! compiled; the whole one is compiled where there is a match.

mod loose;

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{Compiler, Config, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::{Anchored, Input, MatchError};

use self::loose::loosen;
use crate::rules::parse_regex;

/// Bytes of states that a thread keeps of one regex at most, since hostile text may fill them for each. Of
/// those that 1.4 GB of installed files start the largest takes 154 KB, that of mnemonics; three more than 50.
const STATES: usize = 256 << 10;
/// Bytes that the compiled regex takes at most.
const COMPILED: usize = 4 << 20;

/// Bytes in which it is told whether a match goes on at a place; then it may. As many for each place, however
/// dense these are.
const FAR: usize = 64;

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

    /// The first of these places at which a match may begin; also where that cannot be told in a few bytes.
    pub(super) fn first_match(&self, haystack: &[u8], places: &[usize]) -> Option<usize> {
        let mut cache = self.caches.get();
        let mut places = places.iter().copied();
        places.find(|at| self.begins(&mut cache, haystack, *at).unwrap_or(true))
    }

    /// Whether a match begins at `at`; `None` where that is not known.
    fn begins(&self, cache: &mut Cache, haystack: &[u8], at: usize) -> Option<bool> {
        let bytes = haystack.get(at..)?;
        let input = Input::new(haystack).range(at..).anchored(Anchored::Yes);
        let mut state = self.dfa.start_state_forward(cache, &input).ok()?;
        for byte in bytes.iter().take(FAR) {
            state = self.dfa.next_state(cache, state, *byte).ok()?;
            if state.is_match() || state.is_dead() {
                return Some(state.is_match());
            }
            if state.is_quit() {
                return None;
            }
        }
        let end = self.dfa.next_eoi_state(cache, state).ok()?;
        (bytes.len() <= FAR).then(|| end.is_match())
    }
}

#[cfg(test)]
mod tests;
