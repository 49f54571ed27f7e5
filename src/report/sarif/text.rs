//! Text from an image as SARIF wants it: messages whose markup characters are plain characters,
//! and URI references that stay inside the tree they belong to.

use std::fmt::Write as _;

use crate::error::printable;

/// A plain-text message. Braces would be placeholders (SARIF 3.11.5) and brackets links (3.11.6)
/// that an image could plant, so they are escaped as the standard says.
pub(super) fn message(text: &str) -> String {
    let text = printable(text.as_bytes());
    let mut message = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '{' => message.push_str("{{"),
            '}' => message.push_str("}}"),
            '[' | ']' | '\\' => message.extend(['\\', c]),
            c => message.push(c),
        }
    }
    message
}

/// A path as part of a URI reference (RFC 3986). A segment `.` or `..` is encoded twice: a viewer
/// that resolves the reference must not be led elsewhere by a name in an image.
pub(super) fn uri_path(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            uri.push('/');
        }
        match segment {
            "." => uri.push_str("%252E"),
            ".." => uri.push_str("%252E%252E"),
            segment => encode(segment, &mut uri),
        }
    }
    uri
}

fn encode(segment: &str, uri: &mut String) {
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_message_can_be_neither_link_nor_placeholder() {
        assert_eq!(
            message("[click](https://example.com) {0} a\\b\u{1b}"),
            "\\[click\\](https://example.com) {{0}} a\\\\b\\\\x1b"
        );
    }

    #[test]
    fn paths_are_percent_encoded_and_cannot_climb() {
        assert_eq!(
            uri_path("a b/100%/ü#?.txt"),
            "a%20b/100%25/%C3%BC%23%3F.txt"
        );
        assert_eq!(
            uri_path("../../etc/./x"),
            "%252E%252E/%252E%252E/etc/%252E/x"
        );
        assert_eq!(uri_path("a\\x1b"), "a%5Cx1b");
    }
}
