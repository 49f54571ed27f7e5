//! Azure: identifiable keys carry a Marvin32 checksum, newer common annotated keys (CASK) also
//! the month of their issue, Entra secrets and DevOps tokens have sums of their own, and a
//! shared access signature says when it ends.
//!
//! Sources: Microsoft's security-utilities documentation of identifiable secrets, and the
//! service SAS reference.

use super::encoding::{base32, base64, in_base};
use super::marvin::{marvin32, seed};
use super::{Candidate, Verdict, facts, lenient, strict, text};

/// Seeds by the signature that stands before the checksum. Where `complete`, there are no other
/// seeds, and a sum that fits none is wrong.
const SEEDS: &[(&[u8; 4], &str, &[&[u8; 8]], bool)] = &[
    (b"+ASt", "storage", &[b"Default0"], true),
    (b"+ABa", "batch", &[b"AbAcct00"], true),
    (
        b"ACDb",
        "cosmos",
        &[b"MastRW00", b"MastRO00", b"Resour00"],
        false,
    ),
    (
        b"+ASb",
        "service bus",
        &[b"Send0000", b"Manage00", b"Listen00"],
        false,
    ),
    (
        b"+AEh",
        "event hub",
        &[b"Send0000", b"Manage00", b"Listen00"],
        false,
    ),
    (
        b"+ARm",
        "relay",
        &[b"Send0000", b"Manage00", b"Listen00"],
        false,
    ),
    (b"AzCa", "redis", &[b"Access00"], false),
    (
        b"AIoT",
        "iot",
        &[b"IoTHub00", b"DpsKey00", b"Device00"],
        false,
    ),
    (b"+ACR", "container registry", &[b"ACRDflt0"], true),
    (b"AzSe", "search", &[b"Query000", b"PAdmin00"], true),
    (
        b"AzFu",
        "functions",
        &[b"Functi00", b"Master00", b"System00"],
        false,
    ),
];

/// The signature and the characters that the sum's four bytes touch.
const SIGNATURE_FROM_END: usize = 10;

/// Base64 whose last four bytes are the Marvin32 of those before, little-endian.
pub(super) fn marvin_key(candidate: &Candidate<'_>) -> Verdict {
    let padding = candidate
        .secret
        .iter()
        .rev()
        .take_while(|byte| **byte == b'=')
        .count();
    let unpadded = &candidate.secret[..candidate.secret.len() - padding];
    let signature = unpadded
        .len()
        .checked_sub(SIGNATURE_FROM_END)
        .and_then(|start| unpadded.get(start..start + 4))
        .and_then(|found| SEEDS.iter().find(|(signature, ..)| *signature == found));
    let Some((_, service, seeds, complete)) = signature else {
        return Verdict::Kept(facts([]));
    };
    let told = facts([("service", Some((*service).into()))]);
    let valid = base64(unpadded).is_some_and(|bytes| {
        bytes.split_last_chunk::<4>().is_some_and(|(data, sum)| {
            seeds
                .iter()
                .any(|name| marvin32(data, seed(name)).to_le_bytes() == *sum)
        })
    });
    if valid || *complete {
        lenient(valid, told)
    } else {
        Verdict::Kept(told)
    }
}

/// Common annotated keys: `…JQQJ9…` with year and month of issue, and the provider's signature.
pub(super) fn cask(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    let (Some(&year), Some(&month), Some(provider)) =
        (secret.get(58), secret.get(59), secret.get(76..80))
    else {
        return Verdict::Dropped;
    };
    if !year.is_ascii_uppercase() || !(b'A'..=b'L').contains(&month) {
        return Verdict::Dropped;
    }
    let service = match provider {
        b"AZDO" => "devops",
        b"ACOG" => "ai services",
        b"AZAC" => "app configuration",
        b"AZCS" => "communication services",
        b"AZEG" => "event grid",
        b"AZMP" => "maps",
        b"AZMR" => "mixed reality",
        _ => "other",
    };
    let issued = format!("{}-{:02}", 2024 + u32::from(year - b'A'), month - b'A' + 1);
    let told = facts([
        ("issued", Some(issued.into())),
        ("service", Some(service.into())),
        ("provider", text(provider)),
    ]);
    // The sum's four characters are base62 or base64; a sum in neither form says nothing.
    let sum = secret.get(80..84).unwrap_or_default();
    let valid = secret.get(..80).and_then(base64).is_some_and(|data| {
        let hash = marvin32(&data, seed(b"Default0"));
        let base62 = in_base(hash.into(), super::encoding::BASE62, 6);
        let base64 = super::encoding::base64_unpadded(&hash.to_le_bytes());
        base62.starts_with(sum) || base64.as_bytes().starts_with(sum)
    });
    if valid {
        lenient(true, told)
    } else {
        Verdict::Kept(told)
    }
}

