//! Every kernel against aho-corasick: the same literals, at every alignment and at both ends.

use proptest::prelude::*;

use super::print::Print;
use super::*;

/// The safe twin, and every kernel.
struct Twins {
    automaton: AhoCorasick,
    literals: Vec<Literal>,
    finders: Vec<Literals>,
}

impl Twins {
    fn of(literals: &[Literal]) -> Self {
        let mut builder = AhoCorasick::builder();
        let kernels = Kernel::all().into_iter();
        Self {
            automaton: builder
                .ascii_case_insensitive(true)
                .build(literals.iter().map(|literal| &literal.text))
                .unwrap(),
            literals: literals.to_vec(),
            finders: kernels
                .map(|kernel| Literals::with(kernel, literals.to_vec()))
                .collect(),
        }
    }

    /// Every literal that ends in `own`, as aho-corasick finds them, in its case where that counts.
    fn expected(&self, bytes: &[u8], own: &Range<usize>) -> Vec<Hit> {
        let found = self.automaton.find_overlapping_iter(Input::new(bytes));
        let is_spelled = |hit: &aho_corasick::Match| {
            let literal = &self.literals[hit.pattern()];
            literal.any_case || literal.text == bytes[hit.range()]
        };
        let mut hits: Vec<Hit> = found
            .filter(is_spelled)
            .map(|hit| (hit.end(), hit.start(), hit.pattern().as_u32()))
            .filter(|(end, ..)| *end > own.start && *end <= own.end)
            .collect();
        hits.sort_unstable();
        hits
    }

    /// Holds every kernel to that, in order; how many there are.
    fn check(&self, bytes: &[u8], own: &Range<usize>) -> usize {
        let expected = self.expected(bytes, own);
        for finder in &self.finders {
            let mut hits = Vec::new();
            finder.find(bytes, own.clone(), &mut Room::default(), |number, at| {
                hits.push((at.end, at.start, number as u32));
            });
            assert_eq!(hits, expected, "{:?} {own:?} {bytes:?}", finder.kernel);
        }
        expected.len()
    }
}

fn literals(texts: &[&str]) -> Vec<Literal> {
    let texts = texts.iter().map(|text| text.as_bytes().to_vec());
    texts.map(in_any_case).collect()
}

fn in_any_case(text: Vec<u8>) -> Literal {
    Literal {
        text: text.to_ascii_lowercase(),
        any_case: true,
        prints: None,
    }
}

#[test]
fn literals_of_every_length_are_found_at_every_alignment_and_at_both_ends() {
    let long =
        "a_needle_that_is_longer_than_a_block_of_bytes_is_and_than_two_are_together_".repeat(2);
    let texts = ["q", "xy", "key", "ghp_", "token", "xoxb-1", &long];
    let twins = Twins::of(&literals(&texts));
    for text in texts {
        for before in 0..70 {
            for behind in [0, 1, 2, 3, 63, 64, 65] {
                let text = text.to_ascii_uppercase();
                let bytes = [&vec![0; before], text.as_bytes(), &vec![b'-'; behind]].concat();
                assert!(twins.check(&bytes, &(0..bytes.len())) > 0);
            }
        }
    }
}

#[test]
fn literals_are_found_across_chunks_and_only_where_they_end_in_the_part_that_is_owned() {
    let twins = Twins::of(&literals(&["abc", "needle_long_enough", "xy", "long"]));
    let mut text = vec![b'-'; 3 * CHUNK + 5];
    let length = text.len();
    for at in [0, CHUNK - 1, CHUNK + 18, 2 * CHUNK - 9, length - 18] {
        text[at..at + 18].copy_from_slice(b"NEEDLE_long_ENOUGH");
    }
    text[length - 21..length - 18].copy_from_slice(b"AbC");
    let owns = [
        0..length,
        5..length - 1,
        CHUNK + 3..2 * CHUNK + 8,
        0..0,
        9..9,
    ];
    let near_seam = (0..40).map(|shift| CHUNK - 20 + shift..2 * CHUNK - 20 + shift);
    for own in owns.into_iter().chain(near_seam) {
        twins.check(&text, &own);
    }
}

#[test]
fn where_case_counts_no_other_spelling_is_found() {
    let exact = ["q", "xY", "Pat", "GOOG", "needle_LONG_enough"];
    let spelled = |text: &&str| Literal {
        text: text.as_bytes().to_vec(),
        any_case: false,
        prints: None,
    };
    let twins = Twins::of(&exact.iter().map(spelled).collect::<Vec<_>>());
    for text in exact {
        for before in 0..20 {
            let at = |text: &str| [&vec![b'-'; before], text.as_bytes(), &[b'-'; 40]].concat();
            let found = [text, &text.to_ascii_lowercase(), &text.to_ascii_uppercase()];
            let counts = found.map(|text| twins.check(&at(text), &(0..before + 60)));
            let same = found.map(|other| usize::from(other == text));
            assert_eq!(counts, same, "{text}");
        }
    }
}

