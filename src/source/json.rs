//! JSON of an untrusted archive: bounded, and an error is a warning that names document and
//! place without quoting the document.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::archive::Limits;
use crate::error::{Warning, WarningCode, printable};

/// The first value of `bytes`, and what is wrong with the document. Bytes behind that value are
/// a warning, since readers disagree about them.
pub(crate) fn parse(name: &str, bytes: &[u8]) -> (Option<Value>, Option<Warning>) {
    if bytes.len() as u64 > Limits::DOCUMENT_SIZE {
        return (None, Some(too_large(name, bytes.len())));
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

fn too_large(name: &str, size: usize) -> Warning {
    Warning::new(
        WarningCode::LimitReached,
        format!(
            "{} has {size} bytes, more than the {} that are parsed of a JSON document; \
             its raw bytes are still scanned",
            printable(name.as_bytes()),
            Limits::DOCUMENT_SIZE
        ),
    )
    .at(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

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