const ENTRA_ALPHABET: &[u8; 66] =
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";

/// `…8Q~…`: the last three characters begin the sum of the rest in base 66. `7Q~` has no sum.
pub(super) fn entra(candidate: &Candidate<'_>) -> Verdict {
    let Some((head, sum)) = candidate.secret.split_last_chunk::<3>() else {
        return Verdict::Dropped;
    };
    if head.get(3) != Some(&b'8') {
        return Verdict::Kept(facts([]));
    }
    let hash = marvin32(head, seed(b"AadPwd00"));
    let expected = in_base(hash.into(), ENTRA_ALPHABET, 6);
    lenient(expected.starts_with(sum), facts([]))
}

/// What the sum of a DevOps token is combined with, for users' and for apps' tokens.
const DEVOPS_MASKS: [u32; 2] = [0xe0b9_692d, 0x1019_f92e];

/// 52 characters of base32: 32 bytes, four of which hold a CRC-32 of the others.
pub(super) fn devops_pat(candidate: &Candidate<'_>) -> Verdict {
    let bytes: Option<[u8; 32]> = base32(candidate.secret).and_then(|bytes| bytes.try_into().ok());
    let valid = bytes.is_some_and(|bytes| {
        let sum = u32::from_le_bytes([bytes[22], bytes[8], bytes[7], bytes[2]]);
        DEVOPS_MASKS.contains(&(devops_sum(&bytes) ^ sum))
    });
    strict(valid, facts([]))
}

fn devops_sum(bytes: &[u8; 32]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for range in [0..2, 3..7, 9..22, 23..32] {
        hasher.update(&bytes[range]);
    }
    hasher.finalize()
}

