//! What leaks is found, what only looks like it is not: two lists of lines and files as people
//! really have them, each line with what must be said of it.
//!
//! The lists (`leaks.txt`, `lookalikes.txt`, and one a class of secrets in `tests/accuracy/`) hold
//! templates; every value is made up when the test runs (`values`), so that nothing in this
//! repository looks like a secret.

pub mod tokens;
mod values;
pub mod wallets;

use std::path::Path;

use residue::Loader;
use residue::detect::{Context, Engine, Match, TextKind, catalog};
use residue::rules::Confidence;

use values::Values;

/// One line of a list.
struct Case {
    /// The list and the line.
    name: String,
    place: String,
    rules: Vec<String>,
    least: Confidence,
    text: String,
    /// Where the values that count stand in the text.
    wanted: Vec<std::ops::Range<usize>>,
}

impl Case {
    fn read(list: &str, text: &str, fields: usize) -> Vec<Self> {
        let lines = text.lines().enumerate();
        lines
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(index, line)| Self::line(list, index + 1, line, fields))
            .collect()
    }

    fn line(list: &str, number: usize, line: &str, fields: usize) -> Self {
        let parts: Vec<&str> = line.splitn(fields, " | ").collect();
        assert_eq!(parts.len(), fields, "{list}:{number}: {line}");
        let (text, wanted) = fill(parts[fields - 1], &Values::new(number));
        Self {
            name: format!("{list}:{number}"),
            place: parts[0].to_owned(),
            rules: parts[1].split(',').map(str::to_owned).collect(),
            least: match parts[fields - 2] {
                "confirmed" => Confidence::Confirmed,
                "likely" => Confidence::Likely,
                "possible" | "none" => Confidence::Possible,
                other => panic!("{list}:{number}: {other:?} is no confidence"),
            },
            text,
            wanted,
        }
    }

    fn scan(&self, engine: &Engine) -> Vec<Match> {
        let context = match self.place.split_once(':') {
            Some(("env", _)) => context("", TextKind::Env, None),
            Some(("cmd", _)) => context("", TextKind::Command, None),
            Some(("label", key)) => context("", TextKind::Metadata, Some(key)),
            _ => context(&self.place, TextKind::File, None),
        };
        engine.scan(&context, self.text.as_bytes())
    }
}

/// The cases of the list beside this file, and of those below `tests/accuracy/` in its folder.
fn cases(kind: &str, text: &str, fields: usize) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/accuracy")
        .join(kind);
    let mut cases = Case::read(kind, text, fields);
    let files = std::fs::read_dir(folder).expect("a folder of lists");
    let mut files: Vec<_> = files.map(|file| file.expect("a list").path()).collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a list");
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        cases.extend(Case::read(&name, &text, fields));
    }
    cases
}

fn context<'a>(path: &'a str, kind: TextKind, label: Option<&'a str>) -> Context<'a> {
    Context {
        path: path.as_bytes(),
        kind,
        label,
    }
}

/// Fills a template: `«kind»` is a value that counts, `‹kind›` one that does not.
fn fill(template: &str, values: &Values) -> (String, Vec<std::ops::Range<usize>>) {
    let template = template
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\|", "|");
    let mut text = String::new();
    let mut wanted = Vec::new();
    let mut rest = template.as_str();
    while let Some(open) = rest.find(['«', '‹']) {
        let counts = rest[open..].starts_with('«');
        let (head, tail) = rest.split_at(open);
        text.push_str(head);
        let close = if counts { '»' } else { '›' };
        let (kind, tail) = tail[if counts { '«' } else { '‹' }.len_utf8()..]
            .split_once(close)
            .unwrap_or_else(|| panic!("no end of a value in {template:?}"));
        let start = text.len();
        text.push_str(&values.make(kind));
        if counts {
            wanted.push(start..text.len());
        }
        rest = tail;
    }
    text.push_str(rest);
    (text, wanted)
}

fn engine() -> Engine {
    Engine::new(Loader::default().load(catalog()).expect("rules load"))
}

/// Whether a rule is one of those, of which `provider.*` names all of a provider.
fn is_one_of(rule: &str, known: &[String]) -> bool {
    known.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => rule.starts_with(start),
        None => rule == known,
    })
}

fn said(engine: &Engine, found: &[Match]) -> String {
    let said = found.iter().map(|hit| {
        let rule = engine.rules().rule(hit.rule).id();
        let suppressed = hit.suppressed.map_or("", |reason| reason.as_str());
        format!("{rule} {} {suppressed}", hit.confidence)
    });
    said.collect::<Vec<_>>().join(", ")
}

#[test]
fn what_leaks_is_found_by_an_apt_rule_and_surely_enough() {
    let engine = engine();
    let cases = cases("leaks", include_str!("leaks.txt"), 4);
    assert!(cases.len() >= 200);
    let mut missed = Vec::new();
    for case in &cases {
        let found = case.scan(&engine);
        for wanted in &case.wanted {
            let is_found = found.iter().any(|hit| {
                hit.span.offset < wanted.end as u64
                    && (wanted.start as u64) < hit.span.end()
                    && hit.suppressed.is_none()
                    && hit.confidence >= case.least
                    && is_one_of(engine.rules().rule(hit.rule).id(), &case.rules)
            });
            if !is_found {
                missed.push(format!(
                    "{}: {} {:?}\n    said: {}",
                    case.name,
                    case.place,
                    case.text.chars().take(160).collect::<String>(),
                    said(&engine, &found)
                ));
            }
        }
    }
    let count = missed.len();
    assert!(missed.is_empty(), "{count} missed:\n{}", missed.join("\n"));
}

#[test]
fn what_only_looks_like_a_secret_is_no_likely_finding() {
    let engine = engine();
    let cases = cases("lookalikes", include_str!("lookalikes.txt"), 3);
    assert!(cases.len() >= 150);
    let mut cried = Vec::new();
    for case in &cases {
        let none = case.rules == ["none"];
        let found: Vec<Match> = (case.scan(&engine).into_iter())
            .filter(|hit| hit.suppressed.is_none())
            .filter(|hit| none || hit.confidence > Confidence::Possible)
            .collect();
        if !found.is_empty() {
            cried.push(format!(
                "{}: {} {:?}\n    said: {}",
                case.name,
                case.place,
                case.text.chars().take(160).collect::<String>(),
                said(&engine, &found)
            ));
        }
    }
    let count = cried.len();
    assert!(cried.is_empty(), "{count} cried:\n{}", cried.join("\n"));
}
