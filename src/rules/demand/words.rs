//! Words: bytes that stand as they are, letters in upper or in lower case, in every match.

use regex_syntax::hir::{Class, ClassBytes, Hir, HirKind};

/// Bytes of the shortest one that is looked for.
pub(crate) const SHORTEST: usize = 3;

/// Those that every match of `hir` holds, in lower case, the longest first.
pub(super) fn all_of(hir: &Hir) -> Vec<Vec<u8>> {
    let mut words = Words::default();
    words.read(hir);
    words.close();
    words.all.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.all.dedup();
    words.all
}

/// Whether a word is part of `text`, in whichever case.
pub(super) fn stands_in(word: &[u8], text: &[u8]) -> bool {
    let mut places = text.windows(word.len());
    places.any(|place| place.eq_ignore_ascii_case(word))
}

/// Words on the way through a regex.
#[derive(Default)]
struct Words {
    all: Vec<Vec<u8>>,
    /// The one that what comes next may go on with.
    open: Vec<u8>,
}

impl Words {
    fn read(&mut self, hir: &Hir) {
        match hir.kind() {
            // Of no length, so that what is around them stands side by side.
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.open.extend(literal.0.to_ascii_lowercase()),
            HirKind::Class(Class::Bytes(class)) => match letter(class) {
                Some(letter) => self.open.push(letter),
                None => self.close(),
            },
            HirKind::Class(Class::Unicode(_)) => self.close(),
            HirKind::Capture(capture) => self.read(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.read(part)),
            HirKind::Repetition(repetition) => {
                self.close();
                if repetition.min > 0 {
                    self.read(&repetition.sub);
                    self.close();
                }
            }
            HirKind::Alternation(_) => self.close(),
        }
    }

    fn close(&mut self) {
        let word = std::mem::take(&mut self.open);
        if word.len() >= SHORTEST {
            self.all.push(word);
        }
    }
}

/// The one byte of a class, or the one letter in both cases.
fn letter(class: &ClassBytes) -> Option<u8> {
    let mut bytes = (class.iter()).flat_map(|range| range.start()..=range.end());
    let first = bytes.next()?.to_ascii_lowercase();
    let all_same = bytes.take(2).all(|byte| byte.to_ascii_lowercase() == first);
    all_same.then_some(first)
}
