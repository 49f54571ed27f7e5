//! What finds the matches of a gitleaks rule: its regex, where that is run, and which part of a
//! match is the secret.

use regex_syntax::hir::{Hir, HirKind};

use super::config::RuleText;
use super::golang::translate;
use super::{Tally, literals};
use crate::rules::anchors::Anchors;
use crate::rules::check::LONGEST_MATCH;
use crate::rules::foreign::{LONGEST_OPEN, Search};
use crate::rules::hir;

/// What finds the rule's matches.
pub(super) struct Recogniser {
    pub search: Search,
    /// In Rust's syntax.
    pub regex: Option<String>,
    /// Longest match.
    pub longest: usize,
    pub anchors: Vec<String>,
    pub keywords: Vec<String>,
    pub groups: Vec<usize>,
    /// Shortest match, and shortest secret.
    pub least: usize,
    pub shortest: usize,
}

impl Recogniser {
    /// Of a rule without a regex.
    pub(super) fn path_alone(keywords: Vec<String>) -> Self {
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

/// Makes of regex, group and keywords what finds the matches; `None` where they are wrong.
pub(super) fn recogniser(
    at: &str,
    go: &str,
    text: &RuleText,
    tally: &mut Tally,
) -> Option<Recogniser> {
    let rust = translate(go);
    let hir = match hir::parse(&rust) {
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

/// Keywords as they are compared, in any case of ASCII and as written beyond; none where an empty
/// one lets every text through.
pub(super) fn gate(keywords: &[String]) -> Vec<String> {
    let lower = keywords.iter().map(|word| word.to_ascii_lowercase());
    let mut keywords: Vec<String> = lower.collect();
    keywords.sort();
    keywords.dedup();
    if keywords.iter().any(String::is_empty) {
        keywords.clear();
    }
    keywords
}
