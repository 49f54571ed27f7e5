use proptest::prelude::*;
use regex::bytes::RegexBuilder;

use super::*;

fn compile(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).unicode(false).build()
}

/// As [`Uncounted::of`], of regexes whose numbers are small.
fn uncounted(regex: &str, large: u32) -> Option<Uncounted> {
    let mut most = None;
    let hir = uncount(hir::parse(regex).unwrap(), large, &mut most);
    let regex = compile(&hir.to_string()).unwrap();
    Some(Uncounted {
        regex,
        most: most? as usize,
    })
}

fn groups(captures: &Captures<'_>) -> Vec<Option<Range<usize>>> {
    let groups = captures.iter();
    groups.map(|group| Some(group?.range())).collect()
}

/// Says of each place what the whole regex does, or that it cannot tell; gives how often it could.
fn is_held_to(regex: &str, large: u32, haystack: &[u8]) -> usize {
    let whole = compile(regex).unwrap();
    let Some(uncounted) = uncounted(regex, large) else {
        return 0;
    };
    let mut told = 0;
    for at in 0..=haystack.len() {
        let expected = whole.find_at(haystack, at).map(|found| found.range());
        if let Ok(found) = uncounted.find(haystack, at) {
            assert_eq!(found, expected, "{regex} from {at}");
            told += usize::from(found.is_some());
        }
        let Some(expected) = expected else { continue };
        if let Some(captures) = uncounted.captures(haystack, &expected) {
            let by_whole = whole.captures_at(haystack, expected.start).unwrap();
            assert_eq!(groups(&captures), groups(&by_whole), "{regex} from {at}");
        }
    }
    told
}

#[test]
fn numbers_that_are_small_stay_and_of_others_the_smallest_counts() {
    assert!(Uncounted::of("a{1,999}b{2,}", compile).is_none());
    assert!(Uncounted::of(r"(?:\b){0,1000}a", compile).is_none());
    let found = Uncounted::of("x(?P<n>(?:a{1,4000}b?){3,2000})c{0,9}", compile).unwrap();
    assert_eq!(found.most, 2000);
    assert!(found.regex.capture_names().flatten().eq(["n"]));
}

#[test]
fn a_match_that_is_longer_than_a_number_is_not_told() {
    let uncounted = Uncounted::of("-[ab]{2,1000}(?:-|$)", compile).unwrap();
    let text = |count: usize| [b"-", &b"a".repeat(count)[..], b"-"].concat();
    assert!(matches!(uncounted.find(&text(998), 0), Ok(Some(found)) if found == (0..1000)));
    assert!(uncounted.find(&text(999), 0).is_err());
    assert!(
        uncounted
            .find(&text(1), 0)
            .is_ok_and(|found| found.is_none())
    );
    assert!(uncounted.captures(&text(999), &(0..1001)).is_none());
}

#[test]
fn what_is_told_of_texts_is_what_the_whole_regex_does() {
    let text = b"-ab-b -abbbbbbbbbbbb- -aa-ba --aabbab";
    let told = is_held_to("-(?P<body>[ab]{2,9})(-b)?", 9, text);
    assert!(told > 20, "{told}");
}

proptest! {
    #[test]
    fn matches_are_those_of_the_whole_regex(
        regex in prop::sample::select(vec![
            "a[ab]{1,8}", "a[ab]{1,8}?b", "(a|ab){2,8}(b|c)?", "a(?:b{0,9}c?){0,8}",
            "(?:a{1,8}|b)(?P<x>[bc]{0,9}?)c", r"\ba{2,9}\b", "(?:[ab]{1,8}c){2,3}",
            "a.{0,8}c(b{1,8})?$", "(a{0,9})(b{0,8})c", "(?:b|a{3,8}){1,8}(?P<x>c{0,8})",
        ]),
        text in prop::collection::vec(prop::sample::select(b"abc ".to_vec()), 0..40),
    ) {
        is_held_to(regex, 8, &text);
    }
}
