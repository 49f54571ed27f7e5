//! Whether letters were spelled by somebody, or drawn.
//!
//! Entropy cannot tell a name of twenty letters from twenty letters that were drawn: both use most of the
//! alphabet. But letters follow each other in names, and drawn ones follow anything.

use super::literals::surprise;
use super::shannon::is_spread;

/// Bits that drawn letters say at least, up to twenty of them and behind: 95 and 99 of a hundred do.
const LEAST: [f64; 2] = [6.25, 6.0];

/// Whether a value of letters, and a digit at most, is nothing that anybody spells. Of the long names in
/// Debian's Python files and documents two or three in a thousand are taken for one, some of them drawn indeed.
pub(super) fn is_drawn(value: &[u8]) -> bool {
    let least = match value.len() {
        16..20 => LEAST[0],
        20.. => LEAST[1],
        _ => return false,
    };
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    letters + 1 >= value.len()
        && value.iter().all(u8::is_ascii_alphanumeric)
        && is_spread(value)
        && surprise(value) >= least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_and_tokens_are_drawn() {
        for name in [
            "organizationMembershipProvider",
            "AbstractSingletonProxyFactoryBean",
            "SECRETACCESSKEYREFERENCE",
            "passwordauthenticationfailed",
            "errSSLWeakPeerEphemeralDHKey",
            "abcdefghijklmnopqrstuvwxyz",
            "qwertyuiop",
        ] {
            assert!(!is_drawn(name.as_bytes()), "{name}");
        }
        let seed = std::cell::Cell::new(7u32);
        let letter = |letters: &[u8]| {
            seed.set(
                seed.get()
                    .wrapping_mul(1_664_525)
                    .wrapping_add(1_013_904_223),
            );
            letters[(seed.get() >> 16) as usize % letters.len()]
        };
        let lower: Vec<u8> = (b'a'..=b'z').collect();
        let both: Vec<u8> = lower.iter().copied().chain(b'A'..=b'Z').collect();
        for (letters, length, least) in [(&lower, 16, 900), (&lower, 24, 970), (&both, 32, 970)] {
            let drawn = || (0..length).map(|_| letter(letters)).collect::<Vec<u8>>();
            let found = (0..1000).filter(|_| is_drawn(&drawn())).count();
            assert!(found >= least, "{length}: {found}");
        }
    }
}
