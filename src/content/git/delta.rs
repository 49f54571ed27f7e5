//! Deltas: an object as copies out of another one and new bytes between them.
//!
//! Source: gitformat-pack(5), "Deltified representation".

/// Bytes that a copy of length zero means.
const WHOLE_COPY: usize = 0x10000;

/// What a delta says of its base and its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) base: u64,
    pub(super) result: u64,
}

/// The sizes, and the instructions behind them.
pub(super) fn open(delta: &[u8]) -> Option<(Sizes, &[u8])> {
    let mut rest = delta;
    let base = number(&mut rest)?;
    let result = number(&mut rest)?;
    Some((Sizes { base, result }, rest))
}

/// The object that `delta` makes of `base`; nothing where it is not as it says, or is longer than
/// `most`.
pub(super) fn apply(base: &[u8], delta: &[u8], most: usize) -> Option<Vec<u8>> {
    let (sizes, mut rest) = open(delta)?;
    let size = usize::try_from(sizes.result)
        .ok()
        .filter(|size| *size <= most)?;
    if sizes.base != base.len() as u64 {
        return None;
    }
    // Nobody counts what is copied in vain: a few bytes could have gigabytes copied.
    let (mut behind, mut sum) = (rest, 0);
    while !behind.is_empty() {
        sum += step(base, &mut behind)?.len();
        if sum > size {
            return None;
        }
    }
    if sum < size {
        return None;
    }
    let mut result = Vec::with_capacity(size);
    while !rest.is_empty() {
        result.extend_from_slice(step(base, &mut rest)?);
    }
    Some(result)
}

/// The bytes that the next instruction gives.
fn step<'d>(base: &'d [u8], rest: &mut &'d [u8]) -> Option<&'d [u8]> {
    match byte(rest)? {
        // Kept for the future.
        0 => None,
        instruction @ 1..0x80 => {
            let (new, behind) = rest.split_at_checked(usize::from(instruction))?;
            *rest = behind;
            Some(new)
        }
        instruction => {
            let start = operand(rest, instruction, 4)?;
            let length = match operand(rest, instruction >> 4, 3)? {
                0 => WHOLE_COPY,
                length => length,
            };
            base.get(start..start.checked_add(length)?)
        }
    }
}

/// Up to `bytes` bytes, little end first, of which `present` says which are there.
fn operand(rest: &mut &[u8], present: u8, bytes: u32) -> Option<usize> {
    let mut value = 0;
    for at in 0..bytes {
        if present & 1 << at != 0 {
            value |= usize::from(byte(rest)?) << (8 * at);
        }
    }
    Some(value)
}

/// Seven bits a byte, little end first.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let next = byte(rest)?;
        value |= u64::from(next & 0x7f) << shift;
        if next & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (first, behind) = rest.split_first()?;
    *rest = behind;
    Some(*first)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A step of a delta as people think of it.
    #[derive(Debug, Clone)]
    pub enum Step {
        Copy(usize, usize),
        New(Vec<u8>),
    }

    pub fn write_number(mut value: usize, out: &mut Vec<u8>) {
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }

    /// The delta of these steps, and what it makes.
    pub fn encode(base: &[u8], steps: &[Step]) -> (Vec<u8>, Vec<u8>) {
        let (mut code, mut result) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::Copy(start, length) => {
                    let at = code.len();
                    code.push(0x80);
                    let parts = [(*start, 4, 0), (*length, 3, 4)];
                    for (value, bytes, first_bit) in parts {
                        for byte in 0..bytes {
                            let part = (value >> (8 * byte)) as u8;
                            // A length of 0x10000 is written as none at all.
                            if part != 0 && !(first_bit == 4 && value == WHOLE_COPY) {
                                code[at] |= 1 << (first_bit + byte);
                                code.push(part);
                            }
                        }
                    }
                    result.extend_from_slice(&base[*start..start + length]);
                }
                Step::New(bytes) => {
                    for piece in bytes.chunks(0x7f) {
                        code.push(piece.len() as u8);
                        code.extend_from_slice(piece);
                    }
                    result.extend_from_slice(bytes);
                }
            }
        }
        let mut delta = Vec::new();
        write_number(base.len(), &mut delta);
        write_number(result.len(), &mut delta);
        delta.extend(code);
        (delta, result)
    }

    #[test]
    fn a_copy_of_length_zero_is_one_of_64_kib() {
        let base = vec![7; WHOLE_COPY + 5];
        let (delta, result) = encode(&base, &[Step::Copy(3, WHOLE_COPY)]);
        assert!(delta.len() < 9, "{delta:?}");
        assert_eq!(apply(&base, &delta, usize::MAX), Some(result));
    }

    #[test]
    fn a_delta_that_is_not_as_it_says_makes_nothing() {
        let base = b"0123456789";
        let steps = [Step::Copy(2, 5), Step::New(b"new".to_vec())];
        let (delta, result) = encode(base, &steps);
        assert_eq!(apply(base, &delta, 8).as_deref(), Some(&result[..]));
        // Longer than is wanted, another base, cut off anywhere.
        assert_eq!(apply(base, &delta, 7), None);
        assert_eq!(apply(&base[1..], &delta, 8), None);
        for end in 0..delta.len() {
            assert_eq!(apply(base, &delta[..end], 8), None, "{end}");
        }
        for wrong in [
            // Beyond the base, beyond its own size, the reserved instruction, no end to a number.
            &[10, 5, 0x91, 8, 5][..],
            &[10, 4, 0x90, 5],
            &[10, 1, 0],
            &[0xff; 20],
            &[10, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0],
        ] {
            assert_eq!(apply(base, wrong, 100), None, "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn deltas_make_what_a_naive_model_makes(
            base in prop::collection::vec(any::<u8>(), 1..70_000),
            steps in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..20),
        ) {
            let steps: Vec<Step> = steps
                .into_iter()
                .map(|(copies, start, length)| {
                    let start = start.index(base.len());
                    let length = length.index(base.len() - start) + 1;
                    match copies {
                        true => Step::Copy(start, length),
                        false => Step::New(base[start..start + length.min(300)].to_vec()),
                    }
                })
                .collect();
            let (delta, result) = encode(&base, &steps);
            prop_assert_eq!(apply(&base, &delta, usize::MAX), Some(result));
        }

        #[test]
        fn any_bytes_as_a_delta_do_no_harm(base in prop::collection::vec(any::<u8>(), 0..300), delta: Vec<u8>) {
            if let Some(result) = apply(&base, &delta, 1000) {
                prop_assert!(result.len() <= 1000);
            }
        }
    }
}
