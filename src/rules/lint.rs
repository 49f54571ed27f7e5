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

/// Every lint of a set, each naming file and rule.
pub fn lint(set: &RuleSet) -> Vec<String> {
    let mut lints = Vec::new();
    let mut regexes = HashMap::new();
    for rule in set.rules() {
        let mut add =
            |lint: String| lints.push(format!("{}: rule {:?}: {lint}", rule.file, rule.id()));
        lint_proof(rule, &mut add);
        if let Err(mistake) = rule.compile() {
            lints.push(mistake);
            continue;
        }
        let Some(text) = &rule.syntax.regex else {
            continue;
        };
        lint_regex(rule, text, &mut add);
        let key = (text, &rule.syntax.paths, &rule.syntax.near);
        let key = format!("{key:?}");
        if let Some(first) = regexes.insert(key, rule.id()) {
            add(format!("has the same regex as rule {first:?}"));
        }
    }
    lints
}

/// What a rule should bring along.
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

/// The texts that a part of a regex can match, as far as that is enumerable.
enum Texts {
    /// Exactly these.
    Exactly(BTreeSet<Vec<u8>>),
    /// Too many to list; whether each contains an anchor.
    Many(bool),
}

impl Anchors {
    fn needed_by(&self, hir: &Hir) -> bool {
        match self.texts(hir) {
            Texts::Exactly(texts) => self.in_all(&texts),
            Texts::Many(needed) => needed,
        }
    }

    fn in_all(&self, texts: &BTreeSet<Vec<u8>>) -> bool {
        texts.iter().all(|text| {
            self.literals
                .iter()
                .any(|literal| memchr::memmem::find(text, literal).is_some())
        })
    }

    fn texts(&self, hir: &Hir) -> Texts {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Texts::Exactly([Vec::new()].into()),
            HirKind::Literal(literal) => {
                Texts::Exactly([fold(&literal.0, self.ignore_case)].into())
            }
            HirKind::Class(class) => self.class(class),
            HirKind::Capture(capture) => self.texts(&capture.sub),
            HirKind::Repetition(repetition) => {
                match (repetition.min, repetition.max, self.texts(&repetition.sub)) {
                    (1, Some(1), texts) => texts,
                    (0, Some(1), Texts::Exactly(mut texts)) => {
                        texts.insert(Vec::new());
                        Texts::Exactly(texts)
                    }
                    (0, ..) => Texts::Many(false),
                    (_, _, Texts::Exactly(texts)) => Texts::Many(self.in_all(&texts)),
                    (_, _, Texts::Many(needed)) => Texts::Many(needed),
                }
            }
            HirKind::Concat(parts) => self.concat(parts),
            HirKind::Alternation(branches) => self.alternation(branches),
        }
    }

    fn class(&self, class: &Class) -> Texts {
        let Class::Bytes(class) = class else {
            return Texts::Many(false);
        };
        let bytes = class
            .iter()
            .flat_map(|range| range.start()..=range.end())
            .map(|byte| fold(&[byte], self.ignore_case));
        Texts::Exactly(bytes.collect())
    }

    fn alternation(&self, branches: &[Hir]) -> Texts {
        let mut all = BTreeSet::new();
        let mut enumerable = true;
        let mut needed = true;
        for branch in branches {
            match self.texts(branch) {
                Texts::Exactly(texts) => {
                    needed &= self.in_all(&texts);
                    all.extend(texts);
                }
                Texts::Many(inside) => {
                    needed &= inside;
                    enumerable = false;
                }
            }
        }
        if enumerable && all.len() <= MOST_TEXTS {
            Texts::Exactly(all)
        } else {
            Texts::Many(needed)
        }
    }

    /// Joins neighbouring parts while they can be listed; each run that cannot grow further is
    /// asked for anchors.
    fn concat(&self, parts: &[Hir]) -> Texts {
        let mut run: BTreeSet<Vec<u8>> = [Vec::new()].into();
        let mut exact = true;
        let mut needed = false;
        for part in parts {
            match self.texts(part) {
                Texts::Exactly(texts) if run.len() * texts.len() <= MOST_TEXTS => {
                    run = run
                        .iter()
                        .flat_map(|head| texts.iter().map(move |tail| [&head[..], tail].concat()))
                        .collect();
                }
                Texts::Exactly(texts) => {
                    exact = false;
                    needed |= self.in_all(&run);
                    run = texts;
                }
                Texts::Many(inside) => {
                    exact = false;
                    needed |= inside || self.in_all(&run);
                    run = [Vec::new()].into();
                }
            }
        }
        if exact {
            Texts::Exactly(run)
        } else {
            Texts::Many(needed || self.in_all(&run))
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
