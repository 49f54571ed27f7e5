//! A rule as it is used: what was written, what was found out of it, and its regex when it is first needed.

mod find;

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use serde::Serialize;

use super::check::{self, Catalog, LONGEST_MATCH};
use super::demand::Demanded;
use super::embedded::{self, Embedded, Prints};
use super::few::Few;
use super::fields::Fields;
use super::foreign::{Foreign, Required, Search};
use super::hir;
use super::read::Read;
use super::syntax::{RuleSyntax, Text};
use super::uncounted::Uncounted;

/// Compiled size of one regex, in bytes.
const COMPILED_SIZE: usize = 4 << 20;
/// Memory of one regex's lazily built automaton, for each thread: there are hundreds of regexes, and
/// each sees little text.
const CACHE_SIZE: usize = 128 << 10;

/// A regex with longer matches is used by few threads at a time.
const FOR_FEW: usize = 4_000;

/// A rule that has been checked. Its regex is compiled when it is first needed.
#[derive(Debug)]
pub struct Rule {
    /// As written.
    pub syntax: RuleSyntax,
    /// File it comes from, for messages.
    pub file: Text,
    line: usize,
    /// What it asks for beyond the own format; for rules of another tool's configuration.
    pub(crate) foreign: Option<Box<Foreign>>,
    /// Longest match in bytes, at most [`LONGEST_MATCH`].
    pub longest: usize,
    /// The tables of `[[rule.fields]]`.
    pub fields: Vec<Fields>,
    regex: OnceLock<Result<Regex, regex::Error>>,
    few: OnceLock<Box<Few>>,
    uncounted: OnceLock<Option<Box<Uncounted>>>,
    /// Which of the embedded rules it is.
    embedded: Option<usize>,
    /// What is known of its anchors, in their order.
    prints: &'static [Prints],
}

impl Rule {
    /// Checks what was read; on failure every mistake, each naming file, line and rule.
    pub(super) fn check(rule: Read<'_>, catalog: Catalog<'_>) -> Result<Self, Vec<String>> {
        let Read {
            syntax,
            mut place,
            of_fields,
        } = rule;
        let longest = check::syntax(&syntax, catalog, &mut place);
        let mut fields = Vec::new();
        for (table, mut within) in syntax.fields.iter().zip(of_fields) {
            fields.push(Fields::check(table, catalog, &mut within));
            place.extend(within.into_mistakes());
        }
        if !place.is_clean() {
            return Err(place.into_mistakes());
        }
        Ok(Self {
            syntax,
            file: place.source().name.to_owned().into(),
            line: place.line(),
            foreign: None,
            longest,
            fields,
            regex: OnceLock::new(),
            few: OnceLock::new(),
            uncounted: OnceLock::new(),
            embedded: None,
            prints: &[],
        })
    }

    /// One of the embedded rules, which have been checked by our own tests.
    pub(super) fn embedded(rule: Embedded) -> Self {
        let Embedded {
            index,
            file,
            line,
            longest,
            syntax,
            prints,
        } = rule;
        Self {
            fields: syntax.fields.iter().map(Fields::embedded).collect(),
            syntax,
            file: file.into(),
            line,
            foreign: None,
            longest: longest.unwrap_or(LONGEST_MATCH),
            regex: OnceLock::new(),
            few: OnceLock::new(),
            uncounted: OnceLock::new(),
            embedded: Some(index),
            prints,
        }
    }

    /// A rule of another tool's configuration, which has been checked there.
    pub(super) fn foreign(syntax: RuleSyntax, file: &str, line: usize, foreign: Foreign) -> Self {
        Self {
            syntax,
            file: file.to_owned().into(),
            line,
            foreign: Some(Box::new(foreign)),
            longest: 0,
            fields: Vec::new(),
            regex: OnceLock::new(),
            few: OnceLock::new(),
            uncounted: OnceLock::new(),
            embedded: None,
            prints: &[],
        }
    }

    /// The rule's id.
    pub fn id(&self) -> &str {
        &self.syntax.id
    }

    /// Ids of the rules whose word counts less.
    pub(super) fn over(&self) -> impl Iterator<Item = &str> {
        self.syntax.over.iter().map(|id| &**id)
    }

