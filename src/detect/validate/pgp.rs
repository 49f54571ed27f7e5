//! OpenPGP private key blocks: armour with a CRC-24, a first packet that must be a secret key,
//! and whether a passphrase protects it.
//!
//! RFC 4880 and RFC 9580.

use super::super::matched::Facts;
use super::encoding::base64;
use super::{Candidate, Verdict, facts, lenient};

const SECRET_KEY: u8 = 5;
const SECRET_SUBKEY: u8 = 7;

/// The body must decode and begin with a secret key packet; the sum may be missing.
pub(super) fn private_key(candidate: &Candidate<'_>) -> Verdict {
    let text = unescaped(candidate.secret);
    let mut sum = None;
    let mut body = Vec::new();
    for line in text.split(|byte| *byte == b'\n').skip(1) {
        let line = line.trim_ascii();
        if line.starts_with(b"-----END") {
            break;
        }
        if line.contains(&b':') || line.is_empty() {
            continue;
        }
        match line.strip_prefix(b"=") {
            Some(digits) => sum = base64(digits),
            None => body.extend(line),
        }
    }
    let Some(bytes) = base64(&body) else {
        return Verdict::Dropped;
    };
    let Some(packet) = first_packet(&bytes) else {
        return Verdict::Dropped;
    };
    let told = about(packet).unwrap_or_default();
    match sum {
        Some(sum) => lenient(crc24(&bytes).to_be_bytes()[1..] == *sum, told),
        None => Verdict::Confirmed(told),
    }
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, rest.split_first()) {
            (b'\\', Some((b'n', after))) => {
                plain.push(b'\n');
                rest = after;
            }
            (b'\\', _) => {}
            _ => plain.push(byte),
        }
    }
    plain
}

/// The content of the first packet, if it is a secret key; a cut-off one is given as far as it is.
fn first_packet(bytes: &[u8]) -> Option<&[u8]> {
    let (&tag, rest) = bytes.split_first()?;
    if tag & 0x80 == 0 {
        return None;
    }
    let (kind, header) = if tag & 0x40 != 0 {
        let length = match rest.first()? {
            0..=191 => 1,
            192..=223 => 2,
            255 => 5,
            _ => return None,
        };
        (tag & 0x3f, length)
    } else {
        let length = match tag & 3 {
            0 => 1,
            1 => 2,
            2 => 4,
            _ => return None,
        };
        (tag >> 2 & 0x0f, length)
    };
    matches!(kind, SECRET_KEY | SECRET_SUBKEY)
        .then(|| rest.get(header..))
        .flatten()
}

/// Version 4: creation time, algorithm, public numbers, then how the secret ones are protected.
fn about(packet: &[u8]) -> Option<Facts> {
    let (&version, rest) = packet.split_first()?;
    let (created, rest) = rest.split_first_chunk::<4>()?;
    let (&algorithm, rest) = rest.split_first()?;
    let (kind, numbers, curve) = match algorithm {
        1..=3 => ("rsa", 2, false),
        16 => ("elgamal", 3, false),
        17 => ("dsa", 4, false),
        18 => ("ecdh", 1, true),
        19 => ("ecdsa", 1, true),
        22 => ("eddsa", 1, true),
        _ => ("other", 0, false),
    };
    let mut told = facts([
        ("key_type", Some(kind.into())),
        (
            "created",
            super::time::fact(u32::from_be_bytes(*created).into()),
        ),
    ]);
    if version != 4 || kind == "other" {
        return Some(told);
    }
    let mut rest = rest;
    if curve {
        rest = skip_sized(rest)?;
    }
    for number in 0..numbers {
        let (bits, after) = rest.split_first_chunk::<2>()?;
        let bits = u16::from_be_bytes(*bits);
        if number == 0 && !curve {
            told.insert("bits".to_owned(), bits.into());
        }
        rest = after.get(usize::from(bits).div_ceil(8)..)?;
    }
    if kind == "ecdh" {
        rest = skip_sized(rest)?;
    }
    if let Some(usage) = rest.first() {
        told.insert("encrypted".to_owned(), (*usage != 0).into());
    }
    Some(told)
}

/// Skips what has its length in one byte before it.
fn skip_sized(rest: &[u8]) -> Option<&[u8]> {
    let (&length, rest) = rest.split_first()?;
    rest.get(usize::from(length)..)
}

fn crc24(bytes: &[u8]) -> u32 {
    let mut sum = 0x00b7_04ce_u32;
    for byte in bytes {
        sum ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            sum <<= 1;
            if sum & 0x0100_0000 != 0 {
                sum ^= 0x0186_4cfb;
            }
        }
    }
    sum & 0x00ff_ffff
}

#[cfg(test)]
mod tests {
    use super::super::tests::{standard_base64, verdict};
    use super::*;

    fn block(usage: u8, sum: Option<u32>) -> String {
        let mut packet = vec![4, 0, 0, 0, 0, 1, 0, 16, 0xff, 0xff, 0, 17, 1, 0, 1, usage];
        packet.extend([0; 16]);
        let mut bytes = vec![0x80 | SECRET_KEY << 2, packet.len() as u8];
        bytes.extend(&packet);
        let sum = sum.unwrap_or_else(|| crc24(&bytes)).to_be_bytes();
        format!(
            "-----BEGIN PGP {0}-----\nVersion: x\n\n{1}\n={2}\n-----END PGP {0}-----",
            "PRIVATE KEY BLOCK",
            standard_base64(&bytes),
            standard_base64(&sum[1..])
        )
    }

    #[test]
    fn crc24_of_the_check_string_is_the_known_one() {
        assert_eq!(crc24(b"123456789"), 0x21_cf02);
    }

    #[test]
    fn a_block_tells_type_bits_and_protection() {
        for (usage, encrypted) in [(0, false), (254, true)] {
            let block = block(usage, None);
            for text in [block.replace('\n', "\\n"), block] {
                let Verdict::Confirmed(facts) = verdict(private_key, text.as_bytes()) else {
                    panic!("{text}")
                };
                assert_eq!(facts["key_type"], "rsa");
                assert_eq!(facts["bits"], 16);
                assert_eq!(facts["encrypted"], encrypted);
                assert_eq!(facts["created"], "1970-01-01T00:00:00Z");
            }
        }
    }

    #[test]
    fn a_wrong_sum_demotes_and_another_packet_drops() {
        let wrong = block(0, Some(0));
        assert!(matches!(
            verdict(private_key, wrong.as_bytes()),
            Verdict::Demoted(_)
        ));
        let public = format!(
            "-----BEGIN PGP {}-----\n\n{}\n",
            "PRIVATE KEY BLOCK",
            standard_base64(&[0x80 | 6 << 2, 3, 4, 0, 0])
        );
        assert_eq!(verdict(private_key, public.as_bytes()), Verdict::Dropped);
    }
}