/// Too near the end for a look at the first eight bytes, anything may stand that has to be compared.
#[test]
fn where_a_place_passes_and_nothing_is_known_of_it_no_literal_is_told() {
    let finder = Literals::new(literals(&["abc"]));
    let mut hits = Vec::new();
    let mut search = Search {
        bytes: b"abc",
        own: 0..3,
        hits: &mut hits,
    };
    finder.confirm(&mut search, 0, &Candidate::NONE);
    assert_eq!(hits, []);
}

/// Places without text are passed over as long as no fingerprint could stand there.
#[test]
fn fingerprints_are_of_printable_bytes_where_the_literal_has_enough() {
    let is_text = |texts: &[&str]| Literals::new(literals(texts)).prints.table.is_text;
    assert!(is_text(&[
        "key",
        "ghp_",
        "\nsite=",
        "password\nv ",
        "q",
        "a\nb\ncdefg"
    ]));
    assert!(!is_text(&["key", "a\nb\nc"]));
    assert!(!is_text(&["\u{1}\u{2}\u{3}\u{4}"]));
}

#[test]
fn text_of_nothing_but_literals_is_linear_and_whole() {
    let twins = Twins::of(&literals(&["a", "aa", "aaa", "aaaa", "aaaaaaaaa"]));
    let text = vec![b'A'; 2 * CHUNK];
    assert!(twins.check(&text, &(0..text.len())) > 4 * CHUNK);
}

#[test]
fn what_was_found_out_when_the_program_was_built_is_the_rarest() {
    let rules = crate::rules::Loader::default()
        .load(crate::detect::catalog())
        .unwrap();
    let anchors = rules.rules().iter().flat_map(crate::rules::Rule::anchors);
    let mut count = 0;
    for (anchor, prints) in anchors {
        let lower = anchor.to_ascii_lowercase();
        let rarest = [0, 1].map(|way| Print::of(lower.as_bytes(), way, None).offset);
        assert_eq!(prints, Some(rarest), "{anchor}");
        count += 1;
    }
    assert!(count > 3_000);
}

proptest! {
    /// Exactly what aho-corasick finds, for any literals, text and part of it that is owned.
    #[test]
    fn it_finds_what_aho_corasick_finds(
        literals in prop::collection::btree_set("[abB_@`\u{0}-]{1,9}", 1..12),
        cases in prop::collection::vec(any::<bool>(), 12),
        prints in prop::collection::vec(prop::option::of([-2i16..9, -2i16..9]), 12),
        text in "[abAB_@`\u{0}\u{20}-]{0,300}",
        from in 0usize..300,
        length in 0usize..300,
    ) {
        let literal = |(text, any_case): (String, bool)| match any_case {
            true => in_any_case(text.into_bytes()),
            false => Literal { text: text.into_bytes(), any_case, prints: None },
        };
        let mut literals: Vec<Literal> = literals.into_iter().zip(cases).map(literal).collect();
        // Wherever their fingerprints are said to begin.
        for (literal, prints) in literals.iter_mut().zip(prints) {
            literal.prints = prints;
        }
        let bytes = text.as_bytes();
        let start = from.min(bytes.len());
        let own = start..(start + length).min(bytes.len());
        Twins::of(&literals).check(bytes, &own);
    }

    /// Bytes that fold on one another or on those of a literal are told apart.
    #[test]
    fn any_bytes_are_compared_exactly(
        literals in prop::collection::btree_set(prop::collection::vec(any::<u8>(), 1..7), 1..8),
        order in prop::collection::vec((0usize..8, any::<u8>()), 0..60),
        own in 0usize..40,
    ) {
        let mut literals: Vec<Vec<u8>> = literals.into_iter().collect();
        literals.iter_mut().for_each(|literal| literal.make_ascii_lowercase());
        literals.sort();
        literals.dedup();
        let mut bytes = Vec::new();
        for (index, byte) in order {
            let literal = &literals[index % literals.len()];
            bytes.extend(literal.iter().map(|known| known ^ (byte & 0x20)));
            bytes.push(byte);
        }
        let own = own.min(bytes.len())..bytes.len();
        let literals: Vec<Literal> = literals.into_iter().map(in_any_case).collect();
        Twins::of(&literals).check(&bytes, &own);
    }
}
