//! WireGuard's private keys are clamped Curve25519 scalars: five bits are fixed. The public key,
//! by which peers know the host, is told.

use super::encoding::{base64, to_base64};
use super::{Candidate, Verdict, facts};
use crate::detect::keys::Modern;

/// 32 bytes in base64. `wg genkey` clamps; a value that is not clamped may still be a key that
/// something else made.
pub(super) fn clamp(candidate: &Candidate<'_>) -> Verdict {
    let key: Option<[u8; 32]> = base64(candidate.secret).and_then(|key| key.try_into().ok());
    let Some(key) = key else {
        return Verdict::Dropped;
    };
    let clamped = key[0] & 0b111 == 0 && key[31] & 0b1100_0000 == 0b0100_0000;
    let public = Modern::X25519.point_of(&key, candidate.effort);
    let told = facts([
        ("clamped", Some(clamped.into())),
        ("public_key", public.map(|public| to_base64(&public).into())),
    ]);
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
    use crate::detect::keys::Effort;

    #[test]
    fn a_clamped_key_is_confirmed_and_another_demoted() {
        let mut key = [0u8; 32];
        assert!(matches!(
            verdict(clamp, base64_url(&key).as_bytes()),
            Verdict::Demoted(_)
        ));
        key[31] = 0x40;
        let Verdict::Confirmed(told) = verdict(clamp, base64_url(&key).as_bytes()) else {
            panic!("{key:?}")
        };
        let public = Modern::X25519.point_of(&key, &Effort::default());
        assert_eq!(told["public_key"], to_base64(&public.unwrap()));
        key[0] = 1;
        assert!(matches!(
            verdict(clamp, base64_url(&key).as_bytes()),
            Verdict::Demoted(_)
        ));
        assert_eq!(verdict(clamp, b"AAAA"), Verdict::Dropped);
    }
}
