//! One rule of a gitleaks configuration to one that our engine runs.

use std::borrow::Cow;
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};
use serde::Serialize;

use super::config::{ListText, RawList, RawRule, RequiredText, RuleText};
use super::golang::translate;
use super::recogniser::{Recogniser, gate, recogniser};
use super::{Tally, allow};
use crate::rules::allowlist::Allowlist;
use crate::rules::foreign::{Foreign, LONGEST_OPEN, Required, Search};
use crate::rules::rule::Rule;
use crate::rules::syntax::{Confidence, RuleSyntax, Severity};

/// Provider of the ids of rules that have none.
const PROVIDER: &str = "gitleaks";
/// A secret that may be shorter than this may be a password.
const SHORTEST_TOKEN: usize = 16;
/// Compiled size of a regex on paths, in bytes.
const PATH_SIZE: usize = 4 << 20;

/// A list of the whole file, and the rules that it is for; all where there is none.
pub(super) struct Shared {
    pub raw: RawList,
    pub list: Arc<Allowlist>,
}

/// The id that a rule has here: lower case, and dashes for all but letters and digits.
pub(super) fn id(theirs: &str) -> String {
    let lower = theirs.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    format!("{PROVIDER}.{}", words.join("-"))
}

/// Makes the rule; `None` where something about it is wrong.
pub(super) fn build(raw: &RawRule, shared: &[Shared], tally: &mut Tally) -> Option<Rule> {
    let at = &raw.at;
    let text = &raw.text;
    let before = tally.mistakes.len();
    if id(&text.id).len() <= PROVIDER.len() + 1 && !text.id.trim().is_empty() {
        tally.refuse(format!("{at}: id has neither a letter nor a digit"));
    }
    if text
        .entropy
        .is_some_and(|bits| !(0.0..=8.0).contains(&bits))
    {
        tally.refuse(format!("{at}: entropy is not between 0 and 8 bits a byte"));
    }
    let path = text.path.as_ref().and_then(|go| path(at, go, tally));
    let recogniser = match &text.regex {
        Some(go) => recogniser(at, go, text, tally),
        None => Some(Recogniser::path_alone(gate(&text.keywords))),
    };
    let lists = lists(raw, shared, tally);
    let recogniser = recogniser.filter(|_| !raw.broken && tally.mistakes.len() == before)?;
    remark(at, text, &recogniser, tally);
    let foreign = Foreign {
        search: recogniser.search,
        groups: recogniser.groups,
        keywords: recogniser.keywords,
        required: text.required.iter().map(required).collect(),
        hidden: text.skip_report,
        written: written(text, raw, shared),
        path,
        allowlists: lists,
    };
    let guessable = recogniser.shortest < SHORTEST_TOKEN;
    let syntax = syntax(text, recogniser.regex, recogniser.anchors, guessable);
    let mut rule = Rule::foreign(syntax, &raw.file, raw.line, foreign);
    rule.longest = recogniser.longest;
    Some(rule)
}

fn required(text: &RequiredText) -> Required {
    Required {
        rule: id(&text.id),
        lines: text.within_lines,
        columns: text.within_columns,
    }
}

/// The rule in the words of our own rule files, as far as they reach.
fn syntax(
    text: &RuleText,
    regex: Option<String>,
    anchors: Vec<String>,
    guessable: bool,
) -> RuleSyntax {
    let title = text
        .description
        .as_deref()
        .map(str::trim)
        .unwrap_or_default();
    let severity = text.tags.iter().find_map(|tag| severity(tag));
    RuleSyntax {
        id: id(&text.id).into(),
        title: Cow::Owned(if title.is_empty() { &text.id } else { title }.to_owned()),
        severity: severity.unwrap_or(Severity::High),
        confidence: Confidence::Likely,
        anchors: anchors.into_iter().map(Cow::Owned).collect(),
        ignore_case: true,
        regex: regex.map(Cow::Owned),
        detector: None,
        entropy: text.entropy.filter(|bits| *bits > 0.0),
        decode: Vec::new(),
        validate: Vec::new(),
        paths: Vec::new(),
        near: Vec::new(),
        alone: true,
        over: Vec::new(),
        last: false,
        guessable,
        revoke: "Revoke it where it was issued, and issue another one.".into(),
        references: Vec::new(),
        examples: Vec::new(),
        rejects: Vec::new(),
        fields: Vec::new(),
    }
}

/// gitleaks has no severities; a tag `severity:low` says one.
fn severity(tag: &str) -> Option<Severity> {
    let word = tag.strip_prefix("severity:")?;
    Severity::ALL
        .into_iter()
        .find(|severity| severity.to_string().eq_ignore_ascii_case(word.trim()))
}

fn path(at: &str, go: &str, tally: &mut Tally) -> Option<Regex> {
    let regex = RegexBuilder::new(&translate(go))
        .unicode(false)
        .size_limit(PATH_SIZE)
        .build();
    if go.starts_with("^/") {
        let reason = "but paths in an image have no slash in front";
        tally.remark(format!("{at}: path begins with ^/, {reason}"));
    }
    regex
        .map_err(|error| tally.refuse(format!("{at}: path does not compile: {error}")))
        .ok()
}

fn lists(raw: &RawRule, shared: &[Shared], tally: &mut Tally) -> Vec<Arc<Allowlist>> {
    let own = raw
        .lists
        .iter()
        .filter_map(|list| allow::compile(list, tally));
    let mut lists: Vec<Arc<Allowlist>> = own.collect();
    let of_file = shared.iter().filter(|shared| concerns(shared, raw));
    lists.extend(of_file.map(|shared| Arc::clone(&shared.list)));
    lists
}

fn concerns(shared: &Shared, raw: &RawRule) -> bool {
    let targets = &shared.raw.targets;
    targets.is_empty() || targets.contains(&raw.text.id)
}

/// What is worth knowing of a rule that works as its author meant.
fn remark(at: &str, text: &RuleText, recogniser: &Recogniser, tally: &mut Tally) {
    if recogniser.search != Search::Blocks {
        return;
    }
    if recogniser.longest == LONGEST_OPEN {
        tally.remark(format!(
            "{at}: regex has no longest match: what is longer than {LONGEST_OPEN} bytes is not found"
        ));
    }
    if recogniser.least == 0 {
        tally.remark(format!(
            "{at}: regex can match nothing at all, which is slow"
        ));
    }
    if recogniser.anchors.is_empty() {
        let where_to = match text.keywords.is_empty() {
            true => "no keyword and no text that every match holds: it runs over everything",
            false => "no text that every match holds: it runs over all that has a keyword",
        };
        tally.remark(format!("{at}: has {where_to}, which is slow"));
    }
}

/// The rule as a configuration of its own, with the lists of the file that concern it.
fn written(text: &RuleText, raw: &RawRule, shared: &[Shared]) -> String {
    #[derive(Serialize)]
    struct Whole<'a> {
        #[serde(flatten)]
        rule: &'a RuleText,
        allowlists: Vec<&'a ListText>,
    }
    #[derive(Serialize)]
    struct File<'a> {
        rules: [Whole<'a>; 1],
    }
    let of_file = shared.iter().filter(|shared| concerns(shared, raw));
    let lists = raw.lists.iter().chain(of_file.map(|shared| &shared.raw));
    let whole = Whole {
        rule: text,
        allowlists: lists.map(|list| &list.text).collect(),
    };
    // Texts and numbers, which TOML can always hold.
    toml::to_string_pretty(&File { rules: [whole] }).unwrap_or_default()
}