/// A shared access signature: `se` is its end, `sp` what it permits.
pub(super) fn sas(candidate: &Candidate<'_>) -> Verdict {
    let parameter = |name: &[u8]| {
        candidate
            .whole
            .split(|byte| matches!(byte, b'?' | b'&' | b';'))
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="))
    };
    let end = parameter(b"se").map(|end| end.to_ascii_uppercase());
    let end = end.map(|end| String::from_utf8_lossy(&end).replace("%3A", ":"));
    Verdict::Kept(facts([
        ("expires", end.and_then(|end| text(end.as_bytes()))),
        ("permissions", parameter(b"sp").and_then(text)),
    ]))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::super::encoding::to_base32;
    use super::super::tests::{flip, verdict};
    use super::*;

    /// A key of `length` bytes with that signature, its sum right.
    fn key(length: usize, signature: &str, name: &[u8; 8]) -> String {
        let characters = (length * 8).div_ceil(6);
        let head = "EXAMPLE0".repeat(12)[..characters - 10].to_owned() + signature + "AAAAAA";
        let mut bytes = base64(head.as_bytes()).unwrap();
        bytes.truncate(length - 4);
        let sum = marvin32(&bytes, seed(name));
        bytes.extend(sum.to_le_bytes());
        STANDARD.encode(bytes)
    }

    #[test]
    fn identifiable_keys_of_every_length_hold_their_sum() {
        for (length, characters, signature, name, service) in [
            (64, 88, "+ASt", b"Default0", "storage"),
            (64, 88, "+ABa", b"AbAcct00", "batch"),
            (64, 88, "ACDb", b"MastRW00", "cosmos"),
            (32, 44, "+ASb", b"Listen00", "service bus"),
            (32, 44, "AzCa", b"Access00", "redis"),
            (39, 52, "+ACR", b"ACRDflt0", "container registry"),
            (40, 56, "AzFu", b"Master00", "functions"),
        ] {
            let key = key(length, signature, name);
            assert_eq!(key.len(), characters);
            let Verdict::Confirmed(facts) = verdict(marvin_key, key.as_bytes()) else {
                panic!("{key}")
            };
            assert_eq!(facts["service"], service);
            let off = verdict(marvin_key, &flip(&key, 5));
            assert!(
                matches!(off, Verdict::Demoted(_) | Verdict::Kept(_)),
                "{off:?}"
            );
        }
        let off = verdict(marvin_key, &flip(&key(64, "+ASt", b"Default0"), 5));
        assert!(matches!(off, Verdict::Demoted(_)), "{off:?}");
    }

    #[test]
    fn a_common_annotated_key_tells_when_and_by_whom_it_was_issued() {
        let head = format!(
            "{}JQQJ99BCAAAA{}AAAAAZDO",
            "EXAMPLE0".repeat(7).split_at(52).0,
            "A".repeat(8)
        );
        assert_eq!(head.len(), 80);
        let hash = marvin32(&base64(head.as_bytes()).unwrap(), seed(b"Default0"));
        let sum = super::super::encoding::base64_unpadded(&hash.to_le_bytes());
        let Verdict::Confirmed(facts) = verdict(cask, format!("{head}{}", &sum[..4]).as_bytes())
        else {
            panic!()
        };
        assert_eq!(facts["issued"], "2025-03");
        assert_eq!(facts["service"], "devops");
        let Verdict::Kept(facts) = verdict(cask, format!("{head}////").as_bytes()) else {
            panic!()
        };
        assert!(!facts.contains_key("checksum"));
    }

    #[test]
    fn an_entra_secret_of_the_eighth_form_holds_its_sum() {
        let head = format!("abc8Q~{}", "Example0".repeat(4));
        let sum = in_base(
            marvin32(head.as_bytes(), seed(b"AadPwd00")).into(),
            ENTRA_ALPHABET,
            6,
        );
        let secret = format!("{head}{}", std::str::from_utf8(&sum[..3]).unwrap());
        assert!(matches!(
            verdict(entra, secret.as_bytes()),
            Verdict::Confirmed(_)
        ));
        assert!(matches!(
            verdict(entra, &flip(&secret, 10)),
            Verdict::Demoted(_)
        ));
        let seventh = secret.replace("8Q~", "7Q~");
        assert_eq!(verdict(entra, seventh.as_bytes()), Verdict::Kept(facts([])));
    }

    #[test]
    fn a_devops_token_with_one_bit_off_is_dropped() {
        for mask in DEVOPS_MASKS {
            let mut bytes = [0x21; 32];
            let sum = (devops_sum(&bytes) ^ mask).to_le_bytes();
            (bytes[22], bytes[8], bytes[7], bytes[2]) = (sum[0], sum[1], sum[2], sum[3]);
            let token = String::from_utf8(to_base32(&bytes)).unwrap().to_lowercase();
            assert_eq!(token.len(), 52);
            assert!(matches!(
                verdict(devops_pat, token.as_bytes()),
                Verdict::Confirmed(_)
            ));
            let off = token.replacen("ee", "ef", 1);
            assert_ne!(off, token);
            assert_eq!(verdict(devops_pat, off.as_bytes()), Verdict::Dropped);
        }
    }

    #[test]
    fn a_shared_access_signature_tells_its_end() {
        let whole = b"sv=2022-11-02&sp=rwd&se=2030-01-02t03%3a04%3A05Z&sig=EXAMPLE";
        let Verdict::Kept(facts) = verdict(sas, whole) else {
            panic!()
        };
        assert_eq!(facts["expires"], "2030-01-02T03:04:05Z");
        assert_eq!(facts["permissions"], "rwd");
    }
}
