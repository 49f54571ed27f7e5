//! Azure's account keys: identifiable keys carry a Marvin32 checksum, the newer common annotated
//! ones (CASK) also the month of their issue.
//!
//! Source: Microsoft's security-utilities documentation of identifiable secrets.

use super::encoding::{BASE62, base64, base64_unpadded, in_base};
use super::marvin::{marvin32, seed};
use super::{Candidate, Verdict, facts, lenient, text};

/// A kind of key: the signature that stands before its checksum, and the checksum's seeds.
struct Kind {
    signature: &'static [u8; 4],
    service: &'static str,
    seeds: &'static [&'static [u8; 8]],
    /// Whether there are no other seeds: then a sum that fits none is wrong.
    complete: bool,
}

const fn kind(
    signature: &'static [u8; 4],
    service: &'static str,
    seeds: &'static [&'static [u8; 8]],
    complete: bool,
) -> Kind {
    Kind {
        signature,
        service,
        seeds,
        complete,
    }
}

/// Of Service Bus, Event Hubs and Relay: what a key may do, and keys of the system.
const MESSAGING: &[&[u8; 8]] = &[
    b"Send0000",
    b"Manage00",
    b"Listen00",
    b"System00",
    b"Unknown0",
];
const COSMOS: &[&[u8; 8]] = &[
    b"MastRW00",
    b"MastRO00",
    b"Resour00",
    b"SystRW00",
    b"SystRO00",
    b"SysAll00",
    b"Encryp00",
];
const API_MANAGEMENT: &[&[u8; 8]] = &[b"Tenant00", b"IoTHub00", b"Gatewy00", b"GitKey00"];

