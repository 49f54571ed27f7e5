//! Runs: so many bytes in a row that are all of one class.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Neighbours of a sequence that are taken together.
const TOGETHER: usize = 16;

/// A class of bytes, a bit for each.
type Bytes = [u64; 4];

/// So many bytes in a row that are all of one class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    class: Bytes,
    pub length: usize,
}

/// A run as it is looked for.
#[derive(Debug)]
pub(super) struct Wanted {
    class: [bool; 256],
    pub length: usize,
    /// The bytes of the class where one of them is enough and there are few.
    one_of: Vec<u8>,
}

impl Wanted {
    /// Where the first one begins at `from` or behind it. Each byte is looked at once at most.
    pub(super) fn find(&self, bytes: &[u8], mut from: usize) -> Option<usize> {
        let rest = bytes.get(from..)?;
        match self.one_of[..] {
            [a] => return Some(from + memchr::memchr(a, rest)?),
            [a, b] => return Some(from + memchr::memchr2(a, b, rest)?),
            [a, b, c] => return Some(from + memchr::memchr3(a, b, c, rest)?),
            _ => {}
        }
        // All bytes from `from` up to here are known to be of the class.
        let mut known = from;
        loop {
            let end = from.checked_add(self.length)?;
            let unknown = bytes.get(known..end)?;
            match unknown
                .iter()
                .rposition(|byte| !self.class[usize::from(*byte)])
            {
                Some(at) => {
                    from = known + at + 1;
                    known = end;
                }
                None => return Some(from),
            }
        }
    }
}

impl Run {
    fn nothing() -> Self {
        Self {
            class: [0; 4],
            length: 0,
        }
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        let mut run = Self::nothing();
        for byte in bytes {
            run.add(*byte);
        }
        run.length = bytes.len();
        run
    }

    fn add(&mut self, byte: u8) {
        self.class[usize::from(byte / 64)] |= 1 << (byte % 64);
    }

    /// How many of these bytes are in the class.
    fn count(&self, of: &Bytes) -> u32 {
        let both = self.class.iter().zip(of);
        both.map(|(class, of)| (class & of).count_ones()).sum()
    }

    fn has(&self, byte: u8) -> bool {
        self.class[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }

    pub(super) fn stands_in(&self, bytes: &[u8]) -> bool {
        let mut windows = bytes.windows(self.length.max(1));
        windows.any(|window| window.iter().all(|byte| self.has(*byte)))
    }

    pub(super) fn wanted(&self) -> Wanted {
        let few = (0..=u8::MAX).filter(|byte| self.has(*byte));
        Wanted {
            class: std::array::from_fn(|byte| self.has(byte as u8)),
            length: self.length,
            one_of: match self.length {
                1 => few.take(4).collect(),
                _ => Vec::new(),
            },
        }
    }

    /// The run that a text of both has, whichever length the first of them takes of `length`.
    fn join(mut self, other: &Self, length: usize) -> Self {
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
    fn share(&self) -> f64 {
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

/// Bytes of sources and settings, and which part of them each of these is, roughly.
const SHARES: [(Bytes, f64); 8] = [
    (bytes(b"etaoinsr"), 0.05),
    (bytes(b"bcdfghjklmpquvwxyz"), 0.012),
    (bytes(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 0.0025),
    (bytes(b"0123456789"), 0.006),
    (bytes(b" "), 0.12),
    (bytes(b"\n"), 0.03),
    (bytes(b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"), 0.0035),
    // Those that text has none of.
    (others(), 0.0001),
];

/// Which part of text a byte is, roughly.
pub(super) fn share(byte: u8) -> f64 {
    Run::of_bytes(&[byte]).share()
}

const fn bytes(list: &[u8]) -> Bytes {
    let mut all = [0; 4];
    let mut at = 0;
    while at < list.len() {
        all[list[at] as usize / 64] |= 1 << (list[at] % 64);
        at += 1;
    }
    all
}

const fn others() -> Bytes {
    // From the space to `~`, and line breaks.
    let text = [!0 << 32 | 1 << b'\n', !(1 << 63)];
    [!text[0], !text[1], !0, !0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_one_share_and_all_of_them_are_one() {
        for byte in 0..=u8::MAX {
            let run = Run::of_bytes(&[byte]);
            let counts = SHARES.iter().map(|(of, _)| run.count(of));
            assert_eq!(counts.sum::<u32>(), 1, "{byte}");
        }
        let all = SHARES.iter().map(|(of, share)| {
            let count: u32 = of.iter().map(|bits| bits.count_ones()).sum();
            share * f64::from(count)
        });
        assert!((all.sum::<f64>() - 1.0).abs() < 0.05);
    }
}
