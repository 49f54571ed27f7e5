//! Nothing that a regex matches is passed over, and what it cannot match is.

use proptest::prelude::*;
use regex::bytes::RegexBuilder;

use super::*;
use crate::detect::sieve::Sieve;
use crate::rules::parse_regex;

fn first(regex: &str, anchors: &[&str], text: &str, longest: usize) -> Option<usize> {
    demand(regex, anchors).start(text.as_bytes(), 0, longest)
}

fn demand(regex: &str, anchors: &[&str]) -> Demand {
    demand_in(regex, anchors, false)
}

fn demand_in(regex: &str, anchors: &[&str], ignore_case: bool) -> Demand {
    let anchors: Vec<String> = anchors.iter().map(|anchor| anchor.to_string()).collect();
    Demanded::of(&parse_regex(regex).unwrap(), &anchors, ignore_case).into()
}

#[test]
fn an_anchor_without_what_must_stand_behind_it_leads_nowhere() {
    let names = ["cloud_id", "cloudid"];
    let cloud = "(?i:cloud[_]?id)['\\s:=]{1,3}[0-9a-f]{20}";
    let cases = [
        (
            "pat[0-9A-Za-z]{14}[.]x",
            &["pat"][..],
            false,
            "tern of",
            "0123456789abcd.x",
        ),
        (cloud, &names, true, "s: 0123456789", "= 0123456789"),
        // Of an anchor that only begins a word, what the word goes on with.
        (
            "(?i:google)[0-9]{9}",
            &["goog"],
            true,
            "gles 12345",
            "LE12345",
        ),
        ("(?:ab|ac)[0-9]{9}", &["ab", "ac"], false, "x1", "123456789"),
        // What the text ends in may go on.
        ("ab[0-9]{9}", &["ab"], false, "12a", "12"),
    ];
    for (regex, anchors, ignore_case, other, right) in cases {
        let demand = demand_in(regex, anchors, ignore_case);
        assert!(!demand.is_followed(other.as_bytes(), 0), "{regex}: {other}");
        assert!(demand.is_followed(right.as_bytes(), 0), "{regex}: {right}");
    }
}

#[test]
fn nothing_is_asked_behind_an_anchor_that_only_some_matches_spell_out() {
    for regex in ["(?:ab|[a-z]{2})[0-9]{9}", "a?b[0-9]{9}", "ab[0-9]{0,9}"] {
        assert!(demand(regex, &["ab"]).is_followed(b"x", 0), "{regex}");
    }
    // Where case counts, an anchor is none in the other one.
    assert!(demand("(?i:ab)[0-9]{9}", &["ab"]).is_followed(b"x", 0));
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
fn words_of_the_regex_are_demanded_in_any_case_and_near_enough() {
    let regex = r"(?i:google[\w.-]{0,24}client[_.-]?secret)[=: ]{1,3}([0-9A-Za-z_-]{24})\b";
    let token = "AbcdEfgh_".repeat(3);
    let without = format!("import google.auth.transport.{token} # of google's client");
    assert_eq!(first(regex, &["google"], &without, 90), None);
    let with = format!("GOOGLE_CLIENT_SECRET={token}");
    assert_eq!(first(regex, &["google"], &with, 90), Some(0));
    let far = format!("{with}{}{token}", " secret".repeat(20));
    assert!(first(regex, &["google"], &far[21..], 90).is_none());
    // `token` stands in one of two anchors only, `plex` in both.
    let anchors = ["plex_", "plextoken"];
    let regex = r"(?i)plex_?token=[a-z]{1,9}";
    assert_eq!(first(regex, &anchors, "plex_home=abc", 30), None);
    assert_eq!(first(regex, &anchors, "Plex_Token=abc", 30), Some(0));
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
                (inner.clone(), 0usize..4, 0usize..3)
                    .prop_map(|(part, min, more)| format!("(?:{part}){{{min},{}}}", min + more)),
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
        let demand = demand(&regex, &[]);
        let start = demand.start(text.as_bytes(), from, longest.unwrap_or(usize::MAX));
        let again = start.and_then(|start| compiled.find_at(text.as_bytes(), start));
        prop_assert_eq!(again.map(|hit| hit.range()), found);
    }

    /// Of the anchors of every match one is followed by what is asked for.
    #[test]
    fn no_anchor_of_a_match_is_passed_over(
        (before, behind) in (regexes(), regexes()),
        (left, right) in ("[abcC-]{0,12}", "[abcC-]{0,12}"),
        ignore_case in any::<bool>(),
    ) {
        let regex = format!("(?:{before})(?:{}ca)(?:{behind})", if ignore_case { "(?i)" } else { "" });
        let text = format!("{left}ca{right}");
        let compiled = RegexBuilder::new(&regex).unicode(false).build().unwrap();
        let demand = demand_in(&regex, &["ca"], ignore_case);
        for hit in compiled.find_iter(text.as_bytes()) {
            let is_anchor = |at: &usize| match ignore_case {
                true => text.as_bytes()[*at..at + 2].eq_ignore_ascii_case(b"ca"),
                false => &text.as_bytes()[*at..at + 2] == b"ca",
            };
            let mut anchors = (hit.start()..hit.end().saturating_sub(1)).filter(is_anchor);
            let text = text.as_bytes();
            let tail = demand.tail.as_deref().and_then(Sieve::of);
            let leads_on = |end: usize| {
                let goes_on = |tail: &Sieve| tail.first_match(text, &[end]).is_some();
                demand.is_followed(text, end) && tail.as_ref().is_none_or(goes_on)
            };
            prop_assert!(anchors.any(|at| leads_on(at + 2)), "{}", regex);
        }
    }
}
