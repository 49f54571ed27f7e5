//! Stories of rules that come from a gitleaks configuration.

use proptest::prelude::*;

use super::windows::cuts;
use super::{engine_of, file};
use crate::detect::{Context, Engine, Match, Suppression, TextKind};
use crate::rules::gitleaks_rule as rule;

fn scan(rules: &str, path: &str, text: &str) -> Vec<Match> {
    engine_of(rules).scan(&file(path), text.as_bytes())
}

/// What counts, as text.
fn found(rules: &str, path: &str, text: &str) -> Vec<String> {
    scan(rules, path, text)
        .iter()
        .filter(|hit| hit.suppressed.is_none())
        .map(|hit| String::from_utf8_lossy(hit.secret.expose()).into_owned())
        .collect()
}

#[test]
fn the_secret_is_the_group_that_is_asked_for_else_the_first_that_is_not_empty() {
    let three = r"regex = 'acme:(\d*)([a-z]*)-([a-z]+)'";
    for (lines, expected) in [
        (three, "qzjtrw"),
        (&format!("{three}\nsecretGroup = 3"), "wvkpxb"),
        (&format!("{three}\nsecretGroup = 0"), "qzjtrw"),
        // The group that is asked for, and no other in its place.
        (&format!("{three}\nsecretGroup = 1"), "acme:qzjtrw-wvkpxb"),
        (r"regex = 'acme:\w+-\w+'", "acme:qzjtrw-wvkpxb"),
        (r"regex = 'acme:(\d*)qzjtrw-\w+'", "acme:qzjtrw-wvkpxb"),
    ] {
        let secrets = found(&rule(lines), "a", "x acme:qzjtrw-wvkpxb y");
        assert_eq!(secrets, [expected], "{lines}");
    }
}

#[test]
fn a_keyword_may_lie_far_from_the_match_but_must_be_in_the_text() {
    let rules = rule("regex = '[0-9a-f]{32}'\nkeywords = ['acme']");
    let token = "3f9a1c7be24d80563f9a1c7be24d8056";
    let far = "lorem ipsum ".repeat(200_000);
    assert_eq!(found(&rules, "a", &format!("{token}\n{far} ACME")), [token]);
    assert_eq!(found(&rules, "a", &format!("aCmE {far}\n{token}")), [token]);
    assert_eq!(
        found(&rules, "a", &format!("{token}\n{far} ACNE")),
        Vec::<String>::new()
    );
    let other = rule("regex = '[0-9a-f]{32}'\nkeywords = ['ÄCME', 'Kelvin']");
    for (text, is_there) in [
        ("Äcme", true),
        ("äcme", false),
        ("kELVIN", true),
        ("\u{212a}elvin", false),
    ] {
        let found = found(&other, "a", &format!("{text} {token}"));
        assert_eq!(!found.is_empty(), is_there, "{text}");
    }
    let names = Context {
        kind: TextKind::Name,
        ..file("")
    };
    let engine = engine_of(&rules);
    assert!(
        engine
            .scan(&names, format!("acme\n{token}").as_bytes())
            .is_empty()
    );
}

#[test]
fn a_path_limits_a_rule_and_an_allowlist_takes_paths_away() {
    let rules =
        rule("regex = 'acme_[a-z]+'\npath = '\\.env$'\n[[rules.allowlists]]\npaths = ['^test/']");
    for (path, count) in [("a/.env", 1), ("a/.env.txt", 0), ("test/.env", 0), ("", 0)] {
        assert_eq!(scan(&rules, path, "acme_qzjtr").len(), count, "{path}");
    }
}

