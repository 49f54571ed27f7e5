//! A rule as `build.rs` writes it down for a start: every field in order, also those that a table leaves out,
//! as formats without names need it. A structure and a tuple of tuples are the same bytes there.
//!
//! Each structure is taken apart by name, so that a field that is added does not compile until it is here.

use serde::Serialize;

use super::syntax::{FieldsSyntax, Near, RuleSyntax};

/// What is written down of one rule.
pub(crate) fn rule(rule: &RuleSyntax) -> impl Serialize {
    let RuleSyntax {
        id,
        title,
        severity,
        confidence,
        anchors,
        ignore_case,
        regex,
        detector,
        entropy,
        decode,
        validate,
        paths,
        near,
        alone,
        over,
        last,
        guessable,
        revoke,
        references,
        examples,
        rejects,
        fields,
    } = rule;
    let near: Vec<_> = near.iter().map(self::near).collect();
    let fields: Vec<_> = fields.iter().map(self::fields).collect();
    (
        (id, title, severity, confidence, anchors, ignore_case),
        (regex, detector, entropy, decode, validate, paths, near),
        (alone, over, last, guessable, revoke),
        (references, examples, rejects, fields),
    )
}

fn near(near: &Near) -> impl Serialize {
    let Near {
        rule,
        within,
        required,
        same_stem,
    } = near;
    (rule, within, required, same_stem)
}

fn fields(fields: &FieldsSyntax) -> impl Serialize {
    let FieldsSyntax {
        format,
        paths,
        anchors,
        keys,
        judge,
        file,
        named_by,
        decode,
        tell,
    } = fields;
    (
        (format, paths, anchors, keys, judge),
        (file, named_by, decode, tell),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
            let written = postcard::to_allocvec(&rule(&syntax)).unwrap();
            let read: RuleSyntax = postcard::from_bytes(&written).unwrap();
            assert_eq!(format!("{read:?}"), format!("{syntax:?}"));
        }
    }
}
