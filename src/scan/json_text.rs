//! A JSON document as the texts in it: every string and every key, with a JSON pointer.
//!
//! Strings that are themselves JSON (`v1Compatibility`), or base64 of text (an inlined
//! descriptor, the Dockerfile in an attestation, a DSSE payload), are opened as well.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::Value;

/// Strings within strings, so deep.
const NESTING: usize = 4;
/// Base64 shorter than this is not opened.
const SHORTEST_BASE64: usize = 24;

/// One text of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonText<'a> {
    /// The string, or the key.
    pub text: &'a str,
    /// Keys and indexes from the root; joined they are the JSON pointer.
    pub steps: &'a [String],
    /// Whether `text` is a key.
    pub is_key: bool,
    /// How it was decoded, outermost first.
    pub decoded: &'a [&'static str],
}

impl JsonText<'_> {
    /// RFC 6901.
    pub(super) fn pointer(&self) -> String {
        self.steps.iter().fold(String::new(), |mut pointer, step| {
            pointer.push('/');
            pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
            pointer
        })
    }

    /// The nearest key above that is no index.
    pub(super) fn key(&self) -> Option<&str> {
        self.steps
            .iter()
            .rev()
            .map(String::as_str)
            .find(|step| !is_index(step))
    }
}

fn is_index(step: &str) -> bool {
    step.bytes().all(|b| b.is_ascii_digit())
}

/// Calls `visit` for every text of `document`.
pub(super) fn texts(document: &Value, visit: &mut dyn FnMut(JsonText<'_>)) {
    Walk {
        steps: Vec::new(),
        decoded: Vec::new(),
        visit,
    }
    .value(document);
}

struct Walk<'v> {
    steps: Vec<String>,
    decoded: Vec<&'static str>,
    visit: &'v mut dyn FnMut(JsonText<'_>),
}

impl Walk<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    self.steps.push(key.clone());
                    self.emit(key, true);
                    self.value(member);
                    self.steps.pop();
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.steps.push(index.to_string());
                    self.value(item);
                    self.steps.pop();
                }
            }
            Value::String(text) => self.string(text),
            Value::Number(number) => self.emit(&number.to_string(), false),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn emit(&mut self, text: &str, is_key: bool) {
        (self.visit)(JsonText {
            text,
            steps: &self.steps,
            is_key,
            decoded: &self.decoded,
        });
    }

    fn string(&mut self, text: &str) {
        self.emit(text, false);
        if self.decoded.len() >= NESTING {
            return;
        }
        if let Some(inner) = json_within(text) {
            self.decoded.push("json");
            self.value(&inner);
            self.decoded.pop();
        } else if let Some(inner) = base64_text(text) {
            self.decoded.push("base64");
            match json_within(&inner) {
                Some(document) => self.value(&document),
                None => self.emit(&inner, false),
            }
            self.decoded.pop();
        }
    }
}

fn json_within(text: &str) -> Option<Value> {
    let opens = text.trim_start().starts_with(['{', '[']);
    let parsed: Value = opens.then(|| serde_json::from_str(text).ok())??;
    (parsed.is_object() || parsed.is_array()).then_some(parsed)
}

/// Base64 that decodes to printable text; anything else stays what it is.
fn base64_text(text: &str) -> Option<String> {
    let body = text.trim_end_matches('=');
    let is_base64 = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    if text.len() < SHORTEST_BASE64 || !body.bytes().all(is_base64) {
        return None;
    }
    let bytes = STANDARD
        .decode(text)
        .or_else(|_| STANDARD_NO_PAD.decode(body))
        .ok()?;
    let decoded = String::from_utf8(bytes).ok()?;
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    decoded.chars().all(is_text).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all(document: &Value) -> Vec<(String, String)> {
        let mut found = Vec::new();
        texts(document, &mut |text| {
            found.push((text.pointer(), text.text.to_owned()))
        });
        found
    }

    #[test]
    fn every_string_key_and_number_comes_with_its_pointer() {
        let document = json!({"config": {"Env": ["A=b"], "x/y~z": null}, "n": 12});
        let expected = [
            ("/config", "config"),
            ("/config/Env", "Env"),
            ("/config/Env/0", "A=b"),
            ("/config/x~1y~0z", "x/y~z"),
            ("/n", "n"),
            ("/n", "12"),
        ];
        let found = all(&document);
        let found: Vec<(&str, &str)> = found.iter().map(|(p, t)| (&p[..], &t[..])).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn json_and_base64_within_strings_are_opened() {
        let dockerfile = "FROM scratch\nARG TOKEN=abc\nRUN true\n";
        let payload = STANDARD.encode(json!({"args": ["deep"]}).to_string());
        let document = json!({
            "v1Compatibility": "{\"config\":{\"Env\":[\"K=v\"]}}",
            "data": STANDARD.encode(dockerfile),
            "payload": payload,
        });
        let found = all(&document);
        let has = |pointer: &str, text: &str| found.iter().any(|(p, t)| p == pointer && t == text);
        assert!(has("/v1Compatibility/config/Env/0", "K=v"), "{found:?}");
        assert!(has("/data", dockerfile));
        assert!(has("/payload/args/0", "deep"));
    }
}
