use crate::error::Error;
use crate::rules::{Catalog, Loader, RuleSet, Search, Severity};

mod extend;

const CATALOG: Catalog<'_> = Catalog {
    validators: &[],
    detectors: &[],
    formats: &[],
    decodings: &[],
};

/// Loads `c.toml` beside other files; the folder's name is left out of what is said.
fn load_with(text: &str, others: &[(&str, &str)]) -> Result<(RuleSet, Vec<String>), Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let shown = format!("{}/", folder.path().display());
    for (name, text) in others.iter().chain(&[("c.toml", text)]) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let loader = Loader {
        only: vec![folder.path().join("c.toml")],
        ..Loader::default()
    };
    let short = |text: &String| text.replace(&shown, "");
    match loader.load(CATALOG) {
        Ok(set) => {
            let notes = set.notes().iter().map(|note| short(&note.text)).collect();
            Ok((set, notes))
        }
        Err(Error::Rules(mistakes)) => Err(mistakes.iter().map(short).collect()),
        Err(other) => panic!("{other}"),
    }
}

fn load(text: &str) -> Result<(RuleSet, Vec<String>), Vec<String>> {
    load_with(text, &[])
}

/// A configuration of one rule with these lines.
pub(crate) fn rule(lines: &str) -> String {
    format!("[[rules]]\nid = 'Acme Token_1'\n{lines}\n")
}

#[test]
fn a_rule_becomes_one_of_ours_with_an_id_of_our_form() {
    let text = rule(
        "description = 'Acme'\nregex = 'acme_([a-z]{20})'\nentropy = 3\ntags = ['severity:low']",
    );
    let (set, notes) = load(&text).unwrap();
    let rule = set.rule(0);
    assert_eq!(rule.id(), "gitleaks.acme-token-1");
    assert_eq!(rule.syntax.title, "Acme");
    assert_eq!(rule.syntax.severity, Severity::Low);
    assert_eq!(rule.syntax.entropy, Some(3.0));
    assert_eq!(rule.syntax.anchors, ["acme_"]);
    assert!(!rule.syntax.guessable, "twenty letters are no password");
    assert_eq!(rule.search(), Some(Search::Anchored));
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("tags"), "{notes:?}");
    let (set, notes) = load("[[Rules]]\nID = 'x'\nRegex = 'acme_[a-z]{9}'\n").unwrap();
    assert_eq!(set.rule(0).syntax.title, "x");
    assert_eq!(set.rule(0).syntax.severity, Severity::High);
    assert!(set.rule(0).syntax.guessable);
    assert_eq!(notes, Vec::<String>::new());
}

#[test]
fn keywords_are_anchors_where_every_match_holds_one_and_else_asked_of_the_text() {
    for (lines, anchors, keywords, search) in [
        (
            "regex = 'acme_[a-z]{20}'\nkeywords = ['ACME_']",
            &["acme_"][..],
            &[][..],
            Search::Anchored,
        ),
        (
            "regex = 'acme_[a-z]{20}'\nkeywords = ['me_']",
            &["acme_"],
            &[],
            Search::Anchored,
        ),
        (
            "regex = 'acme_[a-z]{20}'\nkeywords = ['corp', 'Acme Inc']",
            &["acme_"],
            &["acme inc", "corp"],
            Search::Anchored,
        ),
        (
            "regex = 'acme_[a-z]{20}'\nkeywords = ['corp', '']",
            &["acme_"],
            &[],
            Search::Anchored,
        ),
        (
            "regex = 'acme_[a-z]+'\nkeywords = ['acme_']",
            &["acme_"],
            &[],
            Search::Blocks,
        ),
        (
            "regex = '[a-f0-9]{32}'\nkeywords = ['acme']",
            &[],
            &["acme"],
            Search::Blocks,
        ),
        // In no case but that of ASCII: the sign of kelvin is no k.
        (
            "regex = '[a-f0-9]{32}'\nkeywords = ['ÄCME', '\u{212a}EY']",
            &[],
            &["Äcme", "\u{212a}ey"],
            Search::Blocks,
        ),
        ("regex = '[a-f0-9]{32}'", &[], &[], Search::Blocks),
        (
            "path = '\\.p12$'\nkeywords = ['A']",
            &[],
            &["a"],
            Search::Path,
        ),
    ] {
        let (set, _) = load(&rule(lines)).unwrap();
        let rule = set.rule(0);
        assert_eq!(rule.syntax.anchors, anchors, "{lines}");
        assert_eq!(rule.keywords(), keywords, "{lines}");
        assert_eq!(rule.search(), Some(search), "{lines}");
    }
}

