//! What a rule that compiles can still do wrong: anchors that its regex does not need, so that
//! the prefilter loses matches; no counter-example; the same regex or field as another rule.
//!
//! Lost matches are a failure; lints are advice to whoever writes rules (`residue rules check`), and a failure
//! to whoever asks for it. The embedded rules have neither, which a test holds.

use std::collections::HashMap;

use super::anchors::Anchors;
use super::hir;
use super::rule::Rule;
use super::set::RuleSet;

/// Examples that a rule should have.
const EXAMPLES: usize = 2;
/// Shortest match that says anything.
const SHORTEST_MATCH: usize = 6;

/// Rules of a set that lose matches, since a match may lack all anchors that it is looked for by; each naming
/// file and rule.
pub fn lossy(set: &RuleSet) -> Vec<String> {
    let own = set.rules().iter().filter(|rule| rule.foreign.is_none());
    let lossy = own.filter(|rule| {
        let hir = rule.syntax.regex.as_deref().map(hir::parse);
        let anchors = Anchors::new(&rule.syntax.anchors, rule.syntax.ignore_case);
        // A regex that does not parse is said elsewhere.
        matches!(hir, Some(Ok(hir)) if !anchors.needed_by(&hir))
    });
    let told = |rule: &Rule| {
        format!(
            "{}: its regex can match without any of its anchors",
            rule.place()
        )
    };
    lossy.map(told).collect()
}

/// Every lint of a set, each naming file and rule.
pub fn lint(set: &RuleSet) -> Vec<String> {
    let mut lints = Vec::new();
    let mut regexes = HashMap::new();
    let mut fields = HashMap::new();
    // A rule of another tool's configuration has no examples; what is worth saying of it is noted.
    for rule in set.rules().iter().filter(|rule| rule.foreign.is_none()) {
        let mut add = |lint: String| lints.push(format!("{}: {lint}", rule.place()));
        if let Err(mistake) = rule.compile() {
            lints.push(mistake);
            continue;
        }
        lint_proof(rule, &mut add);
        lint_fields(rule, &mut fields, &mut add);
        let Some(text) = &rule.syntax.regex else {
            continue;
        };
        lint_regex(text, &mut add);
        let key = (text, &rule.syntax.paths, &rule.syntax.near);
        let key = format!("{key:?}");
        if let Some(first) = regexes.insert(key, rule.id()) {
            add(format!("has the same regex as rule {first:?}"));
        }
    }
    lints
}

/// What every rule should bring along.
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
    let mut examples = syntax.examples.iter();
    if examples.any(|example| syntax.rejects.contains(example)) {
        add("has a text both in examples and in rejects".to_owned());
    }
}

/// Format, path and key of a field, and who named it first.
type Known<'r> = HashMap<(&'r str, &'r str, &'r str), &'r str>;

/// A field is one rule's: two that name it would compete for it.
fn lint_fields<'r>(rule: &'r Rule, known: &mut Known<'r>, add: &mut impl FnMut(String)) {
    for table in &rule.syntax.fields {
        let keys = table.keys.iter();
        for (path, key) in keys.flat_map(|key| table.paths.iter().map(move |path| (path, key))) {
            let first = known.insert((&table.format, path, key), rule.id());
            if let Some(first) = first.filter(|first| *first != rule.id()) {
                add(format!("has {key:?} of {path:?}, as rule {first:?} has"));
            }
        }
    }
}

fn lint_regex(text: &str, add: &mut impl FnMut(String)) {
    // A regex that does not parse is a mistake, not a lint, and was said before.
    let Ok(hir) = hir::parse(text) else { return };
    if hir.properties().minimum_len().unwrap_or(0) < SHORTEST_MATCH {
        add(format!("may match fewer than {SHORTEST_MATCH} bytes"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Catalog;
    use crate::rules::place::Source;
    use crate::rules::read;

    const CATALOG: Catalog<'_> = Catalog {
        validators: &[],
        detectors: &[],
        formats: &["ini"],
        decodings: &[],
    };

    fn rule(id: &str, lines: &str) -> Rule {
        let text = format!(
            "[[rule]]\nid = '{id}'\ntitle = 't'\nseverity = 'low'\nconfidence = 'likely'\n\
             revoke = 'r'\nreferences = ['https://example.com']\nexamples = ['a', 'b']\n\
             rejects = ['c']\n{lines}"
        );
        let source = Source {
            name: "test.toml",
            text: &text,
        };
        let table = read::parse(source).expect("a file");
        let mut rules = read::read(source, table, &mut Vec::new());
        Rule::check(rules.remove(0), CATALOG).expect("a good rule")
    }

    fn set(lines: &str) -> RuleSet {
        RuleSet::new(vec![rule("test.rule", lines)], false, Vec::new())
    }

    fn lints(lines: &str) -> Vec<String> {
        lint(&set(lines))
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
            assert_eq!(lossy(&set(lines)), Vec::<String>::new(), "{lines}");
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
            let lossy = lossy(&set(lines));
            assert_eq!(lossy.len(), 1, "{lines}: {lossy:?}");
            assert!(lossy[0].contains("without any of its anchors"), "{lossy:?}");
        }
    }

    #[test]
    fn missing_proof_is_told() {
        let mut bare = rule("test.rule", "regex = 'abc_[a-z]{10}'\nanchors = ['abc_']");
        bare.syntax.examples.truncate(1);
        bare.syntax.rejects.clear();
        bare.syntax.references.clear();
        assert_eq!(lint(&RuleSet::new(vec![bare], false, Vec::new())).len(), 3);
    }

    #[test]
    fn two_rules_with_one_field_are_told_and_fields_need_proof_too() {
        let table = "[[rule.fields]]\nformat = 'ini'\npaths = ['x', 'y']\nkeys = ['a.b']";
        let mut bare = rule("test.two", table);
        bare.syntax.rejects.clear();
        let said = lint(&RuleSet::new(
            vec![rule("test.one", table), bare],
            false,
            Vec::new(),
        ));
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].contains("no counter-example"), "{said:?}");
        assert!(
            said[1].contains("\"a.b\" of \"x\", as rule \"test.one\""),
            "{said:?}"
        );
    }

    #[test]
    fn a_short_match_is_told() {
        let lints = lints("regex = 'abc'\nanchors = ['abc']");
        assert!(lints[0].contains("fewer than 6 bytes"), "{lints:?}");
    }

    #[test]
    fn two_rules_with_one_regex_are_told() {
        let lines = "regex = 'abc_[a-z]{10}'\nanchors = ['abc_']";
        let set = RuleSet::new(
            vec![rule("test.one", lines), rule("test.two", lines)],
            false,
            Vec::new(),
        );
        let lints = lint(&set);
        assert_eq!(lints.len(), 1);
        assert!(lints[0].contains("\"test.two\"") && lints[0].contains("\"test.one\""));
    }
}
