//! Private keys that everybody has: printed in standards, shipped in test suites and with tools.
//!
//! The list (`known.txt`) holds the beginnings of names of public halves only, below a line that
//! says where the private ones are published. It grows by a scan of the source in question: what
//! that reports as `spki_sha256` goes below the source's line.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::public::KeyId;

const LIST: &str = include_str!("known.txt");

/// So much of a name cannot be hit by accident or on purpose.
type Head = [u8; 16];

/// Where a private key is published, if it is one of the list.
pub(super) fn source(id: KeyId) -> Option<&'static str> {
    static KNOWN: LazyLock<HashMap<Head, &'static str>> = LazyLock::new(|| entries().collect());
    KNOWN.get(id.0.first_chunk()?).copied()
}

fn entries() -> impl Iterator<Item = (Head, &'static str)> {
    let mut source = "";
    LIST.lines().filter_map(move |line| {
        if let Some(name) = line.strip_prefix("= ") {
            source = name;
        }
        Some((u128::from_str_radix(line, 16).ok()?.to_be_bytes(), source))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::detect::keys::{Effort, Modern, PublicKey};

    #[test]
    fn every_line_of_the_list_is_a_remark_a_source_or_a_key_that_is_there_once() {
        let other = |line: &&str| line.is_empty() || line.starts_with(['#', '=']);
        let keys: Vec<&str> = LIST.lines().filter(|line| !other(line)).collect();
        assert!(keys.iter().all(|line| line.len() == 32));
        let all: Vec<_> = entries().collect();
        assert_eq!(all.len(), keys.len());
        assert!(all.iter().all(|(_, source)| !source.is_empty()));
        let distinct: HashSet<Head> = all.iter().map(|(head, _)| *head).collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn the_key_of_the_first_example_of_rfc_8032_is_known_and_its_neighbour_is_not() {
        // Its seed is a published one, and yet no literal that looks like a key stands here.
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let mut seed = KeyId::from_hex(seed).unwrap().0;
        let mut known = || {
            let curve = Modern::Ed25519;
            let point = curve.point_of(&seed, &Effort::default()).unwrap();
            let point = point.to_vec().into();
            let told = source(PublicKey::Modern { curve, point }.id());
            seed[0] ^= 1;
            told
        };
        assert_eq!(known(), Some("RFC 8032"));
        assert_eq!(known(), None);
    }
}
