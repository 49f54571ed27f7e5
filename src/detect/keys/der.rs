//! As much of DER as keys and keystores need: a reader of tag, length and content that takes what
//! is there and nothing more, and a writer for the few structures that are hashed.

pub(in crate::detect) const INTEGER: u8 = 0x02;
pub(in crate::detect) const BIT_STRING: u8 = 0x03;
pub(in crate::detect) const OCTET_STRING: u8 = 0x04;
pub(in crate::detect) const NULL: u8 = 0x05;
pub(in crate::detect) const OID: u8 = 0x06;
pub(in crate::detect) const SEQUENCE: u8 = 0x30;
pub(in crate::detect) const SET: u8 = 0x31;

/// What is left to read of a structure's content.
#[derive(Clone, Copy)]
pub(in crate::detect) struct Der<'a>(pub &'a [u8]);

impl<'a> Der<'a> {
    /// The next element: its tag and its content.
    pub(in crate::detect) fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let mut length = usize::from(first);
        if first & 0x80 != 0 {
            let digits = usize::from(first & 0x7f);
            if !(1..=4).contains(&digits) {
                return None;
            }
            let (number, after) = rest.split_at_checked(digits)?;
            length = number
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            rest = after;
        }
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The next element if it has that tag; else nothing is taken.
    pub(in crate::detect) fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let (found, content) = ahead.any()?;
        (found == tag).then(|| {
            *self = ahead;
            content
        })
    }

    /// The content of the next element, a sequence.
    pub(in crate::detect) fn sequence(&mut self) -> Option<Self> {
        self.next(SEQUENCE).map(Der)
    }

    /// The next element, a number that is small.
    pub(in crate::detect) fn small(&mut self) -> Option<u32> {
        let digits = significant(self.next(INTEGER)?);
        (digits.len() <= 4).then(|| {
            digits
                .iter()
                .fold(0, |number, byte| number << 8 | u32::from(*byte))
        })
    }

    /// Whether nothing is left.
    pub(in crate::detect) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The one element that makes up all of `bytes`, if it has that tag: its content.
pub(in crate::detect) fn whole(bytes: &[u8], tag: u8) -> Option<Der<'_>> {
    let mut der = Der(bytes);
    let content = der.next(tag)?;
    der.is_empty().then_some(Der(content))
}

/// The bytes of an unsigned number without leading zeros.
pub(in crate::detect) fn significant(number: &[u8]) -> &[u8] {
    &number[number.iter().take_while(|byte| **byte == 0).count()..]
}

/// Bits of an unsigned number.
pub(in crate::detect) fn bits(number: &[u8]) -> u64 {
    let digits = significant(number);
    match digits.first() {
        Some(first) => digits.len() as u64 * 8 - u64::from(first.leading_zeros()),
        None => 0,
    }
}

/// An unsigned number as DER and SSH write it: no superfluous zeros, and one before a high bit.
pub(in crate::detect) fn unsigned(number: &[u8]) -> Vec<u8> {
    let digits = significant(number);
    let mut written = Vec::with_capacity(digits.len() + 1);
    if digits.first().is_some_and(|first| *first >= 0x80) {
        written.push(0);
    }
    written.extend_from_slice(digits);
    written
}

/// An element of these parts, one after the other.
pub(in crate::detect) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut written = vec![tag];
    if length < 0x80 {
        written.push(length as u8);
    } else {
        let digits = length.to_be_bytes();
        let digits = significant(&digits);
        written.push(0x80 | digits.len() as u8);
        written.extend_from_slice(digits);
    }
    parts
        .iter()
        .for_each(|part| written.extend_from_slice(part));
    written
}

/// A number's element.
pub(in crate::detect) fn integer(number: &[u8]) -> Vec<u8> {
    match unsigned(number) {
        digits if digits.is_empty() => element(INTEGER, &[&[0]]),
        digits => element(INTEGER, &[&digits]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_at_every_length() {
        for length in [0usize, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; length];
            let written = element(OCTET_STRING, &[&content]);
            assert_eq!(whole(&written, OCTET_STRING).unwrap().0, content);
            assert!(whole(&written, SEQUENCE).is_none());
            if let Some(cut) = written.len().checked_sub(1) {
                assert!(whole(&written[..cut], OCTET_STRING).is_none(), "{length}");
            }
        }
    }

    #[test]
    fn lengths_that_lie_or_do_not_end_are_refused() {
        for bytes in [
            &[0x30, 0x80, 0, 0][..],
            &[0x30, 0x85, 0, 0, 0, 0, 1],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30],
            &[],
        ] {
            assert!(Der(bytes).any().is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn numbers_are_written_without_superfluous_zeros() {
        assert_eq!(integer(&[0, 0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0]), [2, 1, 0]);
        assert_eq!(bits(&[0, 1, 0]), 9);
        assert_eq!(Der(&[2, 3, 0, 8, 0]).small(), Some(2048));
        assert_eq!(Der(&[2, 5, 1, 0, 0, 0, 0]).small(), None);
    }
}
