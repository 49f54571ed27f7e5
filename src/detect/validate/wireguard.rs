//! WireGuard's private keys are clamped Curve25519 scalars: five bits are fixed.

use super::encoding::base64;
use super::{Candidate, Verdict, facts};

/// 32 bytes in base64. `wg genkey` clamps; a value that is not clamped may still be a key that
/// something else made.
pub(super) fn clamp(candidate: &Candidate<'_>) -> Verdict {
    let Some(key) = base64(candidate.secret).filter(|key| key.len() == 32) else {
        return Verdict::Dropped;
    };
    let clamped = key[0] & 0b111 == 0 && key[31] & 0b1100_0000 == 0b0100_0000;
    let told = facts([("clamped", Some(clamped.into()))]);
    if clamped {
        Verdict::Confirmed(told)
    } else {
        Verdict::Demoted(told)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, verdict};
    use super::*;

    #[test]
    fn a_clamped_key_is_confirmed_and_another_demoted() {
        let mut key = [0u8; 32];
        assert!(matches!(
            verdict(clamp, base64_url(&key).as_bytes()),
            Verdict::Demoted(_)
        ));
        key[31] = 0x40;
        assert!(matches!(
            verdict(clamp, base64_url(&key).as_bytes()),
            Verdict::Confirmed(_)
        ));
        key[0] = 1;
        assert!(matches!(
            verdict(clamp, base64_url(&key).as_bytes()),
            Verdict::Demoted(_)
        ));
        assert_eq!(verdict(clamp, b"AAAA"), Verdict::Dropped);
    }
}
