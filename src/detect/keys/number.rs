//! Whether the numbers of an RSA key belong together: its modulus is the product of its primes.
//!
//! Schoolbook multiplication (RFC 8017, 3.2 has what is multiplied), on numbers as long as keys
//! are and no longer: whoever wrote the image chose them.

use super::der::significant;

/// Bytes of the longest modulus that is multiplied out, of 16,384 bits.
const LONGEST: usize = 2_048;
/// Primes that a key is made of; programs that make more than two make three or four.
const MOST: usize = 8;

/// Whether `number` is the product of `factors`, which are more than one each. `None` where that
/// cannot be told: of numbers that are too long, and where a factor was left out.
pub(super) fn is_product(number: &[u8], factors: &[&[u8]]) -> Option<bool> {
    let number = significant(number);
    let is_left_out = |factor: &&[u8]| significant(factor).is_empty();
    if number.len() > LONGEST || factors.len() > MOST || factors.iter().any(is_left_out) {
        return None;
    }
    // A product has as many bytes as its factors together, or fewer by one for each of them.
    let bytes: usize = factors.iter().map(|factor| significant(factor).len()).sum();
    let is_one = |factor: &&[u8]| significant(factor) == [1];
    if !(number.len()..=number.len() + factors.len()).contains(&bytes) || factors.iter().any(is_one)
    {
        return Some(false);
    }
    let product = factors.iter().fold(vec![1], |product, factor| {
        multiplied(&product, &limbs(significant(factor)))
    });
    Some(trimmed(&product) == trimmed(&limbs(number)))
}

/// A number as limbs, the lowest first.
pub(super) fn limbs(number: &[u8]) -> Vec<u64> {
    let limb = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |limb, byte| limb << 8 | u64::from(*byte))
    };
    number.rchunks(8).map(limb).collect()
}

fn multiplied(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut product = vec![0; a.len() + b.len()];
    for (at, digit) in a.iter().enumerate() {
        add_multiple(&mut product[at..], *digit, b);
    }
    product
}

/// Adds a number so many times to a sum that has room for it.
pub(super) fn add_multiple(sum: &mut [u64], times: u64, number: &[u64]) {
    let mut carry = 0_u128;
    let digits = number.iter().chain(std::iter::repeat(&0));
    for (slot, digit) in sum.iter_mut().zip(digits) {
        let wide = u128::from(times) * u128::from(*digit) + u128::from(*slot) + carry;
        *slot = wide as u64;
        carry = wide >> 64;
    }
}

/// Without the zeros above.
fn trimmed(limbs: &[u64]) -> &[u64] {
    let zeros = limbs.iter().rev().take_while(|limb| **limb == 0).count();
    &limbs[..limbs.len() - zeros]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    /// Bytes of a number without the zeros before it.
    fn bytes(number: u128) -> Vec<u8> {
        significant(&number.to_be_bytes()).to_vec()
    }

    #[test]
    fn numbers_of_many_limbs_are_multiplied() {
        // (2^2048 - 1)^2 = 2^4096 - 2^2049 + 1.
        let all = [0xff; 256];
        let mut square = vec![0xff; 512];
        square[255] = 0xfe;
        square[256..].fill(0);
        square[511] = 1;
        assert_eq!(is_product(&square, &[&all, &all]), Some(true));
        square[100] ^= 1;
        assert_eq!(is_product(&square, &[&all, &all]), Some(false));
    }

    #[test]
    fn what_was_left_out_or_is_too_long_is_not_told() {
        assert_eq!(is_product(&[15], &[&[3], &[0, 5]]), Some(true));
        assert_eq!(is_product(&[15], &[&[0], &[0]]), None);
        assert_eq!(is_product(&[15], &[&[15], &[1]]), Some(false));
        assert_eq!(is_product(&[0], &[&[3], &[5]]), Some(false));
        assert_eq!(is_product(&[105], &[&[3], &[5], &[7]]), Some(true));
        assert_eq!(is_product(&[1; LONGEST + 1], &[&[3], &[5]]), None);
        assert_eq!(is_product(&[15], &[[3].as_slice(); MOST + 1]), None);
        assert_eq!(is_product(&[15], &[&[7; 1 << 20], &[5]]), Some(false));
    }

    proptest! {
        #[test]
        fn agrees_with_the_machine(a in 2_u64.., b in 2_u64.., off in any::<u8>()) {
            let number = u128::from(a) * u128::from(b);
            let wrong = number ^ u128::from(off);
            let [a, b] = [a, b].map(|factor| bytes(factor.into()));
            prop_assert_eq!(is_product(&bytes(number), &[&a, &b]), Some(true));
            prop_assert_eq!(is_product(&bytes(wrong), &[&a, &b]), Some(off == 0));
        }
    }
}
