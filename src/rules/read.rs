//! The text of a rule file of our own format to its rules as written: shapes only, and every
//! mistake in them at once. What the values mean is checked afterwards (`check`).

use toml::de::DeTable;

use super::keys::Keys;
use super::place::{Place, Source};
use super::syntax::{Confidence, FieldsSyntax, Near, RuleSyntax, Severity, Text};

/// A rule as written and where it stands. Where a key was refused, the rule has a stand-in.
pub(super) struct Read<'t> {
    pub syntax: RuleSyntax,
    pub place: Place<'t>,
    /// The same of each table of its `[[rule.fields]]`.
    pub of_fields: Vec<Place<'t>>,
}

/// A file as TOML; on failure every mistake of its syntax.
pub(super) fn parse(source: Source<'_>) -> Result<DeTable<'_>, Vec<String>> {
    let (table, errors) = DeTable::parse_recoverable(source.text);
    if errors.is_empty() {
        return Ok(table.into_inner());
    }
    let mistakes = errors.iter().map(|error| {
        let mut error = error.clone();
        error.set_input(Some(source.text));
        format!("{}: {}", source.name, error.to_string().trim_end())
    });
    Err(mistakes.collect())
}

/// The rules of a file; what is wrong with the file as a whole goes to `mistakes`.
pub(super) fn read<'t>(
    source: Source<'t>,
    table: DeTable<'t>,
    mistakes: &mut Vec<String>,
) -> Vec<Read<'t>> {
    let mut file = Keys::new(source, "", 0, table);
    if !file.has("rule") {
        mistakes.push(format!("{}: holds no [[rule]]", source.name));
    }
    let tables = file.tables("rule", "rule");
    mistakes.extend(file.finish().into_mistakes());
    tables.into_iter().map(rule).collect()
}

fn rule(mut keys: Keys<'_>) -> Read<'_> {
    keys.needs("id");
    let id: Option<Text> = keys.text("id");
    if let Some(id) = &id {
        keys.place.rename(format!("rule {id:?}"));
    }
    for key in ["title", "severity", "confidence", "revoke"] {
        keys.needs(key);
    }
    let mut syntax = RuleSyntax {
        id: id.unwrap_or_default(),
        title: keys.text("title").unwrap_or_default(),
        severity: keys.choice("severity").unwrap_or(Severity::Low),
        confidence: keys.choice("confidence").unwrap_or(Confidence::Possible),
        anchors: keys.texts("anchors"),
        ignore_case: keys.flag("ignore_case").unwrap_or(false),
        regex: keys.text("regex"),
        detector: keys.text("detector"),
        entropy: keys.fraction("entropy"),
        decode: keys.texts("decode"),
        validate: keys.texts("validate"),
        paths: keys.texts("paths"),
        near: near(&mut keys),
        alone: keys.flag("alone").unwrap_or(true),
        over: keys.texts("over"),
        last: keys.flag("last").unwrap_or(false),
        guessable: keys.flag("guessable").unwrap_or(false),
        revoke: keys.text("revoke").unwrap_or_default(),
        references: keys.texts("references"),
        examples: keys.texts("examples"),
        rejects: keys.texts("rejects"),
        fields: Vec::new(),
    };
    let of_fields;
    (syntax.fields, of_fields) = fields(&mut keys);
    Read {
        syntax,
        place: keys.finish(),
        of_fields,
    }
}

/// One table, or several.
fn near(keys: &mut Keys<'_>) -> Vec<Near> {
    let mut found = Vec::new();
    for mut inner in keys.one_or_many("near") {
        inner.needs("rule");
        inner.needs("within");
        let (rule, within) = (inner.text("rule"), inner.number("within"));
        let required = inner.flag("required").unwrap_or(true);
        let same_stem = inner.flag("same_stem").unwrap_or(false);
        keys.absorb(inner.finish().into_mistakes());
        let near = rule.zip(within).map(|(rule, within)| Near {
            rule,
            within,
            required,
            same_stem,
        });
        found.extend(near);
    }
    found
}

/// The tables of fields, and where they stand.
fn fields<'t>(keys: &mut Keys<'t>) -> (Vec<FieldsSyntax>, Vec<Place<'t>>) {
    let tables = keys.tables("fields", "fields").into_iter();
    tables.map(table_of_fields).unzip()
}

