//! Globs as rule files, options and allow entries write them.

use globset::{Glob, GlobBuilder};

/// A path is no longer, and however a glob of this length is written, it compiles.
const LONGEST: usize = 4096;

/// A glob whose `*` also matches `/`.
pub(crate) fn glob(text: &str) -> Result<Glob, String> {
    parse(text, false)
}

/// A glob whose `*` stays within a directory; `**` does not.
pub(crate) fn path_glob(text: &str) -> Result<Glob, String> {
    parse(text, true)
}

fn parse(text: &str, literal_separator: bool) -> Result<Glob, String> {
    if text.len() > LONGEST {
        let start: String = text.chars().take(32).collect();
        return Err(format!("glob {start:?}… has more than {LONGEST} bytes"));
    }
    let mut builder = GlobBuilder::new(text);
    let built = builder.literal_separator(literal_separator).build();
    built.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_globs_compile_whatever_they_are_made_of() {
        for piece in [
            "a",
            "?",
            "*",
            "**/",
            "[a-z]",
            "[!a-z]",
            "{a,b}",
            "\u{10ffff}",
            "*a?",
        ] {
            let text = piece.repeat(LONGEST / piece.len());
            for parse in [glob, path_glob] {
                parse(&text).unwrap().compile_matcher();
            }
            assert!(glob(&format!("{text}{text}")).is_err());
        }
    }
}
