//! Stripe: a key says whether it moves real money.

use super::{Candidate, Verdict, facts};

/// `…_live_…` or `…_test_…`.
pub(super) fn mode(candidate: &Candidate<'_>) -> Verdict {
    let has = |word: &[u8]| memchr::memmem::find(candidate.secret, word).is_some();
    let mode = if has(b"_live_") {
        Some("live")
    } else if has(b"_test_") {
        Some("test")
    } else {
        None
    };
    Verdict::Kept(facts([("mode", mode.map(Into::into))]))
}

#[cfg(test)]
mod tests {
    use super::super::tests::verdict;
    use super::*;

    #[test]
    fn the_mode_is_told() {
        for mode in ["live", "test"] {
            let key = format!("sk_{mode}_{}", "0".repeat(24));
            let told = facts([("mode", Some(mode.into()))]);
            assert_eq!(verdict(super::mode, key.as_bytes()), Verdict::Kept(told));
        }
        assert_eq!(verdict(mode, b"other"), Verdict::Kept(facts([])));
    }
}
