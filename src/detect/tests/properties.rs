//! However a text comes, and whatever it is made of: windows against a whole scan, any bytes.

use proptest::prelude::*;

use super::windows::cuts;
use super::*;

/// Pieces that texts of the property test are made of.
const PIECES: &[&str] = &[
    "tok_",
    "tok_1849",
    "tok",
    "_",
    "1",
    "\n",
    " ",
    "x",
    "DB_PASSWORD=",
    "h4nter-2x9Q",
    "password: ",
    "\"",
    "=",
    "residue:allow",
    "KEY27182818",
    "ID31415926",
    "a\n",
    "secret",
    "-----",
    "BILLING=",
    "f4K3q7Zt1mXv9Lk3Rb8Wc2Yd",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn windows_find_what_a_whole_scan_finds(cut in cuts(PIECES)) {
        static ENGINE: std::sync::LazyLock<Engine> = std::sync::LazyLock::new(|| {
            engine_of(&(GENERIC.to_owned()
                + &rule("a.tok", "tok", r"regex = '\btok_?[0-9x_]{0,40}\b'")
                + &rule("a.id", "ID", "regex = 'ID[0-9]{8}'")
                + &rule("a.long", "tok_", "regex = '(?s)x.{1,2000}tok_1'")
                + &rule("a.key", "KEY", "regex = 'KEY[0-9]{8}'\nnear = { rule = \"a.id\", within = 50 }")))
        });
        // No path whose fields are parsed: that needs the file in one view.
        for path in ["env", "main.py", "app.conf"] {
            cut.is_found_whole(&ENGINE, path)?;
        }
    }
}

#[test]
fn a_match_behind_more_anchors_than_are_kept_is_found() {
    let engine = engine_of(&rule("a.key", "key", "regex = 'key=[a-z]{3}[0-9]{3}'"));
    // In one run, and each in a run of its own.
    for between in ["", "and words of some length "] {
        let anchors = format!("key=abc {between}").repeat(9_000);
        let text = format!("{anchors}key=abc271 key=abd182");
        let both = ["key=abc271", "key=abd182"];
        assert_eq!(found(&engine, "a", &text, "a.key"), both);
    }
}

proptest! {
    /// What is asked around anchors first loses no match of a regex, and finds none that it has not.
    #[test]
    fn a_rule_finds_what_its_regex_does(
        regex in prop::sample::select(vec![
            "[ab]{0,3}key=[a-c1]{1,3}(?:-|$)", r"\b(?:a|b)?key[.=]?[0-9a-c]{20,30}\b",
            "(?:ab)?key(?:=[a-c]{70}|-1)c", "key=?(?:a|b1)key-",
        ]),
        parts in prop::collection::vec(
            prop::sample::select(vec!["key", "key=", "a", "b", "c", "-", "1", " ", "abcabcabcabcabcabcabcabc"]),
            0..60,
        ),
    ) {
        let engine = engine_of(&rule("a.key", "key", &format!("regex = '{regex}'")));
        let text = parts.concat();
        let compiled = regex::bytes::RegexBuilder::new(regex).unicode(false).build().unwrap();
        let expected: Vec<_> = compiled.find_iter(text.as_bytes()).map(|hit| hit.range()).collect();
        let hits = engine.scan(&file("a"), text.as_bytes());
        let spans = hits.iter().map(|hit| hit.span.offset as usize..hit.span.end() as usize);
        prop_assert_eq!(spans.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_file_that_is_parsed_may_come_in_pieces_as_long_as_it_fits_a_view() {
    let engine = engine();
    let text = "PORT=1\nDB_PASSWORD = `h4nter-2x9Q`\n# end\n".repeat(3_000);
    let whole = engine.scan_fully(&file(".env"), text.as_bytes());
    assert_eq!(whole.matches.len(), 3_000);
    for piece in [7, 1_000, 90_000] {
        let mut stream = Stream::new(&engine);
        for chunk in text.as_bytes().chunks(piece) {
            stream.push(&file(".env"), chunk);
        }
        assert_eq!(stream.finish(&file(".env")), whole);
    }
}

proptest! {
    /// No bytes whatever make a detector panic, and a match lies where it says.
    #[test]
    fn any_bytes_can_be_searched(
        parts in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..12),
                prop::sample::select(vec![
                    "password", "=", ":", "\"", "'", "\\\"", "\\", "<", ">", "key", "value", "--",
                    "ENV ", "(", ",", "]", "token", "=>", ":=", " ", "\n", "\0", "${", "}", "h4nter-2x9Q",
                ]).prop_map(|text| text.as_bytes().to_vec()),
            ],
            0..40,
        ),
        path in prop::sample::select(vec![".env", "a.py", "a.yml", "a.json", "a.sh", "a", "a.xml"]),
        kind in prop::sample::select(vec![TextKind::File, TextKind::Env, TextKind::Command]),
    ) {
        static ENGINE: std::sync::LazyLock<Engine> = std::sync::LazyLock::new(engine);
        let bytes = parts.concat();
        let context = Context { kind, label: Some("api-key"), ..file(path) };
        for hit in ENGINE.scan(&context, &bytes) {
            let span = hit.span.offset as usize..hit.span.end() as usize;
            prop_assert_eq!(&bytes[span.clone()], hit.written().expose());
            let before = &bytes[..span.start];
            let lines = before.iter().filter(|byte| **byte == b'\n').count() as u64;
            let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() as u64;
            prop_assert_eq!((hit.position.line, hit.position.column), (lines + 1, column + 1));
        }
    }
}