fn table_of_fields(mut keys: Keys<'_>) -> (FieldsSyntax, Place<'_>) {
    for key in ["format", "paths", "keys"] {
        keys.needs(key);
    }
    let syntax = FieldsSyntax {
        format: keys.text("format").unwrap_or_default(),
        paths: keys.texts("paths"),
        anchors: keys.texts("anchors"),
        keys: keys.texts("keys"),
        judge: keys.choice("judge").unwrap_or_default(),
        file: keys.text("file"),
        named_by: keys.text("named_by"),
        decode: keys.texts("decode"),
        tell: keys.named_texts("tell"),
    };
    (syntax, keys.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        let source = Source {
            name: "t.toml",
            text,
        };
        let mut mistakes = Vec::new();
        match parse(source) {
            Ok(table) => {
                let rules = read(source, table, &mut mistakes);
                mistakes.extend(
                    rules
                        .into_iter()
                        .flat_map(|rule| rule.of_fields.into_iter().chain([rule.place]))
                        .flat_map(Place::into_mistakes),
                );
            }
            Err(found) => mistakes.extend(found),
        }
        mistakes
    }

    #[test]
    fn every_mistake_of_shape_is_told_with_line_rule_and_key() {
        let text = "title = 'x'\n\n[[rule]]\nid = 'a.b'\ntitle = 7\nseverity = 'hihg'\n\
                    anchors = ['a', 3]\nregx = 'a'\nnear = { rule = 'c.d', distance = 3 }\n\
                    \n[[rule]]\nconfidence = true\nentropy = 'much'\n\
                    [[rule.fields]]\nformat = 'ini'\nkeys = 'a'\njudge = 'eye'\ntell = { user = 1 }\n";
        let expected = [
            "t.toml:1: no such key title; there are rule",
            "t.toml:3: rule \"a.b\": confidence is missing",
            "t.toml:3: rule \"a.b\": revoke is missing",
            "t.toml:5: rule \"a.b\": title: expected a string, found integer",
            "t.toml:6: rule \"a.b\": severity: \"hihg\" is none of low, medium, high, critical",
            "t.toml:7: rule \"a.b\": anchors: expected a string, found integer",
            "t.toml:8: rule \"a.b\": no such key regx; there are id, title, severity, confidence, \
             anchors, ignore_case, regex, detector, entropy, decode, validate, paths, near, alone, \
             over, last, guessable, revoke, references, examples, rejects, fields",
            "t.toml:9: rule \"a.b\": near: no such key distance; there are rule, within, \
             required, same_stem",
            "t.toml:9: rule \"a.b\": near: within is missing",
            "t.toml:11: rule number 2: id is missing",
            "t.toml:11: rule number 2: revoke is missing",
            "t.toml:11: rule number 2: severity is missing",
            "t.toml:11: rule number 2: title is missing",
            "t.toml:12: rule number 2: confidence: expected a string, found boolean",
            "t.toml:13: rule number 2: entropy: expected a number, found string",
            "t.toml:14: rule number 2: fields number 1: paths is missing",
            "t.toml:16: rule number 2: fields number 1: keys: expected a list of strings, found string",
            "t.toml:17: rule number 2: fields number 1: judge: \"eye\" is none of key, name, holder, marked, command",
            "t.toml:18: rule number 2: fields number 1: tell: expected a string, found integer",
        ];
        let mut found = mistakes(text);
        found.sort_by_key(|line| line.split(':').nth(1).and_then(|n| n.parse::<u32>().ok()));
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for line in expected {
            assert!(found.iter().any(|told| told == line), "{line}\n{found:#?}");
        }
    }

    #[test]
    fn every_mistake_of_toml_is_told() {
        let found = mistakes("[[rule]]\nid = \nid2 = 'a'\nid2 = 'b'\n= 5\n");
        assert!(found.len() >= 2, "{found:#?}");
        assert!(
            found
                .iter()
                .all(|mistake| mistake.starts_with("t.toml: TOML parse error"))
        );
    }

    #[test]
    fn rules_that_are_no_tables_are_told() {
        assert_eq!(
            mistakes("rule = 'a'"),
            ["t.toml:1: rule: expected [[rule]] tables"]
        );
        assert_eq!(mistakes(""), ["t.toml: holds no [[rule]]"]);
    }
}
