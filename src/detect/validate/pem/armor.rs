//! The armour around a key: label, RFC 1421 headers, and base64 between line breaks that may be
//! real, escaped, or lost.

use super::super::encoding::base64;

const BEGIN: &[u8] = b"-----BEGIN ";
const LABEL_END: &[u8] = b"PRIVATE KEY-----";

/// An armoured text taken apart.
pub(super) struct Armor {
    label: String,
    encrypted: bool,
    lines: Vec<Vec<u8>>,
}

impl Armor {
    /// The first armoured private key of the text; the end line may be missing.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let start = memchr::memmem::find(bytes, BEGIN)? + BEGIN.len();
        let rest = bytes.get(start..)?;
        let label_length = memchr::memmem::find(&rest[..rest.len().min(32)], LABEL_END)?;
        let label = std::str::from_utf8(&rest[..label_length]).ok()?.to_owned();
        let body = unescape(&rest[label_length + LABEL_END.len()..]);
        let body = match memchr::memmem::find(&body, b"-----END") {
            Some(end) => &body[..end],
            None => &body[..],
        };
        let mut encrypted = false;
        let mut lines = Vec::new();
        let words = body
            .split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\''))
            .filter(|word| !word.is_empty());
        for word in words {
            let word = word.strip_suffix(b",").unwrap_or(word);
            match word {
                b"4,ENCRYPTED" => encrypted = true,
                // Signs that join the pieces of a text in source code.
                b"+" | b"." | b"" => {}
                word if word.iter().all(is_base64) => lines.push(word.to_vec()),
                // Other words of the headers: `Proc-Type:`, `DEK-Info:` and its value.
                word if lines.is_empty() && word.iter().any(|byte| matches!(byte, b':' | b',')) => {
                }
                _ => break,
            }
        }
        Some(Self {
            label,
            encrypted,
            lines,
        })
    }

    /// What stands before `PRIVATE KEY`, with its trailing space: `RSA `, or nothing.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// Whether a `Proc-Type` header says that the body is ciphertext.
    pub(super) fn encrypted_by_header(&self) -> bool {
        self.encrypted
    }

    /// Lines of base64 of a usual length.
    pub(super) fn lines(&self) -> usize {
        let decodes = |line: &&Vec<u8>| (40..=76).contains(&line.len()) && base64(line).is_some();
        self.lines.iter().filter(decodes).count()
    }

    /// The decoded body.
    pub(super) fn body(&self) -> Option<Vec<u8>> {
        base64(&self.lines.concat()).filter(|body| !body.is_empty())
    }
}

fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// Undoes the escapes of JSON and shells that occur in keys: backslashes before `n`, `r`, `t` or a
/// line break stand for white space, before `/` for nothing, `\u003d` for a character.
fn unescape(bytes: &[u8]) -> Vec<u8> {
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

    fn body_of(text: &str) -> Vec<u8> {
        Armor::read(text.as_bytes()).unwrap().body().unwrap()
    }

    #[test]
    fn line_breaks_may_be_real_escaped_twice_escaped_quoted_or_lost() {
        for body in [
            "\nAAAA\nBBBB\n",
            "\r\nAAAA\r\nBBBB\r\n",
            "\\nAAAA\\nBBBB\\n",
            "\\\\nAAAA\\\\nBBBB\\\\n",
            " AAAA BBBB ",
            "\\n\" +\n  \"AAAA\\n\" +\n \"BBBB\\n\" +\n \"",
            "\",\n \"AAAA\",\n \"BBBB\",\n \"",
            "\\\nAAAA\\\nBBBB\\\n",
        ] {
            let text = format!("-----BEGIN {}-----{body}-----END", "PRIVATE KEY");
            assert_eq!(body_of(&text), [0, 0, 0, 4, 16, 65], "{body:?}");
        }
    }

    #[test]
    fn slashes_and_equals_signs_may_be_escaped() {
        let text = format!(
            "-----BEGIN {}-----\\nAA\\/\\/AA\\u003d\\u003d\\n",
            "PRIVATE KEY"
        );
        assert_eq!(body_of(&text), [0, 0x0f, 0xff, 0]);
    }

    #[test]
    fn the_headers_of_legacy_encryption_are_read() {
        let text = format!(
            "-----BEGIN RSA {}-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nAAAA\n",
            "PRIVATE KEY"
        );
        let armor = Armor::read(text.as_bytes()).unwrap();
        assert!(armor.encrypted_by_header());
        assert_eq!(armor.label(), "RSA ");
        assert_eq!(armor.body(), Some(vec![0, 0, 0]));
    }

    #[test]
    fn a_text_without_label_is_no_armour() {
        assert!(Armor::read(b"-----BEGIN CERTIFICATE-----").is_none());
        assert!(Armor::read(b"-----BEGIN ").is_none());
        assert!(Armor::read(b"").is_none());
    }
}
