//! Public keys that should open nothing, because everybody has their private half.

use super::encoding::base64;
use super::{Candidate, Verdict};
use crate::detect::keys::{self, PUBLICLY_KNOWN};

/// SSH's wire form in base64: only a key whose private half is published is of interest.
pub(super) fn public_key(candidate: &Candidate<'_>) -> Verdict {
    let key = base64(candidate.secret).and_then(|blob| keys::of_ssh(&blob));
    let mut told = key.map(keys::Key::facts).unwrap_or_default();
    told.remove("encrypted");
    match told.contains_key(PUBLICLY_KNOWN) {
        true => Verdict::Confirmed(told),
        false => Verdict::Dropped,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::verdict;
    use super::*;

    #[test]
    fn only_keys_whose_private_half_is_published_count() {
        let vagrant = "AAAAC3NzaC1lZDI1NTE5AAAAIN1YdxBpNlzxDqfJyw/QKow1F+wvG9hXGoqiysfJOn5Y";
        let Verdict::Confirmed(facts) = verdict(public_key, vagrant.as_bytes()) else {
            panic!("the key is known");
        };
        assert_eq!(facts["publicly_known"], "Vagrant");
        assert_eq!(facts["key_type"], "ed25519");
        for other in [vagrant.replace('5', "6"), "AAAA".to_owned(), "?".to_owned()] {
            assert_eq!(verdict(public_key, other.as_bytes()), Verdict::Dropped);
        }
    }
}
