//! Stories of configurations that extend others.

use super::{load, load_with};

#[test]
fn what_a_file_says_comes_on_top_of_what_it_extends() {
    let base = "
[extend]
path = 'base-of-base.toml'
[[rules]]
id = 'one'
description = 'old'
regex = 'one_[a-z]{20}'
keywords = ['one_']
[[rules]]
id = 'two'
regex = 'two_[a-z]{20}'
[[rules]]
id = 'three'
regex = 'three_[a-z]{20}'
[allowlist]
stopwords = ['base']
";
    let deepest = "[[rules]]\nid = 'four'\nregex = 'four_[a-z]{20}'\n";
    let text = "
[extend]
path = 'base.toml'
disabledRules = ['two', 'five']
[[rules]]
id = 'one'
description = 'new'
keywords = ['one_a', 'one_']
[[rules.allowlists]]
stopwords = ['mine']
";
    let files = [("base.toml", base), ("base-of-base.toml", deepest)];
    let (set, notes) = load_with(text, &files).unwrap();
    let ids: Vec<&str> = set.rules().iter().map(|rule| rule.id()).collect();
    assert_eq!(ids, ["gitleaks.four", "gitleaks.one", "gitleaks.three"]);
    let one = set.rule(1);
    assert_eq!(one.syntax.title, "new");
    assert!(one.place().contains("c.toml:5: rule"), "{}", one.place());
    let written = one.to_toml().unwrap();
    for said in ["one_[a-z]{20}", "\"one_a\"", "\"base\"", "\"mine\""] {
        assert!(written.contains(said), "{said}: {written}");
    }
    assert_eq!(
        notes,
        ["c.toml:3: [extend]: path: disabledRules names \"five\", which is no rule there"]
    );
}

#[test]
fn files_that_extend_each_other_in_a_circle_or_for_ever_are_refused() {
    let circle = [("b.toml", "[extend]\npath = 'c.toml'\n")];
    let mistakes = load_with("[extend]\npath = 'b.toml'\n", &circle).unwrap_err();
    assert!(
        mistakes[0].starts_with("b.toml:2: [extend]: path: c.toml extends itself"),
        "{mistakes:?}"
    );
    let names: Vec<String> = (0..9).map(|n| format!("{n}.toml")).collect();
    let texts: Vec<String> = (1..10)
        .map(|n| format!("[extend]\npath = '{n}.toml'\n"))
        .collect();
    let chain: Vec<(&str, &str)> = names
        .iter()
        .zip(&texts)
        .map(|(n, t)| (&n[..], &t[..]))
        .collect();
    let mistakes = load_with("[extend]\npath = '0.toml'\n", &chain).unwrap_err();
    assert!(
        mistakes[0].contains("more than 8 files extend each other"),
        "{mistakes:?}"
    );
}

#[test]
fn a_base_that_is_none_is_refused() {
    for (base, expected) in [
        ("[[rule]]\nid = 'a.b'\n", "is no gitleaks configuration"),
        ("[[rules]\n", "TOML parse error"),
    ] {
        let mistakes = load_with("[extend]\npath = 'b.toml'\n", &[("b.toml", base)]).unwrap_err();
        assert!(
            mistakes.iter().any(|m| m.contains(expected)),
            "{mistakes:?}"
        );
    }
    let both = load("[extend]\nuseDefault = true\npath = 'b.toml'\n").unwrap_err();
    assert!(
        both.iter().any(|m| m.contains("exclude each other")),
        "{both:?}"
    );
}
