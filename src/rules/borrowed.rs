//! A rule as it is read at a start out of what `rows` wrote down: texts stay where the program has them, so that
//! twenty thousand of them are not copied.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::syntax::{Confidence, FieldsSyntax, Judge, Near, RuleSyntax, Severity, Text};

/// A text of the program.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Own(Text);

impl Deserialize<'static> for Own {
    fn deserialize<D: serde::Deserializer<'static>>(deserializer: D) -> Result<Self, D::Error> {
        <&'static str>::deserialize(deserializer).map(|text| Self(Cow::Borrowed(text)))
    }
}

/// The fields of a rule in the order of `rows::rule`.
#[derive(Deserialize)]
#[serde(bound = "'de: 'static")]
pub(super) struct RuleRow(Head, How, Among, About);

type Texts = Vec<Own>;
type Head = (Own, Own, Severity, Confidence, Texts, bool);
type How = (
    Option<Own>,
    Option<Own>,
    Option<f64>,
    Texts,
    Texts,
    Texts,
    Vec<NearRow>,
);
type Among = (bool, Texts, bool, bool, Own);
type About = (Texts, Texts, Texts, Vec<FieldsRow>);
type NearRow = (Own, u64, bool, bool);
type FieldsRow = (Where, Told);
type Where = (Own, Texts, Texts, Texts, Judge);
type Told = (Option<Own>, Option<Own>, Texts, BTreeMap<Own, Own>);

impl From<RuleRow> for RuleSyntax {
    fn from(RuleRow(head, how, among, about): RuleRow) -> Self {
        let (id, title, severity, confidence, anchors, ignore_case) = head;
        let (regex, detector, entropy, decode, validate, paths, near) = how;
        let (alone, over, last, guessable, revoke) = among;
        let (references, examples, rejects, fields) = about;
        Self {
            id: id.0,
            title: title.0,
            severity,
            confidence,
            anchors: texts(anchors),
            ignore_case,
            regex: text(regex),
            detector: text(detector),
            entropy,
            decode: texts(decode),
            validate: texts(validate),
            paths: texts(paths),
            near: near.into_iter().map(self::near).collect(),
            alone,
            over: texts(over),
            last,
            guessable,
            revoke: revoke.0,
            references: texts(references),
            examples: texts(examples),
            rejects: texts(rejects),
            fields: fields.into_iter().map(self::fields).collect(),
        }
    }
}

fn near((rule, within, required, same_stem): NearRow) -> Near {
    Near {
        rule: rule.0,
        within,
        required,
        same_stem,
    }
}

fn fields((what, how): FieldsRow) -> FieldsSyntax {
    let (format, paths, anchors, keys, judge) = what;
    let (file, named_by, decode, tell) = how;
    FieldsSyntax {
        format: format.0,
        paths: texts(paths),
        anchors: texts(anchors),
        keys: texts(keys),
        judge,
        file: text(file),
        named_by: text(named_by),
        decode: texts(decode),
        tell: tell
            .into_iter()
            .map(|(key, name)| (key.0, name.0))
            .collect(),
    }
}

fn text(own: Option<Own>) -> Option<Text> {
    own.map(|own| own.0)
}

/// In the same memory.
fn texts(own: Vec<Own>) -> Vec<Text> {
    own.into_iter().map(|own| own.0).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::rows;

    #[test]
    fn what_is_written_is_read_whatever_a_rule_leaves_out() {
        let least = json!({
            "id": "a.b", "title": "t", "severity": "low", "confidence": "possible", "revoke": "r",
        });
        let most = json!({
            "id": "a.b", "title": "t", "severity": "high", "confidence": "likely", "anchors": ["an"],
            "ignore_case": true, "regex": "re", "detector": "d", "entropy": 2.5, "decode": ["de"],
            "validate": ["va"], "paths": ["pa"],
            "near": [{ "rule": "c.d", "within": 9, "required": false, "same_stem": true }],
            "alone": false, "over": ["ov"], "last": true, "guessable": true, "revoke": "r",
            "references": ["ref"], "examples": ["ex"], "rejects": ["rej"],
            "fields": [
                { "format": "f", "paths": ["fp"], "keys": ["k"] },
                { "format": "f", "paths": ["fp"], "anchors": ["fa"], "keys": ["k"], "judge": "marked",
                  "file": "fi", "named_by": "nb", "decode": ["fd"], "tell": { "user": "u" } },
            ],
        });
        for syntax in [least, most] {
            let syntax: RuleSyntax = serde_json::from_value(syntax).unwrap();
            let written = postcard::to_allocvec(&rows::rule(&syntax)).unwrap();
            let row: RuleRow = postcard::from_bytes(written.leak()).unwrap();
            let read = RuleSyntax::from(row);
            assert!(matches!(read.id, Cow::Borrowed("a.b")));
            assert_eq!(format!("{read:?}"), format!("{syntax:?}"));
        }
    }
}
