//! Armour undone: base64 between a header and a footer, in files, and in JSON, shells and source
//! code with its line breaks escaped or lost.
//!
//! RFC 7468.

use crate::detect::validate::base64;

/// The bytes of one armoured block of public matter: `text` is what stands between its header and
/// its footer.
pub(in crate::detect) fn body(text: &[u8]) -> Option<Vec<u8>> {
    let mut digits = match memchr::memchr(b'\\', text) {
        Some(_) => unescape(text),
        None => text.to_vec(),
    };
    digits.retain(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b','));
    base64(&digits).filter(|bytes| !bytes.is_empty())
}

/// Undoes the escapes of JSON and shells that occur in keys: backslashes before `n`, `r`, `t` or a
/// line break stand for white space, before `/` for nothing, `\u003d` for a character.
pub(in crate::detect) fn unescape(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        let escaped = rest
            .iter()
            .position(|byte| *byte != b'\\')
            .unwrap_or(rest.len());
        rest = &rest[escaped..];
        match rest.split_first() {
            Some((b'n' | b'r' | b't', after)) => {
                plain.push(b'\n');
                rest = after;
            }
            Some((b'u', after)) => {
                if let Some((digits, after)) = after.split_first_chunk::<4>()
                    && let Some(byte) = hex(digits)
                {
                    plain.push(byte);
                    rest = after;
                }
            }
            _ => {}
        }
    }
    plain
}

fn hex(digits: &[u8; 4]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    u8::try_from(u16::from_str_radix(text, 16).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_read_however_its_lines_are_broken() {
        for body_text in [
            "\nAAAA\nBBBB\n",
            "\r\nAAAA\r\nBBBB\r\n",
            "\\nAAAA\\nBBBB\\n",
            "\\n\",\n \"AAAA\\n\",\n \"BBBB\\n",
            "AAAABBBB",
        ] {
            assert_eq!(body(body_text.as_bytes()).unwrap(), [0, 0, 0, 4, 16, 65]);
        }
        assert_eq!(body(b"\n...\n"), None);
        assert_eq!(body(b"\n"), None);
    }
}
