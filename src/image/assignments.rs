//! What a history text assigns: the pairs of ENV, ARG and LABEL, and the build arguments of a RUN.
//!
//! Builders record the values without quotes, so what a shell would make of `&`, `;` or a space
//! does not count: a value ends where the next ` KEY=` begins, or with the text.

use std::ops::Range;

use super::instruction;

/// A name and where its value stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The variable, argument or label.
    pub key: String,
    /// Bytes of the value.
    pub value: Range<usize>,
}

/// The assignments of a `created_by`, in order.
pub fn assignments(created_by: &str) -> Vec<Assignment> {
    let parsed = instruction::parse(created_by);
    if parsed.arguments.is_empty() {
        return Vec::new();
    }
    let Some(start) = created_by.rfind(&parsed.arguments) else {
        return Vec::new();
    };
    match parsed.keyword.as_deref() {
        Some("ENV" | "ARG") => pairs(created_by, start, &parsed.arguments, is_variable),
        Some("LABEL") => pairs(created_by, start, &parsed.arguments, is_label),
        _ => build_arguments(created_by, start, &parsed.build_args),
    }
}

fn pairs(text: &str, start: usize, arguments: &str, is_key: fn(u8) -> bool) -> Vec<Assignment> {
    let end = start + arguments.len();
    let mut found: Vec<Assignment> = Vec::new();
    let mut at = start;
    for word in arguments.split([' ', '\t', '\n']) {
        let written = word.split_once('=').map(|(key, _)| key);
        let named = written.map(|key| (key, key.trim_matches(['"', '\''])));
        if let Some((written, key)) =
            named.filter(|(_, key)| !key.is_empty() && key.bytes().all(is_key))
        {
            if let Some(last) = found.last_mut() {
                last.value.end = trimmed(text, last.value.start, at);
            }
            found.push(Assignment {
                key: key.to_owned(),
                value: at + written.len() + 1..end,
            });
        }
        at += word.len() + 1;
    }
    if found.is_empty()
        && let Some((key, value)) = arguments.split_once([' ', '\t'])
        && key.bytes().all(is_key)
    {
        // The old form without `=`: one name, and the rest is its value.
        found.push(Assignment {
            key: key.to_owned(),
            value: end - value.trim_start().len()..end,
        });
    }
    found
}

/// Without white space at the end.
fn trimmed(text: &str, start: usize, end: usize) -> usize {
    let value = text.get(start..end.max(start)).unwrap_or_default();
    start + value.trim_end().len()
}

fn build_arguments(text: &str, command: usize, arguments: &[(String, String)]) -> Vec<Assignment> {
    let mut at = 0;
    let mut found = Vec::with_capacity(arguments.len());
    for (key, value) in arguments {
        let pair = format!("{key}={value}");
        let Some(offset) = text.get(at..command).and_then(|rest| rest.find(&pair)) else {
            continue;
        };
        let start = at + offset + key.len() + 1;
        at = start + value.len();
        found.push(Assignment {
            key: key.clone(),
            value: start..at,
        });
    }
    found
}

fn is_variable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_label(byte: u8) -> bool {
    is_variable(byte) || matches!(byte, b'.' | b'-' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(String, &str)> {
        let found = assignments(text).into_iter();
        found.map(|pair| (pair.key, &text[pair.value])).collect()
    }

    #[test]
    fn values_are_whole_whatever_a_shell_would_make_of_them() {
        let pair = |key: &str, value| (key.to_owned(), value);
        for text in [
            "ENV A=x;y&z B=p q|r C=",
            "/bin/sh -c #(nop)  ENV A=x;y&z B=p q|r C=",
        ] {
            let expected = [pair("A", "x;y&z"), pair("B", "p q|r"), pair("C", "")];
            assert_eq!(all(text), expected, "{text}");
        }
        assert_eq!(all("LABEL db.password=a b"), [pair("db.password", "a b")]);
        let quoted = all("LABEL \"db.password\"=\"a b\" c='d'");
        assert_eq!(quoted, [pair("db.password", "\"a b\""), pair("c", "'d'")]);
        assert_eq!(
            all("/bin/sh -c #(nop) ENV KEY some value"),
            [pair("KEY", "some value")]
        );
        let run = "RUN |2 A=x&y B=z /bin/sh -c make # buildkit";
        assert_eq!(all(run), [pair("A", "x&y"), pair("B", "z")]);
        assert!(all("RUN /bin/sh -c A=1 make # buildkit").is_empty());
    }
}
