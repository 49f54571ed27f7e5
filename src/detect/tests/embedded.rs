//! Rules that were read when the program was built, beside the files that they were read from.

use std::path::PathBuf;

use regex::bytes::Regex;

use crate::detect::catalog;
use crate::detect::finder::Finder;
use crate::rules::Loader;

#[test]
fn the_embedded_rules_are_what_their_files_say() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/patterns"));
    let only = Loader {
        only: vec![folder],
        ..Loader::default()
    };
    let checked = only.load(catalog()).unwrap();
    let embedded = Loader::default().load(catalog()).unwrap();
    assert_eq!(checked.rules().len(), embedded.rules().len());
    for (checked, embedded) in checked.rules().iter().zip(embedded.rules()) {
        let id = embedded.id();
        let (file, text) = (&embedded.file, embedded.to_toml().unwrap());
        assert_eq!(checked.to_toml().unwrap(), text, "{id}");
        assert_eq!(checked.longest, embedded.longest, "{id}");
        assert_eq!(checked.demanded(), embedded.demanded(), "{id}");
        assert!(checked.file.ends_with(&**file), "{id}: {file}");
        assert!(checked.place().ends_with(&embedded.place()), "{id}");
        let fields = format!("{:?}", embedded.fields);
        assert_eq!(format!("{:?}", checked.fields), fields, "{id}");
    }
    // One is computed here, the other was when the program was built.
    assert_eq!(checked.digest(), embedded.digest());
    assert_eq!(embedded.digest().as_str(), env!("RESIDUE_RULES"));
}

/// An example as it is, twice, and with each of some bytes many times.
fn stretched(example: &[u8]) -> Vec<Vec<u8>> {
    let step = example.len() / 5 + 1;
    let longer = (0..example.len()).step_by(step).map(|at| {
        let many = example[at..=at].repeat(17_000);
        [&example[..at], &many, &example[at..]].concat()
    });
    let mut texts = vec![example.to_vec(), [example, b"\n", example].concat()];
    texts.extend(longer);
    texts
}

#[test]
fn rules_find_without_their_large_numbers_what_they_find_with_them() {
    let set = Loader::default().load(catalog()).unwrap();
    let (mut rules, mut told) = (0, 0);
    for rule in set.rules().iter().filter(|rule| rule.uncounted().is_some()) {
        rules += 1;
        let whole: &Regex = rule.regex().unwrap();
        for example in &rule.syntax.examples {
            for text in stretched(example.as_bytes()) {
                let expected = whole.find(&text).map(|found| found.range());
                let found = Finder::of(rule).unwrap().find(&text, 0);
                assert_eq!(found, expected, "{}", rule.id());
                let Some(range) = found else { continue };
                told += usize::from(rule.uncounted().unwrap().find(&text, 0).is_ok());
                let groups = |captures: regex::bytes::Captures<'_>| -> Vec<_> {
                    captures.iter().map(|group| Some(group?.range())).collect()
                };
                assert_eq!(
                    rule.captures(&text, &range).map(groups),
                    whole.captures(&text).map(groups),
                    "{}",
                    rule.id()
                );
            }
        }
    }
    assert!(rules > 30, "{rules}");
    assert!(told > 200, "{told}");
}
