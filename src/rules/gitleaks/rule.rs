//! One rule of a gitleaks configuration to one that our engine runs.

use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};
use serde::Serialize;

use super::config::{ListText, RawList, RawRule, RequiredText, RuleText};
use super::golang::translate;
use super::{Tally, allow, literals};
use crate::rules::allowlist::Allowlist;
use crate::rules::anchors::Anchors;
use crate::rules::check::{LONGEST_MATCH, Rule};
use crate::rules::foreign::{Foreign, LONGEST_OPEN, Required, Search};
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
        id: id(&text.id),
        title: if title.is_empty() { &text.id } else { title }.to_owned(),
        severity: severity.unwrap_or(Severity::High),
        confidence: Confidence::Likely,
        anchors,
        ignore_case: true,
        regex,
        detector: None,
        entropy: text.entropy.filter(|bits| *bits > 0.0),
        validate: Vec::new(),
        paths: Vec::new(),
        near: Vec::new(),
        alone: true,
        over: Vec::new(),
        last: false,
        guessable,
        revoke: "Revoke it where it was issued, and issue another one.".to_owned(),
        references: Vec::new(),
        examples: Vec::new(),
        rejects: Vec::new(),
    }
}

/// gitleaks has no severities; a tag `severity:low` says one.
fn severity(tag: &str) -> Option<Severity> {
    let word = tag.strip_prefix("severity:")?;
    Severity::ALL
        .into_iter()
        .find(|severity| severity.to_string().eq_ignore_ascii_case(word.trim()))
}

/// What finds the rule's matches.
struct Recogniser {
    search: Search,
    regex: Option<String>,
    longest: usize,
    anchors: Vec<String>,
    keywords: Vec<String>,
    groups: Vec<usize>,
    /// Shortest match, and shortest secret.
    least: usize,
    shortest: usize,
}

impl Recogniser {
    /// Of a rule without a regex.
    fn path_alone(keywords: Vec<String>) -> Self {
        Self {
            search: Search::Path,
            regex: None,
            longest: LONGEST_OPEN,
            anchors: Vec::new(),
            keywords,
            groups: Vec::new(),
            least: 1,
            // A file says nothing about how long its secret is.
            shortest: 0,
        }
    }
}

fn recogniser(at: &str, go: &str, text: &RuleText, tally: &mut Tally) -> Option<Recogniser> {
    let rust = translate(go);
    let hir = match super::parse(&rust) {
        Ok(hir) => hir,
        Err(error) => {
            tally.refuse(format!("{at}: regex does not compile: {error}"));
            return None;
        }
    };
    let captures = captures(&hir);
    let groups: Vec<usize> = match text.secret_group {
        None => (1..=captures.len()).collect(),
        Some(group) => match usize::try_from(group) {
            Ok(group) if group <= captures.len() => vec![group],
            _ => {
                let there = captures.len();
                let mistake = format_args!("secretGroup is {group}, the regex has {there} groups");
                tally.refuse(format!("{at}: {mistake}"));
                return None;
            }
        },
    };
    let least = hir.properties().minimum_len().unwrap_or(0);
    let lengths = groups.iter().filter_map(|group| captures.get(group - 1));
    let (anchors, keywords) = anchors(&hir, &text.keywords);
    let (search, longest) = match hir.properties().maximum_len() {
        Some(longest) if longest <= LONGEST_MATCH && !anchors.is_empty() => {
            (Search::Anchored, longest)
        }
        longest => (
            Search::Blocks,
            longest.unwrap_or(usize::MAX).min(LONGEST_OPEN),
        ),
    };
    Some(Recogniser {
        search,
        regex: Some(rust),
        longest,
        anchors,
        keywords,
        shortest: lengths.min().copied().unwrap_or(least),
        groups,
        least,
    })
}

/// The shortest match of each capture group, in order of number.
fn captures(hir: &Hir) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open = vec![hir];
    while let Some(part) = open.pop() {
        match part.kind() {
            HirKind::Capture(capture) => {
                let index = capture.index as usize;
                if found.len() < index {
                    found.resize(index, 0);
                }
                found[index - 1] = capture.sub.properties().minimum_len().unwrap_or(0);
                open.push(&capture.sub);
            }
            HirKind::Repetition(repetition) => open.push(&repetition.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => open.extend(parts),
            _ => {}
        }
    }
    found
}

/// What is looked for near a match, and what must stand anywhere in the text beside it.
///
/// A keyword of gitleaks need not lie near: it only lets the regex run. Where every match holds a
/// keyword the two are the same, and the keywords are anchors.
fn anchors(hir: &Hir, keywords: &[String]) -> (Vec<String>, Vec<String>) {
    let keywords = gate(keywords);
    let literals = literals::of(hir);
    if keywords.is_empty() || !Anchors::new(&keywords, true).needed_by(hir) {
        return (literals, keywords);
    }
    let better = literals::worth(&literals) > literals::worth(&keywords);
    (if better { literals } else { keywords }, Vec::new())
}

/// Keywords as they are compared; none where an empty one lets every text through.
fn gate(keywords: &[String]) -> Vec<String> {
    let mut keywords: Vec<String> = keywords.iter().map(|word| word.to_lowercase()).collect();
    keywords.sort();
    keywords.dedup();
    if keywords.iter().any(String::is_empty) {
        keywords.clear();
    }
    keywords
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
