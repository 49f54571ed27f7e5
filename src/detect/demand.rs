//! What every match of a regex holds, told without the regex: so many bytes in a row of one class.
//!
//! Most anchors are words that stand in any source, and the token that the rule asks for beside
//! them is nowhere near: no forty letters and digits in a row behind `aws`, no `@` behind `://`. A
//! run of bytes is looked for in strides of its length, so that a regex is started, and compiled,
//! only where it may succeed. Nothing is lost: the runs are read off the regex itself.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::rules::{Rule, parse_regex};

/// Runs of one regex that are looked for.
const MOST: usize = 3;
/// What a run must say to be worth looking for, in bits.
const LEAST: f64 = 5.0;
/// Neighbours of a sequence that are taken together.
const TOGETHER: usize = 16;

/// So many bytes in a row that are all of one class, a bit for each byte.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    class: [u64; 4],
    length: usize,
}

/// A run as it is looked for.
#[derive(Debug)]
struct Wanted {
    class: [bool; 256],
    length: usize,
    /// The bytes of the class where one of them is enough and there are few.
    one_of: Vec<u8>,
}

/// Runs that every match of a rule's regex holds.
#[derive(Debug, Default)]
pub(super) struct Demand {
    runs: Vec<Wanted>,
}

impl Demand {
    /// The demand of the rule's regex; none where there is no regex.
    pub(super) fn of(rule: &Rule) -> Self {
        let anchors: Vec<&[u8]> = rule
            .syntax
            .anchors
            .iter()
            .map(|text| text.as_bytes())
            .collect();
        match &rule.syntax.regex {
            Some(text) => Self::of_regex(text, &anchors),
            None => Self::default(),
        }
    }

    fn of_regex(text: &str, anchors: &[&[u8]]) -> Self {
        let Ok(hir) = parse_regex(text) else {
            return Self::default();
        };
        let mut runs = Vec::new();
        Run::all_of(&hir, &mut runs);
        // What an anchor holds is there already.
        let is_news = |run: &Run| anchors.iter().all(|anchor| !run.stands_in(anchor));
        let mut weighed: Vec<(f64, Run)> = (runs.into_iter())
            .map(|run| (run.bits(), run))
            .filter(|(bits, run)| *bits >= LEAST && is_news(run))
            .collect();
        weighed.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let mut kept: Vec<Run> = Vec::new();
        for (_, run) in weighed {
            if kept.len() < MOST && !kept.iter().any(|other| other.implies(&run)) {
                kept.push(run);
            }
        }
        Self {
            runs: kept.iter().map(Run::wanted).collect(),
        }
    }

    /// Where a match of at most `longest` bytes may begin, at `from` or behind it; `None` where there
    /// is none up to the end of `bytes`.
    pub(super) fn start(&self, bytes: &[u8], mut from: usize, longest: usize) -> Option<usize> {
        for run in &self.runs {
            let at = run.find(bytes, from)?;
            from = from.max((at + run.length).saturating_sub(longest));
        }
        Some(from)
    }
}

impl Wanted {
    /// Where the first one begins at `from` or behind it. Each byte is looked at once at most.
    fn find(&self, bytes: &[u8], mut from: usize) -> Option<usize> {
        let rest = bytes.get(from..)?;
        match self.one_of[..] {
            [a] => return Some(from + memchr::memchr(a, rest)?),
            [a, b] => return Some(from + memchr::memchr2(a, b, rest)?),
            [a, b, c] => return Some(from + memchr::memchr3(a, b, c, rest)?),
            _ => {}
        }
        // All bytes from `from` up to here are known to be of the class.
        let mut known = from;
        loop {
            let end = from.checked_add(self.length)?;
            let unknown = bytes.get(known..end)?;
            match unknown
                .iter()
                .rposition(|byte| !self.class[usize::from(*byte)])
            {
                Some(at) => {
                    from = known + at + 1;
                    known = end;
                }
                None => return Some(from),
            }
        }
    }
}

impl Run {
    fn nothing() -> Self {
        Self {
            class: [0; 4],
            length: 0,
        }
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        let mut run = Self::nothing();
        for byte in bytes {
            run.add(*byte);
        }
        run.length = bytes.len();
        run
    }

