//! Powers of a number modulo an odd one: the public half of a DSA key, which PKCS #8 leaves out.
//!
//! Montgomery's multiplication (P. L. Montgomery, "Modular Multiplication Without Trial Division",
//! 1985): a product is divided by the base of the limbs as often as it has limbs, and a multiple of
//! the modulus that is added makes each division even.

use std::cmp::Ordering;

use super::der::significant;
use super::effort::Effort;
use super::number::{add_multiple, limbs};

/// Bytes of the longest modulus, of 4,096 bits, and of the longest exponent.
const LONGEST_MODULUS: usize = 512;
const LONGEST_EXPONENT: usize = 64;
/// Products of two limbs for what a hash block costs.
const PRODUCTS: u64 = 100;

/// `base` to the power of `exponent`, modulo `modulus`. `None` of numbers that no DSA key has, and
/// of what is not affordable.
pub(super) fn power(
    base: &[u8],
    exponent: &[u8],
    modulus: &[u8],
    effort: &Effort,
) -> Option<Vec<u8>> {
    let [base, exponent, modulus] = [base, exponent, modulus].map(significant);
    if modulus.len() > LONGEST_MODULUS || exponent.len() > LONGEST_EXPONENT {
        return None;
    }
    let odd = Odd::of(limbs(modulus))?;
    let mut base = limbs(base);
    let size = odd.modulus.len();
    base.resize(base.len().max(size), 0);
    let of_one = 2 * (size * size) as u64;
    let multiplications = 2 * 8 * exponent.len() as u64;
    if compare(&base, &odd.modulus) != Ordering::Less
        || !effort.take(of_one * multiplications / PRODUCTS)
    {
        return None;
    }
    let power = odd.power(&base, exponent);
    let digits = power.iter().rev().flat_map(|limb| limb.to_be_bytes());
    Some(digits.collect())
}

/// An odd modulus of more than one.
struct Odd {
    modulus: Vec<u64>,
    /// What the lowest limb is multiplied with to give -1.
    inverse: u64,
}

impl Odd {
    fn of(modulus: Vec<u64>) -> Option<Self> {
        let lowest = *modulus.first()?;
        if lowest & 1 == 0 || modulus == [1] {
            return None;
        }
        // Each step of Newton's doubles the bits that are right, of which there are three.
        let inverse = (0..5).fold(lowest, |inverse, _| {
            inverse.wrapping_mul(2_u64.wrapping_sub(lowest.wrapping_mul(inverse)))
        });
        Some(Self {
            modulus,
            inverse: inverse.wrapping_neg(),
        })
    }

    fn power(&self, base: &[u64], exponent: &[u8]) -> Vec<u64> {
        let mut unit = vec![0; self.modulus.len()];
        if let Some(lowest) = unit.first_mut() {
            *lowest = 1;
        }
        let one = self.shifted(&unit);
        let base = self.product(base, &self.shifted(&one));
        let bits = exponent
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
        let power = bits.fold(one, |power, bit| {
            let square = self.product(&power, &power);
            match bit {
                0 => square,
                _ => self.product(&square, &base),
            }
        });
        self.product(&power, &unit)
    }

    /// The product of two numbers that are less than the modulus, divided by the base of the limbs
    /// as often as there are limbs.
    fn product(&self, a: &[u64], b: &[u64]) -> Vec<u64> {
        let mut sum = vec![0; self.modulus.len() + 2];
        for digit in a {
            add_multiple(&mut sum, *digit, b);
            let lowest = sum.first().copied().unwrap_or_default();
            add_multiple(&mut sum, lowest.wrapping_mul(self.inverse), &self.modulus);
            // The lowest limb is zero by now.
            sum.rotate_left(1);
        }
        self.reduced(sum)
    }

