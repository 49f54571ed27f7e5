use proptest::prelude::*;
use regex::bytes::RegexBuilder;

use super::*;
use crate::detect::catalog;
use crate::rules::Loader;

#[test]
fn what_would_be_too_large_is_left_to_the_whole_regex() {
    let classes = |count: usize| "[a-z]".repeat(count);
    assert!(Sieve::of(&classes(400_000)).is_none());
    assert!(Sieve::of(&classes(4_000)).is_some());
}

#[test]
fn large_numbers_are_not_counted() {
    let sieve = Sieve::of(r"\bkey=[a-z]{40}\b").unwrap();
    let text = |letters: usize| format!("key={}", "a".repeat(letters)).into_bytes();
    for (letters, may_match) in [(15, false), (16, true), (40, true), (41, true)] {
        assert_eq!(sieve.may_match(&text(letters), 0), may_match, "{letters}");
    }
    let words = Sieve::of("key=(?:[a-z]{9} ){16}").unwrap();
    for (letters, may_match) in [(7, false), (8, true), (9, true), (10, true)] {
        let text = format!("key={}", format!("{} ", "a".repeat(letters)).repeat(16));
        assert_eq!(words.may_match(text.as_bytes(), 0), may_match, "{letters}");
    }
}

#[test]
fn the_first_place_is_told_at_which_a_match_begins() {
    let sieve = Sieve::of("[=:]{1,3}[a-z]{2}[0-9]").unwrap();
    let text = b"key=ab! key=:ab1 key=ab2";
    assert_eq!(sieve.first_match(text, &[3, 11, 20]), Some(11));
    assert_eq!(sieve.first_match(text, &[3, 20]), Some(20));
    assert_eq!(sieve.first_match(text, &[0, 3, 4, 24]), None);
    // At the end of a text, and where it takes too long to tell.
    let open = Sieve::of("[a-z]{1,200}(?:@|$)").unwrap();
    let long = "a".repeat(FAR);
    for (text, begins) in [
        ("ab", true),
        ("ab:", false),
        (&format!("{long}a!"), true),
        (&format!("{long}!"), true),
    ] {
        assert_eq!(
            open.first_match(text.as_bytes(), &[0]).is_some(),
            begins,
            "{text}"
        );
    }
}

#[test]
fn of_many_words_at_the_beginning_the_ends_are_told() {
    let many = Sieve::of(r"\b(?:one|two|(?i:three)|four|fi(?:ve|fty)|six)=[0-9]").unwrap();
    for (text, may_match) in [
        ("three=3", true),
        ("thre=3", true),
        ("y=3", true),
        ("seven=3", false),
    ] {
        assert_eq!(many.may_match(text.as_bytes(), 0), may_match, "{text}");
    }
    let few = Sieve::of(r"\b(?:one|two|three)=[0-9]").unwrap();
    let empty = Sieve::of(r"\b(?:one|two|three|four|five|(?:six)?)=[0-9]").unwrap();
    assert!(!few.may_match(b"xe=3", 0));
    assert!(!empty.may_match(b"e =3", 0));
}

/// English text about mnemonics, as far as the lengths of its words and its commas go.
fn prose(seed: &mut u32) -> String {
    let mut next = |below: u32| {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*seed >> 16) % below
    };
    let mut text = String::from("mnemonic");
    for _ in 0..250 {
        text.push_str([",", ".", "\n"].get(next(20) as usize).unwrap_or(&""));
        text.push(' ');
        let letters = 1 + next(10);
        text.extend((0..letters).map(|_| char::from(b'a' + next(26) as u8)));
    }
    text
}

#[test]
fn states_of_a_mnemonic_fit_with_room_to_spare() {
    let rules = Loader::default().load(catalog()).unwrap();
    let rule = (rules.rules().iter()).find(|rule| rule.id() == "bip39.mnemonic");
    let sieve = Sieve::of(rule.unwrap().syntax.regex.as_deref().unwrap()).unwrap();
    let mut seed = 1;
    let found = (0..200).filter(|_| sieve.may_match(prose(&mut seed).as_bytes(), 0));
    assert!(found.count() < 10);
    let cache = sieve.caches.get();
    assert_eq!(cache.clear_count(), 0);
    let taken = cache.memory_usage();
    assert!(STATES / 4 < taken && taken < STATES * 3 / 4, "{taken}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// It says what the whole regex says, with the neighbours that `\b` and `^` see; with numbers that
    /// are too large and choices of too many words, where that matches.
    #[test]
    fn it_is_of_one_mind_with_the_whole_regex(
        (regex, is_counted) in prop::sample::select(vec![
            (r"\bkey[=:]([a-f0-9]{4,6})\b", true), (r"^[ab]{2,3}$", true),
            (r"(?i)a.{0,2}b(?:c|\xff)", true), (r"(?:^|[^\w.-])token=[\w-]{2}", true),
            (r"[^\x00-\x1f]{3}@", true), (r"k(?:[a-z]{1,2}|[0-9 ]{17,18}){17}:", false),
            (r"\b[a-z01]{20}\b", false), (r"(?:[ab]{0,20}|key)[:@]?$", false),
            (r"\b(?:key|token|ab|be|(?i:yo)|01)\b[=: ]{0,2}[a-z@]{2}", false),
        ]),
        text in prop::collection::vec(prop::sample::select(b"abkeytokenAB01=:@ \n\xff\x00".to_vec()), 0..60),
        from in 0usize..60,
    ) {
        let from = from.min(text.len());
        let whole = RegexBuilder::new(regex).unicode(false).build().unwrap();
        let expected = whole.find_at(&text, from).is_some();
        let found = Sieve::of(regex).unwrap().may_match(&text, from);
        prop_assert!(found == expected || found && !is_counted);
    }
}
