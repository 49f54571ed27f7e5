//! A plain table: columns as wide as their cells, the last one cut to the terminal.

use std::io::{self, Write};

use residue::report::cells::{self, elide};

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Between two columns.
const GAP: &str = "  ";
/// The last column is never cut below this.
const NARROWEST_LAST: usize = 20;

/// Rows under titles. Cells hold no control characters: who fills them sees to that.
#[derive(Debug)]
pub struct Table<const COLUMNS: usize> {
    titles: [(&'static str, Align); COLUMNS],
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// A table without rows.
    pub fn new(titles: [(&'static str, Align); COLUMNS]) -> Self {
        Self {
            titles,
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells);
    }

    /// Writes titles and rows; no line is longer than `width` columns where that can be had.
    pub fn write(&self, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let titles = self.titles.map(|(title, _)| title.to_owned());
        let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
            std::iter::once(&titles)
                .chain(&self.rows)
                .map(|row| cells::width(&row[column]))
                .max()
                .unwrap_or(0)
        });
        let before_last: usize = widths
            .iter()
            .rev()
            .skip(1)
            .map(|column| column + GAP.len())
            .sum();
        let last = width.saturating_sub(before_last).max(NARROWEST_LAST);
        for row in std::iter::once(&titles).chain(&self.rows) {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                if column + 1 == COLUMNS {
                    line.push_str(&elide(cell, last));
                    continue;
                }
                let padding = " ".repeat(widths[column].saturating_sub(cells::width(cell)));
                let (left, right) = match self.titles[column].1 {
                    Align::Left => ("", padding.as_str()),
                    Align::Right => (padding.as_str(), ""),
                };
                line.extend([left, cell, right, GAP]);
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_the_last_is_cut_in_the_middle() {
        let mut table = Table::new([
            ("N", Align::Right),
            ("NAME", Align::Left),
            ("WHAT", Align::Left),
        ]);
        table.row(["7".into(), "straße".into(), "short".into()]);
        table.row(["128".into(), "日本".into(), "x".repeat(90)]);
        let mut text = Vec::new();
        table.write(40, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let expected = format!(
            "  N  NAME    WHAT\n  7  straße  short\n128  日本    {0}…{0}\n",
            "x".repeat(13)
        );
        assert_eq!(text, expected);
    }
}
