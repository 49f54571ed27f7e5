//! OpenPGP private key blocks: armour with a CRC-24, a first packet that must be a secret key,
//! and whether a passphrase protects it.
//!
//! RFC 4880 and RFC 9580.

mod packet;
mod secret;

use super::super::matched::Facts;
use super::encoding::base64;
use super::{Candidate, Verdict, lenient};

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
    let Some(told) = packet::secret_key(&bytes) else {
        return Verdict::Dropped;
    };
    match sum {
        Some(sum) => lenient(crc24(&bytes).to_be_bytes()[1..] == *sum, told),
        None => Verdict::Confirmed(told),
    }
}

/// What a file of packets without armour tells, if it begins with a secret key.
pub(in crate::detect) fn keyring(bytes: &[u8]) -> Option<Facts> {
    packet::secret_keyring(bytes)
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
    use super::packet::{SECRET_KEY, USER_ID};
    use super::*;

    fn block(usage: u8, sum: Option<u32>) -> String {
        let mut packet = vec![
            4, 0, 0, 0, 0, 1, 0, 16, 0xff, 0xff, 0, 17, 1, 0, 1, usage, 9, 3,
        ];
        packet.extend([0; 16]);
        let mut bytes = vec![0x80 | SECRET_KEY << 2, packet.len() as u8];
        bytes.extend(&packet);
        bytes.extend([0xc0 | USER_ID, 4]);
        bytes.extend(b"Jane");
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
                assert_eq!(facts["user"], "Jane");
                let fingerprint = facts["openpgp_fingerprint"].as_str().unwrap();
                assert_eq!(fingerprint.len(), 40);
                let cipher = facts.get("cipher").map(|fact| fact.as_str().unwrap());
                assert_eq!(cipher, encrypted.then_some("aes-256"));
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
