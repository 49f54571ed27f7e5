//! A model of bytes: how rare a few of them are in what images are made of.
//!
//! Measured on a Debian system with Python and JavaScript packages: executables, sources, texts,
//! zeros (`benches/support/byte_model.py` makes the file). It says which four bytes of a literal
//! are its fingerprint; a bad choice costs time only. Bytes are folded to lower case as
//! fingerprints are, so zeros count as spaces.

/// Quarter bits of information: in three classes that follow each other, in two, and in a byte
/// given its class. Then the most common four bytes of ASCII, in order of their number, each with
/// the same: what words are made of is far more common than the threes in it let expect.
const MODEL: &[u8] = include_bytes!("model.bin");
const CLASSES: usize = 32;
const PAIRS: usize = CLASSES * CLASSES;
const TRIPLES: usize = PAIRS * CLASSES;

/// Bytes that are said of each of the most common four.
const COMMON: usize = 5;
/// Four bytes that could be among them and are not are as rare as this at least.
const NOT_COMMON: u32 = 4 * 16;

/// How rare three bytes or more are in this order, in quarter bits of information.
pub(crate) fn rarity(bytes: &[u8]) -> u32 {
    let by_threes = by_threes(bytes);
    let could_be_common = |four: &&[u8; 4]| {
        four.iter()
            .all(|byte| byte.is_ascii() && byte | 0x20 > 0x20)
    };
    match bytes.first_chunk().filter(could_be_common) {
        Some(four) => common(*four).unwrap_or(by_threes.max(NOT_COMMON)),
        None => by_threes,
    }
}

/// How rare each byte is on average at its place, in bits: what is spelled has about four, what was drawn seven.
pub(crate) fn surprise(bytes: &[u8]) -> f64 {
    f64::from(by_threes(bytes)) / 4.0 / bytes.len().max(1) as f64
}

/// How rare they are if they are among the common.
fn common(four: [u8; 4]) -> Option<u32> {
    let four = u32::from_le_bytes(four) | 0x2020_2020;
    let (all, _) = MODEL.get(TRIPLES + PAIRS + 256..)?.as_chunks::<COMMON>();
    let number = |[a, b, c, d, _]: &[u8; COMMON]| u32::from_le_bytes([*a, *b, *c, *d]);
    let at = all.binary_search_by_key(&four, number).ok()?;
    all.get(at).map(|[.., bits]| u32::from(*bits))
}

fn by_threes(bytes: &[u8]) -> u32 {
    let (triples, rest) = MODEL.split_at(TRIPLES);
    let (pairs, singles) = rest.split_at(PAIRS);
    let get = |table: &[u8], at: usize| table.get(at).map_or(0, |bits| u32::from(*bits));
    let of_class = |byte: &u8| get(singles, usize::from(*byte));
    let mut sum: u32 = bytes.iter().map(of_class).sum();
    for (index, [first, second, third]) in bytes.array_windows().enumerate() {
        let pair = class(*first) * CLASSES + class(*second);
        let known = match index {
            0 => 0,
            _ => get(pairs, pair),
        };
        sum += get(triples, pair * CLASSES + class(*third)).saturating_sub(known);
    }
    sum
}

fn class(byte: u8) -> usize {
    usize::from(OF_BYTE[usize::from(byte)])
}

/// The class of each byte.
const OF_BYTE: [u8; 256] = {
    let mut all = [0; 256];
    let mut byte = 0;
    while byte < all.len() {
        all[byte] = class_of(byte as u8);
        byte += 1;
    }
    all
};

const fn class_of(byte: u8) -> u8 {
    match byte | 0x20 {
        letter @ b'a'..=b'z' => letter - b'a',
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
        assert!(rarity(b"loud") < rarity(b"dbcl"));
    }
}
