//! What a rule that compiles can still do wrong: anchors that its regex does not need, so that
//! the prefilter loses matches; no counter-example; the same regex as another rule.
//!
//! Lints are advice to whoever writes rules (`residue rules check`); the embedded rules have
//! none, which a test holds.

use std::collections::{BTreeSet, HashMap};

use regex_syntax::hir::{Class, Hir, HirKind};

use super::check::Rule;
use super::set::RuleSet;

/// Examples that a rule should have.
const EXAMPLES: usize = 2;
/// Shortest match that says anything.
const SHORTEST_MATCH: usize = 6;
/// Texts that are kept while looking for anchors; more are given up as "anything".
const MOST_TEXTS: usize = 512;
/// Texts of a repeated part that are kept; a wider class says nothing about its neighbours.
const MOST_REPEATED: usize = 4;

/// Every lint of a set, each naming file and rule.
pub fn lint(set: &RuleSet) -> Vec<String> {
    let mut lints = Vec::new();
    let mut regexes = HashMap::new();
    for rule in set.rules() {
        let mut add =
            |lint: String| lints.push(format!("{}: rule {:?}: {lint}", rule.file, rule.id()));
        if let Err(mistake) = rule.compile() {
            lints.push(mistake);
            continue;
        }
        let Some(text) = &rule.syntax.regex else {
            continue;
        };
        lint_proof(rule, &mut add);
        lint_regex(rule, text, &mut add);
        let key = (text, &rule.syntax.paths, &rule.syntax.near);
        let key = format!("{key:?}");
        if let Some(first) = regexes.insert(key, rule.id()) {
            add(format!("has the same regex as rule {first:?}"));
        }
    }
    lints
}

/// What a rule with a regex should bring along; built-in detectors have their own tests.
fn lint_proof(rule: &Rule, add: &mut impl FnMut(String)) {
    let syntax = &rule.syntax;
    if syntax.examples.len() < EXAMPLES {
        add(format!("has fewer than {EXAMPLES} examples"));
    }
    if syntax.rejects.is_empty() {
        add("has no counter-example in rejects".to_owned());
    }
    if syntax.references.is_empty() {
        add("has no reference for its format".to_owned());
    }
    let both: Vec<&String> = syntax
        .examples
        .iter()
        .filter(|example| syntax.rejects.contains(example))
        .collect();
    if !both.is_empty() {
        add("has a text both in examples and in rejects".to_owned());
    }
}

fn lint_regex(rule: &Rule, text: &str, add: &mut impl FnMut(String)) {
    let parsed = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(text);
    // A regex that does not parse is a mistake, not a lint, and was said before.
    let Ok(hir) = parsed else { return };
    if hir.properties().minimum_len().unwrap_or(0) < SHORTEST_MATCH {
        add(format!("may match fewer than {SHORTEST_MATCH} bytes"));
    }
    let syntax = &rule.syntax;
    let anchors = Anchors {
        literals: syntax
            .anchors
            .iter()
            .map(|anchor| fold(anchor.as_bytes(), syntax.ignore_case))
            .collect(),
        ignore_case: syntax.ignore_case,
    };
    if !anchors.needed_by(&hir) {
        add("its regex can match without any of its anchors".to_owned());
    }
}

fn fold(bytes: &[u8], ignore_case: bool) -> Vec<u8> {
    if ignore_case {
        bytes.to_ascii_lowercase()
    } else {
        bytes.to_vec()
    }
}

/// Finds out whether every match of a regex contains an anchor. It errs towards "no": what it
/// cannot enumerate counts as anything.
struct Anchors {
    literals: Vec<Vec<u8>>,
    ignore_case: bool,
}

type Set = BTreeSet<Vec<u8>>;

/// The texts that a part of a regex can match, as far as that is enumerable.
enum Texts {
    /// Exactly these.
    Exactly(Set),
    /// More than can be listed. Of those that hold no anchor: what each begins with, and what
    /// each ends in. Both are empty when there is an anchor in every one.
    Many { starts: Set, ends: Set },
}

impl Texts {
    /// Texts of which nothing is known.
    fn anything() -> Self {
        Self::Many {
            starts: nothing(),
            ends: nothing(),
        }
    }
}

