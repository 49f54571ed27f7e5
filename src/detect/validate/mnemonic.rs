//! Wallet phrases (BIP 39): twelve to twenty-four words of a list of 2048, of which the last
//! holds a checksum.
//!
//! One phrase of twelve list words in sixteen has a right checksum by chance, so the words alone
//! prove nothing: what stands between them must be the same everywhere, and they must not be the
//! list itself.

use std::collections::BTreeSet;

use bip39::{Language, Mnemonic};

use super::{Candidate, Verdict, facts, lenient};

/// Most words of a phrase.
const MOST_WORDS: usize = 24;

/// Text that is not made of list words is no phrase; a wrong checksum, mixed separators and few
/// different words make it a weak one.
pub(super) fn bip39(candidate: &Candidate<'_>) -> Verdict {
    let Some(found) = Words::read(candidate.secret) else {
        return Verdict::Dropped;
    };
    let listed = |word: &&str| Language::English.find_word(word).is_some();
    if !found.words.iter().all(listed) || found.is_sorted() {
        return Verdict::Dropped;
    }
    let phrase = found.words.join(" ");
    let valid = Mnemonic::parse_in_normalized(Language::English, &phrase).is_ok();
    let told = facts([("words", Some(found.words.len().into()))]);
    match lenient(valid, told) {
        Verdict::Confirmed(told) if !found.uniform || found.is_dull() => Verdict::Demoted(told),
        verdict => verdict,
    }
}

/// Runs of letters, and what stands between them.
struct Words<'a> {
    words: Vec<&'a str>,
    /// Whether the same stands between any two, numbers apart.
    uniform: bool,
}

impl<'a> Words<'a> {
    /// Twelve words and more, in lower case.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.trim();
        let mut words = Vec::new();
        let mut between: Option<String> = None;
        let mut uniform = true;
        let mut rest = text;
        while !rest.is_empty() {
            let length = rest.bytes().take_while(u8::is_ascii_lowercase).count();
            if length == 0 || words.len() == MOST_WORDS {
                return None;
            }
            words.push(&rest[..length]);
            rest = &rest[length..];
            let next = rest.find(|c: char| c.is_ascii_lowercase());
            let gap = next.map_or(rest, |next| &rest[..next]);
            // A numbered list: the numbers differ, the rest must not.
            let gap_without_numbers: String = gap.chars().filter(|c| !c.is_ascii_digit()).collect();
            rest = &rest[gap.len()..];
            if next.is_some() {
                uniform &= between
                    .get_or_insert_with(|| gap_without_numbers.clone())
                    .as_str()
                    == gap_without_numbers;
            }
        }
        (words.len() >= 12).then_some(Self { words, uniform })
    }

    /// Whether each word stands behind the one before in the alphabet: a part of the list.
    fn is_sorted(&self) -> bool {
        self.words.is_sorted_by(|word, next| word < next)
    }

    /// Whether less than half of the words are different ones, as in examples.
    fn is_dull(&self) -> bool {
        let different: BTreeSet<&&str> = self.words.iter().collect();
        different.len() * 2 < self.words.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::verdict;
    use super::*;

    /// A phrase of that many bytes of entropy, its checksum right.
    fn phrase(bytes: usize) -> Vec<&'static str> {
        let entropy: Vec<u8> = (0..bytes).map(|n| (n * 67 + 29) as u8).collect();
        let made = Mnemonic::from_entropy_in(Language::English, &entropy).unwrap();
        made.words().collect()
    }

    #[test]
    fn phrases_of_every_length_hold_their_checksum() {
        for (bytes, count) in [(16, 12), (20, 15), (24, 18), (28, 21), (32, 24)] {
            let words = phrase(bytes);
            for separator in [" ", "  ", ", ", "\",\"", "\n", "-"] {
                let text = words.join(separator);
                let Verdict::Confirmed(told) = verdict(bip39, text.as_bytes()) else {
                    panic!("{text}")
                };
                assert_eq!(told["words"], count);
                assert_eq!(told["checksum"], "valid");
            }
        }
    }

    #[test]
    fn numbers_before_the_words_do_not_count() {
        let words = phrase(16);
        let numbered: Vec<String> = (words.iter().enumerate())
            .map(|(at, word)| format!("{}. {word}", at + 1))
            .collect();
        let text = numbered.join("\n");
        let text = text.strip_prefix("1. ").unwrap();
        assert!(matches!(
            verdict(bip39, text.as_bytes()),
            Verdict::Confirmed(_)
        ));
    }

    #[test]
    fn swapped_words_and_mixed_separators_are_demoted() {
        let mut words = phrase(16);
        let mixed = words.join(" ").replacen(' ', ", ", 1);
        let Verdict::Demoted(told) = verdict(bip39, mixed.as_bytes()) else {
            panic!("{mixed}")
        };
        assert_eq!(told["checksum"], "valid");
        words.swap(0, 1);
        let Verdict::Demoted(told) = verdict(bip39, words.join(" ").as_bytes()) else {
            panic!("{words:?}")
        };
        assert_eq!(told["checksum"], "invalid");
    }

    #[test]
    fn few_different_words_make_an_example() {
        let dull = ["abandon"; 11].join(" ") + " about";
        assert!(matches!(
            verdict(bip39, dull.as_bytes()),
            Verdict::Demoted(_)
        ));
    }

    #[test]
    fn prose_and_the_list_itself_are_no_phrases() {
        let list = Language::English.word_list()[..24].join(" ");
        for text in [
            "helps people to remember long lists of things such as the planets of the sun",
            "abandon ability able",
            list.as_str(),
            "",
        ] {
            assert_eq!(verdict(bip39, text.as_bytes()), Verdict::Dropped, "{text}");
        }
        let words = phrase(32);
        let more = format!("{} zoo", words.join(" "));
        assert_eq!(verdict(bip39, more.as_bytes()), Verdict::Dropped);
    }
}
