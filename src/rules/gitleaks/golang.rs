//! Go's regular expressions in Rust's syntax.
//!
//! The two share their grammar but for details, and most of those fail loudly or, worse, mean
//! something else: `\<` is a letter in Go and a word boundary in Rust, `[[a]` a class of two
//! letters and an unclosed one, `a{,5}` a text and a repetition. What Go has that Rust writes
//! otherwise (`\Q…\E`, octal escapes, Unicode classes among bytes) is written so; what neither has
//! is left as it stands, for the parser to refuse.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use super::class::Class;

/// The same expression in the syntax of the `regex` crate with Unicode switched off, as rules are
/// compiled.
pub(super) fn translate(go: &str) -> String {
    let mut rest = go.chars().peekable();
    let mut out = String::with_capacity(go.len());
    while let Some(c) = rest.next() {
        match c {
            '\\' => escape(&mut rest, &mut out),
            '[' => {
                let mut ahead = rest.clone();
                match Class::read(&mut ahead) {
                    Some(class) => {
                        class.write(&mut out);
                        rest = ahead;
                    }
                    None => out.push('['),
                }
            }
            '{' if !opens_repetition(rest.clone()) => out.push_str("\\{"),
            c if c.is_ascii() => out.push(c),
            c => letter(c, &mut out),
        }
    }
    out
}

/// Whether what follows an opening brace makes it a repetition; else it is a letter.
fn opens_repetition(rest: Peekable<Chars<'_>>) -> bool {
    let inside: String = rest.take_while(|c| *c != '}').take(16).collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match inside.split_once(',') {
        None => is_number(&inside),
        Some((least, most)) => is_number(least) && (most.is_empty() || is_number(most)),
    }
}

/// What a backslash outside of a class means.
fn escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    match rest.next() {
        Some('Q') => quoted(rest, out),
        Some(c @ ('p' | 'P')) => {
            let name = property(c, rest);
            let _ = write!(out, "(?u:{name})");
        }
        Some(c) => match code(c, rest) {
            Some(c) => letter(c, out),
            None => {
                out.push('\\');
                out.push(c);
            }
        },
        None => out.push('\\'),
    }
}

/// Everything up to `\E` as it stands.
fn quoted(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    while let Some(c) = rest.next() {
        if c == '\\' && rest.peek() == Some(&'E') {
            rest.next();
            return;
        }
        letter(c, out);
    }
}

/// A Unicode class behind `\p` or `\P`, as Rust writes it.
pub(super) fn property(letter: char, rest: &mut Peekable<Chars<'_>>) -> String {
    let mut name = String::new();
    if rest.next_if_eq(&'{').is_some() {
        name.extend(rest.by_ref().take_while(|c| *c != '}'));
    } else {
        name.extend(rest.next());
    }
    // A caret in the braces negates once more.
    let (name, negated) = match name.strip_prefix('^') {
        Some(name) => (name.to_owned(), letter == 'p'),
        None => (name, letter == 'P'),
    };
    format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' })
}

/// The letter that an escape stands for: by its number, or as punctuation. `None` for escapes that
/// are more than a letter or that Go does not know.
pub(super) fn code(first: char, rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    match first {
        'x' => hexadecimal(rest),
        '0' => octal(0, 2, rest),
        // One digit alone would be a back reference, which neither language has.
        '1'..='7' if rest.peek().is_some_and(|next| next.is_digit(8)) => {
            octal(first.to_digit(8)?, 2, rest)
        }
        c if c.is_ascii_punctuation() || c == ' ' => Some(c),
        _ => None,
    }
}

fn octal(first: u32, more: usize, rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    let mut number = first;
    for _ in 0..more {
        match rest.next_if(|next| next.is_digit(8)) {
            Some(digit) => number = number * 8 + digit.to_digit(8)?,
            None => break,
        }
    }
    char::from_u32(number)
}