    /// Where the rule stands and which one it is, as messages begin.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}: rule {:?}", self.file, self.line, self.id())
    }

    /// The compiled regex; `None` for a rule with a built-in detector.
    pub fn regex(&self) -> Option<&Regex> {
        self.compiled()?.as_ref().ok()
    }

    /// Compiles the regex now; on failure says why.
    pub fn compile(&self) -> Result<(), String> {
        match self.compiled() {
            Some(Err(error)) => Err(format!("{}: regex does not compile: {error}", self.place())),
            _ => Ok(()),
        }
    }

    /// What became of the regex, which is compiled once.
    fn compiled(&self) -> Option<&Result<Regex, regex::Error>> {
        let text = self.syntax.regex.as_deref()?;
        Some(self.regex.get_or_init(|| compile(text)))
    }

    /// What every match of the regex holds; of an embedded rule it was found out when the program was built.
    pub(crate) fn demanded(&self) -> Demanded {
        let built = self.embedded.and_then(embedded::demanded);
        built.unwrap_or_else(|| {
            let regex = self.syntax.regex.as_deref().map(hir::parse);
            let regex = regex.and_then(Result::ok);
            regex.map_or_else(Demanded::default, |hir| {
                Demanded::of(&hir, &self.syntax.anchors, self.syntax.ignore_case)
            })
        })
    }

    /// Whether another tool's configuration lets the rule look at a file of that path.
    pub(crate) fn applies_to(&self, path: &[u8]) -> bool {
        (self.foreign.as_ref()).is_none_or(|foreign| foreign.applies_to(path))
    }

    /// How its secrets are looked for; `None` where a built-in detector does.
    pub(crate) fn search(&self) -> Option<Search> {
        match &self.foreign {
            Some(foreign) => Some(foreign.search),
            None => self.syntax.regex.as_ref().map(|_| Search::Anchored),
        }
    }

    /// Whether its findings are files as such, known by their paths.
    pub(crate) fn is_about_files(&self) -> bool {
        self.search() == Some(Search::Path)
    }

    /// Its anchors, and where in each its fingerprints begin, which of embedded rules was found out when the program was
    /// built.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = (&str, Option<[i16; 2]>)> {
        let offsets =
            |[a, b, c, d]: Prints| [i16::from_le_bytes([a, b]), i16::from_le_bytes([c, d])];
        let prints = self.prints.iter().map(move |prints| Some(offsets(*prints)));
        let anchors = self.syntax.anchors.iter().map(|anchor| &**anchor);
        anchors.zip(prints.chain(std::iter::repeat(None)))
    }

    /// Of these one must stand somewhere in the text; none means always.
    pub(crate) fn keywords(&self) -> &[String] {
        self.foreign
            .as_ref()
            .map_or(&[], |foreign| &foreign.keywords)
    }

    /// Other rules of which a match must lie near.
    pub(crate) fn required(&self) -> &[Required] {
        self.foreign
            .as_ref()
            .map_or(&[], |foreign| &foreign.required)
    }

    /// Whether its matches serve other rules only.
    pub(crate) fn is_hidden(&self) -> bool {
        self.foreign.as_ref().is_some_and(|foreign| foreign.hidden)
    }

    /// The rule in the form of the file that it comes from.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        match &self.foreign {
            Some(foreign) => Ok(foreign.written.clone()),
            // As a file, so that tables within the rule get their full names.
            None => toml::to_string_pretty(&File {
                rule: [&self.syntax],
            }),
        }
    }
}

/// A rule file of one rule.
#[derive(Serialize)]
struct File<'r> {
    rule: [&'r RuleSyntax; 1],
}

fn compile(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text)
        .unicode(false)
        .size_limit(COMPILED_SIZE)
        .dfa_size_limit(CACHE_SIZE)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regex_is_compiled_once_and_one_that_does_not_compile_is_told_each_time() {
        let rule = |regex: &str| -> Rule {
            let mut syntax = serde_json::json!({
                "id": "a.b", "title": "t", "severity": "low", "confidence": "likely",
                "revoke": "r", "examples": ["e"],
            });
            syntax["regex"] = regex.into();
            Rule::embedded(Embedded {
                index: 0,
                file: "f",
                line: 7,
                longest: None,
                syntax: serde_json::from_value(syntax).unwrap(),
                prints: &[],
            })
        };
        let mut good = rule("a[bc]");
        assert_eq!(good.compile(), Ok(()));
        good.syntax.regex = Some("x".into());
        assert!(good.regex().unwrap().is_match(b"ac"));
        let bad = rule("a(");
        for _ in 0..2 {
            let said = bad.compile().unwrap_err();
            assert!(
                said.starts_with("f:7: rule \"a.b\": regex does not compile"),
                "{said}"
            );
        }
        assert!(bad.regex().is_none());
    }
}
