//! Globs that one comparison of bytes decides, as most do: none of them is compiled.

use super::pieces::is_plain;

/// What such a glob says of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    /// That it is this one.
    Whole,
    /// That it is this one, in any folder.
    InAnyFolder,
    /// That it ends like this.
    End,
}

impl Plain {
    /// What a glob says, and the text that it says it with; `None` where it says more.
    pub(super) fn of(glob: &str) -> Option<(Self, &str)> {
        let (this, text) = match glob.strip_prefix("**/") {
            None => (Self::Whole, glob),
            Some(rest) => match rest.strip_prefix('*') {
                None => (Self::InAnyFolder, rest),
                Some(end) => (Self::End, end),
            },
        };
        let is_text = |letter| is_plain(letter) || letter == '/';
        // No set of globs looks at the name `..`.
        let is_it = text.starts_with(is_plain) && !text.ends_with('.') && text.chars().all(is_text);
        is_it.then_some((this, text))
    }

    pub(super) fn matches(self, path: &str, text: &str) -> bool {
        let before = path.strip_suffix(text);
        before.is_some_and(|before| match self {
            Self::Whole => before.is_empty(),
            Self::InAnyFolder => before.is_empty() || before.ends_with('/'),
            Self::End => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_globs_are_plain() {
        for (glob, says) in [
            ("etc/fstab", Some((Plain::Whole, "etc/fstab"))),
            ("**/a/.b-c", Some((Plain::InAnyFolder, "a/.b-c"))),
            ("**/*.json", Some((Plain::End, ".json"))),
            ("**/*", None),
            ("**//a", None),
            ("**/**/a", None),
            ("*.json", None),
            ("**/a*", None),
            ("**/*.", None),
            ("**/[a]", None),
            ("", None),
        ] {
            assert_eq!(Plain::of(glob), says, "{glob}");
        }
        assert!(Plain::InAnyFolder.matches("x/ab", "ab"));
        assert!(!Plain::InAnyFolder.matches("xab", "ab"));
        assert!(!Plain::Whole.matches("x/ab", "ab"));
        assert!(Plain::End.matches("xab", "ab"));
    }
}