#[test]
fn every_mistake_is_told_at_once_with_file_line_and_rule() {
    let text = "
[[rules]]
id = 'a'
regex = 'a(?=b)'
secretGroup = 'one'
[[rules.allowlists]]
regexes = ['(', '[']
condition = 'XOR'
regexTarget = 'file'
[[rules.allowlists]]
description = 'nothing'

[[rules]]
id = 'a'
regex = '(a)'
secretGroup = 2
entropy = 9
path = '('

[[rules]]
description = 'no id'
regex = '('

[[rules]]
id = '?'
regex = 'abcdef'

[[rules]]
id = 'none'

[[rules]]
id = 'both'
regex = 'abcdef'
[rules.allowlist]
paths = ['x']
[[rules.allowlists]]
paths = ['y']

[[rules]]
id = 'part'
regex = 'abcdef'
[[rules.required]]
id = 'gone'

[extend]
useDefault = false
path = 'missing.toml'

[[allowlists]]
targetRules = ['b']
stopwords = ['x']
";
    let mistakes = load(text).unwrap_err();
    for expected in [
        "c.toml:5: rule \"a\": secretGroup: expected a whole number, found string",
        "c.toml:2: rule \"a\": regex does not compile",
        "c.toml:6: rule \"a\": allowlist number 1: regexes: \"(\" does not compile",
        "c.toml:6: rule \"a\": allowlist number 1: regexes: \"[\" does not compile",
        "c.toml:6: rule \"a\": allowlist number 1: condition is neither OR nor AND",
        "c.toml:6: rule \"a\": allowlist number 1: regexTarget is none of secret, match, line",
        "c.toml:10: rule \"a\": allowlist number 2: the allowlist has none of commits, paths",
        "c.toml:13: rule \"a\": the id is taken: c.toml:2: rule \"a\"",
        "c.toml:13: rule \"a\": secretGroup is 2, the regex has 1 groups",
        "c.toml:13: rule \"a\": entropy is not between 0 and 8 bits a byte",
        "c.toml:13: rule \"a\": path does not compile",
        "c.toml:20: rule number 3: id is missing",
        "c.toml:20: rule number 3: regex does not compile",
        "c.toml:24: rule \"?\": id has neither a letter nor a digit",
        "c.toml:28: rule \"none\": has neither regex nor path",
        "c.toml:31: rule \"both\": [allowlist] and [[allowlists]] exclude each other",
        "c.toml:39: rule \"gitleaks.part\": requires gitleaks.gone, which is no rule",
        "c.toml:47: [extend]: path: there is no file missing.toml",
        "c.toml:49: allowlist number 1: targetRules names \"b\", which is no rule",
    ] {
        assert!(
            mistakes.iter().any(|mistake| mistake.starts_with(expected)),
            "{expected}\n{mistakes:#?}"
        );
    }
    assert_eq!(mistakes.len(), 19, "{mistakes:#?}");
}

