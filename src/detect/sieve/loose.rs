//! A regex that matches wherever another one does, and is told with few states.

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

/// Repetitions that are counted; more are as good as any number. Of 4, 8, 16 and 32 a scan takes the fewest
/// instructions with 16: with less it finds too much, with more there are too many states.
const MOST: u32 = 16;
/// Repetitions of all that are counted within one another.
const MOST_WITHIN: u32 = 128;
/// Branches of a choice of words that is too large.
const MANY: usize = 6;

/// The regex of which less is told.
pub(super) fn loosen(hir: Hir) -> Hir {
    count_less(without_words(hir), MOST)
}

/// A regex that matches wherever `hir` does, though where it begins with a choice of many words perhaps behind
/// their beginning. That one of them is there is known, by the rule's anchors; their letters would part the
/// bytes into so many classes, and be states in so many ways, that those of a mnemonic take six times the room.
fn without_words(hir: Hir) -> Hir {
    let HirKind::Concat(parts) = hir.kind() else {
        return hir;
    };
    let is_look = |part: &&Hir| matches!(part.kind(), HirKind::Look(_));
    let looks = parts.iter().take_while(is_look).count();
    match parts.get(looks).map(Hir::kind) {
        Some(HirKind::Alternation(words)) if words.len() >= MANY => {}
        _ => return hir,
    }
    let Some(last) = last_bytes(&parts[looks]) else {
        return hir;
    };
    let rest = parts[looks + 1..].iter().cloned();
    let last = Hir::class(Class::Bytes(last));
    Hir::concat(std::iter::once(last).chain(rest).collect())
}

/// The bytes that a match of `hir` may end with; `None` where it may be empty, or ends with what may be.
fn last_bytes(hir: &Hir) -> Option<ClassBytes> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Unicode(_)) => None,
        HirKind::Literal(literal) => {
            let last = *literal.0.last()?;
            Some(ClassBytes::new([ClassBytesRange::new(last, last)]))
        }
        HirKind::Class(Class::Bytes(class)) => Some(class.clone()),
        HirKind::Capture(capture) => last_bytes(&capture.sub),
        HirKind::Concat(parts) => last_bytes(parts.last()?),
        HirKind::Repetition(repetition) if repetition.min > 0 => last_bytes(&repetition.sub),
        HirKind::Repetition(_) => None,
        HirKind::Alternation(branches) => {
            let mut all = ClassBytes::empty();
            for branch in branches {
                all.union(&last_bytes(branch)?);
            }
            Some(all)
        }
    }
}

/// A regex that matches wherever `hir` does, and counts to no large number: forty letters that may begin
/// anywhere are forty states in all ways they can stand together, each made when it is first met. What is
/// counted within what is counted shares the number.
fn count_less(hir: Hir, most: u32) -> Hir {
    let each = |parts: Vec<Hir>| {
        parts
            .into_iter()
            .map(|part| count_less(part, most))
            .collect()
    };
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Capture(capture) => count_less(*capture.sub, most),
        HirKind::Concat(parts) => Hir::concat(each(parts)),
        HirKind::Alternation(branches) => Hir::alternation(each(branches)),
        HirKind::Repetition(repetition) => {
            let min = repetition.min.min(most);
            let max = repetition.max.filter(|max| *max <= most);
            let inner = most.min(MOST_WITHIN / max.unwrap_or(min).max(1));
            Hir::repetition(Repetition {
                min,
                max,
                greedy: repetition.greedy,
                sub: Box::new(count_less(*repetition.sub, inner.max(1))),
            })
        }
    }
}
