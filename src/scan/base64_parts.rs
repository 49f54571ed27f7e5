//! Base64 that is a part of a string only: the value of a variable, the argument of an option, a
//! word of a command line.

use std::ops::Range;

/// Shorter runs are not opened: words of a language and of paths are such.
const SHORTEST: usize = 24;
/// Lines that programs break base64 into; behind another one the next line is something else.
const WRAPPED: [usize; 2] = [64, 76];
/// Longer names are none.
const LONGEST_NAME: usize = 256;

/// A part of a string that is decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Where it lies in the string.
    pub at: Range<usize>,
    /// What it is the value of, where `NAME=` stands before it.
    pub name: Option<String>,
}

impl Part {
    pub(super) fn new(text: &str, at: Range<usize>) -> Self {
        let before = text.as_bytes().get(..at.start).unwrap_or_default();
        Self {
            name: assigned(before),
            at,
        }
    }
}

/// Runs of digits of base64 with their padding, from the first to the last. Those between dots are
/// parts of one token, and not values.
pub(super) fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + bytes.get(from..)?.iter().position(is_digit)?;
            from = end_of(bytes, start);
            if from - start >= SHORTEST && !is_dotted(bytes, start, from) {
                return Some(start..from);
            }
        }
    })
}

fn is_digit(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Where the run ends that begins at `start`.
fn end_of(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    loop {
        let rest = bytes.get(end..).unwrap_or_default();
        let line = rest.iter().take_while(|byte| is_digit(byte)).count();
        end += line;
        let next = next_line(bytes, end).filter(|_| WRAPPED.contains(&line));
        match next {
            Some(next) => end = next,
            None => break,
        }
    }
    let rest = bytes.get(end..).unwrap_or_default();
    let padding = rest.iter().take(2).take_while(|byte| **byte == b'=');
    end + padding.count()
}

/// Where the next line begins, if one does here and with a digit.
fn next_line(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
    let rest = rest.strip_prefix(b"\n")?;
    rest.first()
        .is_some_and(is_digit)
        .then(|| bytes.len() - rest.len())
}

fn is_dotted(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    let is_followed = || bytes.get(end + 1).is_some_and(is_digit);
    before == Some(&b'.') || (bytes.get(end) == Some(&b'.') && is_followed())
}

/// The name that what follows is assigned to: `NAME=`, `--name=`, `NAME="`.
fn assigned(before: &[u8]) -> Option<String> {
    let before = match before {
        [rest @ .., b'"' | b'\''] => rest.strip_suffix(b"\\").unwrap_or(rest),
        _ => before,
    };
    let before = before.strip_suffix(b"=")?;
    let is_of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let length = (before.iter().rev().take(LONGEST_NAME + 1))
        .take_while(is_of_name)
        .count();
    let name = before.get(before.len() - length..)?;
    let name = std::str::from_utf8(name).ok()?.trim_start_matches('-');
    (!name.is_empty() && length <= LONGEST_NAME).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "dG9rZW49dG9rX2FhYWFhYWFhCg==";

    fn parts(text: &str) -> Vec<(&str, Option<String>)> {
        let parts = runs(text).map(|at| Part::new(text, at));
        parts.map(|part| (&text[part.at], part.name)).collect()
    }

    #[test]
    fn a_run_ends_at_what_is_no_base64_and_has_the_name_before_it() {
        for (before, after, name) in [
            ("CFG=", "", Some("CFG")),
            ("CFG=\"", "\"", Some("CFG")),
            ("RUN |1 A.B='", "' /bin/sh -c make", Some("A.B")),
            ("[\"app\",\"--config=", "\"]", Some("config")),
            ("/bin/sh -c echo ", " | base64 -d", None),
            ("data:text/plain;base64,", ",", None),
            ("a sentence. ", ". And more", None),
            ("=", "", None),
            ("é=", "é", None),
        ] {
            let text = format!("{before}{VALUE}{after}");
            assert_eq!(parts(&text), [(VALUE, name.map(str::to_owned))], "{text}");
        }
    }

    #[test]
    fn lines_of_one_run_are_one_and_other_lines_are_not() {
        let line = "A".repeat(76);
        let text = format!("X={line}\r\n{line}\n{VALUE} {VALUE}\n{VALUE}");
        let found: Vec<usize> = parts(&text).iter().map(|(run, _)| run.len()).collect();
        assert_eq!(found, [76 + 2 + 76 + 1 + 28, 28, 28]);
        assert_eq!(parts(&text)[0].1.as_deref(), Some("X"));
    }

    #[test]
    fn short_runs_and_parts_of_tokens_are_passed_over() {
        let token = format!("T={VALUE}.{VALUE}.{VALUE}");
        for text in ["", "a b", "APP=dG9rZW49dG9rX2FhYQ", &token] {
            assert_eq!(parts(text), [], "{text}");
        }
        let long = format!("{}={VALUE}", "n".repeat(LONGEST_NAME + 1));
        assert_eq!(parts(&long).last(), Some(&(VALUE, None)));
    }

    #[test]
    fn hostile_strings_are_read_in_one_pass() {
        let runs_of = |text: &str| runs(text).count();
        assert_eq!(runs_of(&"=".repeat(1 << 20)), 0);
        assert_eq!(runs_of(&"A".repeat(1 << 20)), 1);
        assert_eq!(runs_of(&format!("{}\n", "A".repeat(76)).repeat(1 << 14)), 1);
        assert_eq!(runs_of(&format!("{VALUE},").repeat(1 << 14)), 1 << 14);
    }
}
