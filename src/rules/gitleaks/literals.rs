//! Anchors for a regex whose author named none that every match holds: literals that the regex
//! itself asks for.
//!
//! Parts of a sequence whose texts can be listed are joined, as `api[_-]?key` is three texts; of
//! all such runs the one with the longest texts is taken. The answer is checked by the same proof
//! that anchors of our own rules are held to, so a mistake here costs speed and no match.

use regex_syntax::hir::{Hir, HirKind};

use crate::rules::anchors::{Anchors, Set, Texts, product};

/// Shortest text that is worth to be looked for.
const SHORTEST: usize = 3;
/// Most texts that one rule looks for.
const MOST: usize = 64;

/// Texts in lower case of which every match holds one, in some ASCII case; none where there are no
/// good ones.
pub(super) fn of(hir: &Hir) -> Vec<String> {
    let found = best(hir, &Anchors::new(&[""; 0], true)).unwrap_or_default();
    let texts: Vec<String> = found
        .into_iter()
        .filter_map(|text| String::from_utf8(text).ok())
        .collect();
    if Anchors::new(&texts, true).needed_by(hir) {
        texts
    } else {
        Vec::new()
    }
}

/// What makes one set of anchors better than another: the length of its shortest text, then how
/// few there are.
pub(super) fn worth<T: AsRef<[u8]>>(texts: &[T]) -> (usize, std::cmp::Reverse<usize>) {
    let shortest = texts.iter().map(|text| text.as_ref().len()).min();
    (shortest.unwrap_or(0), std::cmp::Reverse(texts.len()))
}

fn best(hir: &Hir, lister: &Anchors) -> Option<Set> {
    if let Texts::Exactly(texts) = lister.texts(hir) {
        return usable(texts);
    }
    match hir.kind() {
        HirKind::Capture(capture) => best(&capture.sub, lister),
        HirKind::Repetition(repetition) if repetition.min > 0 => best(&repetition.sub, lister),
        HirKind::Alternation(branches) => {
            let mut all = Set::new();
            for branch in branches {
                all.extend(best(branch, lister)?);
            }
            usable(all)
        }
        HirKind::Concat(parts) => in_sequence(parts, lister),
        _ => None,
    }
}

fn in_sequence(parts: &[Hir], lister: &Anchors) -> Option<Set> {
    let mut candidates = Vec::new();
    let mut run = Set::from([Vec::new()]);
    for part in parts {
        let joined = match lister.texts(part) {
            Texts::Exactly(texts) => match product(&run, &texts) {
                Some(joined) => joined,
                None => {
                    candidates.extend(usable(std::mem::take(&mut run)));
                    texts
                }
            },
            Texts::Many { .. } => {
                candidates.extend(best(part, lister));
                candidates.extend(usable(std::mem::take(&mut run)));
                Set::from([Vec::new()])
            }
        };
        run = joined;
    }
    candidates.extend(usable(run));
    candidates
        .into_iter()
        .max_by_key(|texts| worth(&texts.iter().collect::<Vec<_>>()))
}

fn usable(texts: Set) -> Option<Set> {
    let long = texts.iter().all(|text| text.len() >= SHORTEST);
    (long && !texts.is_empty() && texts.len() <= MOST).then_some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(regex: &str) -> Vec<String> {
        of(&crate::rules::parse_regex(regex).unwrap())
    }

    #[test]
    fn literals_that_every_match_holds_are_found_wherever_they_stand() {
        for (regex, expected) in [
            ("acme_[a-z]+", &["acme_"][..]),
            (
                "(?i)[a-z]+(?:api[_-]?key)\\s*=",
                &["api-key", "api_key", "apikey"],
            ),
            ("(?:abc|xyz[0-9]+)q*", &["abc", "xyz"]),
            ("(ab[cd]e){2,}x+", &["abce", "abde"]),
            ("ab.*wxyz", &["wxyz"]),
            ("(?:[a-f]|longer)+tail_", &["tail_"]),
        ] {
            assert_eq!(literals(regex), expected, "{regex}");
        }
    }

    #[test]
    fn where_a_match_can_do_without_there_is_none() {
        for regex in [
            "[a-f0-9]{32}",
            "(?:abc)?[a-z]+",
            "(?:abc|[a-z]+)",
            "ab[0-9]+",
            "",
        ] {
            assert_eq!(literals(regex), Vec::<String>::new(), "{regex}");
        }
    }
}
