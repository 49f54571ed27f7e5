//! Where in a text something lies.

use serde::{Deserialize, Serialize};

/// A range of bytes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Offset of the first byte from the start of the text.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
}

impl Span {
    /// A span from an offset and a length.
    pub fn new(offset: u64, length: u64) -> Self {
        Self { offset, length }
    }

    /// Offset behind the last byte.
    pub fn end(&self) -> u64 {
        self.offset + self.length
    }

    /// Whether the two share a byte.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.offset < other.end() && other.offset < self.end()
    }
}

/// Line and column, both counted from 1; columns count bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// Column in bytes, from 1.
    pub column: u64,
}
