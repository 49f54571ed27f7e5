//! A JSON document as the texts in it: every string and every key, with a JSON pointer.
//!
//! Strings that are themselves JSON (`v1Compatibility`), or base64 of text (an inlined
//! descriptor, the Dockerfile in an attestation, a DSSE payload), are opened as well.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::archive::{Compression, sniff};

/// Strings within strings, so deep.
const NESTING: usize = 4;
/// Base64 shorter than this is not opened.
const SHORTEST_BASE64: usize = 24;
/// Longer keys stand in pointers only by their length, and are no labels: whoever writes a key of
/// a megabyte wants it repeated for each of a million values. Never the start alone, which may be
/// that of a secret.
const LONGEST_STEP: usize = 256;

/// One text of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonText<'a> {
    /// The string, or the key.
    pub text: &'a str,
    /// Keys and indexes from the root; joined they are the JSON pointer. Of a long key only the
    /// length.
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

/// Calls `visit` for every text of the first value of `document`, while it is read: no tree of it
/// is ever in memory. On an error what came before it has been visited.
pub(super) fn texts(
    document: &[u8],
    visit: &mut dyn FnMut(JsonText<'_>),
) -> serde_json::Result<()> {
    let walk = &mut Walk {
        steps: Vec::new(),
        decoded: Vec::new(),
        visit,
    };
    // What follows the first value is left to the raw scan.
    walk.deserialize(&mut serde_json::Deserializer::from_slice(document))
}

struct Walk<'v> {
    steps: Vec<String>,
    decoded: Vec<&'static str>,
    visit: &'v mut dyn FnMut(JsonText<'_>),
}

impl Walk<'_> {
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
        if is_json(text) {
            self.decoded.push("json");
            self.within(text);
            self.decoded.pop();
        } else if let Some(inner) = base64_text(text) {
            self.decoded.push("base64");
            match is_json(&inner) {
                true => self.within(&inner),
                false => self.emit(&inner, false),
            }
            self.decoded.pop();
        }
    }

    /// The texts of a document within a string. One that is nested too deep is visited as far as
    /// it could be read; the string as a whole was visited before.
    fn within(&mut self, document: &str) {
        let depth = self.steps.len();
        let _ = self.deserialize(&mut serde_json::Deserializer::from_str(document));
        self.steps.truncate(depth);
    }
}

impl<'de> DeserializeSeed<'de> for &mut Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<String>()? {
            self.steps.push(match key.len() {
                0..=LONGEST_STEP => key.clone(),
                length => format!("({length} bytes)"),
            });
            self.emit(&key, true);
            members.next_value_seed(&mut *self)?;
            self.steps.pop();
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        for index in 0_usize.. {
            self.steps.push(index.to_string());
            let item = items.next_element_seed(&mut *self)?;
            self.steps.pop();
            if item.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.string(text);
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.emit(&number.to_string(), false);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.emit(&number.to_string(), false);
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        let number = serde_json::Number::from_f64(number);
        number.iter().for_each(|n| self.emit(&n.to_string(), false));
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Whether a string is a JSON object or list.
fn is_json(text: &str) -> bool {
    let opens = text.trim_start().starts_with(['{', '[']);
    opens && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// The compressed stream that a string is base64 of.
pub(super) fn packed(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    matches!(sniff(&bytes), Compression::Gzip | Compression::Zstd).then_some(bytes)
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
    use serde_json::{Value, json};

    fn all(document: &Value) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let document = document.to_string();
        texts(document.as_bytes(), &mut |text| {
            found.push((text.pointer(), text.text.to_owned()))
        })
        .unwrap();
        found
    }

    #[test]
    fn a_long_key_is_read_once_and_only_its_length_stands_in_pointers() {
        let key = "é".repeat(10_000);
        let found = all(&json!({ key.as_str(): ["a", "b"] }));
        assert_eq!(found[0].1, key);
        assert_eq!(found[0].0, "/(20000 bytes)");
        assert_eq!(found[2], ("/(20000 bytes)/1".to_owned(), "b".to_owned()));
    }

    #[test]
    fn a_document_too_deep_or_broken_is_an_error_and_never_a_crash() {
        for bad in ["[".repeat(100_000), "{\"a\":".repeat(100_000)] {
            assert!(texts(bad.as_bytes(), &mut |_| {}).is_err());
            let inner = json!({ "a": bad, "b": "seen" });
            assert!(all(&inner).iter().any(|(_, text)| text == "seen"));
        }
        let deep = format!("{}\"x\"{}", "[".repeat(1_000), "]".repeat(1_000));
        let found = all(&json!({ "a": deep, "b": "seen" }));
        assert!(found.contains(&("/b".to_owned(), "seen".to_owned())));
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
