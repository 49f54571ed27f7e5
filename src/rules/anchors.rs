//! Whether every match of a regex contains one of its rule's anchors.
//!
//! The regex is walked once, keeping the texts that its parts can match while they can be listed.
//! The answer errs towards "no": what cannot be listed counts as anything.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

/// Texts that are kept while looking for anchors; more are given up as "anything".
const MOST_TEXTS: usize = 512;
/// Texts of a repeated part that are kept; a wider class says nothing about its neighbours.
const MOST_REPEATED: usize = 4;

fn fold(bytes: &[u8], ignore_case: bool) -> Vec<u8> {
    if ignore_case {
        bytes.to_ascii_lowercase()
    } else {
        bytes.to_vec()
    }
}

/// A rule's anchors.
pub(super) struct Anchors {
    literals: Vec<Vec<u8>>,
    ignore_case: bool,
}

/// Some texts.
pub(super) type Set = BTreeSet<Vec<u8>>;

/// The texts that a part of a regex can match, as far as that is enumerable.
pub(super) enum Texts {
    /// Exactly these.
    Exactly(Set),
    /// More than can be listed. Of those that hold no anchor: what each begins with, and what
    /// each ends in. Both are empty when there is an anchor in every one.
    Many { starts: Set, ends: Set },
}

impl Texts {
    /// Texts of which nothing is known.
    fn anything() -> Self {
        Self::Many {
            starts: nothing(),
            ends: nothing(),
        }
    }
}

/// The set of the empty text alone.
fn nothing() -> Set {
    [Vec::new()].into()
}

/// Every head before every tail; `None` when they are too many.
pub(super) fn product(heads: &Set, tails: &Set) -> Option<Set> {
    (heads.len() * tails.len() <= MOST_TEXTS).then(|| {
        heads
            .iter()
            .flat_map(|head| tails.iter().map(move |tail| [&head[..], tail].concat()))
            .collect()
    })
}

impl Anchors {
    /// Takes the anchors as written.
    pub(super) fn new(anchors: &[impl AsRef<str>], ignore_case: bool) -> Self {
        Self {
            literals: anchors
                .iter()
                .map(|anchor| fold(anchor.as_ref().as_bytes(), ignore_case))
                .collect(),
            ignore_case,
        }
    }

    /// Whether every match contains one of them.
    pub(super) fn needed_by(&self, hir: &Hir) -> bool {
        match self.texts(hir) {
            Texts::Exactly(texts) => self.without(texts).is_empty(),
            Texts::Many { starts, .. } => starts.is_empty(),
        }
    }

    /// Those of the texts that hold no anchor.
    fn without(&self, mut texts: Set) -> Set {
        texts.retain(|text| {
            !self
                .literals
                .iter()
                .any(|literal| memchr::memmem::find(text, literal).is_some())
        });
        texts
    }

    /// What the part can match.
    pub(super) fn texts(&self, hir: &Hir) -> Texts {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Texts::Exactly(nothing()),
            HirKind::Literal(literal) => {
                Texts::Exactly([fold(&literal.0, self.ignore_case)].into())
            }
            HirKind::Class(class) => self.class(class),
            HirKind::Capture(capture) => self.texts(&capture.sub),
            HirKind::Repetition(repetition) => {
                self.repeated(repetition.min, repetition.max, self.texts(&repetition.sub))
            }
            HirKind::Concat(parts) => self.concat(parts),
            HirKind::Alternation(branches) => self.alternation(branches),
        }
    }

    fn repeated(&self, min: u32, max: Option<u32>, once: Texts) -> Texts {
        match (min, max, once) {
            (1, Some(1), once) => once,
            (0, Some(1), Texts::Exactly(mut texts)) => {
                texts.insert(Vec::new());
                Texts::Exactly(texts)
            }
            (0, Some(1), Texts::Many { starts, ends }) => Texts::Many {
                starts: &starts | &nothing(),
                ends: &ends | &nothing(),
            },
            (0, ..) => Texts::anything(),
            (_, _, Texts::Exactly(texts)) => {
                let open = self.without(texts);
                if open.len() > MOST_REPEATED {
                    return Texts::anything();
                }
                Texts::Many {
                    starts: open.clone(),
                    ends: open,
                }
            }
            (.., many) => many,
        }
    }

    fn class(&self, class: &Class) -> Texts {
        let Class::Bytes(class) = class else {
            return Texts::anything();
        };
        let bytes = class
            .iter()
            .flat_map(|range| range.start()..=range.end())
            .map(|byte| fold(&[byte], self.ignore_case));
        Texts::Exactly(bytes.collect())
    }

    fn alternation(&self, branches: &[Hir]) -> Texts {
        let (mut all, mut starts, mut ends) = (Set::new(), Set::new(), Set::new());
        let mut enumerable = true;
        for branch in branches {
            match self.texts(branch) {
                Texts::Exactly(texts) => all.extend(texts),
                Texts::Many {
                    starts: some_starts,
                    ends: some_ends,
                } => {
                    enumerable = false;
                    starts.extend(some_starts);
                    ends.extend(some_ends);
                }
            }
        }
        if enumerable && all.len() <= MOST_TEXTS {
            return Texts::Exactly(all);
        }
        let open = self.without(all);
        starts.extend(open.iter().cloned());
        ends.extend(open);
        Texts::Many { starts, ends }
    }

    /// Joins neighbouring parts while they can be listed. `run` is what stands right before the
    /// next part, of the texts that hold no anchor yet.
    fn concat(&self, parts: &[Hir]) -> Texts {
        let mut run = nothing();
        let mut starts: Option<Set> = None;
        for part in parts {
            let (heads, tails) = match self.texts(part) {
                Texts::Exactly(texts) => match product(&run, &texts) {
                    Some(joined) if starts.is_none() => {
                        run = joined;
                        continue;
                    }
                    Some(joined) => {
                        let open = self.without(joined);
                        (open.clone(), open)
                    }
                    None => (self.without(run), self.without(texts)),
                },
                Texts::Many { starts, ends } => {
                    let joined = product(&run, &starts).unwrap_or(run);
                    (self.without(joined), ends)
                }
            };
            if heads.is_empty() || tails.is_empty() {
                return Texts::Many {
                    starts: Set::new(),
                    ends: Set::new(),
                };
            }
            starts.get_or_insert(heads);
            run = tails;
        }
        match starts {
            None => Texts::Exactly(run),
            Some(starts) => Texts::Many { starts, ends: run },
        }
    }
}
