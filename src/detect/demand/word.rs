//! Words: bytes that stand as they are, letters in upper or in lower case, in every match.

use regex_syntax::hir::{Class, ClassBytes, Hir, HirKind};

use super::run::share;

/// Bytes of the shortest one that is looked for.
const SHORTEST: usize = 3;
/// Bytes that are looked at together.
const BLOCK: usize = 32;
/// Folds upper case to lower case, and some bytes that are no letters to others.
const FOLD: u8 = 0x20;

/// A word as it is looked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    /// In lower case.
    text: Vec<u8>,
    /// Where the rarest three bytes of it stand, and these, folded.
    rarest: usize,
    three: [u8; SHORTEST],
}

impl Word {
    fn new(text: Vec<u8>) -> Option<Self> {
        let weight = |three: &[u8; SHORTEST]| three.map(share).iter().product::<f64>();
        let (rarest, three) = (text.array_windows().enumerate())
            .min_by(|(_, one), (_, other)| weight(one).total_cmp(&weight(other)))?;
        Some(Self {
            rarest,
            three: three.map(|byte| byte | FOLD),
            text,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether it is part of `text`, in whichever case.
    pub(super) fn stands_in(&self, text: &[u8]) -> bool {
        self.find(text, 0).is_some()
    }

    /// Where the first one begins at `from` or behind it.
    pub(super) fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut at = from.checked_add(self.rarest)?;
        loop {
            let rest = bytes.get(at..)?;
            let block = rest.first_chunk();
            if block.is_none_or(|block| may_hold(block, self.three))
                && let Some(start) = self.begin(bytes, at - self.rarest)
            {
                return Some(start);
            }
            block?;
            at += BLOCK;
        }
    }

    /// Where it begins among the places of a block from `from` on.
    fn begin(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let places = bytes.get(from..)?.windows(self.text.len()).take(BLOCK);
        let mut stands = places.map(|text| text.eq_ignore_ascii_case(&self.text));
        Some(from + stands.position(|stands| stands)?)
    }

    /// Those that every match of `hir` holds, the longest first.
    pub(super) fn all_of(hir: &Hir) -> Vec<Self> {
        let mut words = Words::default();
        words.read(hir);
        words.close();
        words.all.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.all.dedup();
        words.all
    }
}

/// Whether three bytes may begin at any place of a block. By itself, since in the midst of a loop the compiler
/// asks byte after byte.
#[inline(never)]
fn may_hold(block: &[u8; BLOCK + SHORTEST - 1], three: [u8; SHORTEST]) -> bool {
    let is = |at: usize, which: usize| block[at + which] | FOLD == three[which];
    (0..BLOCK).fold(false, |any, at| any | (is(at, 0) & is(at, 1) & is(at, 2)))
}

/// Words on the way through a regex.
#[derive(Default)]
struct Words {
    all: Vec<Word>,
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
        self.all.extend(Word::new(std::mem::take(&mut self.open)));
    }
}

/// The one byte of a class, or the one letter in both cases.
fn letter(class: &ClassBytes) -> Option<u8> {
    let mut bytes = (class.iter()).flat_map(|range| range.start()..=range.end());
    let first = bytes.next()?.to_ascii_lowercase();
    let all_same = bytes.take(2).all(|byte| byte.to_ascii_lowercase() == first);
    all_same.then_some(first)
}
