//! Styled paragraphs laid out to a width: the one way from the report to the terminal.
//!
//! All text passes [`Span::new`], which makes it printable, and colours are put around pieces of
//! one line and closed before its end; so no line break can fall into an escape sequence, and
//! nothing from an image can start one.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};

use crate::error::printable;
use crate::report::cells::{atoms, elide, width};
use crate::rules::Severity;

/// What a piece of text is; colours follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Strong,
    Faint,
    Path,
    Good,
    Bad,
    Caution,
    Severity(Severity),
}

impl Tone {
    fn ansi(self) -> Ansi {
        let color = |color: AnsiColor| Ansi::new().fg_color(Some(color.into()));
        match self {
            Self::Plain => Ansi::new(),
            Self::Strong => Ansi::new().bold(),
            Self::Faint => Ansi::new().dimmed(),
            Self::Path | Self::Severity(Severity::Low) => color(AnsiColor::Cyan),
            Self::Good => color(AnsiColor::Green).bold(),
            Self::Bad | Self::Severity(Severity::Critical) => color(AnsiColor::Red).bold(),
            Self::Caution => color(AnsiColor::Yellow).bold(),
            Self::Severity(Severity::High) => color(AnsiColor::Red),
            Self::Severity(Severity::Medium) => color(AnsiColor::Yellow),
        }
    }
}

/// A piece of printable text in one tone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    tone: Tone,
    text: String,
}

impl Span {
    /// Takes text as it is and makes it printable.
    pub(super) fn new(tone: Tone, text: impl AsRef<str>) -> Self {
        let text = printable(text.as_ref().as_bytes());
        Self { tone, text }
    }

    /// The same, cut in the middle to at most `most` cells.
    pub(super) fn elided(tone: Tone, text: &str, most: usize) -> Self {
        let text = elide(text, most);
        Self { tone, text }
    }
}

/// Where paragraphs are written to.
pub(super) struct Screen<'a> {
    out: &'a mut dyn Write,
    color: bool,
    width: usize,
}

impl<'a> Screen<'a> {
    /// Narrower than 40 cells nothing can be laid out, so 40 it is.
    const LEAST_WIDTH: usize = 40;

    pub(super) fn new(out: &'a mut dyn Write, color: bool, width: usize) -> Self {
        let width = width.max(Self::LEAST_WIDTH);
        Self { out, color, width }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// An empty line.
    pub(super) fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// One line that is not wrapped: for tables, whose cells are cut already, and for revealed
    /// values, which are there to be copied.
    pub(super) fn line(&mut self, indent: usize, spans: &[Span]) -> io::Result<()> {
        let mut line = Line::new(indent);
        for span in spans {
            line.push(span.tone, &span.text);
        }
        self.emit(line)
    }

    /// Text wrapped at spaces; the first line is indented by `first`, the others by `hanging`.
    pub(super) fn paragraph(
        &mut self,
        first: usize,
        hanging: usize,
        spans: &[Span],
    ) -> io::Result<()> {
        let mut line = Line::new(first);
        for (index, word) in words(spans).into_iter().enumerate() {
            let cells: usize = word.iter().map(|(_, text)| width(text)).sum();
            let gap = usize::from(index > 0 && !line.pieces.is_empty());
            if line.cells + gap + cells > self.width && !line.pieces.is_empty() {
                let full = std::mem::replace(&mut line, Line::new(hanging));
                self.emit(full)?;
            } else if gap > 0 {
                line.push_gap(word.first().map(|(tone, _)| *tone));
            }
            for (tone, text) in word {
                for atom in atoms(text) {
                    if line.cells + width(atom) > self.width && !line.pieces.is_empty() {
                        let full = std::mem::replace(&mut line, Line::new(hanging));
                        self.emit(full)?;
                    }
                    line.push(tone, atom);
                }
            }
        }
        self.emit(line)
    }

    fn emit(&mut self, line: Line) -> io::Result<()> {
        let mut text = " ".repeat(line.indent);
        for (tone, piece) in line.pieces {
            let ansi = tone.ansi();
            if self.color && ansi != Ansi::new() {
                text.push_str(&format!("{ansi}{piece}{ansi:#}"));
            } else {
                text.push_str(&piece);
            }
        }
        self.out.write_all(text.trim_end().as_bytes())?;
        self.out.write_all(b"\n")
    }
}

/// A line that is being filled.
struct Line {
    indent: usize,
    cells: usize,
    pieces: Vec<(Tone, String)>,
}

impl Line {
    fn new(indent: usize) -> Self {
        Self {
            indent,
            cells: indent,
            pieces: Vec::new(),
        }
    }

    /// A space; between two words of one tone it has that tone, which saves escapes.
    fn push_gap(&mut self, next: Option<Tone>) {
        let last = self.pieces.last().map(|(tone, _)| *tone);
        let tone = last.filter(|_| last == next).unwrap_or(Tone::Plain);
        self.push(tone, " ");
    }

    fn push(&mut self, tone: Tone, text: &str) {
        self.cells += width(text);
        match self.pieces.last_mut() {
            Some((last, piece)) if *last == tone => piece.push_str(text),
            _ => self.pieces.push((tone, text.to_owned())),
        }
    }
}

/// Splits spans at spaces; a word may have several tones. Runs of spaces give empty words, so
/// that a path with two spaces is shown with two.
fn words(spans: &[Span]) -> Vec<Vec<(Tone, &str)>> {
    let mut words = vec![Vec::new()];
    for span in spans {
        for (index, part) in span.text.split(' ').enumerate() {
            if index > 0 {
                words.push(Vec::new());
            }
            if let Some(word) = words.last_mut().filter(|_| !part.is_empty()) {
                word.push((span.tone, part));
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lay_out(color: bool, spans: &[Span]) -> String {
        let mut bytes = Vec::new();
        Screen::new(&mut bytes, color, 40)
            .paragraph(2, 4, spans)
            .unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn paragraphs_wrap_at_spaces_and_hang() {
        let text = "one two three four five six seven eight nine ten";
        assert_eq!(
            lay_out(false, &[Span::new(Tone::Plain, text)]),
            "  one two three four five six seven\n    eight nine ten\n"
        );
    }

    #[test]
    fn a_word_longer_than_a_line_is_split_but_not_inside_an_escape() {
        let path = format!("{}{}", "x".repeat(33), "\u{1b}".repeat(9));
        let text = lay_out(false, &[Span::new(Tone::Path, path)]);
        for line in text.lines() {
            assert!(width(line) <= 40, "{line}");
            assert_eq!(line.matches("\\x1b").count(), line.matches('\\').count());
        }
        assert_eq!(text.matches("\\x1b").count(), 9);
    }

    #[test]
    fn colours_are_closed_on_the_line_where_they_were_opened() {
        let text = lay_out(true, &[Span::new(Tone::Bad, "red ".repeat(30))]);
        for line in text.lines() {
            assert_eq!(
                line.matches("\u{1b}[31m").count(),
                line.matches("\u{1b}[0m").count()
            );
        }
        assert!(text.lines().count() > 2);
    }

    #[test]
    fn two_spaces_in_a_name_stay_two() {
        let text = lay_out(false, &[Span::new(Tone::Path, "a  b")]);
        assert_eq!(text, "  a  b\n");
    }
}
