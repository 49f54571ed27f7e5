//! Base64 of a private key in PEM, on one line or however its lines are broken, as `base64 key.pem` breaks
//! them.
//!
//! Broken lines are put together as long as they say what a key says, up to its last line. No key holds the
//! beginning of another, so that a text of nothing but beginnings is read once.

use super::Value;
use super::wrapped::{LONGEST, WRAPPED, is_digit, next};
use crate::detect::validate;

/// The word for a key in PEM.
pub(super) const WRAPPED_PEM: &str = "wrapped-pem";
/// Digits of one line that may be a key by themselves.
const ONE_LINE: usize = 100;
/// Bytes in which a text says that it is a key, at its beginning and at its end.
const HEADER: usize = 64;
const FOOTER: usize = 64;
const BEGIN: &[u8] = b"-----BEGIN";

/// Keeps the digits up to the end of their line, or of the key where that lies in lines behind it.
pub(super) fn wrapped_pem(value: &mut Value, bytes: &[u8]) -> bool {
    let start = value.at.start;
    if value.text.is_some() {
        return false;
    }
    let text = &bytes[start..bytes.len().min(start + LONGEST)];
    let line = text.iter().take_while(|byte| is_digit(**byte)).count();
    let line = line + padding(&text[line..]);
    match key(text).filter(|(_, end)| *end > line) {
        Some((digits, end)) => {
            value.at = start..start + end;
            value.text = Some(digits);
            value.how.push(WRAPPED);
            true
        }
        None => {
            value.at = start..start + line;
            line >= ONE_LINE
        }
    }
}

/// The digits of the key that a text begins with, and where the last one ends.
fn key(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut digits, mut said) = (Vec::new(), Vec::new());
    let (mut end, mut is_over) = (0, false);
    while let Some((group, behind)) = group(text, end) {
        let Some(bytes) = validate::base64(&group) else {
            break;
        };
        // Behind its last line only white space is the key's.
        if is_over && !bytes.trim_ascii().is_empty() {
            break;
        }
        said.extend_from_slice(&bytes);
        is_over |= ends(&said);
        if !is_over && !may_go_on(&said, bytes.len()) {
            return None;
        }
        digits.extend_from_slice(&group);
        end = behind;
        if bytes.len() < 3 {
            break;
        }
    }
    is_over.then_some((digits, end))
}

/// The next four digits, or what is left of them and its padding, and where they end.
fn group(text: &[u8], mut at: usize) -> Option<(Vec<u8>, usize)> {
    let (mut digits, mut end) = (Vec::with_capacity(4), at);
    while digits.len() < 4
        && let Some((digit, length)) = next(text, at)
    {
        at += length;
        if let Some(digit) = digit {
            digits.push(digit);
            end = at;
        }
    }
    if digits.len() < 4 {
        let padding = padding(&text[end..]);
        digits.extend(&text[end..end + padding]);
        end += padding;
    }
    (!digits.is_empty()).then_some((digits, end))
}

fn padding(text: &[u8]) -> usize {
    text.iter().take(2).take_while(|b| **b == b'=').count()
}

/// Whether a key may go on behind what it says so far, of which the last bytes are new.
fn may_go_on(said: &[u8], new: usize) -> bool {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let (old, new) = said.split_at(said.len() - new);
    let is_told = old.len() < HEADER && said.len() >= HEADER;
    new.iter().all(is_text)
        && (!is_told || memchr::memmem::find(said, b"PRIVATE KEY-----").is_some())
        && (said.len() <= BEGIN.len() + 2
            || memchr::memmem::find(tail(said, BEGIN.len() + 2), BEGIN).is_none())
}

/// Whether the last line of a key is over.
fn ends(said: &[u8]) -> bool {
    if !tail(said, 3).contains(&b'-') {
        return false;
    }
    let footer = tail(said, FOOTER);
    let begin = memchr::memmem::find(footer, b"-----END ").map(|at| at + 9);
    let behind = begin.and_then(|at| footer.get(at..)).unwrap_or_default();
    memchr::memmem::find(behind, b"PRIVATE KEY-----").is_some()
}

fn tail(said: &[u8], length: usize) -> &[u8] {
    &said[said.len().saturating_sub(length)..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::keys::fixture::{armored, private_key};
    use crate::detect::validate::tests::standard_base64;

    /// A key in PEM in base64, in lines of so many digits.
    fn encoded(width: usize) -> Vec<String> {
        let digits = standard_base64(armored("PRIVATE KEY", &private_key()).as_bytes());
        let lines = digits.as_bytes().chunks(width);
        lines
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect()
    }

    /// What is made of a text from its first digit on, and what of the text that is.
    fn made(text: &str) -> Option<(String, String)> {
        let start = text.find("LS0t")?;
        let mut value = Value::plain(start..start + 80);
        let is_one = wrapped_pem(&mut value, text.as_bytes());
        let said = String::from_utf8_lossy(value.text(text.as_bytes())).into_owned();
        is_one.then(|| (said, text[value.at].to_owned()))
    }

    #[test]
    fn a_key_ends_where_it_says_however_its_lines_are_broken() {
        for width in [60, 64, 76, 120] {
            let lines = encoded(width);
            for between in [
                "\n",
                "\r\n",
                "\n    ",
                "\\n",
                "\\r\\n",
                " \\\n ",
                "\\n\" +\n  \"",
                "\"\n  \"",
                "\",\n \"",
            ] {
                let written = lines.join(between);
                for behind in ["", "\n", "\"\n", "\nEOF\n", "\n  next: 1", "\nAAAAAAAA"] {
                    let (said, at) = made(&format!("k: {written}{behind}")).unwrap();
                    assert_eq!(said, lines.concat(), "{between:?} {behind:?}");
                    assert_eq!(at, written, "{between:?} {behind:?}");
                }
            }
        }
    }

    #[test]
    fn one_line_is_taken_as_it_stands() {
        let line = encoded(usize::MAX).concat();
        let both = Some((line.clone(), line.clone()));
        assert_eq!(made(&format!("k: \"{line}\"\nnext")), both);
        let cut = &line[..120];
        let expected = Some((cut.to_owned(), cut.to_owned()));
        assert_eq!(made(&format!("{cut}\nnext line")), expected);
    }

    #[test]
    fn lines_that_are_no_whole_key_are_none() {
        let lines = encoded(64);
        let begin = &lines[0];
        let certificate = armored("CERTIFICATE", &private_key());
        let certificate = standard_base64(certificate.as_bytes());
        for text in [
            lines[..lines.len() - 1].join("\n"),
            format!("{begin}\n").repeat(200),
            format!("{begin}\nprose that is no key at all, and goes on for a while.\n"),
            certificate.as_bytes()[..64].escape_ascii().to_string() + "\n" + &certificate[64..],
        ] {
            assert_eq!(made(&text), None, "{text}");
        }
    }
}