/// The set of the empty text alone.
fn nothing() -> Set {
    [Vec::new()].into()
}

/// Every head before every tail; `None` when they are too many.
fn product(heads: &Set, tails: &Set) -> Option<Set> {
    (heads.len() * tails.len() <= MOST_TEXTS).then(|| {
        heads
            .iter()
            .flat_map(|head| tails.iter().map(move |tail| [&head[..], tail].concat()))
            .collect()
    })
}

impl Anchors {
    fn needed_by(&self, hir: &Hir) -> bool {
        match self.texts(hir) {
            Texts::Exactly(texts) => self.without(texts).is_empty(),
            Texts::Many { starts, .. } => starts.is_empty(),
        }
    }

    /// Those of the texts that hold no anchor.
    fn without(&self, mut texts: Set) -> Set {
        texts.retain(|text| {
            !self
                .literals
                .iter()
                .any(|literal| memchr::memmem::find(text, literal).is_some())
        });
        texts
    }

    fn texts(&self, hir: &Hir) -> Texts {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Texts::Exactly(nothing()),
            HirKind::Literal(literal) => {
                Texts::Exactly([fold(&literal.0, self.ignore_case)].into())
            }
            HirKind::Class(class) => self.class(class),
            HirKind::Capture(capture) => self.texts(&capture.sub),
            HirKind::Repetition(repetition) => {
                self.repeated(repetition.min, repetition.max, self.texts(&repetition.sub))
            }
            HirKind::Concat(parts) => self.concat(parts),
            HirKind::Alternation(branches) => self.alternation(branches),
        }
    }

    fn repeated(&self, min: u32, max: Option<u32>, once: Texts) -> Texts {
        match (min, max, once) {
            (1, Some(1), once) => once,
            (0, Some(1), Texts::Exactly(mut texts)) => {
                texts.insert(Vec::new());
                Texts::Exactly(texts)
            }
            (0, Some(1), Texts::Many { starts, ends }) => Texts::Many {
                starts: &starts | &nothing(),
                ends: &ends | &nothing(),
            },
            (0, ..) => Texts::anything(),
            (_, _, Texts::Exactly(texts)) => {
                let open = self.without(texts);
                if open.len() > MOST_REPEATED {
                    return Texts::anything();
                }
                Texts::Many {
                    starts: open.clone(),
                    ends: open,
                }
            }
            (.., many) => many,
        }
    }

    fn class(&self, class: &Class) -> Texts {
        let Class::Bytes(class) = class else {
            return Texts::anything();
        };
        let bytes = class
            .iter()
            .flat_map(|range| range.start()..=range.end())
            .map(|byte| fold(&[byte], self.ignore_case));
        Texts::Exactly(bytes.collect())
    }

    fn alternation(&self, branches: &[Hir]) -> Texts {
        let (mut all, mut starts, mut ends) = (Set::new(), Set::new(), Set::new());
        let mut enumerable = true;
        for branch in branches {
            match self.texts(branch) {
                Texts::Exactly(texts) => all.extend(texts),
                Texts::Many {
                    starts: some_starts,
                    ends: some_ends,
                } => {
                    enumerable = false;
                    starts.extend(some_starts);
                    ends.extend(some_ends);
                }
            }
        }
        if enumerable && all.len() <= MOST_TEXTS {
            return Texts::Exactly(all);
        }
        let open = self.without(all);
        starts.extend(open.iter().cloned());
        ends.extend(open);
        Texts::Many { starts, ends }
    }

    /// Joins neighbouring parts while they can be listed. `run` is what stands right before the
    /// next part, of the texts that hold no anchor yet.
    fn concat(&self, parts: &[Hir]) -> Texts {
        let mut run = nothing();
        let mut starts: Option<Set> = None;
        for part in parts {
            let (heads, tails) = match self.texts(part) {
                Texts::Exactly(texts) => match product(&run, &texts) {
                    Some(joined) if starts.is_none() => {
                        run = joined;
                        continue;
                    }
                    Some(joined) => {
                        let open = self.without(joined);
                        (open.clone(), open)
                    }
                    None => (self.without(run), self.without(texts)),
                },
                Texts::Many { starts, ends } => {
                    let joined = product(&run, &starts).unwrap_or(run);
                    (self.without(joined), ends)
                }
            };
            if heads.is_empty() || tails.is_empty() {
                return Texts::Many {
                    starts: Set::new(),
                    ends: Set::new(),
                };
            }
            starts.get_or_insert(heads);
            run = tails;
        }
        match starts {
            None => Texts::Exactly(run),
            Some(starts) => Texts::Many { starts, ends: run },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Catalog, RuleSyntax};

    const CATALOG: Catalog<'_> = Catalog {
        validators: &[],
        detectors: &[],
    };

    fn rule(id: &str, lines: &str) -> Rule {
        let text = format!(
            "id = '{id}'\ntitle = 't'\nseverity = 'low'\nconfidence = 'likely'\nrevoke = 'r'\n\
             references = ['https://example.com']\nexamples = ['a', 'b']\nrejects = ['c']\n{lines}"
        );
        let syntax: RuleSyntax = toml::from_str(&text).expect("a rule");
        Rule::check(syntax, "test.toml", CATALOG).expect("a good rule")
    }

    fn lints(lines: &str) -> Vec<String> {
        lint(&RuleSet::new(vec![rule("test.rule", lines)]))
    }

    #[test]
    fn anchors_that_every_match_contains_are_fine() {
        for lines in [
            r"regex = 'abc_[a-z]{10}'
              anchors = ['abc_']",
            r"regex = 'ab[cd]_[a-z]{10}'
              anchors = ['abc_', 'abd_']",
            r"regex = '(?:abc|xyz[0-9]{2})_?[a-z]{10}'
              anchors = ['abc', 'xyz']",
            r"regex = '[a-z]{10}(?P<secret>@host){1,3}'
              anchors = ['@host']",
            r"regex = '(?i)token[-_]?key[0-9a-f]{8}'
              anchors = ['token']
              ignore_case = true",
            r"regex = '\b(?:a(?:pp)?_key|b_key)[0-9]{10}'
              anchors = ['_key']",
            r"regex = '(?:ab://|ab\+[a-z]{2,9}://|[a-z]{2}@here)[a-z]{2}'
              anchors = ['ab://', 'ab+', '@here']",
            r"regex = '[a-z]{1,9}:(?P<secret>\$[12]\$[a-z]{9}|\{x\}[a-z]{9})'
              anchors = [':$1$', ':$2$', ':{x']",
        ] {
            assert_eq!(lints(lines), Vec::<String>::new(), "{lines}");
        }
    }

    #[test]
    fn anchors_that_a_match_can_lack_are_told() {
        for lines in [
            r"regex = 'ab[cd]_[a-z]{10}'
              anchors = ['abc_']",
            r"regex = '(?:abc_)?[a-z]{10}'
              anchors = ['abc_']",
            r"regex = '(?:abc|xyz[0-9]{2})_?[a-z]{10}'
              anchors = ['abc']",
            r"regex = '(?i)token[0-9a-f]{8}'
              anchors = ['token']",
            r"regex = '[a-z]{10}'
              anchors = ['abc']",
        ] {
            let lints = lints(lines);
            assert_eq!(lints.len(), 1, "{lines}: {lints:?}");
            assert!(lints[0].contains("without any of its anchors"), "{lints:?}");
        }
    }

    #[test]
    fn missing_proof_is_told() {
        let mut bare = rule("test.rule", "regex = 'abc_[a-z]{10}'\nanchors = ['abc_']");
        bare.syntax.examples.truncate(1);
        bare.syntax.rejects.clear();
        bare.syntax.references.clear();
        assert_eq!(lint(&RuleSet::new(vec![bare])).len(), 3);
    }

    #[test]
    fn a_short_match_is_told() {
        let lints = lints("regex = 'abc'\nanchors = ['abc']");
        assert!(lints[0].contains("fewer than 6 bytes"), "{lints:?}");
    }

    #[test]
    fn two_rules_with_one_regex_are_told() {
        let lines = "regex = 'abc_[a-z]{10}'\nanchors = ['abc_']";
        let set = RuleSet::new(vec![rule("test.one", lines), rule("test.two", lines)]);
        let lints = lint(&set);
        assert_eq!(lints.len(), 1);
        assert!(lints[0].contains("\"test.two\"") && lints[0].contains("\"test.one\""));
    }
}
