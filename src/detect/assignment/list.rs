//! Values that do not stand right behind their key: in a list, in brackets over several lines, behind
//! what they are the default of.

use std::ops::Range;

use super::cursor::Letters;
use super::extent::quoted;
use super::judge::LONGEST_VALUE;
use super::key::Key;
use super::pieces::{self, Setting};
use super::tie::Tie;
use super::yaml;
use crate::detect::class::Class;
use crate::detect::decode::Value;

/// Values of one list that are looked at.
pub(super) const MOST_VALUES: usize = 64;
/// Bytes in which they stand.
pub(super) const LONGEST_LIST: usize = 8 << 10;
/// Bytes of an expression before its default.
const LONGEST_EXPRESSION: usize = 96;
/// What such an expression is made of.
static EXPRESSION: Letters = Letters::of(b"_.$[]\"' ()!?|");

/// The values of `key`, without quotes; none where there is no such list.
pub(super) fn of(bytes: &[u8], key: &Key, class: Class) -> Vec<Value> {
    let at = key.value;
    let setting = Setting {
        key,
        class,
        enclosed: bytes[at] == b'(',
    };
    match (class, bytes[at]) {
        (Class::Config, b'[') if takes_words(bytes, key) => bracketed(bytes, setting, true),
        (Class::Code | Class::Config | Class::Other, b'[' | b'(') => {
            bracketed(bytes, setting, false)
        }
        (Class::Config, b'\n' | b'\r') => yaml::below(bytes, key, at),
        (Class::Config, b'|' | b'>') => yaml::block(bytes, at).into_iter().collect(),
        (Class::Code, _) if matches!(key.tie, Tie::Equals | Tie::Colon) => {
            let value = default(bytes, at).map(|first| pieces::join(bytes, setting, first));
            value.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a list may hold words without quotes, as in YAML, where the key has none either.
fn takes_words(bytes: &[u8], key: &Key) -> bool {
    key.tie == Tie::Colon && !matches!(bytes.get(key.name.end), Some(b'"' | b'\''))
}

/// `["…", "…"]` and `("…")`: strings up to the closing bracket, in quotes or not.
fn bracketed(bytes: &[u8], setting: Setting<'_>, takes_words: bool) -> Vec<Value> {
    let start = setting.key.value + 1;
    let limit = bytes.len().min(start + LONGEST_LIST);
    let mut values = Vec::new();
    let mut at = start;
    while at < limit && values.len() < MOST_VALUES {
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => {
                let Some(first) = quoted(bytes, at + 1, quote) else {
                    break;
                };
                let value = pieces::join(bytes, setting, first);
                at = value.at.end + 1;
                values.push(value);
            }
            b' ' | b'\t' | b'\r' | b'\n' | b',' => at += 1,
            _ if takes_words => {
                let Some(word) = word(&bytes[at..limit]) else {
                    break;
                };
                values.push(Value::plain(at..at + word));
                at += word;
            }
            _ => break,
        }
    }
    values
}

/// How long the item is that begins there without quotes, up to what ends it.
fn word(rest: &[u8]) -> Option<usize> {
    let rest = &rest[..rest.len().min(LONGEST_VALUE)];
    let ends = |b: &u8| b",]\n\r[{}".contains(b);
    let length = rest.iter().position(ends)?;
    let is_item = matches!(rest[length], b',' | b']' | b'\n' | b'\r');
    let word = rest[..length].trim_ascii_end();
    (is_item && !word.is_empty()).then_some(word.len())
}

/// `process.env.KEY || '…'`, `config.key ?? "…"`.
fn default(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = &bytes[start..bytes.len().min(start + LONGEST_EXPRESSION)];
    let length = rest.iter().take_while(|b| EXPRESSION.has(**b)).count();
    let expression = &rest[..length];
    // In most there is neither.
    memchr::memchr2(b'|', b'?', expression)?;
    let stands_at = |operator: &[u8]| expression.windows(2).position(|two| two == operator);
    let operator = stands_at(b"||").or_else(|| stands_at(b"??"))?;
    let mut at = start + operator + 2;
    let spaces = bytes.get(at..)?.iter().take(LONGEST_EXPRESSION);
    at += spaces.take_while(|byte| **byte == b' ').count();
    match *bytes.get(at)? {
        quote @ (b'"' | b'\'' | b'`') => quoted(bytes, at + 1, quote),
        _ => None,
    }
}

/// Without quotes around it.
pub(super) fn unquoted(bytes: &[u8], value: Range<usize>) -> Range<usize> {
    match &bytes[value.clone()] {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => value.start + 1..value.end - 1,
        _ => value,
    }
}
