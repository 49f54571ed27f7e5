//! From a rule as written to a rule that holds what it promises, or a list of its mistakes.

use std::sync::OnceLock;

use globset::{Glob, GlobSet, GlobSetBuilder};
use regex::bytes::{Regex, RegexBuilder};

use super::fields::Fields;
use super::syntax::RuleSyntax;

/// Longest match that a rule may have; windows overlap by as much.
pub const LONGEST_MATCH: usize = 32 << 10;
/// Compiled size of one regex, in bytes.
const COMPILED_SIZE: usize = 4 << 20;
/// Memory of one regex's lazily built automaton, for each thread: there are hundreds of regexes, and
/// each sees little text.
const CACHE_SIZE: usize = 128 << 10;

/// What rules may refer to by name.
#[derive(Debug, Clone, Copy)]
pub struct Catalog<'a> {
    /// Names for `validate`.
    pub validators: &'a [&'a str],
    /// Names for `detector`.
    pub detectors: &'a [&'a str],
    /// Names for `format` of `[[rule.fields]]`.
    pub formats: &'a [&'a str],
    /// Names for `decode`.
    pub decodings: &'a [&'a str],
}

impl Catalog<'_> {
    /// Adds the names that are none of a decoding.
    pub(super) fn check_decodings(self, place: &str, names: &[String], mistakes: &mut Mistakes) {
        for name in names {
            if !self.decodings.contains(&name.as_str()) {
                mistakes.add(format_args!("{place}there is no decoding {name:?}"));
            }
        }
    }
}

/// A rule that has been checked. Its regex is compiled when it is first needed.
#[derive(Debug)]
pub struct Rule {
    /// As written.
    pub syntax: RuleSyntax,
    /// File it comes from, for messages.
    pub file: String,
    /// Longest match in bytes, at most [`LONGEST_MATCH`].
    pub longest: usize,
    /// The tables of `[[rule.fields]]`.
    pub fields: Vec<Fields>,
    paths: Option<GlobSet>,
    regex: OnceLock<Option<Regex>>,
}

impl Rule {
    /// Checks `syntax`; on failure every mistake, each naming file and rule.
    pub fn check(
        syntax: RuleSyntax,
        file: &str,
        catalog: Catalog<'_>,
    ) -> Result<Self, Vec<String>> {
        let mut mistakes = Mistakes::new(&syntax, file);
        check_words(&syntax, &mut mistakes);
        check_names(&syntax, catalog, &mut mistakes);
        let longest = check_recogniser(&syntax, &mut mistakes);
        let paths = check_paths(&syntax, &mut mistakes);
        let fields = syntax.fields.iter();
        let fields = fields
            .map(|table| Fields::check(table, catalog, &mut mistakes))
            .collect();
        if !mistakes.list.is_empty() {
            return Err(mistakes.list);
        }
        Ok(Self {
            syntax,
            file: file.to_owned(),
            longest,
            fields,
            paths,
            regex: OnceLock::new(),
        })
    }

    /// The rule's id.
    pub fn id(&self) -> &str {
        &self.syntax.id
    }

    /// The compiled regex; `None` for a rule with a built-in detector.
    pub fn regex(&self) -> Option<&Regex> {
        self.regex
            .get_or_init(|| {
                self.syntax
                    .regex
                    .as_deref()
                    .and_then(|text| compile(text).ok())
            })
            .as_ref()
    }

    /// Compiles the regex now; on failure says why.
    pub fn compile(&self) -> Result<(), String> {
        match &self.syntax.regex {
            Some(text) => compile(text).map(drop).map_err(|error| {
                format!(
                    "{}: rule {}: regex does not compile: {error}",
                    self.file,
                    self.id()
                )
            }),
            None => Ok(()),
        }
    }

    /// Whether the rule looks at a file of that path. A rule without `paths` looks everywhere.
    pub fn applies_to(&self, path: &[u8]) -> bool {
        self.paths
            .as_ref()
            .is_none_or(|globs| globs.is_match(String::from_utf8_lossy(path).as_ref()))
    }
}

