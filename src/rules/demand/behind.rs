//! What stands right behind an anchor: the end of a key's name and then `=`, fourteen letters behind `pat`.
//!
//! It is told where an anchor is spelled out: in parts of the regex that match a few words only, each of which
//! holds an anchor. Every match has one of those, and behind it what the rest of the regex begins with.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::Run;

/// Words that the parts around an anchor may match, and bytes that stand for one another in them.
const MOST_WORDS: usize = 64;
const MOST_BYTES: usize = 8;
/// Parts of the rest that are taken together.
const TOGETHER: usize = 8;
/// Bytes behind an anchor that are looked at: as many for each anchor, however dense they stand.
const LONGEST: usize = 16;
/// What it must say to be worth a look, in bits.
const LEAST: f64 = 1.0;

/// The bytes of which one class stands right behind some anchor in every match; and where that anchor ends what
/// is spelled out, the regex of all that follows it.
pub(super) fn of(hir: &Hir, anchors: &[&[u8]], ignore_case: bool) -> Option<(Run, Option<String>)> {
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    let told = (0..parts.len()).filter_map(|from| {
        let (words, rest) = words(&parts[from..], ignore_case);
        let behind = words.iter().map(|word| behind(word, anchors));
        let behind: Vec<&[u8]> = behind.collect::<Option<_>>()?;
        let ends_words = behind.iter().all(|rest| rest.is_empty());
        Some((
            best(&behind, rest, ignore_case)?,
            ends_words.then_some(rest),
        ))
    });
    let (run, rest) = told
        .filter(|(run, _)| run.bits() >= LEAST)
        .max_by(|(one, _), (other, _)| one.bits().total_cmp(&other.bits()))?;
    let tail = rest.map(|rest| Hir::concat(rest.iter().copied().cloned().collect()).to_string());
    Some((run, tail))
}

/// The parts that stand one behind the other.
fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Concat(inner) => inner.iter().for_each(|part| flatten(part, parts)),
        HirKind::Capture(capture) => flatten(&capture.sub, parts),
        HirKind::Empty | HirKind::Look(_) => {}
        _ => parts.push(hir),
    }
}

/// All words of the first parts, as long as they are few, and the parts behind those.
fn words<'p, 'h>(parts: &'p [&'h Hir], ignore_case: bool) -> (Vec<Vec<u8>>, &'p [&'h Hir]) {
    let mut words = vec![Vec::new()];
    for (at, part) in parts.iter().enumerate() {
        match all_of(part, ignore_case).and_then(|more| cross(&words, &more)) {
            Some(longer) => words = longer,
            None => return (words, &parts[at..]),
        }
    }
    (words, &[])
}

/// All words that `hir` matches, if they are few.
fn all_of(hir: &Hir, ignore_case: bool) -> Option<Vec<Vec<u8>>> {
    let mut words = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![Vec::new()],
        HirKind::Literal(literal) => vec![fold(&literal.0, ignore_case)],
        HirKind::Class(Class::Bytes(class)) => {
            let bytes = class.iter().flat_map(|range| range.start()..=range.end());
            let words = bytes.map(|byte| fold(&[byte], ignore_case));
            words.take(2 * MOST_BYTES + 1).collect()
        }
        HirKind::Class(Class::Unicode(_)) => return None,
        HirKind::Capture(capture) => all_of(&capture.sub, ignore_case)?,
        HirKind::Concat(parts) => {
            let mut words = vec![Vec::new()];
            for part in parts {
                words = cross(&words, &all_of(part, ignore_case)?)?;
            }
            words
        }
        HirKind::Alternation(branches) => {
            let words = branches.iter().map(|branch| all_of(branch, ignore_case));
            words.collect::<Option<Vec<_>>>()?.concat()
        }
        HirKind::Repetition(repetition) if repetition.max == Some(1) => {
            let mut words = all_of(&repetition.sub, ignore_case)?;
            words.extend((repetition.min == 0).then(Vec::new));
            words
        }
        HirKind::Repetition(_) => return None,
    };
    words.sort();
    words.dedup();
    let most = match hir.kind() {
        HirKind::Class(_) => MOST_BYTES,
        _ => MOST_WORDS,
    };
    (words.len() <= most).then_some(words)
}

/// Each of the words with each of the others behind it, if they are few.
fn cross(words: &[Vec<u8>], more: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    if words.len() * more.len() > MOST_WORDS {
        return None;
    }
    let pairs = words
        .iter()
        .flat_map(|word| more.iter().map(move |next| (word, next)));
    Some(
        pairs
            .map(|(word, next)| [&word[..], next].concat())
            .collect(),
    )
}

fn fold(bytes: &[u8], ignore_case: bool) -> Vec<u8> {
    match ignore_case {
        true => bytes.to_ascii_lowercase(),
        false => bytes.to_vec(),
    }
}

/// What stands in a word behind the anchor that ends first in it.
fn behind<'w>(word: &'w [u8], anchors: &[&[u8]]) -> Option<&'w [u8]> {
    let ends_at = |end: &usize| {
        let ends_there = |anchor: &&[u8]| !anchor.is_empty() && word[..*end].ends_with(anchor);
        anchors.iter().any(ends_there)
    };
    (0..=word.len()).find(ends_at).map(|end| &word[end..])
}

/// What says most of what stands behind all of these: in the words, and in so many of the parts behind them.
fn best(words: &[&[u8]], rest: &[&Hir], ignore_case: bool) -> Option<Run> {
    let parts: Vec<Run> = (rest.iter().take(TOGETHER))
        .map(|part| Run::all_of(part, &mut Vec::new()))
        .collect();
    let of_first = |count: usize| {
        let each = words.iter().map(|word| {
            let word = Run::of_bytes(&in_both_cases(word, ignore_case)).of_length(word.len());
            let parts = parts[..count].iter();
            parts.fold(word, |all, part| all.join(part, all.length + part.length))
        });
        let all = each.reduce(|one, other| one.join(&other, one.length.min(other.length)));
        all.map(|run| run.of_length(run.length.min(LONGEST)))
    };
    let runs = (0..=parts.len()).filter_map(of_first);
    runs.max_by(|one, other| one.bits().total_cmp(&other.bits()))
}

fn in_both_cases(word: &[u8], ignore_case: bool) -> Vec<u8> {
    match ignore_case {
        true => [word.to_ascii_lowercase(), word.to_ascii_uppercase()].concat(),
        false => word.to_vec(),
    }
}