    /// A number times the base of the limbs as often as there are limbs.
    fn shifted(&self, number: &[u64]) -> Vec<u64> {
        let doubled = |number: Vec<u64>, _| {
            let mut sum = number;
            sum.push(0);
            let mut carry = 0;
            for limb in &mut sum {
                (*limb, carry) = (*limb << 1 | carry, *limb >> 63);
            }
            self.reduced(sum)
        };
        (0..64 * self.modulus.len()).fold(number.to_vec(), doubled)
    }

    /// Modulo the modulus, of a number that is less than twice as much.
    fn reduced(&self, mut number: Vec<u64>) -> Vec<u64> {
        if compare(&number, &self.modulus) != Ordering::Less {
            let mut borrowed = false;
            let digits = self.modulus.iter().chain(std::iter::repeat(&0));
            for (limb, digit) in number.iter_mut().zip(digits) {
                let (less, under) = limb.overflowing_sub(*digit);
                let (less, again) = less.overflowing_sub(borrowed.into());
                (*limb, borrowed) = (less, under || again);
            }
        }
        number.truncate(self.modulus.len());
        number
    }
}

/// Compares numbers of which the first may have zeros above.
fn compare(a: &[u64], b: &[u64]) -> Ordering {
    let (low, high) = a.split_at(b.len().min(a.len()));
    match high.iter().all(|limb| *limb == 0) {
        true => low.iter().rev().cmp(b.iter().rev()),
        false => Ordering::Greater,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    fn of(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Option<Vec<u8>> {
        let power = power(base, exponent, modulus, &Effort::default())?;
        Some(significant(&power).to_vec())
    }

    #[test]
    fn a_power_of_one_less_than_a_prime_is_one() {
        // 2^255 - 19, and 2^521 - 1 with an exponent that is the square root of two's.
        let prime = [&[0x7f][..], &[0xff; 30], &[0xed]].concat();
        let less = [&[0x7f][..], &[0xff; 30], &[0xec]].concat();
        for base in [2, 3, 200] {
            assert_eq!(of(&[base], &less, &prime), Some(vec![1]));
            assert_eq!(of(&[base], &[1], &prime), Some(vec![base]));
        }
        let prime = [&[1][..], &[0xff; 65]].concat();
        // 2^520 is one half, and once more doubled it is one.
        let half = [&[1][..], &[0; 65]].concat();
        assert_eq!(of(&[2], &[2, 8], &prime), Some(half));
        assert_eq!(of(&[2], &[2, 9], &prime), Some(vec![1]));
    }

    #[test]
    fn what_no_key_has_is_not_computed() {
        assert_eq!(of(&[2], &[3], &[8]), None);
        assert_eq!(of(&[2], &[3], &[1]), None);
        assert_eq!(of(&[2], &[3], &[]), None);
        assert_eq!(of(&[9], &[3], &[7]), None);
        assert_eq!(of(&[2], &[3], &[1; LONGEST_MODULUS + 1]), None);
        assert_eq!(of(&[2], &[1; LONGEST_EXPONENT + 1], &[7]), None);
        assert_eq!(
            power(&[2], &[3], &[7], &Effort::of(0)),
            Some(vec![0; 7].into_iter().chain([1]).collect())
        );
        let long = [0xff; LONGEST_MODULUS];
        assert_eq!(power(&[2], &[0xff; 20], &long, &Effort::of(1_000)), None);
    }

    proptest! {
        #[test]
        fn agrees_with_the_machine(base in any::<u64>(), exponent: u16, modulus in 1_u64..) {
            let modulus = modulus | 1;
            let base = base % modulus;
            let mut expected = 1_u128 % u128::from(modulus);
            for _ in 0..exponent {
                expected = expected * u128::from(base) % u128::from(modulus);
            }
            let found = of(&base.to_be_bytes(), &exponent.to_be_bytes(), &modulus.to_be_bytes());
            let expected = significant(&expected.to_be_bytes()).to_vec();
            prop_assert_eq!(found, (modulus > 1).then_some(expected));
        }
    }
}
