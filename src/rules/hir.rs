//! A regex taken apart, in the one dialect in which rules are compiled: bytes, and letters of ASCII.
//!
//! `build.rs` reads this file too, so that what it writes down of the embedded rules is what is
//! made of a user's.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

/// The regex's syntax tree.
pub(crate) fn parse(regex: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    let mut dialect = ParserBuilder::new();
    let parser = dialect.unicode(false).utf8(false);
    parser.build().parse(regex).map_err(Box::new)
}
