//! The private half of a PuTTY key, which leaves out what the public half beside it says.
//!
//! PuTTY's manual, appendix C.3.

use super::Flaw;
use super::curve::contradicts;
use super::der::significant;
use super::effort::Effort;
use super::number::is_product;
use super::power::power;
use super::public::PublicKey;
use super::ssh::string;

/// What a private half in clear says against the public one, both in SSH's wire form.
pub(in crate::detect) fn contradiction(
    public: &[u8],
    mut private: &[u8],
    effort: &Effort,
) -> Option<Flaw> {
    let public = PublicKey::from_ssh(public)?;
    let mut next = || string(&mut private).unwrap_or_default();
    let (is_there, is_other) = match &public {
        PublicKey::Rsa { modulus, .. } => {
            let [_, p, q] = [(); 3].map(|()| next());
            if !q.is_empty() && is_product(modulus, &[p, q]) == Some(false) {
                return Some(Flaw::Product);
            }
            (!q.is_empty(), false)
        }
        PublicKey::Dsa([p, _, g, y]) => {
            let x = next();
            let own = power(g, x, p, effort);
            let is_other = own.is_some_and(|own| significant(&own) != significant(y));
            (!x.is_empty(), is_other)
        }
        PublicKey::Ec { curve, point } => {
            let scalar = next();
            let own = curve.point_of(significant(scalar), effort);
            let is_other = contradicts(Some(point), own.as_deref());
            (!scalar.is_empty(), is_other)
        }
        PublicKey::Modern { curve, point } => {
            let seed = next();
            let own = curve.point_of(seed, effort);
            (!seed.is_empty(), own.is_some_and(|own| **point != own))
        }
    };
    match (is_there, is_other) {
        (false, _) => Some(Flaw::PrivateHalf),
        (true, true) => Some(Flaw::PublicHalf),
        (true, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Blob, fixture};
    use super::*;

    #[test]
    fn a_private_half_belongs_to_its_public_half_and_to_no_other() {
        let public = fixture::public_key().ssh().unwrap();
        let said = |private: &[u8]| contradiction(&public, private, &Effort::default());
        assert_eq!(said(&Blob::new(&fixture::SEED).0), None);
        assert_eq!(said(&Blob::new(&[0x34; 32]).0), Some(Flaw::PublicHalf));
        assert_eq!(said(&[0, 0, 0, 32, 0x33]), Some(Flaw::PrivateHalf));
    }

    #[test]
    fn primes_and_powers_are_checked_as_far_as_they_are_there() {
        let rsa = Blob::new(b"ssh-rsa").with(&[3]).with(&[35]).0;
        let of = |public: &[u8], numbers: &[&[u8]]| {
            let all = numbers.iter().fold(Blob(Vec::new()), |all, n| all.with(n));
            contradiction(public, &all.0, &Effort::default())
        };
        assert_eq!(of(&rsa, &[&[3], &[5], &[7], &[3]]), None);
        assert_eq!(of(&rsa, &[&[3], &[5], &[11], &[3]]), Some(Flaw::Product));
        assert_eq!(of(&rsa, &[&[3], &[5]]), Some(Flaw::PrivateHalf));
        // 4^3 modulo 23 is 18.
        let dsa = [&[23][..], &[11], &[4], &[18]];
        let dsa = (dsa.iter()).fold(Blob::new(b"ssh-dss"), |all, number| all.with(number));
        assert_eq!(of(&dsa.0, &[&[3]]), None);
        assert_eq!(of(&dsa.0, &[&[4]]), Some(Flaw::PublicHalf));
    }
}
