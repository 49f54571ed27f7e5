//! A model of bytes: how rare a few of them are in what images are made of.
//!
//! Measured on a Debian system with Python and JavaScript packages: executables, sources, texts,
//! zeros (`benches/support/byte_model.py` makes the file). It says which four bytes of a literal
//! are its fingerprint; a bad choice costs time only. Bytes are folded to lower case as
//! fingerprints are, so zeros count as spaces.

/// Quarter bits of information: in three classes that follow each other, in two, and in a byte
/// given its class.
const MODEL: &[u8; TRIPLES + PAIRS + 256] = include_bytes!("model.bin");
const CLASSES: usize = 32;
const PAIRS: usize = CLASSES * CLASSES;
const TRIPLES: usize = PAIRS * CLASSES;

/// How rare three bytes or more are in this order, in quarter bits of information.
pub(super) fn rarity(bytes: &[u8]) -> u32 {
    let (triples, rest) = MODEL.split_at(TRIPLES);
    let (pairs, singles) = rest.split_at(PAIRS);
    let get = |table: &[u8], at: usize| table.get(at).map_or(0, |bits| u32::from(*bits));
    let number = |classes: &[usize]| classes.iter().fold(0, |all, class| all * CLASSES + class);
    let mut sum: u32 = bytes
        .iter()
        .map(|byte| get(singles, usize::from(*byte)))
        .sum();
    for (index, triple) in bytes.array_windows().enumerate() {
        let triple: [usize; 3] = triple.map(class);
        let known = match index {
            0 => 0,
            _ => get(pairs, number(&triple[..2])),
        };
        sum += get(triples, number(&triple)).saturating_sub(known);
    }
    sum
}

fn class(byte: u8) -> usize {
    match byte | 0x20 {
        letter @ b'a'..=b'z' => usize::from(letter - b'a'),
        b'0'..=b'9' => 26,
        b'_' | 0x7f => 27,
        b'-' => 28,
        b' ' => 29,
        0x21..0x80 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_and_words_are_common_and_what_tokens_begin_with_is_rare() {
        let order: [&[u8]; 5] = [b"\0\0\0\0", b"tion", b"pass", b"ghp_", b"\xff~q\xee"];
        assert!(order.is_sorted_by_key(|bytes| rarity(bytes)));
        assert_eq!(rarity(b"TOKEN"), rarity(b"token"));
    }
}
