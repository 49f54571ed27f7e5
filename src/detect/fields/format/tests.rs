//! What every parser is held to, and how the tests of each show what it saw.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{FORMATS, by_name};
use crate::detect::fields::tree::Tree;

/// The fields of a text as `key.key=value`, with the text in the file behind it where that is
/// another, and with `!` behind a word of the language.
pub(in crate::detect::fields) fn fields(format: &str, text: &str) -> Vec<String> {
    of_bytes(format, text.as_bytes())
}

/// As above.
pub(in crate::detect::fields) fn of_bytes(format: &str, bytes: &[u8]) -> Vec<String> {
    let mut tree = Tree::default();
    by_name(format).unwrap().1(bytes, &mut tree);
    let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut shown = Vec::new();
    for node in tree.ids() {
        let Some(value) = tree.value(node) else {
            continue;
        };
        let names: Vec<String> = tree
            .way(node)
            .filter_map(|node| tree.name(node, bytes).map(show))
            .collect();
        let way: Vec<&str> = names.iter().rev().map(String::as_str).collect();
        let mut text = format!("{}={}", way.join("."), show(value.text(bytes)));
        if value.is_word {
            text.push('!');
        }
        if value.text.is_some() {
            text += &format!(" <{}>", show(&bytes[value.at.clone()]));
        }
        shown.push(text);
    }
    shown
}

/// Pieces of every format.
const PIECES: &[&str] = &[
    "password",
    "key",
    "machine ",
    "login ",
    "define(",
    "array(",
    "export ",
    "[[",
    "]]",
    "---\n",
    "<a b='c'>",
    "</a>",
    "<![CDATA[",
    "&amp;",
    "<!--",
    "-->",
    "\"",
    "'",
    "`",
    "\\",
    "\\u00e9",
    "\\\n",
    "\n",
    "\r\n",
    "\n  ",
    "\t",
    " ",
    ":",
    "=",
    ": ",
    " = ",
    "- ",
    "|\n",
    ">-\n",
    "&x ",
    "*x",
    "!!y ",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ",",
    ";",
    "#",
    "//",
    "/*",
    "*/",
    "=>",
    "$v",
    "?",
    "1",
    "true",
    "x",
    "\u{fc}",
    "\u{feff}",
    "\0",
    "%",
    "macdef ",
    "@",
    "\"\"\"",
    "'''",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// No bytes whatever make a parser panic, and every value lies where it says.
    #[test]
    fn any_bytes_can_be_parsed(
        parts in prop::collection::vec(
            prop_oneof![
                8 => prop::sample::select(PIECES).prop_map(|text| text.as_bytes().to_vec()),
                1 => prop::collection::vec(any::<u8>(), 0..6),
            ],
            0..60,
        ),
    ) {
        let bytes = parts.concat();
        for (name, parse) in FORMATS {
            let mut tree = Tree::default();
            parse(&bytes, &mut tree);
            for node in tree.ids() {
                tree.name(node, &bytes);
                if let Some(value) = tree.value(node) {
                    prop_assert!(value.at.start <= value.at.end, "{name}");
                    prop_assert!(bytes.get(value.at.clone()).is_some(), "{name}");
                }
            }
        }
    }
}

/// How long something takes: by the clock of the machine as it is, so that it says something only
/// beside another such time.
pub(in crate::detect::fields) fn took(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// What it takes to read ordinary lines of 1 MiB in every format; each knows some of them.
fn plain() -> Duration {
    let lines = "name = some words\nother: {\"some\": 1}\n";
    let bytes = lines.as_bytes().repeat((1 << 20) / lines.len());
    let parsers = FORMATS.iter();
    parsers
        .map(|(_, parse)| took(|| parse(&bytes, &mut Tree::default())))
        .sum()
}

#[test]
fn files_of_one_piece_are_read_about_as_soon_as_plain_ones() {
    let plain = plain();
    for (name, parse) in FORMATS {
        for piece in PIECES.iter().chain(&[
            "a=\"\\\"\n",
            "a='\\\\\\\\\n",
            "'\\'",
            "{\"a\":",
            "[\"a\",",
            "a: [",
            "<a>",
            "[\n---\n",
            "%x\n---\n@\n",
            "[[a]]\n[a.b]\n",
            "a.a.",
        ]) {
            let bytes = piece.as_bytes().repeat((64 << 10) / piece.len());
            let took = took(|| parse(&bytes, &mut Tree::default()));
            assert!(
                took < plain * 4,
                "{name}, {piece:?}: {took:?}, plain {plain:?}"
            );
        }
    }
}

#[test]
fn a_line_as_long_as_a_file_is_read_about_as_soon_as_plain_ones() {
    let plain = plain();
    for name in ["env", "ini", "lines", "netrc", "pgpass", "properties"] {
        for piece in ["\"", "'", "\\", " ", ":", "=", "a=\""] {
            let bytes = piece.as_bytes().repeat((1 << 20) / piece.len());
            let parse = by_name(name).unwrap().1;
            let took = took(|| parse(&bytes, &mut Tree::default()));
            assert!(
                took < plain * 4,
                "{name}, {piece:?}: {took:?}, plain {plain:?}"
            );
        }
    }
}

#[test]
fn formats_are_in_order_of_name() {
    assert!(FORMATS.is_sorted_by_key(|(name, _)| *name));
}
