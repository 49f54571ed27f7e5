//! Which escapes are undone, where what they say is written, and where they lead on.

use super::*;
use crate::detect::engine::whole;
use crate::detect::matched::Context;

#[test]
fn escapes_in_words_are_undone_and_those_that_structure_a_text_stay() {
    for (written, says) in [
        (r"a\/b", "a/b"),
        (r"a\\\/b", "a/b"),
        (r"\u002b\u0026\u003D\u0027", "+&='"),
        (r"\\u002B", "+"),
        (r"z\u00e4\u20ac\ud83d\ude00", "zä€😀"),
        // Of a regular expression in a string, and what nobody would undo.
        (r"a\\/b", r"a\\/b"),
        (
            r#"\n\t\"\\\u0022\u005c\u000a\ud83d"#,
            r#"\n\t\"\\\u0022\u005c\u000a\ud83d"#,
        ),
        (r"\u0061\u0030", r"\u0061\u0030"),
        (r"\u00", r"\u00"),
        (r"\", r"\"),
        ("", ""),
    ] {
        let text = Undone::of(written.as_bytes()).text;
        assert_eq!(String::from_utf8_lossy(&text), says, "{written}");
    }
    let run = r"\".repeat(1 << 20);
    assert_eq!(Undone::of(run.as_bytes()).text, run.as_bytes());
}

#[test]
fn what_an_undone_text_says_is_written_where_it_says_the_same() {
    let written = r#"k\/\/"a\u002bb\\\/c\n\u00e4d\\\""#;
    let undone = Undone::of(written.as_bytes());
    let starts = (0..=undone.text.len()).filter(|at| {
        let byte = undone.text.get(*at);
        byte.is_none_or(|byte| byte & 0xc0 != 0x80)
    });
    let starts: Vec<usize> = starts.collect();
    for (number, start) in starts.iter().enumerate() {
        for end in &starts[number..] {
            let part = &written[undone.written(&(*start..*end))];
            let again = Undone::of(part.as_bytes()).text;
            assert_eq!(again, undone.text[*start..*end], "{part}");
        }
    }
    // No place is between the bytes of one escape.
    let within = |at: &str| undone.is_within(written.find(at).unwrap() + 1);
    assert!(within(r"\u002b") && within(r"\\\/") && !within("bb") && !within(r"\n"));
    assert!(undone.is_near(&(0..1), 1) && !undone.is_near(&(0..1), 0));
    assert!(!Undone::of(b"a\\n").is_near(&(0..3), 99));
}

/// The parts of a text that are searched anew, if there is an anchor at `@`.
fn parts(text: &str, is_broken: bool) -> Vec<Range<usize>> {
    let view = whole(&Context::default(), text.as_bytes());
    let mut escapes = Escapes::default();
    escapes.begin();
    for (at, _) in text.match_indices('@') {
        escapes.on_anchor(&view, &(at..at + 1), is_broken);
    }
    escapes.parts(&view)
}

#[test]
fn escapes_near_behind_an_anchor_lead_on_where_they_stand_in_a_string() {
    let leads_on = |text: &str| !parts(text, false).is_empty();
    for text in [
        r#""@":"a\/b""#,
        r#"{"@" : "x\\u002Bx"}"#,
        r#"@='don't a\u0026b'"#,
        r#"{\"@\":\"a\\\/b\"}"#,
        r#"'@ "\u0027x"#,
        r#"("@g\u00e4n""#,
    ] {
        assert!(leads_on(text), "{text}");
    }
    for text in [
        r#""a\/b@""#,
        r#""@":"<\/p>""#,
        r#""@":"a\nb\"c\\/""#,
        r#""@":"\u4e2d\u00e4 \u00e4ndern""#,
        r#"x="@",y=/a\/b/"#,
        "\"@\n a\\/b",
        "@ a\\/b",
        "\"@\" a\\/b",
    ] {
        assert!(!leads_on(text), "{text}");
    }
    let far = |distance: usize| format!("\"@{}\\/\"", "-".repeat(distance));
    assert!(leads_on(&far(REACH - 1)) && !leads_on(&far(REACH)));
}

#[test]
fn a_part_is_a_block_with_its_margins_and_blocks_next_to_each_other_are_one() {
    let filler = "lorem \"ipsum ".repeat(4_000);
    let with = |places: &[usize]| {
        let mut text = filler.clone();
        for at in places {
            text.replace_range(*at..at + 4, r"@a\/");
        }
        parts(&text, false)
    };
    let (block, margin) = (BLOCK as usize, MARGIN);
    let [part] = &with(&[5 * block + 9])[..] else {
        panic!("one part")
    };
    // It begins where a word does.
    assert!((4 * block + margin..5 * block).contains(&part.start));
    assert!(filler[..part.start].ends_with([' ', '"']));
    assert_eq!(part.end, 6 * block + margin);
    let places: Vec<usize> = (1..=MOST_BLOCKS + 1).map(|at| at * block + 9).collect();
    let ends: Vec<usize> = with(&places).iter().map(|part| part.end).collect();
    assert_eq!(ends, [9 * block + margin, 10 * block + margin]);
    assert_eq!(with(&[9])[0], 0..block + margin);
    assert!(with(&[]).is_empty());
}
