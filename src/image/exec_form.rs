//! A command in exec form, as history texts record it: `["app" "--token" "…"]` by the classic
//! builder, `["app", "--token", "…"]` by BuildKit.
//!
//! It stands alone because the first is no JSON: words are read between quotes, whatever stands
//! between them.

use std::ops::Range;

/// Words of one command that are read.
const MOST_WORDS: usize = 4096;

/// Where the words of a command in exec form stand in a `created_by`, without their quotes; empty
/// where there is no such command.
pub fn exec_words(created_by: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let Some(open) = created_by.find("[\"") else {
        return words;
    };
    let mut start = None;
    let mut is_escaped = false;
    for (at, byte) in created_by.bytes().enumerate().skip(open + 1) {
        match (start, byte) {
            _ if is_escaped => is_escaped = false,
            (Some(_), b'\\') => is_escaped = true,
            (Some(from), b'"') => {
                words.push(from..at);
                start = None;
            }
            (None, b'"') if words.len() < MOST_WORDS => start = Some(at + 1),
            (None, b' ' | b',') => {}
            (None, _) => break,
            (Some(_), _) => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_both_builders_write_them() {
        for (text, expected) in [
            (
                r#"/bin/sh -c #(nop)  CMD ["app" "--password" "a \" b"]"#,
                &["app", "--password", r#"a \" b"#][..],
            ),
            (r#"CMD ["app", "-p", ""]"#, &["app", "-p", ""]),
            (r#"HEALTHCHECK &{["CMD" "x"] "30s"}"#, &["CMD", "x"]),
            (r#"CMD ["unended"#, &[]),
            (r#"CMD ["a" b "c"]"#, &["a"]),
            ("RUN make", &[]),
        ] {
            let words = exec_words(text).into_iter();
            let words: Vec<&str> = words.map(|word| &text[word]).collect();
            assert_eq!(words, expected, "{text}");
        }
    }
}