const KINDS: &[Kind] = &[
    kind(b"+ASt", "storage", &[b"Default0"], true),
    kind(b"+ABa", "batch", &[b"AbAcct00"], true),
    kind(b"ACDb", "cosmos", COSMOS, true),
    // The seed of subscriptions is said to be that of IoT hubs, which may be a slip.
    kind(b"APIM", "api management", API_MANAGEMENT, false),
    kind(b"+AMC", "machine learning", &[b"Classic0"], true),
    kind(b"+ASb", "service bus", MESSAGING, true),
    kind(b"+AEh", "event hub", MESSAGING, true),
    kind(b"+ARm", "relay", MESSAGING, true),
    // Some have letters in the place of signs, so that the sum of what one sees differs.
    kind(b"AzCa", "redis", &[b"Access00"], false),
    kind(
        b"AIoT",
        "iot",
        &[b"IoTHub00", b"DpsKey00", b"Device00"],
        true,
    ),
    kind(b"+ACR", "container registry", &[b"ACRDflt0"], true),
    kind(b"AzSe", "search", &[b"Query000", b"PAdmin00"], true),
    kind(
        b"AzFu",
        "functions",
        &[b"Functi00", b"Master00", b"System00"],
        true,
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
    let kind = unpadded
        .len()
        .checked_sub(SIGNATURE_FROM_END)
        .and_then(|start| unpadded.get(start..start + 4))
        .and_then(|found| KINDS.iter().find(|kind| kind.signature == found));
    let Some(kind) = kind else {
        return Verdict::Kept(facts([]));
    };
    let told = facts([("service", Some(kind.service.into()))]);
    let valid = base64(unpadded).is_some_and(|bytes| {
        bytes.split_last_chunk::<4>().is_some_and(|(data, sum)| {
            kind.seeds
                .iter()
                .any(|name| marvin32(data, seed(name)).to_le_bytes() == *sum)
        })
    });
    if valid || kind.complete {
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
        return Verdict::Demoted(facts([]));
    };
    if !year.is_ascii_uppercase() || !(b'A'..=b'L').contains(&month) {
        return Verdict::Demoted(facts([]));
    }
    let service = match provider {
        b"AZDO" => "devops",
        b"ACOG" => "ai services",
        b"AZAC" => "app configuration",
        b"AZCS" => "communication services",
        b"AZEG" => "event grid",
        b"AZFR" => "fluid relay",
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
    // The sum begins with four characters of base64; of keys derived from others (`D`, `H`) it may
    // be base62, and one in neither form says nothing.
    let derived = secret.get(57) != Some(&b'9');
    let valid = match (secret.get(..80).and_then(base64), secret.get(80..84)) {
        (Some(data), Some(sum)) => {
            let hash = marvin32(&data, seed(b"Default0"));
            let base64 = base64_unpadded(&hash.to_le_bytes());
            let base62 = in_base(hash.into(), BASE62, 6);
            base64.as_bytes().starts_with(sum) || derived && base62.starts_with(sum)
        }
        _ => false,
    };
    if valid || !derived {
        lenient(valid, told)
    } else {
        Verdict::Kept(told)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

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
            (64, 88, "ACDb", b"Encryp00", "cosmos"),
            (64, 88, "APIM", b"Tenant00", "api management"),
            (64, 88, "+AMC", b"Classic0", "machine learning"),
            (32, 44, "+ASb", b"Listen00", "service bus"),
            (32, 44, "+AEh", b"Send0000", "event hub"),
            (32, 44, "+ARm", b"System00", "relay"),
            (32, 44, "AIoT", b"DpsKey00", "iot"),
            (32, 44, "AzCa", b"Access00", "redis"),
            (39, 52, "+ACR", b"ACRDflt0", "container registry"),
            (39, 52, "AzSe", b"PAdmin00", "search"),
            (40, 56, "AzFu", b"Master00", "functions"),
        ] {
            let key = key(length, signature, name);
            assert_eq!(key.len(), characters);
            let Verdict::Confirmed(facts) = verdict(marvin_key, key.as_bytes()) else {
                panic!("{key}")
            };
            assert_eq!(facts["service"], service);
            match verdict(marvin_key, &flip(&key, 5)) {
                Verdict::Demoted(facts) => assert_eq!(facts["checksum"], "invalid"),
                Verdict::Kept(_) => assert!(["redis", "api management"].contains(&service)),
                other => panic!("{key}: {other:?}"),
            }
        }
    }

    /// A common annotated key of March 2025 up to its sum.
    fn annotated(derivation: char, provider: &str) -> String {
        let random = "EXAMPLE0".repeat(7);
        let head = format!(
            "{}JQQJ9{derivation}BC{}{provider}",
            &random[..52],
            "A".repeat(16)
        );
        assert_eq!(head.len(), 80);
        head
    }

    #[test]
    fn a_common_annotated_key_tells_when_and_by_whom_it_was_issued() {
        let head = annotated('9', "AZDO");
        let hash = marvin32(&base64(head.as_bytes()).unwrap(), seed(b"Default0"));
        let sum = base64_unpadded(&hash.to_le_bytes());
        let Verdict::Confirmed(facts) = verdict(cask, format!("{head}{}", &sum[..4]).as_bytes())
        else {
            panic!()
        };
        assert_eq!(facts["issued"], "2025-03");
        assert_eq!(facts["service"], "devops");
        let off = format!("{head}////");
        assert!(matches!(verdict(cask, off.as_bytes()), Verdict::Demoted(_)));
        let cut = verdict(cask, head.as_bytes());
        assert!(matches!(cut, Verdict::Demoted(_)), "{cut:?}");
    }

    #[test]
    fn the_sum_of_a_derived_key_may_be_in_base62() {
        let head = annotated('D', "ACOG");
        let hash = marvin32(&base64(head.as_bytes()).unwrap(), seed(b"Default0"));
        let sum = String::from_utf8(in_base(hash.into(), BASE62, 6)).unwrap();
        let key = format!("{head}{}", &sum[..4]);
        let Verdict::Confirmed(facts) = verdict(cask, key.as_bytes()) else {
            panic!("{key}")
        };
        assert_eq!(facts["service"], "ai services");
        let off = verdict(cask, format!("{head}////").as_bytes());
        assert!(matches!(off, Verdict::Kept(_)), "{off:?}");
    }
}
