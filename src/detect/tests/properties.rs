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