/// `\x7F` or `\x{10FFFF}`; on anything else nothing is taken.
fn hexadecimal(rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    let mut ahead = rest.clone();
    let digits: String = if ahead.next_if_eq(&'{').is_some() {
        ahead.by_ref().take_while(|c| *c != '}').take(9).collect()
    } else {
        ahead.by_ref().take(2).collect()
    };
    let number = u32::from_str_radix(&digits, 16).ok()?;
    let c = char::from_u32(number)?;
    *rest = ahead;
    Some(c)
}

/// A letter that stands for itself.
fn letter(c: char, out: &mut String) {
    if c.is_ascii_control() {
        let _ = write!(out, "\\x{{{:x}}}", u32::from(c));
    } else if c.is_ascii() {
        out.push_str(&regex_syntax::escape(c.encode_utf8(&mut [0; 4])));
    } else {
        let _ = write!(out, "(?u:{c})");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// No text whatever makes the translation panic or go on for ever, and what has no sign of
        /// syntax stays as it is.
        #[test]
        fn any_text_is_translated(
            text in r"([a-zA-Z0-9 ]|\\|\[|\]|\{|\}|\(|\)|\^|-|:|,|\?|\*|\\Q|\\E|\\p|\\x|é){0,40}",
            plain in "[a-zA-Z0-9]{0,20}",
        ) {
            translate(&text);
            prop_assert_eq!(translate(&plain), plain);
        }
    }

    fn compiled(go: &str) -> regex::bytes::Regex {
        let rust = translate(go);
        regex::bytes::RegexBuilder::new(&rust)
            .unicode(false)
            .build()
            .unwrap_or_else(|error| panic!("{go} as {rust}: {error}"))
    }

    #[test]
    fn what_go_matches_is_matched_and_what_it_does_not_is_not() {
        for (go, matched, not) in [
            (r"^\<b\>$", "<b>", "b"),
            (r"^[[a]$", "[", "b"),
            (r"^[]a]$", "]", "b"),
            (r"^[^]a]$", "b", "]"),
            (r"^[\w-.]$", "-", "+"),
            (r"^[a&&b]$", "&", "c"),
            (r"^[+--]$", ",", "."),
            (r"^a{,5}$", "a{,5}", "aa"),
            (r"^\${[A-Z]+}$", "${HOME}", "HOME"),
            (r"^a{2}$", "aa", "a"),
            (r"^a{2,}$", "aaa", "a"),
            (r"^\Qa.b*\E+$", "a.b**", "axb"),
            (r"^\Qa.b", "a.b", "axb"),
            (r"^\101\x42\x{43}\0$", "ABC\0", "101"),
            (r"^[\101-\x43\-]$", "B", "1"),
            (r"^\pL\p{Greek}\P{^Lu}$", "äαÄ", "1α1"),
            (r"^[\pL\d]{3}$", "aä1", "a-1"),
            (r"^[äö]$", "ö", "ü"),
            (r"^\xe9$", "é", "e"),
            (r"^ä+$", "ää", "a"),
            (r"^[[:alpha:]_]+$", "a_b", "1"),
            (r"^[[:^digit:]]+$", "ab", "12"),
            (r#"^\"\'\_\@\/\:\;\=\!\%\`\ $"#, "\"'_@/:;=!%` ", "x"),
            (r"(?i)^abc(?-i)D$", "ABcD", "abcd"),
            (r"^(?P<one>a)(?:b|c)(?s:.)$", "ac\n", "ad"),
            (r"(?U)^a+$", "aaa", "b"),
            (r"^[\]\\\^-]+$", "]\\^-", "a"),
            (r"^\s\d\w\S\D\W\b", " 1a.a.a", "a"),
        ] {
            let regex = compiled(go);
            assert!(
                regex.is_match(matched.as_bytes()),
                "{go} on {matched}: {regex}"
            );
            assert!(!regex.is_match(not.as_bytes()), "{go} on {not}: {regex}");
        }
    }

    #[test]
    fn what_neither_language_has_is_refused() {
        for go in [
            r"a(?=b)", r"(a)\1", r"\Z", r"[a", r"(a", r"\", r"[\", r"[a\x", r"[a-\d]", r"\pQ",
        ] {
            let rust = translate(go);
            assert!(regex::bytes::Regex::new(&rust).is_err(), "{go} as {rust}");
        }
    }
}
