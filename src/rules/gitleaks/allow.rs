//! An allowlist as written to one that can be asked.

use std::sync::Arc;

use aho_corasick::AhoCorasick;
use regex::bytes::{RegexSet, RegexSetBuilder};

use super::Tally;
use super::config::{ListText, RawList};
use super::golang::translate;
use crate::rules::allowlist::{Allowlist, Target};
use crate::rules::hir;

/// Compiled size of the regexes of one list, in bytes.
const COMPILED_SIZE: usize = 16 << 20;

/// Compiles a list; `None` where it is wrong, or can never hold.
pub(super) fn compile(list: &RawList, tally: &mut Tally) -> Option<Arc<Allowlist>> {
    let RawList { at, text, .. } = list;
    let all = match text
        .condition
        .as_deref()
        .map(str::to_ascii_uppercase)
        .as_deref()
    {
        None | Some("" | "OR" | "||") => Some(false),
        Some("AND" | "&&") => Some(true),
        Some(_) => {
            tally.refuse(format!("{at}: condition is neither OR nor AND"));
            None
        }
    };
    let target = match text.regex_target.as_deref() {
        None | Some("" | "secret") => Some(Target::Secret),
        Some("match") => Some(Target::Match),
        Some("line") => Some(Target::Line),
        Some(_) => {
            tally.refuse(format!("{at}: regexTarget is none of secret, match, line"));
            None
        }
    };
    let compiled = Allowlist {
        all: all.unwrap_or(false),
        target: target.unwrap_or(Target::Secret),
        paths: regexes(at, "paths", &text.paths, tally),
        regexes: regexes(at, "regexes", &text.regexes, tally),
        stopwords: stopwords(at, &text.stopwords, tally),
    };
    let holds_something = says_something(at, text, compiled.all, tally);
    let is_right = all.is_some() && target.is_some();
    (is_right && holds_something).then(|| Arc::new(compiled))
}

/// Whether the list has a criterion that can hold for an image.
fn says_something(at: &str, text: &ListText, all: bool, tally: &mut Tally) -> bool {
    let more = !(text.paths.is_empty() && text.regexes.is_empty() && text.stopwords.is_empty());
    if text.commits.is_empty() {
        if !more {
            let criteria = "commits, paths, regexes and stopwords";
            tally.refuse(format!("{at}: the allowlist has none of {criteria}"));
        }
        return more;
    }
    let consequence = match (all, more) {
        (true, _) => "so that the list, which asks for all it names, never holds",
        (false, true) => "so that the list holds by the rest of it alone",
        (false, false) => "so that the list never holds",
    };
    tally.tell(format!(
        "{at}: commits: there are none in an image, {consequence}"
    ));
    more && !all
}

fn regexes(at: &str, key: &str, list: &[String], tally: &mut Tally) -> Option<RegexSet> {
    if list.is_empty() {
        return None;
    }
    let rust: Vec<String> = list.iter().map(|text| translate(text)).collect();
    let mut wrong = false;
    for (go, rust) in list.iter().zip(&rust) {
        if let Err(error) = hir::parse(rust) {
            wrong = true;
            tally.refuse(format!("{at}: {key}: {go:?} does not compile: {error}"));
        }
    }
    if wrong {
        return None;
    }
    let set = RegexSetBuilder::new(&rust)
        .unicode(false)
        .size_limit(COMPILED_SIZE)
        .build();
    set.map_err(|error| tally.refuse(format!("{at}: {key}: {error}")))
        .ok()
}

fn stopwords(at: &str, list: &[String], tally: &mut Tally) -> Option<AhoCorasick> {
    if list.is_empty() {
        return None;
    }
    let words = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(list);
    words
        .map_err(|error| tally.refuse(format!("{at}: stopwords: {error}")))
        .ok()
}
