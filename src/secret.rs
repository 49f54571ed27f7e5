//! The bytes of a secret, kept from being printed by accident.
//!
//! It stands alone, below every other room, because matches, findings and reports all carry
//! secrets and none of them may show one: `Debug` and `Display` give the redacted preview, and
//! the raw bytes are reached only through [`Secret::expose`].

use std::fmt;

/// Secrets shorter than this show nothing in a preview.
const SHORTEST_PREVIEWED: usize = 12;
/// At most this many characters are shown at each end.
const SHOWN_AT_EACH_END: usize = 4;

/// Secret bytes with redacted `Debug` and `Display`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes the bytes as they stand in the image.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The raw bytes. Call it only to compare, to hash, or where the user asked to reveal.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no byte at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A preview that shows at most 4 + 4 characters and at most a quarter of the secret;
    /// nothing at all of a secret under 12 bytes. Bytes that are not printable ASCII show as `.`.
    pub fn preview(&self) -> String {
        if self.0.len() < SHORTEST_PREVIEWED {
            return "***".to_owned();
        }
        let shown = (self.0.len() / 4).min(2 * SHOWN_AT_EACH_END);
        let head = shown.div_ceil(2);
        let tail = shown - head;
        let mut preview = String::with_capacity(shown + 3);
        preview.extend(self.0[..head].iter().map(printable));
        preview.push_str("***");
        preview.extend(self.0[self.0.len() - tail..].iter().map(printable));
        preview
    }
}

fn printable(byte: &u8) -> char {
    if byte.is_ascii_graphic() {
        char::from(*byte)
    } else {
        '.'
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({}, {} bytes)", self.preview(), self.len())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.preview())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preview_shows_at_most_a_quarter_and_four_characters_at_each_end() {
        for length in 0..200 {
            let secret = Secret::new("x".repeat(length).into_bytes());
            let shown = secret.preview().chars().filter(|c| *c == 'x').count();
            assert!(shown * 4 <= length, "{shown} of {length}");
            assert!(shown <= 8);
            assert!(length >= 12 || shown == 0);
        }
        let secret = Secret::new(*b"abcdefghijklmnopqrstuvwxyz0123456789");
        assert_eq!(secret.preview(), "abcd***6789");
    }

    #[test]
    fn debug_and_display_never_show_the_middle_nor_control_characters() {
        let secret = Secret::new(*b"\x1b[31mtopsecretvalue\x07");
        for text in [format!("{secret:?}"), format!("{secret}")] {
            assert!(!text.contains("topsecret"), "{text}");
            assert!(!text.contains('\x1b') && !text.contains('\x07'), "{text:?}");
        }
    }
}
