//! A command that is known word by word, as the line that a shell would be told: what an option says
//! of the word behind it is seen in a line only.

use std::ops::Range;

/// A line and where its words lie in it.
#[derive(Debug, Default)]
pub(crate) struct CommandLine {
    text: Vec<u8>,
    words: Vec<Range<usize>>,
}

impl CommandLine {
    /// The line.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Adds a word, in quotes where a shell would take it for several; where it lies.
    pub(crate) fn push_word(&mut self, word: &[u8]) -> Range<usize> {
        self.push(word, asks_for_quotes(word).then_some(b'"'))
    }

    /// Adds what is a line already.
    pub(crate) fn push_line(&mut self, line: &[u8]) -> Range<usize> {
        self.push(line, None)
    }

    fn push(&mut self, word: &[u8], quote: Option<u8>) -> Range<usize> {
        if !self.words.is_empty() {
            self.text.push(b' ');
        }
        self.text.extend(quote);
        let start = self.text.len();
        self.text.extend_from_slice(word);
        let at = start..self.text.len();
        self.text.extend(quote);
        self.words.push(at.clone());
        at
    }

    /// The number of the word in which all of a part of the line lies, and where that begins.
    pub(crate) fn word(&self, part: Range<usize>) -> Option<(usize, usize)> {
        let behind = self.words.partition_point(|word| word.start <= part.start);
        let index = behind.checked_sub(1)?;
        let word = self.words.get(index)?;
        (part.end <= word.end).then_some((index, word.start))
    }
}

/// Whether a word of a list is one word of a shell in quotes only.
fn asks_for_quotes(word: &[u8]) -> bool {
    let has_space = memchr::memchr3(b' ', b'\t', b'\n', word).is_some();
    has_space && memchr::memchr2(b'"', b'\\', word).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_as_a_shell_would_and_found_again() {
        let mut line = CommandLine::default();
        line.push_line(b"app run");
        for word in ["-p", "a b", "", "say \"x\"", "-q"] {
            line.push_word(word.as_bytes());
        }
        assert_eq!(line.text(), b"app run -p \"a b\"  say \"x\" -q");
        assert_eq!(line.word(12..15), Some((2, 12)));
        assert_eq!(line.word(14..15), Some((2, 12)));
        assert_eq!(line.word(12..16), None);
        assert_eq!(line.word(0..9), None);
        assert_eq!(line.word(26..28), Some((5, 26)));
        assert_eq!(line.word(26..29), None);
        assert_eq!(CommandLine::default().word(0..0), None);
    }
}
