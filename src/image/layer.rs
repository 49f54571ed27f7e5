//! Temporary: replaced by the archive branch.
/// A whiteout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whiteout {
    /// p
    Path(Vec<u8>),
    /// o
    Opaque(Vec<u8>),
}