#[test]
fn what_an_allowlist_covers_is_listed_as_such() {
    let list = |lines: &str| {
        rule(&format!(
            "regex = 'key=(\\w+)'\n[[rules.allowlists]]\n{lines}"
        ))
    };
    for (lines, allowed) in [
        ("stopwords = ['JTR']", true),
        ("stopwords = ['key']", false),
        ("regexes = ['^qzjtr$']", true),
        ("regexes = ['^key']", false),
        ("regexes = ['^key']\nregexTarget = 'match'", true),
        ("regexes = ['^# .* !$']\nregexTarget = 'line'", true),
        ("regexes = ['above']\nregexTarget = 'line'", false),
        (
            "condition = 'AND'\nstopwords = ['jtr']\npaths = ['\\.md$']",
            true,
        ),
        (
            "condition = 'AND'\nstopwords = ['jtr']\npaths = ['\\.rs$']",
            false,
        ),
        (
            "condition = 'AND'\nstopwords = ['jtr']\ncommits = ['1']",
            false,
        ),
        ("stopwords = ['jtr']\ncommits = ['1']", true),
    ] {
        let hits = scan(&list(lines), "a.md", "above\n# key=qzjtr !\nbelow");
        let is_allowed = hits[0].suppressed == Some(Suppression::Allowlist);
        assert_eq!((hits.len(), is_allowed), (1, allowed), "{lines}");
    }
}

#[test]
fn lists_of_the_file_concern_all_rules_or_those_they_name() {
    let rules =
        "[[rules]]\nid = 'a'\nregex = 'a_[a-z]{4}'\n[[rules]]\nid = 'b'\nregex = 'b_[a-z]{4}'\n";
    let text = "a_qzjt b_qzjt";
    let of_all = format!("{rules}[[allowlists]]\nstopwords = ['zj']\n");
    assert_eq!(found(&of_all, "x", text), Vec::<String>::new());
    let of_one = format!("{rules}[[allowlists]]\ntargetRules = ['a']\nstopwords = ['zj']\n");
    assert_eq!(found(&of_one, "x", text), ["b_qzjt"]);
}

#[test]
fn an_allowlist_hides_no_finding_of_another_rule() {
    let rules = "[[rules]]\nid = 'long'\nregex = 'a_[a-z]{4}!'\n[[rules.allowlists]]\nstopwords = ['zj']\n\
                 [[rules]]\nid = 'short'\nregex = 'a_[a-z]{4}'\n";
    assert_eq!(found(rules, "x", "a_qzjt!"), ["a_qzjt"]);
}

#[test]
fn allowed_matches_are_examples_and_crowd_out_nothing() {
    let rules = rule("regex = 'k_[a-z]{4}'\n[[rules.allowlists]]\nstopwords = ['zj']");
    let text = format!("{}k_abqd", "k_qzjt ".repeat(20_000));
    let hits = scan(&rules, "x", &text);
    assert_eq!(hits.len(), 11);
    assert_eq!(hits[10].suppressed, None);
}

#[test]
fn entropy_is_that_of_the_secret() {
    let rules = rule("regex = 'key=([a-z]+)'\nentropy = 2.0");
    assert_eq!(found(&rules, "x", "key=qqqz key=qzjt key=qzjj"), ["qzjt"]);
}

#[test]
fn a_rule_of_several_parts_counts_only_where_they_are_near() {
    let rules = |near: &str| {
        format!(
            "[[rules]]\nid = 'id'\nregex = 'id=\\d+'\nskipReport = true\n\
             [[rules]]\nid = 'key'\nregex = 'key=\\d+'\n[[rules.required]]\nid = 'id'\n{near}"
        )
    };
    let text = "id=31415\n\nkey=27182\n\n\n\nkey=16180";
    assert_eq!(found(&rules("withinLines = 2"), "x", text), ["key=27182"]);
    assert_eq!(
        found(&rules("withinLines = 2"), "x", "key=27182"),
        Vec::<String>::new()
    );
    assert_eq!(found(&rules(""), "x", text), ["key=27182", "key=16180"]);
    assert_eq!(
        found(
            &rules("withinColumns = 0"),
            "x",
            &format!("{text} key=14142")
        )
        .len(),
        2
    );
}

