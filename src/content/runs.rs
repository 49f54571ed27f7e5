//! Where runs of wide ASCII begin in binary files.
//!
//! Hardly any such file holds one, and each of its bytes is asked. So blocks of them are asked at once, by a
//! bit for each zero among them.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};

use super::zeros::{BLOCK, zeros};

/// Bytes of the shortest run that counts: eight characters.
pub(super) const RUN: usize = 16;
pub(super) fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Where the first run of wide ASCII from `from` on begins.
pub(super) fn find_run(bytes: &[u8], from: usize) -> Option<usize> {
    // Before the byte in front of the first zero none does.
    let zero = memchr::memchr(0, bytes.get(from..)?)?;
    let mut at = from + zero.saturating_sub(1);
    loop {
        let (blocks, _) = bytes.get(at..)?.as_chunks();
        let passed = dispatch!(Level::new(), simd => without_run(simd, blocks));
        at += passed * BLOCK;
        if passed == blocks.len() {
            return first_run(bytes, from, at..bytes.len());
        }
        if let Some(start) = first_run(bytes, from, at..at + BLOCK) {
            return Some(start);
        }
        at += BLOCK;
    }
}

/// Where the first run from `from` on begins that reaches into these places.
fn first_run(bytes: &[u8], from: usize, places: Range<usize>) -> Option<usize> {
    let first = places.start.saturating_sub(RUN - 1).max(from);
    let every_second = |mut at: usize| {
        while at < places.end {
            let run: &[u8; RUN] = bytes.get(at..)?.first_chunk()?;
            let (pairs, _) = run.as_chunks();
            let is_other = |[low, high]: &[u8; 2]| *high != 0 || !is_text(*low);
            match pairs.iter().rposition(is_other) {
                Some(last) => at += 2 * (last + 1),
                None => return Some(at),
            }
        }
        None
    };
    let both = [every_second(first), every_second(first + 1)];
    both.into_iter().flatten().min()
}

/// How many blocks there are before the first one that may hold a run.
#[inline(always)]
fn without_run<S: Simd>(simd: S, blocks: &[[u8; BLOCK]]) -> usize {
    for (count, block) in blocks.iter().enumerate() {
        if may_hold_run(zeros(simd, block)) {
            return count;
        }
    }
    blocks.len()
}

/// Whether a run may begin or end in a block with these zeros, or go through it: whether it holds four, two
/// bytes from one to the next, each with another byte behind it. Of a run, which has eight characters, one of
/// two neighbouring blocks holds as much.
#[inline(always)]
fn may_hold_run(zeros: u64) -> bool {
    // Of the byte behind the last one nothing is known.
    let before_others = zeros & !(zeros >> 1);
    let twice = before_others & (before_others >> 2);
    twice & (twice >> 4) != 0
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(in super::super) fn wide(text: &str, big_endian: bool) -> Vec<u8> {
        let bytes = |unit: u16| {
            if big_endian {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    /// Runs, what nearly is one, zeros and other bytes.
    pub(in super::super) fn parts() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let run =
            (1usize..40, any::<bool>()).prop_map(|(length, big)| wide(&"a".repeat(length), big));
        let zeros = (1usize..70).prop_map(|length| vec![0; length]);
        let text = (1usize..70).prop_map(|length| vec![b'b'; length]);
        let any =
            prop::collection::vec(prop::sample::select(vec![0, 0, b'c', b'd', 1, 0xe9]), 1..40);
        prop::collection::vec(
            prop_oneof![3 => run, 1 => zeros, 1 => text, 2 => any],
            0..12,
        )
    }

    proptest! {
        /// The first run is the one that looking at every place one by one finds.
        #[test]
        fn runs_are_those_of_a_naive_search(parts in parts(), from in 0usize..100) {
            let bytes = parts.concat();
            let from = from.min(bytes.len());
            let is_run = |run: &[u8]| run.chunks(2).all(|pair| is_text(pair[0]) && pair[1] == 0);
            let first = bytes[from..].windows(RUN).position(is_run);
            prop_assert_eq!(find_run(&bytes, from), first.map(|at| from + at));
        }
    }
}