    fn add(&mut self, byte: u8) {
        self.class[usize::from(byte / 64)] |= 1 << (byte % 64);
    }

    fn has(&self, byte: u8) -> bool {
        self.class[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }

    fn stands_in(&self, bytes: &[u8]) -> bool {
        let mut windows = bytes.windows(self.length.max(1));
        windows.any(|window| window.iter().all(|byte| self.has(*byte)))
    }

    fn wanted(&self) -> Wanted {
        let few = (0..=u8::MAX).filter(|byte| self.has(*byte));
        Wanted {
            class: std::array::from_fn(|byte| self.has(byte as u8)),
            length: self.length,
            one_of: match self.length {
                1 => few.take(4).collect(),
                _ => Vec::new(),
            },
        }
    }

    /// The run that a text of both has, whichever length the first of them takes of `length`.
    fn join(mut self, other: &Self, length: usize) -> Self {
        for (bits, other) in self.class.iter_mut().zip(&other.class) {
            *bits |= other;
        }
        self.length = length;
        self
    }

    /// How much it says: a byte of any kind says nothing.
    fn bits(&self) -> f64 {
        let size: u32 = self.class.iter().map(|bits| bits.count_ones()).sum();
        match size {
            0 => 0.0,
            _ => self.length as f64 * (256.0 / f64::from(size)).log2(),
        }
    }

    /// Whether the other one is there wherever this one is.
    fn implies(&self, other: &Self) -> bool {
        let mut both = self.class.iter().zip(&other.class);
        self.length >= other.length && both.all(|(bits, other)| bits & !other == 0)
    }

    /// The run that a whole match of `hir` is; in `runs`, it and those that every match holds.
    fn all_of(hir: &Hir, runs: &mut Vec<Self>) -> Self {
        let whole = match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::nothing(),
            HirKind::Literal(literal) => {
                runs.extend(literal.0.iter().map(|byte| Self::of_bytes(&[*byte])));
                Self::of_bytes(&literal.0)
            }
            HirKind::Class(class) => Self::of_class(class),
            HirKind::Capture(capture) => Self::all_of(&capture.sub, runs),
            HirKind::Repetition(repetition) => {
                let mut inner = Vec::new();
                let mut one = Self::all_of(&repetition.sub, &mut inner);
                if repetition.min > 0 {
                    runs.append(&mut inner);
                }
                one.length = one.length.saturating_mul(repetition.min as usize);
                one
            }
            HirKind::Concat(parts) => Self::of_sequence(parts, runs),
            HirKind::Alternation(branches) => Self::of_branches(branches, runs),
        };
        runs.push(whole);
        whole
    }

    fn of_class(class: &Class) -> Self {
        let mut run = Self::nothing();
        run.length = 1;
        match class {
            Class::Bytes(class) => {
                for range in class.iter() {
                    (range.start()..=range.end()).for_each(|byte| run.add(byte));
                }
            }
            // Of characters of several bytes nothing is said.
            Class::Unicode(_) => run.class = [u64::MAX; 4],
        }
        run
    }

    fn of_sequence(parts: &[Hir], runs: &mut Vec<Self>) -> Self {
        let alone: Vec<Self> = parts.iter().map(|part| Self::all_of(part, runs)).collect();
        for from in 0..alone.len() {
            let mut together = alone[from];
            for part in alone[from + 1..].iter().take(TOGETHER) {
                let length = together.length + part.length;
                together = together.join(part, length);
                runs.push(together);
            }
        }
        alone.iter().fold(Self::nothing(), |all, part| {
            let length = all.length + part.length;
            all.join(part, length)
        })
    }

