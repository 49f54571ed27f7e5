//! Bitcoin's private keys in base58check: single ones (WIF) and those that others are derived
//! from (BIP 32, with the versions of SLIP 132).

use super::base58::checked;
use super::{Candidate, Verdict, facts, lenient};

/// Order of secp256k1: a key is a number from 1 to one less.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// Whether 32 bytes, big-endian, are a private key of secp256k1.
pub(super) fn is_secp256k1(key: &[u8]) -> bool {
    key.len() == ORDER.len() && key.iter().any(|byte| *byte != 0) && *key < ORDER[..]
}

/// A version byte, the key, and a 1 where the public key is compressed.
pub(super) fn wif(candidate: &Candidate<'_>) -> Verdict {
    let payload = checked(candidate.secret).unwrap_or_default();
    let read = match payload.as_slice() {
        [version, key @ .., 1] if key.len() == 32 => Some((*version, key, true)),
        [version, key @ ..] if key.len() == 32 => Some((*version, key, false)),
        _ => None,
    };
    let network = |version| match version {
        0x80 => Some("mainnet"),
        0xef => Some("testnet"),
        _ => None,
    };
    match read.and_then(|(version, key, compressed)| Some((network(version)?, key, compressed))) {
        Some((network, key, compressed)) if is_secp256k1(key) => lenient(
            true,
            facts([
                ("network", Some(network.into())),
                ("compressed", Some(compressed.into())),
            ]),
        ),
        _ => lenient(false, facts([])),
    }
}

/// A version: its four bytes, the addresses that wallets derive by it, the network.
type Version = ([u8; 4], &'static str, &'static str);

const VERSIONS: &[Version] = &[
    ([0x04, 0x88, 0xad, 0xe4], "bip32", "mainnet"),
    ([0x04, 0x9d, 0x78, 0x78], "bip49", "mainnet"),
    ([0x04, 0xb2, 0x43, 0x0c], "bip84", "mainnet"),
    ([0x02, 0x95, 0xb0, 0x05], "bip49 multisig", "mainnet"),
    ([0x02, 0xaa, 0x7a, 0x99], "bip84 multisig", "mainnet"),
    ([0x04, 0x35, 0x83, 0x94], "bip32", "testnet"),
    ([0x04, 0x4a, 0x4e, 0x28], "bip49", "testnet"),
    ([0x04, 0x5f, 0x18, 0xbc], "bip84", "testnet"),
    ([0x02, 0x42, 0x85, 0xb5], "bip49 multisig", "testnet"),
    ([0x02, 0x57, 0x50, 0x48], "bip84 multisig", "testnet"),
];

/// Version (4), depth (1), parent's fingerprint (4), number (4), chain code (32), 0, key (32).
pub(super) fn extended_key(candidate: &Candidate<'_>) -> Verdict {
    let payload = checked(candidate.secret).unwrap_or_default();
    let version = VERSIONS
        .iter()
        .find(|(version, ..)| payload.starts_with(version));
    let key = payload.get(45..).filter(|rest| rest.len() == 33);
    match (version, key) {
        (Some((_, kind, network)), Some([0, key @ ..])) if is_secp256k1(key) => lenient(
            true,
            facts([
                ("key_type", Some((*kind).into())),
                ("network", Some((*network).into())),
                ("depth", payload.get(4).copied().map(Into::into)),
            ]),
        ),
        _ => lenient(false, facts([])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::base58::tests::check;
    use super::super::tests::{flip, verdict};
    use super::*;

    #[test]
    fn a_wif_key_tells_its_network_and_one_character_off_is_noticed() {
        for (version, compressed, network) in [
            (0x80, false, "mainnet"),
            (0x80, true, "mainnet"),
            (0xef, true, "testnet"),
        ] {
            let mut payload = vec![version];
            payload.extend([0x42; 32]);
            payload.extend(compressed.then_some(1));
            let key = check(&payload);
            let Verdict::Confirmed(told) = verdict(wif, key.as_bytes()) else {
                panic!("{key}")
            };
            assert_eq!(told["network"], network);
            assert_eq!(told["compressed"], compressed);
            let off = verdict(wif, &flip(&key, 20));
            assert!(matches!(off, Verdict::Demoted(_)), "{off:?}");
        }
    }

    #[test]
    fn other_versions_and_numbers_that_are_no_keys_are_demoted() {
        for payload in [
            [&[0x00][..], &[0x42; 32]].concat(),
            [&[0x80][..], &[0x42; 31]].concat(),
            [&[0x80][..], &[0xff; 32]].concat(),
            [&[0x80][..], &[0; 32]].concat(),
            [&[0x80][..], &ORDER].concat(),
        ] {
            let text = check(&payload);
            let found = verdict(wif, text.as_bytes());
            assert!(matches!(found, Verdict::Demoted(_)), "{text}");
        }
    }

    #[test]
    fn the_texts_of_versions_begin_as_wallets_show_them() {
        for (version, start) in VERSIONS.iter().zip([
            "xprv", "yprv", "zprv", "Yprv", "Zprv", "tprv", "uprv", "vprv", "Uprv", "Vprv",
        ]) {
            let key = extended(&version.0, 3);
            assert!(key.starts_with(start) && key.len() == 111, "{key}");
            let Verdict::Confirmed(told) = verdict(extended_key, key.as_bytes()) else {
                panic!("{key}")
            };
            assert_eq!(told["key_type"], version.1);
            assert_eq!(told["network"], version.2);
            assert_eq!(told["depth"], 3);
            let off = verdict(extended_key, &flip(&key, 50));
            assert!(matches!(off, Verdict::Demoted(_)), "{off:?}");
        }
    }

    #[test]
    fn a_public_extended_key_is_no_private_one() {
        let public = extended(&[0x04, 0x88, 0xb2, 0x1e], 0);
        assert!(public.starts_with("xpub"));
        assert!(matches!(
            verdict(extended_key, public.as_bytes()),
            Verdict::Demoted(_)
        ));
    }

    fn extended(version: &[u8; 4], depth: u8) -> String {
        let mut payload = version.to_vec();
        payload.push(depth);
        payload.extend([0x11; 40]);
        payload.push(0);
        payload.extend([0x42; 32]);
        check(&payload)
    }
}