fn compile(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text)
        .unicode(false)
        .size_limit(COMPILED_SIZE)
        .dfa_size_limit(CACHE_SIZE)
        .build()
}

/// Collects mistakes, each with its place.
pub(super) struct Mistakes {
    place: String,
    list: Vec<String>,
}

impl Mistakes {
    fn new(syntax: &RuleSyntax, file: &str) -> Self {
        Self {
            place: format!("{file}: rule {:?}", syntax.id),
            list: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, mistake: impl std::fmt::Display) {
        self.list.push(format!("{}: {mistake}", self.place));
    }
}

fn check_words(syntax: &RuleSyntax, mistakes: &mut Mistakes) {
    let is_kebab = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let parts: Vec<&str> = syntax.id.split('.').collect();
    if parts.len() != 2 || !parts.iter().all(|part| is_kebab(part)) {
        mistakes.add("id is not of the form provider.kind in kebab-case");
    }
    if syntax.title.trim().is_empty() {
        mistakes.add("title is empty");
    }
    if syntax.revoke.trim().is_empty() {
        mistakes.add("revoke is empty: say where the owner revokes it");
    }
    if syntax.examples.is_empty() {
        mistakes.add("has no example");
    }
    if syntax
        .entropy
        .is_some_and(|bits| !(0.0..=8.0).contains(&bits))
    {
        mistakes.add("entropy is not between 0 and 8 bits per byte");
    }
}

fn check_names(syntax: &RuleSyntax, catalog: Catalog<'_>, mistakes: &mut Mistakes) {
    for name in &syntax.validate {
        if !catalog.validators.contains(&name.as_str()) {
            mistakes.add(format_args!("there is no validator {name:?}"));
        }
    }
    if let Some(name) = &syntax.detector
        && !catalog.detectors.contains(&name.as_str())
    {
        mistakes.add(format_args!("there is no detector {name:?}"));
    }
    catalog.check_decodings("", &syntax.decode, mistakes);
}

/// Checks regex and anchors; gives the longest match.
fn check_recogniser(syntax: &RuleSyntax, mistakes: &mut Mistakes) -> usize {
    match (&syntax.regex, &syntax.detector) {
        (Some(text), None) => {
            if syntax.anchors.iter().all(|anchor| anchor.is_empty()) {
                mistakes.add("has no anchor");
            }
            if syntax.anchors.iter().any(|anchor| anchor.len() < 2) {
                mistakes.add("has an anchor shorter than 2 bytes");
            }
            longest_match(text, mistakes)
        }
        (None, Some(_)) => LONGEST_MATCH,
        (None, None) if !syntax.fields.is_empty() => {
            if !syntax.anchors.is_empty() || !syntax.paths.is_empty() || !syntax.decode.is_empty() {
                mistakes.add("has anchors, paths or decode without a regex: fields have their own");
            }
            LONGEST_MATCH
        }
        _ => {
            mistakes.add("needs either regex or detector, or fields");
            0
        }
    }
}

fn longest_match(text: &str, mistakes: &mut Mistakes) -> usize {
    let parsed = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(text);
    let hir = match parsed {
        Ok(hir) => hir,
        Err(error) => {
            mistakes.add(format_args!("regex does not compile: {error}"));
            return 0;
        }
    };
    match hir.properties().maximum_len() {
        Some(longest) if longest <= LONGEST_MATCH => longest,
        Some(longest) => {
            mistakes.add(format_args!(
                "regex matches up to {longest} bytes; at most {LONGEST_MATCH} are allowed"
            ));
            0
        }
        None => {
            mistakes.add("regex has no longest match: bound every * and + with {m,n}");
            0
        }
    }
}

fn check_paths(syntax: &RuleSyntax, mistakes: &mut Mistakes) -> Option<GlobSet> {
    if syntax.paths.is_empty() {
        return None;
    }
    let mut globs = GlobSetBuilder::new();
    for path in &syntax.paths {
        match Glob::new(path) {
            Ok(glob) => {
                globs.add(glob);
            }
            Err(error) => mistakes.add(format_args!("paths: {error}")),
        }
    }
    globs
        .build()
        .map_err(|error| mistakes.add(format_args!("paths: {error}")))
        .ok()
}
