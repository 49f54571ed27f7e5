//! Instructions of a Dockerfile whose command is a list of words: `CMD ["app", "--port", "80"]`.
//! They are lists below the instruction's name. What is written as in a shell is no field.

use super::joined::joined;
use super::json;
use crate::detect::fields::tree::{Name, Tree};

/// Instructions that run something, and words that may stand before one.
const COMMANDS: &[&str] = &["RUN", "CMD", "ENTRYPOINT"];
const BEFORE: &[&str] = &["ONBUILD", "HEALTHCHECK"];

/// Reads the file.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    for (at, text) in joined(bytes, b"#") {
        let Some(open) = memchr::memchr(b'[', &text) else {
            continue;
        };
        let Some(word) = instruction(&text[..open]) else {
            continue;
        };
        let Some(node) = tree.child(root, Name::Text(word.as_bytes().into())) else {
            return;
        };
        let until = bytes.get(..at.end).unwrap_or_default();
        json::list(until, at.start + open, tree, node);
    }
}

/// The instruction that runs the list behind these words; options of it (`--mount=…`) may stand
/// between.
fn instruction(head: &[u8]) -> Option<&'static str> {
    let mut words = head
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty() && !word.starts_with(b"--"));
    let known = |list: &'static [&'static str], word: &[u8]| {
        let is_it = |known: &&&str| word.eq_ignore_ascii_case(known.as_bytes());
        list.iter().find(is_it).copied()
    };
    let mut word = words.next()?;
    while known(BEFORE, word).is_some() {
        word = words.next()?;
    }
    let found = known(COMMANDS, word)?;
    words.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn lists_of_words_are_fields_and_lines_of_a_shell_are_none() {
        let text = "FROM [x]\nRUN echo [a]\nCMD [\"app\", \"--b\"]\nENTRYPOINT [ \\\n  \"c\", \\\n  \"d\" ]\n\
                    HEALTHCHECK --interval=1s CMD [\"e\"]\nonbuild run --mount=x [\"f\"\nCMD [\"g\"]\n";
        assert_eq!(
            fields("dockerfile", text),
            [
                "CMD.0=app",
                "CMD.1=--b",
                "ENTRYPOINT.0=c",
                "ENTRYPOINT.1=d",
                "CMD.0=e",
                "RUN.0=f",
                "CMD.0=g",
            ]
        );
    }
}
