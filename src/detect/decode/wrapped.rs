//! Base64 of a structure in DER, however its lines are broken: by line ends with or without indentation, by a
//! backslash before them, by escapes, by quotes and what joins strings in programs.
//!
//! The structure says itself how long it is, so that a match needs to hold only its beginning.

use super::Value;
use crate::detect::validate::base64_digits_of_der;

/// The word for what was written in pieces.
pub(in crate::detect) const WRAPPED: &str = "wrapped";
/// Bytes in which the digits stand.
pub(super) const LONGEST: usize = 12_000;
/// Digits that tell how many there are.
const HEAD: usize = 8;
/// Bytes before a body in which its armour is looked for.
const BEFORE: usize = 32;

/// Keeps the digits from the value's beginning on, up to the end of what they encode. A body that stands in its
/// armour is a key of another form.
pub(super) fn wrapped(value: &mut Value, bytes: &[u8]) -> bool {
    let start = value.at.start;
    if value.text.is_some() || is_in_armour(&bytes[..start]) {
        return false;
    }
    let text = &bytes[start..bytes.len().min(start + LONGEST)];
    let (digits, end) = digits(text);
    value.at = start..start + end;
    if digits != bytes[value.at.clone()] {
        value.text = Some(digits);
        value.how.push(WRAPPED);
    }
    true
}

/// As many digits as the structure takes, their padding included, and where the last one ends.
fn digits(text: &[u8]) -> (Vec<u8>, usize) {
    let mut digits = Vec::new();
    let (mut at, mut end) = (0, 0);
    let mut most = usize::MAX;
    while digits.len() < most
        && let Some((digit, length)) = next(text, at)
    {
        at += length;
        let Some(digit) = digit else { continue };
        digits.push(digit);
        end = at;
        if digits.len() == HEAD {
            most = base64_digits_of_der(&digits).unwrap_or(0);
        }
    }
    let padding = text[end..].iter().take(2).take_while(|b| **b == b'=');
    let padding = padding.count();
    digits.extend(&text[end..end + padding]);
    (digits, end + padding)
}

/// The digit that stands there, or what may stand between two, and how long it is.
pub(super) fn next(text: &[u8], at: usize) -> Option<(Option<u8>, usize)> {
    let rest = text.get(at..)?;
    match *rest.first()? {
        b'+' if is_operator(text, at) => Some((None, 1)),
        byte if is_digit(byte) => Some((Some(byte), 1)),
        b'\\' => {
            let slashes = rest.iter().take_while(|b| **b == b'\\').count();
            Some(match rest[slashes..] {
                [b'n' | b'r' | b't', ..] => (None, slashes + 1),
                [b'u', b'0', b'0', b'2', b'b' | b'B', ..] => (Some(b'+'), slashes + 5),
                [b'u', b'0', b'0', b'2', b'f' | b'F', ..] => (Some(b'/'), slashes + 5),
                _ => (None, slashes),
            })
        }
        b'"' | b'\'' | b'`' | b'.' | b'&' | b',' => Some((None, 1)),
        byte => byte.is_ascii_whitespace().then_some((None, 1)),
    }
}

pub(super) fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Whether a plus joins two strings.
fn is_operator(text: &[u8], at: usize) -> bool {
    let is_quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\'' | b'`'));
    let before = text[..at].trim_ascii_end();
    let after = text[at + 1..].trim_ascii_start();
    is_quote(before.last()) && is_quote(after.first())
}

/// Whether the line that begins a private key in armour stands right before.
fn is_in_armour(before: &[u8]) -> bool {
    let before = &before[before.len().saturating_sub(BEFORE)..];
    let between = |b: &u8| b.is_ascii_whitespace() || b"\\nr\"'+,".contains(b);
    let length = before
        .iter()
        .rposition(|b| !between(b))
        .map_or(0, |at| at + 1);
    before[..length].ends_with(b"PRIVATE KEY-----")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A structure of 36 bytes that ends with `+/+/`.
    const BODY: &str = "MCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+/+/";

    /// What is made of a text behind a key.
    fn made(text: &str) -> (String, String) {
        let bytes = format!("key = {text}");
        let start = bytes.find('M').unwrap();
        let mut value = Value::plain(start..start + HEAD);
        assert!(wrapped(&mut value, bytes.as_bytes()));
        let said = String::from_utf8_lossy(value.text(bytes.as_bytes())).into_owned();
        (said, bytes[value.at].to_owned())
    }

    #[test]
    fn a_structure_ends_where_it_says_however_its_lines_are_broken() {
        for between in [
            "",
            "\n",
            "\r\n",
            "\n    ",
            "\\n",
            "\\r\\n",
            "\\\n",
            " \\\n  ",
            "\" +\n  \"",
            "\\n\" +\n\"",
            "\"\n + \"",
            "\"\n  \"",
            "' .\n '",
            "\",\n \"",
            " ",
            "\\\\n",
        ] {
            let written = [&BODY[..16], &BODY[16..32], &BODY[32..]].join(between);
            for behind in ["", "\n", "\"\nauth", "AAAA", "\n  next: 1"] {
                let (said, at) = made(&format!("{written}{behind}"));
                assert_eq!(
                    (said.as_str(), at),
                    (BODY, written.clone()),
                    "{between:?} {behind:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_cut_off_ends_where_its_digits_do() {
        assert_eq!(made("MCIEIAAA; b").1, "MCIEIAAA");
        assert_eq!(made("MCIE").1, "MCIE");
    }

    #[test]
    fn a_body_in_its_armour_is_left_to_it() {
        for between in ["\n", "\r\n", "\\n", "\\n\" +\n  \"", " "] {
            let before = format!("-----BEGIN PRIVATE KEY-----{between}");
            assert!(is_in_armour(before.as_bytes()), "{between:?}");
        }
        assert!(!is_in_armour(b"private-key: ") && !is_in_armour(b""));
    }
}
