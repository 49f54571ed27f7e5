//! Files in the strings of JSON: which parts of one are written as they are, so that what is found in
//! such a part stands there.

use super::command::Word;
use super::tree::Scalar;
use crate::detect::json_escape;

/// Files in the fields of one file that are searched.
pub(super) const MOST: usize = 2_000;

/// The parts of what a value says between the escapes of a string; none where the format has others.
pub(super) fn parts(format: &str, value: &Scalar, bytes: &[u8]) -> Vec<Word> {
    let raw = bytes.get(value.at.clone()).unwrap_or_default();
    if !matches!(format, "json" | "tfstate") {
        return Vec::new();
    }
    let (mut parts, mut said, mut at) = (Vec::new(), 0, 0);
    loop {
        let rest = &raw[at..];
        let length = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
        if length > 0 {
            let start = value.at.start + at;
            parts.push(Word {
                inner: said..said + length,
                at: start..start + length,
            });
        }
        let escape = &rest[length..];
        if escape.is_empty() {
            return parts;
        }
        let (written, means) = json_escape::escape(escape);
        said += length + means;
        at += length + written;
    }
}
