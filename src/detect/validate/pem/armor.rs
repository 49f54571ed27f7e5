//! The armour around a key: label, RFC 1421 headers, and base64 between line breaks that may be
//! real, escaped, or lost.

use super::super::encoding::base64;
use crate::detect::keys::unescape;

const BEGIN: &[u8] = b"-----BEGIN ";
const LABEL_END: &[u8] = b"PRIVATE KEY-----";

/// An armoured text taken apart.
pub(super) struct Armor {
    label: String,
    encrypted: bool,
    cipher: Option<String>,
    lines: Vec<Vec<u8>>,
}

impl Armor {
    /// The first armoured private key of the text; the end line may be missing.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (rest, label_length) = header(bytes)?;
        let label = std::str::from_utf8(&rest[..label_length]).ok()?.to_owned();
        let body = unescape(&rest[label_length + LABEL_END.len()..]);
        let body = match memchr::memmem::find(&body, b"-----END") {
            Some(end) => &body[..end],
            None => &body[..],
        };
        let mut encrypted = false;
        let mut cipher = None;
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
                word if lines.is_empty() && word.contains(&b',') => cipher = cipher_of(word),
                word if lines.is_empty() && word.contains(&b':') => {}
                _ => break,
            }
        }
        Some(Self {
            label,
            encrypted,
            cipher,
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

    /// The cipher that a `DEK-Info` header names, in lower case.
    pub(super) fn cipher(&self) -> Option<String> {
        self.cipher.clone()
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

/// What stands behind the first header of a private key, and the length of its label there: other
/// blocks may stand before it.
fn header(bytes: &[u8]) -> Option<(&[u8], usize)> {
    memchr::memmem::find_iter(bytes, BEGIN).find_map(|at| {
        let rest = &bytes[at + BEGIN.len()..];
        let label = memchr::memmem::find(&rest[..rest.len().min(32)], LABEL_END)?;
        Some((rest, label))
    })
}

/// `AES-128-CBC,00FF…` → `aes-128-cbc`.
fn cipher_of(word: &[u8]) -> Option<String> {
    let name = word.split(|byte| *byte == b',').next()?;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let fits = (3..=20).contains(&name.len()) && name.iter().all(is_name);
    fits.then(|| String::from_utf8_lossy(name).to_ascii_lowercase())
}

fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
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
        assert_eq!(armor.cipher().as_deref(), Some("aes-128-cbc"));
        assert_eq!(armor.label(), "RSA ");
        assert_eq!(armor.body(), Some(vec![0, 0, 0]));
    }

    #[test]
    fn other_blocks_may_stand_before_the_key() {
        let text = format!(
            "-----BEGIN EC PARAMETERS-----\nBBBB\n-----END EC PARAMETERS-----\n\
             -----BEGIN EC {}-----\nAAAA\n-----END",
            "PRIVATE KEY"
        );
        let armor = Armor::read(text.as_bytes()).unwrap();
        assert_eq!(armor.label(), "EC ");
        assert_eq!(armor.body(), Some(vec![0, 0, 0]));
    }

    #[test]
    fn a_text_without_label_is_no_armour() {
        assert!(Armor::read(b"-----BEGIN CERTIFICATE-----").is_none());
        assert!(Armor::read(b"-----BEGIN ").is_none());
        assert!(Armor::read(b"").is_none());
    }
}