#[test]
fn a_file_is_known_by_its_path_alone() {
    let rules = rule("path = '(?i)\\.p12$'") + "[[rules]]\nid = 'y'\nregex = 'acme_[a-z]{4}'\n";
    let text = format!("0\u{1} acme_qzjt {}", "x".repeat(3000));
    let hits = scan(&rules, "a/My.P12", &text);
    let lengths: Vec<u64> = hits.iter().map(|hit| hit.span.length).collect();
    assert_eq!(lengths, [1024, 9], "{hits:?}");
    assert_eq!(scan(&rules, "a/my.p12.txt", &text).len(), 1);
    assert_eq!(scan(&rules, "a/my.p12", "").len(), 0);
}

#[test]
fn a_match_is_found_up_to_the_longest_there_is() {
    let rules = rule("regex = '(?s)ab:.*:yz'");
    let text = |length: usize| {
        let (before, inside) = ("-".repeat(20_000), "qz".repeat(length / 2 - 3));
        format!("{before}ab:{inside}:yz")
    };
    assert_eq!(found(&rules, "x", &text(16_382)).len(), 1);
    assert_eq!(found(&rules, "x", &text(16_500)).len(), 0);
    // Of a match that is too long the part that is not is taken where there is one.
    let two = format!("ab:q1:yz{}ab:q2:yz", "-".repeat(17_000));
    assert_eq!(found(&rules, "x", &two), ["ab:q1:yz", "ab:q2:yz"]);
}

#[test]
fn a_text_of_nothing_but_long_matches_is_searched_in_linear_time() {
    let text = "a".repeat(4 << 20);
    assert!(scan(&rule("regex = '[a-y]+z'"), "x", &text).is_empty());
    assert!(scan(&rule("regex = '(?s)a.*'\nkeywords = ['aa']"), "x", &text).len() < 2);
}

/// Pieces that texts of the property test are made of.
const PIECES: &[&str] = &[
    "acme", "key=", "k", "=", "\n", " ", "zz", "z>", "<a", "0a1b", "id=7", "stop", "\"", "aaaaaaaa",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn windows_find_what_a_whole_scan_finds(cut in cuts(PIECES)) {
        static ENGINE: std::sync::LazyLock<Engine> = std::sync::LazyLock::new(|| engine_of(r#"
            [[rules]]
            id = "anchored"
            regex = '\bkey=(\w{0,20})\b'
            [[rules]]
            id = "open"
            regex = '(?s)<a.*z>'
            [[rules]]
            id = "lazy"
            regex = 'key=[^"]*?z'
            [[rules]]
            id = "everywhere"
            regex = '[01ab]+[kz]?$'
            keywords = ["stop"]
            [[rules.allowlists]]
            regexes = ["acme"]
            regexTarget = "line"
            [[rules]]
            id = "parts"
            regex = 'id=\d'
            [[rules.required]]
            id = "anchored"
            withinLines = 3
            [[rules]]
            id = "path"
            path = 'env$'
        "#));
        for path in [".env", "main.py"] {
            cut.is_found_whole(&ENGINE, path)?;
        }
    }
}

proptest! {
    /// Where no match is too long, blocks find what the regex alone finds in the whole text.
    #[test]
    fn blocks_find_what_the_regex_alone_finds(
        picks in prop::collection::vec((0..PIECES.len(), 1usize..2_000), 1..60),
    ) {
        const REGEX: &str = r"k\w*=?[^\n]*?z";
        static ENGINE: std::sync::LazyLock<Engine> =
            std::sync::LazyLock::new(|| engine_of(&rule(&format!("regex = '{REGEX}'"))));
        let pieces = picks.iter().map(|(pick, times)| PIECES[*pick].repeat(*times) + "\n");
        let text: String = pieces.collect();
        let regex = regex::bytes::Regex::new(REGEX).unwrap();
        let alone = regex.find_iter(text.as_bytes()).map(|hit| (hit.start() as u64, hit.len() as u64));
        let expected: Vec<_> = alone.filter(|(_, length)| *length <= 16 << 10).take(10_000).collect();
        let found = ENGINE.scan(&file("x"), text.as_bytes());
        let found: Vec<_> = found.iter().map(|hit| (hit.span.offset, hit.span.length)).collect();
        prop_assert_eq!(found, expected);
    }
}