    fn of_branches(branches: &[Hir], runs: &mut Vec<Self>) -> Self {
        let either = |one: Self, other: Self| {
            let length = one.length.min(other.length);
            one.join(&other, length)
        };
        let (mut whole, mut best): (Option<Self>, Option<Self>) = (None, None);
        for branch in branches {
            let mut inner = Vec::new();
            let all = Self::all_of(branch, &mut inner);
            let most = inner
                .into_iter()
                .max_by(|a, b| a.bits().total_cmp(&b.bits()));
            let most = most.unwrap_or_else(Self::nothing);
            whole = Some(whole.map_or(all, |whole| either(whole, all)));
            best = Some(best.map_or(most, |best| either(best, most)));
        }
        runs.extend(best);
        whole.unwrap_or_else(Self::nothing)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::bytes::RegexBuilder;

    use super::*;

    fn first(regex: &str, anchors: &[&str], text: &str, longest: usize) -> Option<usize> {
        let anchors: Vec<&[u8]> = anchors.iter().map(|anchor| anchor.as_bytes()).collect();
        Demand::of_regex(regex, &anchors).start(text.as_bytes(), 0, longest)
    }

    #[test]
    fn a_word_without_the_token_it_announces_is_passed_over() {
        let regex = r"(?i)aws.{0,9}[=:][\x22' ]{0,2}([A-Z0-9/+]{40})\b";
        let words = "the aws client is made for you by the aws library of the aws people";
        assert_eq!(first(regex, &["aws"], words, 60), None);
        let token = "abcd".repeat(10);
        assert_eq!(
            first(regex, &["aws"], &format!("aws = {token}"), 60),
            Some(0)
        );
        let far = format!("{}aws = {token}", " ".repeat(100));
        assert_eq!(first(regex, &["aws"], &far, 60), Some(86));
    }

    #[test]
    fn single_bytes_and_repeated_groups_are_demanded() {
        let address = r"[a-z]{2,9}://[^\s@]{1,30}@[a-z.]{1,30}";
        assert_eq!(
            first(address, &["://"], "see https://example.org/a/b", 80),
            None
        );
        assert_eq!(
            first(address, &["://"], "see https://u:p@example.org", 80),
            Some(0)
        );
        let list = r"\[(?:[0-9]{1,3}, ?){8}[0-9]{1,3}\]";
        assert_eq!(
            first(list, &["Uint8Array"], "[1, 2, 3, a, 4, 5, 6, 7]", 60),
            None
        );
        assert_eq!(first(list, &[], "[1,2,3,4,5,6,7,8,9]", 60), Some(0));
    }

    #[test]
    fn what_only_some_matches_hold_is_not_demanded() {
        for regex in ["a{0,3}b{0,3}", "(?:abc)?", "(?:abcdef|)", r"\b"] {
            assert_eq!(first(regex, &[], "", 9), Some(0), "{regex}");
        }
        let either = "key(?:[0-9]{20}|[a-f]{30})";
        for text in ["01234567890123456789", "abcdefabcdefabcdefabcdefabcdef"] {
            assert!(first(either, &["key"], &format!("key{text}"), 40).is_some());
        }
        assert_eq!(
            first(either, &["key"], "keys and keyholes and keyboards", 40),
            None
        );
    }

    /// Regexes of small classes, sequences, branches and repetitions.
    fn regexes() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec!["a", "b", "ab", "[ab]", "[bc]", "(?i)c", r"\b", "."]);
        leaf.prop_map(str::to_owned)
            .prop_recursive(4, 24, 4, |inner| {
                let sequence = prop::collection::vec(inner.clone(), 1..4);
                let branches = prop::collection::vec(inner.clone(), 1..4);
                prop_oneof![
                    sequence.prop_map(|parts| parts.concat()),
                    branches.prop_map(|parts| format!("(?:{})", parts.join("|"))),
                    (inner.clone(), 0usize..4, 0usize..3).prop_map(|(part, min, more)| format!(
                        "(?:{part}){{{min},{}}}",
                        min + more
                    )),
                    inner.prop_map(|part| format!("({part})?")),
                ]
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// Wherever the regex alone finds a match, so it does from where its demand is met.
        #[test]
        fn no_match_is_lost(regex in regexes(), text in "[abcC -]{0,40}", from in 0usize..40) {
            let from = from.min(text.len());
            let compiled = RegexBuilder::new(&regex).unicode(false).build().unwrap();
            let longest = parse_regex(&regex).unwrap().properties().maximum_len();
            let found = compiled.find_at(text.as_bytes(), from).map(|hit| hit.range());
            let demand = Demand::of_regex(&regex, &[]);
            let start = demand.start(text.as_bytes(), from, longest.unwrap_or(usize::MAX));
            let again = start.and_then(|start| compiled.find_at(text.as_bytes(), start));
            prop_assert_eq!(again.map(|hit| hit.range()), found);
        }
    }
}
