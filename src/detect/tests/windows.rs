//! Texts that come in pieces, against the same text scanned whole: what every engine must hold,
//! whatever its rules are.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::file;
use crate::detect::{Engine, Stream};

/// A text, and how it comes.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    text: String,
    /// Bytes that a view owns.
    owned: usize,
    /// Bytes that come at once.
    piece: usize,
}

/// Texts of these pieces, each some times in a row, with long stretches of nothing between them.
pub(super) fn cuts(pieces: &'static [&'static str]) -> impl Strategy<Value = Cut> {
    let picks = prop::collection::vec((0..pieces.len(), 1usize..6), 1..80);
    let gaps = prop::collection::vec((0usize..80, 1_000usize..40_000), 0..5);
    let made = (picks, gaps, 1usize..5_000, 1usize..60_000);
    made.prop_map(|(picks, gaps, owned, piece)| {
        let mut text = String::new();
        for (at, (pick, times)) in picks.iter().enumerate() {
            text.push_str(&pieces[*pick].repeat(*times));
            for (_, length) in gaps.iter().filter(|(gap, _)| *gap == at) {
                text.push_str(&"lorem ipsum\n".repeat(length / 12));
            }
        }
        Cut { text, owned, piece }
    })
}

impl Cut {
    /// However small the pieces and the views are, the result is that of a scan in one piece.
    pub(super) fn is_found_whole(&self, engine: &Engine, path: &str) -> Result<(), TestCaseError> {
        let (context, text) = (file(path), self.text.as_bytes());
        let whole = engine.scan_fully(&context, text);
        let mut stream = Stream::new(engine).with_views_of(self.owned);
        for chunk in text.chunks(self.piece) {
            stream.push(&context, chunk);
        }
        prop_assert_eq!(&whole, &stream.finish(&context));
        prop_assert_eq!(&whole, &stream.in_place(&context, text));
        // A stream is as good as new for its next text.
        stream.push(&context, text);
        prop_assert_eq!(&whole, &stream.finish(&context));
        Ok(())
    }
}

#[test]
fn a_text_that_is_known_to_be_long_is_found_as_any_other() {
    let engine = super::engine_of(&super::rule("a.tok", "tok_", "regex = 'tok_[0-9]{8}'"));
    let mut text = String::new();
    while text.len() < 3 << 20 {
        // At other places of each view.
        text.push_str(&"lorem ipsum\n".repeat(9_000 + text.len() / 1_000));
        text.push_str(&format!("tok_{:08}\n", text.len()));
    }
    let context = file("a");
    let whole = engine.scan_fully(&context, text.as_bytes());
    assert!(whole.matches.len() > 15);
    let mut stream = Stream::new(&engine);
    for size in [text.len() as u64, 1 << 40, 0] {
        stream.expect(size);
        for piece in text.as_bytes().chunks(100_000) {
            stream.push(&context, piece);
        }
        assert_eq!(stream.finish(&context), whole, "{size}");
    }
}

#[test]
fn a_short_text_behind_a_long_one_is_shown_whole() {
    let engine = super::engine_of(
        "[[rule]]\nid = \"a.b\"\ntitle = \"t\"\nseverity = \"high\"\nconfidence = \"likely\"\n\
         revoke = \"r\"\nexamples = [\"e\"]\n\
         [[rule.fields]]\nformat = \"json\"\npaths = [\"**/a.json\"]\nkeys = [\"pw\"]\n",
    );
    let context = file("x/a.json");
    let lines = "          \n".repeat(30_000);
    let short = format!("{{\"pw\": \"t0kyo9\"{lines}}}");
    let whole = engine.scan_fully(&context, short.as_bytes());
    assert_eq!(whole.matches.len(), 1);
    let long = lines.repeat(4);
    let mut stream = Stream::new(&engine);
    for in_place in [false, true] {
        stream.expect(long.len() as u64);
        let found = if in_place {
            stream.in_place(&context, long.as_bytes())
        } else {
            stream.push(&context, long.as_bytes());
            stream.finish(&context)
        };
        assert!(found.matches.is_empty());
        for piece in short.as_bytes().chunks(50_000) {
            stream.push(&context, piece);
        }
        assert_eq!(stream.finish(&context), whole, "{in_place}");
    }
}
