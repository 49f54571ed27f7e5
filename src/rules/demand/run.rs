//! Runs: so many bytes in a row that are all of one class.

use regex_syntax::hir::{Class, Hir, HirKind};
use serde::{Deserialize, Serialize};

use super::share::{Bytes, SHARES};

/// Neighbours of a sequence that are taken together.
const TOGETHER: usize = 16;

/// So many bytes in a row that are all of one class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    class: Bytes,
    pub length: usize,
}

impl Run {
    fn nothing() -> Self {
        Self {
            class: [0; 4],
            length: 0,
        }
    }

    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        let mut run = Self::nothing();
        for byte in bytes {
            run.add(*byte);
        }
        run.length = bytes.len();
        run
    }

    /// As many of its bytes.
    pub(super) fn of_length(self, length: usize) -> Self {
        Self { length, ..self }
    }

    fn add(&mut self, byte: u8) {
        self.class[usize::from(byte / 64)] |= 1 << (byte % 64);
    }

    /// How many of these bytes are in the class.
    pub(super) fn count(&self, of: &Bytes) -> u32 {
        let both = self.class.iter().zip(of);
        both.map(|(class, of)| (class & of).count_ones()).sum()
    }

    /// Whether the byte is of the class.
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.class[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }

    pub(super) fn stands_in(&self, bytes: &[u8]) -> bool {
        let mut windows = bytes.windows(self.length.max(1));
        windows.any(|window| window.iter().all(|byte| self.has(*byte)))
    }

    /// The run that a text of both has, whichever length the first of them takes of `length`.
    pub(super) fn join(mut self, other: &Self, length: usize) -> Self {
        for (bits, other) in self.class.iter_mut().zip(&other.class) {
            *bits |= other;
        }
        self.length = length;
        self
    }

    /// How much it says where bytes are those of text: a byte that any text holds says nothing.
    pub(super) fn bits(&self) -> f64 {
        match self.class {
            [0, 0, 0, 0] => 0.0,
            _ => self.length as f64 * -self.share().min(1.0).log2(),
        }
    }

    /// Which part of text the bytes of the class are.
    pub(super) fn share(&self) -> f64 {
        let shares = SHARES.iter();
        shares
            .map(|(of, share)| share * f64::from(self.count(of)))
            .sum()
    }

    /// Whether the other one is there wherever this one is.
    pub(super) fn implies(&self, other: &Self) -> bool {
        let mut both = self.class.iter().zip(&other.class);
        self.length >= other.length && both.all(|(bits, other)| bits & !other == 0)
    }

    /// The run that a whole match of `hir` is; in `runs`, it and those that every match holds.
    pub(super) fn all_of(hir: &Hir, runs: &mut Vec<Self>) -> Self {
        let whole = match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::nothing(),
            HirKind::Literal(literal) => {
                runs.extend(literal.0.iter().map(|byte| Self::of_bytes(&[*byte])));
                Self::of_bytes(&literal.0)
            }
            HirKind::Class(class) => Self::of_class(class),
            HirKind::Capture(capture) => Self::all_of(&capture.sub, runs),
            HirKind::Repetition(repetition) => {
                let mut inner = Vec::new();
                let mut one = Self::all_of(&repetition.sub, &mut inner);
                if repetition.min > 0 {
                    runs.append(&mut inner);
                }
                one.length = one.length.saturating_mul(repetition.min as usize);
                one
            }
            HirKind::Concat(parts) => Self::of_sequence(parts, runs),
            HirKind::Alternation(branches) => Self::of_branches(branches, runs),
        };
        runs.push(whole);
        whole
    }

    fn of_class(class: &Class) -> Self {
        let mut run = Self::nothing();
        run.length = 1;
        match class {
            Class::Bytes(class) => {
                for range in class.iter() {
                    (range.start()..=range.end()).for_each(|byte| run.add(byte));
                }
            }
            // Of characters of several bytes nothing is said.
            Class::Unicode(_) => run.class = [u64::MAX; 4],
        }
        run
    }

    fn of_sequence(parts: &[Hir], runs: &mut Vec<Self>) -> Self {
        let alone: Vec<Self> = parts.iter().map(|part| Self::all_of(part, runs)).collect();
        for from in 0..alone.len() {
            let mut together = alone[from];
            for part in alone[from + 1..].iter().take(TOGETHER) {
                let length = together.length + part.length;
                together = together.join(part, length);
                runs.push(together);
            }
        }
        alone.iter().fold(Self::nothing(), |all, part| {
            let length = all.length + part.length;
            all.join(part, length)
        })
    }

    fn of_branches(branches: &[Hir], runs: &mut Vec<Self>) -> Self {
        let either = |one: Self, other: Self| {
            let length = one.length.min(other.length);
            one.join(&other, length)
        };
        let (mut whole, mut best): (Option<Self>, Option<Self>) = (None, None);
        for branch in branches {
            let mut inner = Vec::new();
            let all = Self::all_of(branch, &mut inner);
            let most = inner
                .into_iter()
                .max_by(|a, b| a.bits().total_cmp(&b.bits()));
            let most = most.unwrap_or_else(Self::nothing);
            whole = Some(whole.map_or(all, |whole| either(whole, all)));
            best = Some(best.map_or(most, |best| either(best, most)));
        }
        runs.extend(best);
        whole.unwrap_or_else(Self::nothing)
    }
}