#[test]
fn what_cannot_be_honoured_is_told_with_file_and_rule() {
    let text = "
[[rules]]
id = 'a'
regex = 'a+'
path = '^/etc/'
reportless = true
tags = ['x']
[[rules.allowlists]]
commits = ['c']
[[rules.allowlists]]
commits = ['c']
paths = ['p']
[[rules.allowlists]]
condition = 'AND'
commits = ['c']
paths = ['p']

[[rules]]
id = 'theirs'
[[rules.allowlists]]
regexes = ['x']

[[rules]]
id = 'part'
regex = '[a-z]*'
keywords = ['k']
[[rules.required]]
id = 'theirs'

[extend]
useDefault = true
disabledRules = ['of-theirs']

[[allowlists]]
targetRules = ['of-theirs']
stopwords = ['x']
";
    let (set, notes) = load(text).unwrap();
    assert_eq!(set.rules().len(), 2);
    for expected in [
        "c.toml:6: rule \"a\": reportless is not known and not honoured",
        "c.toml:8: rule \"a\": allowlist number 1: commits: there are none in an image, so that the list never holds",
        "c.toml:10: rule \"a\": allowlist number 2: commits: there are none in an image, so that the list holds by",
        "c.toml:13: rule \"a\": allowlist number 3: commits: there are none in an image, so that the list, which",
        "c.toml:2: rule \"a\": regex has no longest match: what is longer than 16384 bytes",
        "c.toml:2: rule \"a\": has no keyword and no text that every match holds",
        "c.toml:2: rule \"a\": path begins with ^/",
        "c.toml:18: rule \"theirs\": has neither regex nor path, so it recognises nothing here",
        "c.toml:23: rule \"part\": has no text that every match holds: it runs over all that has",
        "c.toml:23: rule \"part\": regex can match nothing at all",
        "c.toml:23: rule \"gitleaks.part\": requires gitleaks.theirs, which is no rule here",
        "c.toml:31: [extend]: gitleaks' default rules are not part of residue",
        "c.toml:34: allowlist number 1: targetRules names \"of-theirs\", which is no rule here",
        "c.toml: tags of rules (1 have some)",
    ] {
        assert!(
            notes.iter().any(|note| note.starts_with(expected)),
            "{expected}\n{notes:#?}"
        );
    }
    assert_eq!(notes.len(), 15, "{notes:#?}");
}

#[test]
fn two_ids_that_become_the_same_are_a_mistake() {
    let text = "[[rules]]\nid = 'a_b'\nregex = 'abcd'\n[[rules]]\nid = 'A b'\nregex = 'abcd'\n";
    let taken = "c.toml:4: rule \"gitleaks.a-b\": the id is taken: c.toml:1: rule \"gitleaks.a-b\"";
    assert_eq!(load(text).unwrap_err(), [taken]);
}

#[test]
fn a_file_of_allowlists_alone_says_that_they_concern_nobody() {
    let mistakes = load("[allowlist]\npaths = ['x']\n").unwrap_err();
    assert_eq!(mistakes, ["no rule is left to scan with"]);
}

#[test]
fn a_rule_is_written_as_a_configuration_that_gives_the_same_rule() {
    let text = "
[[rules]]
id = 'one'
regex = '''one_'(a+)\"'''
secretGroup = 1
path = '\\.env$'
skipReport = true
[[rules.allowlists]]
condition = 'AND'
paths = ['p']
regexes = ['r']
regexTarget = 'line'
[[rules]]
id = 'two'
regex = 'two_'
[[rules.required]]
id = 'one'
withinLines = 3
[[allowlists]]
targetRules = ['two']
stopwords = ['x']
";
    let (set, _) = load(text).unwrap();
    let first: Vec<String> = set
        .rules()
        .iter()
        .map(|rule| rule.to_toml().unwrap())
        .collect();
    let (again, _) = load(&first.concat()).unwrap();
    let second: Vec<String> = again
        .rules()
        .iter()
        .map(|rule| rule.to_toml().unwrap())
        .collect();
    assert_eq!(first, second);
    assert!(
        first[1].contains("withinLines = 3") && first[1].contains("stopwords"),
        "{first:?}"
    );
    assert!(!first[0].contains("stopwords"), "{first:?}");
    assert_eq!(set.digest(), again.digest());
}

#[test]
fn the_format_of_a_file_is_known_by_its_content() {
    for (text, is_theirs) in [
        ("[[rules]]\nid='a'", true),
        ("[AllowList]\npaths = ['a']", true),
        ("[[allowlists]]\npaths = ['a']", true),
        ("[extend]\nuseDefault = true", true),
        ("[[rule]]\nid='a'\n[[rules]]\nid='b'", false),
        ("title = 'x'", false),
        ("", false),
    ] {
        let source = crate::rules::place::Source { name: "c", text };
        let table = crate::rules::read::parse(source).unwrap();
        assert_eq!(super::is_configuration(&table), is_theirs, "{text}");
    }
}
