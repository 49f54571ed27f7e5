//! One of the words of an enumeration, wherever it is written: in a rule file, in a configuration.

use clap::ValueEnum;

/// The variant that `word` names; else what is wrong with it, with the words that there are.
pub fn choice<T: ValueEnum>(word: &str) -> Result<T, String> {
    T::from_str(word, false).map_err(|_| {
        let words: Vec<String> = T::value_variants()
            .iter()
            .filter_map(|variant| Some(variant.to_possible_value()?.get_name().to_owned()))
            .collect();
        format!("{word:?} is none of {}", words.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Severity;

    #[test]
    fn a_word_is_taken_as_it_is_written_and_another_hears_which_there_are() {
        assert_eq!(choice("high"), Ok(Severity::High));
        for word in ["High", "hi", ""] {
            let said = choice::<Severity>(word).unwrap_err();
            assert!(said.starts_with(&format!("{word:?} is none of ")), "{said}");
            assert!(said.contains("low, medium, high, critical"), "{said}");
        }
    }
}
