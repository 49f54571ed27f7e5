//! JSON of an untrusted archive: bounded, and an error is a warning that names document and
//! place without quoting the document.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::archive::Limits;
use crate::error::{Warning, WarningCode, printable};

/// Values, keys and brackets of a document that is parsed into a tree; each takes a hundred times
/// the memory that its text does.
const MOST_VALUES: usize = 500_000;

/// The first value of `bytes`, and what is wrong with the document. Bytes behind that value are
/// a warning, since readers disagree about them.
pub(crate) fn parse(name: &str, bytes: &[u8]) -> (Option<Value>, Option<Warning>) {
    if bytes.len() as u64 > Limits::DOCUMENT_SIZE {
        let what = format!("{} bytes", bytes.len());
        return (None, Some(too_large(name, &what, Limits::DOCUMENT_SIZE)));
    }
    if marks(bytes) > MOST_VALUES {
        return (
            None,
            Some(too_large(name, "too many values", MOST_VALUES as u64)),
        );
    }
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => {
            let rest = bytes.get(values.byte_offset()..).unwrap_or_default();
            let trailing = !rest.iter().all(|b| b.is_ascii_whitespace() || *b == 0);
            let warning = trailing.then(|| {
                let reason = format!("{} bytes follow the document's end", rest.len());
                broken(name, &reason)
            });
            (Some(value), warning)
        }
        Some(Err(error)) => (None, Some(broken(name, &error.to_string()))),
        None => (None, Some(broken(name, "it is empty"))),
    }
}

/// A document of a known form; `Err` is one warning.
pub(crate) fn parse_as<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, Warning> {
    match parse(name, bytes) {
        (Some(value), _) => {
            serde_json::from_value(value).map_err(|error| broken(name, &error.to_string()))
        }
        (None, warning) => Err(warning.unwrap_or_else(|| broken(name, "no value"))),
    }
}

/// An error text of `serde_json` without what it quotes of the document: all between the first
/// and the last quotation mark goes.
pub(crate) fn without_quotes(reason: &str) -> String {
    match (reason.find(['"', '`']), reason.rfind(['"', '`'])) {
        (Some(first), Some(last)) => {
            let (before, after) = (reason.get(..first), reason.get(last + 1..));
            format!("{}…{}", before.unwrap_or(""), after.unwrap_or(""))
        }
        _ => reason.to_owned(),
    }
}

fn broken(name: &str, reason: &str) -> Warning {
    Warning::new(
        WarningCode::BrokenJson,
        format!(
            "{} is no valid JSON document of its kind: {}",
            printable(name.as_bytes()),
            without_quotes(reason)
        ),
    )
    .at(name.as_bytes())
}

/// How many commas, colons and brackets stand outside of strings.
fn marks(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    let mut count = 0;
    loop {
        let quote = memchr::memchr(b'"', rest).unwrap_or(rest.len());
        let (outside, string) = rest.split_at(quote);
        let is_mark = |byte: &&u8| matches!(byte, b',' | b':' | b'[' | b'{');
        count += outside.iter().filter(is_mark).count();
        match string.get(1..).and_then(behind_string) {
            Some(behind) => rest = behind,
            None => return count,
        }
    }
}

/// What follows a string, of which the opening quote was taken.
fn behind_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        let at = memchr::memchr2(b'"', b'\\', text)?;
        match text.get(at)? {
            b'"' => return text.get(at + 1..),
            _ => text = text.get(at + 2..)?,
        }
    }
}

fn too_large(name: &str, what: &str, most: u64) -> Warning {
    Warning::new(
        WarningCode::LimitReached,
        format!(
            "{} has {what}, more than the {most} that are parsed of a JSON document; \
             its raw bytes are still scanned",
            printable(name.as_bytes()),
        ),
    )
    .at(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_too_many_values_is_not_parsed_and_says_so() {
        let items = |n| format!("[{}1]", "{},".repeat(n));
        assert!(parse("a", items(1_000).as_bytes()).0.is_some());
        let (value, warning) = parse("a", items(MOST_VALUES).as_bytes());
        assert!(value.is_none());
        assert_eq!(warning.unwrap().code, WarningCode::LimitReached);
        let text = format!("[\"\\\"{}\"]", ",".repeat(MOST_VALUES + 1));
        assert!(parse("a", text.as_bytes()).0.is_some());
    }

    #[test]
    fn broken_documents_are_named_with_the_place() {
        let (value, warning) = parse("index.json", b"{\"a\":}");
        assert!(value.is_none());
        let warning = warning.unwrap();
        assert_eq!(warning.code, WarningCode::BrokenJson);
        assert!(warning.message.contains("index.json"));
        assert!(warning.message.contains("line 1 column 6"));
        assert!(parse("a", b"").1.is_some());
        assert!(parse("a", &[b'['; 100_000]).1.is_some());
    }

    #[test]
    fn bytes_after_the_value_are_said_and_the_value_is_used() {
        assert!(parse("a", b"{}\n\0\0").1.is_none());
        let (value, warning) = parse("a", b"{} {\"b\":1}");
        assert_eq!(value, Some(serde_json::json!({})));
        assert!(warning.unwrap().message.contains("8 bytes"));
    }

    #[test]
    fn messages_never_quote_the_document() {
        let error = parse_as::<Vec<u64>>("a", b"[\"topsecret\\\"value\"]").unwrap_err();
        assert!(!error.message.contains("topsecret"), "{}", error.message);
        assert!(!error.message.contains("value\""), "{}", error.message);
        assert!(error.message.contains("invalid type"), "{}", error.message);
    }
}
