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
