//! Lines of the lists, filled with values.

use std::fs;
use std::ops::Range;
use std::path::Path;

use residue::detect::{Context, Engine, Match, TextKind};
use residue::rules::Confidence;

use crate::values::Values;

/// A folder of lists, and how many fields a line has.
pub type Lists = (&'static str, usize);
/// What leaks.
pub const LEAKS: Lists = ("leaks", 4);
/// What only looks like it.
pub const LOOKALIKES: Lists = ("lookalikes", 3);

/// One line of a list.
pub struct Case {
    /// Name of the list.
    pub class: String,
    number: usize,
    place: String,
    rules: Vec<String>,
    /// The least that must be said of it.
    pub least: Confidence,
    /// With the made-up values.
    pub text: String,
    /// Where the values that must be found stand in the text.
    pub wanted: Vec<Range<usize>>,
    /// And those that need not be.
    pub other: Vec<Range<usize>>,
}

impl Case {
    /// Every line of every list of a folder, with the values of that round.
    pub fn read((folder, fields): Lists, round: usize) -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/accuracy")
            .join(folder);
        let entries = fs::read_dir(&folder).expect("a folder of lists");
        let mut paths: Vec<_> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        let mut cases = Vec::new();
        for path in paths {
            let class = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let list = fs::read_to_string(&path).expect("a list");
            let lines = list.lines().enumerate();
            let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
            cases.extend(lines.map(|(at, line)| Self::line(&class, at + 1, line, fields, round)));
        }
        assert!(!cases.is_empty(), "{} has no line", folder.display());
        cases
    }

    fn line(class: &str, number: usize, line: &str, fields: usize, round: usize) -> Self {
        let parts: Vec<&str> = line.splitn(fields, " | ").collect();
        assert_eq!(parts.len(), fields, "{class}:{number}: {line}");
        let values = Values::new(&format!("{class} {number} {round}"));
        let mut case = Self {
            class: class.to_owned(),
            number,
            place: parts[0].to_owned(),
            rules: parts[1].split(',').map(str::to_owned).collect(),
            least: match parts[fields - 2] {
                "confirmed" => Confidence::Confirmed,
                "likely" => Confidence::Likely,
                "possible" | "none" => Confidence::Possible,
                other => panic!("{class}:{number}: {other:?} is no confidence"),
            },
            text: String::new(),
            wanted: Vec::new(),
            other: Vec::new(),
        };
        case.fill(parts[fields - 1], &values);
        case
    }

    /// Fills a template: `«kind»` is a value that counts, `‹kind›` one that does not.
    fn fill(&mut self, template: &str, values: &Values) {
        let template = template
            .replace("\\n", "\n")
            .replace("\\t", "\t")
            .replace("\\|", "|");
        let mut rest = template.as_str();
        while let Some(open) = rest.find(['«', '‹']) {
            let counts = rest[open..].starts_with('«');
            let (head, tail) = rest.split_at(open);
            self.text.push_str(head);
            let close = if counts { '»' } else { '›' };
            let (kind, tail) = tail[if counts { '«' } else { '‹' }.len_utf8()..]
                .split_once(close)
                .unwrap_or_else(|| panic!("no end of a value in {template:?}"));
            let start = self.text.len();
            self.text.push_str(&values.make(kind));
            let list = if counts {
                &mut self.wanted
            } else {
                &mut self.other
            };
            list.push(start..self.text.len());
            rest = tail;
        }
        self.text.push_str(rest);
    }

    /// What an image with this text would yield.
    pub fn scan(&self, engine: &Engine) -> Vec<Match> {
        let (kind, path, label) = match self.place.split_once(':') {
            Some(("env", _)) => (TextKind::Env, "", None),
            Some(("cmd", _)) => (TextKind::Command, "", None),
            Some(("label", key)) => (TextKind::Metadata, "", Some(key)),
            _ => (TextKind::File, &self.place[..], None),
        };
        let context = Context {
            path: path.as_bytes(),
            kind,
            label,
        };
        engine.scan(&context, self.text.as_bytes())
    }

    /// Whether the rule is one of those listed, of which `provider.*` names all of a provider.
    pub fn allows(&self, rule: &str) -> bool {
        self.rules
            .iter()
            .any(|known| match known.strip_suffix('*') {
                Some(start) => rule.starts_with(start),
                None => rule == known,
            })
    }

    /// A line on what is wrong.
    pub fn told(&self, what: &str, engine: &Engine, found: &[Match]) -> String {
        let said = found.iter().map(|hit| {
            let rule = engine.rules().rule(hit.rule).id();
            let suppressed = hit.suppressed.map_or("", |reason| reason.as_str());
            format!("{rule} {} {suppressed}", hit.confidence)
        });
        format!(
            "{what}: {}:{} {} {:?}\n    said: {}",
            self.class,
            self.number,
            self.place,
            self.text.chars().take(160).collect::<String>(),
            said.collect::<Vec<_>>().join(", ")
        )
    }
}
