//! PuTTY's private key files (`.ppk`, versions 2 and 3): text lines of which the public half is
//! always in clear, and a MAC over all of them. A file without a passphrase is made whole by a key that
//! everybody knows, so that its MAC can be checked.
//!
//! PuTTY's manual, appendix C.

use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::encoding::{base64, hex};
use super::{Candidate, Effort, Verdict};
use crate::detect::keys::{self, Blob, Flaw, Protection};

/// More lines than the largest key has.
const MOST_LINES: usize = 1000;
/// What version 2 makes the key of its MAC of, before the passphrase.
const MAC_KEY: &[u8] = b"putty-private-key-file-mac-key";

/// The public lines must decode and name the same type as the first line; of a file in clear, the MAC
/// must be its own and the private half that of the public one.
pub(super) fn private_key(candidate: &Candidate<'_>) -> Verdict {
    let verdict = File::read(candidate.secret).and_then(|file| file.judge(candidate.effort));
    verdict.unwrap_or(Verdict::Dropped)
}

/// A file as its lines say it.
struct File<'f> {
    is_second: bool,
    algorithm: &'f [u8],
    encryption: &'f [u8],
    comment: &'f [u8],
    public: Vec<u8>,
    kdf: Option<&'f [u8]>,
    /// `None` where the file ends before it.
    private: Option<Vec<u8>>,
    mac: Option<Vec<u8>>,
}

impl<'f> File<'f> {
    fn read(bytes: &'f [u8]) -> Option<Self> {
        let mut lines = bytes
            .split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let first = lines.next()?;
        let mut file = Self {
            is_second: first.starts_with(b"PuTTY-User-Key-File-2"),
            algorithm: &first[memchr::memmem::find(first, b": ")? + 2..],
            encryption: value(lines.next()?, b"Encryption: ")?,
            comment: value(lines.next()?, b"Comment: ")?,
            public: blob(value(lines.next()?, b"Public-Lines: ")?, &mut lines)?,
            kdf: None,
            private: None,
            mac: None,
        };
        while let Some(line) = lines.next() {
            if let Some(kdf) = value(line, b"Key-Derivation: ") {
                file.kdf = Some(kdf);
            } else if let Some(count) = value(line, b"Private-Lines: ") {
                file.private = Some(blob(count, &mut lines).unwrap_or_default());
            } else if let Some(mac) = value(line, b"Private-MAC: ") {
                file.mac = hex(mac);
            }
        }
        Some(file)
    }

    fn judge(&self, effort: &Effort) -> Option<Verdict> {
        let mut rest = self.public.as_slice();
        if keys::string(&mut rest)? != self.algorithm {
            return None;
        }
        let key = keys::of_ssh(&self.public)?;
        let Some(private) = &self.private else {
            return Some(Verdict::Demoted(self.protected(key).facts()));
        };
        if self.encryption != b"none" {
            return Some(Verdict::Confirmed(self.protected(key).facts()));
        }
        let flaw = match self.is_whole(private) {
            true => keys::contradiction(&self.public, private, effort),
            false => Some(Flaw::Mac),
        };
        let facts = key.with_flaw(flaw).facts();
        Some(match flaw {
            None => Verdict::Confirmed(facts),
            Some(_) => Verdict::Demoted(facts),
        })
    }

    /// The key as it is kept.
    fn protected(&self, key: keys::Key) -> keys::Key {
        if self.encryption == b"none" {
            return key;
        }
        key.protected(Protection {
            cipher: Some(keys::shown(self.encryption)),
            kdf: self.kdf.map(keys::shown),
        })
    }

    /// Whether the MAC is that of the file with this private half, and no passphrase.
    fn is_whole(&self, private: &[u8]) -> bool {
        let parts = [self.encryption, self.comment, &self.public, private];
        let parts = parts.iter();
        let text = parts.fold(Blob::new(self.algorithm), |blob, part| blob.with(part));
        match self.is_second {
            true => self.holds(Hmac::<Sha1>::new_from_slice(&Sha1::digest(MAC_KEY)), &text),
            false => self.holds(Hmac::<Sha256>::new_from_slice(b""), &text),
        }
    }

    fn holds<M: Mac, E>(&self, mac: Result<M, E>, text: &Blob) -> bool {
        let fits =
            |(mac, said): (M, &Vec<u8>)| mac.chain_update(&text.0).verify_slice(said).is_ok();
        mac.ok().zip(self.mac.as_ref()).is_some_and(fits)
    }
}

/// What a line says behind its name.
fn value<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    line.strip_prefix(name)
}

/// The bytes of so many lines.
fn blob<'l>(count: &[u8], lines: &mut impl Iterator<Item = &'l [u8]>) -> Option<Vec<u8>> {
    let count: usize = std::str::from_utf8(count).ok()?.trim().parse().ok()?;
    if count > MOST_LINES {
        return None;
    }
    base64(&lines.take(count).collect::<Vec<_>>().concat())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{standard_base64, verdict};
    use super::*;
    use crate::detect::keys::fixture;

    /// The MACs of the file with PuTTYgen's word for it: versions 2 and 3.
    const MACS: [(u8, &str); 2] = [
        (2, "61649758bf9c10a534efb0682a7aee253b5349f9"),
        (
            3,
            "f81ce58814918ae7a5dcd0ae38f01b0eeda198cadffda0b7aca04af459769a5c",
        ),
    ];

    fn file(version: u8, encryption: &str, private: &str) -> String {
        let public = standard_base64(&fixture::public_key().ssh().unwrap());
        let (line, rest) = public.split_at(64);
        format!(
            "PuTTY-User-Key-File-{version}: ssh-ed25519\r\nEncryption: {encryption}\r\n\
             Comment: ci job\r\nPublic-Lines: 2\r\n{line}\r\n{rest}\r\n{private}"
        )
    }

    fn in_clear(version: u8, mac: &str) -> String {
        let private = standard_base64(&Blob::new(&fixture::SEED).0);
        let private = format!("Private-Lines: 1\r\n{private}\r\nPrivate-MAC: {mac}");
        file(version, "none", &private)
    }

    fn flaw(file: &[u8]) -> String {
        match verdict(private_key, file) {
            Verdict::Demoted(facts) => facts["flaw"].as_str().unwrap().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_in_clear_is_whole_where_its_mac_says_so() {
        for (version, mac) in MACS {
            let whole = in_clear(version, mac);
            for file in [whole.clone(), whole.replace('\r', "")] {
                let Verdict::Confirmed(facts) = verdict(private_key, file.as_bytes()) else {
                    panic!("{file}")
                };
                assert_eq!(facts["key_type"], "ed25519");
                assert_eq!(facts["encrypted"], false);
                let fingerprint = facts["fingerprint"].as_str().unwrap();
                assert!(fingerprint.starts_with("SHA256:"));
            }
            for (part, other) in [("ci job", "ci jab"), ("MzMz", "MzMy"), ("MAC: ", "MAC: 0")] {
                let damaged = whole.replacen(part, other, 1);
                let said = "the MAC is not that of the file";
                assert_eq!(flaw(damaged.as_bytes()), said, "{damaged}");
            }
            flaw(&whole.as_bytes()[..whole.len() - mac.len()]);
        }
        flaw(in_clear(2, MACS[1].1).as_bytes());
    }

    #[test]
    fn the_private_half_of_another_key_is_a_flaw_though_the_mac_holds() {
        let private = Blob::new(&[0x34; 32]).0;
        let public = fixture::public_key().ssh().unwrap();
        let text = [&b"none"[..], b"ci job", &public, &private];
        let text = (text.iter()).fold(Blob::new(b"ssh-ed25519"), |blob, part| blob.with(part));
        let mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        let mac = mac.chain_update(&text.0).finalize().into_bytes();
        let mac: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        let file = in_clear(3, &mac).replacen(
            &standard_base64(&Blob::new(&fixture::SEED).0),
            &standard_base64(&private),
            1,
        );
        let said = "the public half belongs to another key";
        assert_eq!(flaw(file.as_bytes()), said);
    }

    #[test]
    fn of_an_encrypted_file_the_mac_cannot_be_asked() {
        let rest = "Key-Derivation: Argon2id\r\nPrivate-Lines: 1\r\nAAAA\r\nPrivate-MAC: 00";
        let file = file(3, "aes256-cbc", rest);
        let Verdict::Confirmed(facts) = verdict(private_key, file.as_bytes()) else {
            panic!("{file}")
        };
        assert_eq!(facts["encrypted"], true);
        assert_eq!(facts["cipher"], "aes256-cbc");
        assert_eq!(facts["kdf"], "Argon2id");
    }

    #[test]
    fn a_comment_is_of_any_letters() {
        let mut file = in_clear(3, MACS[1].1).into_bytes();
        let at = memchr::memmem::find(&file, b"ci job").unwrap();
        file[at] = 0xe9;
        flaw(&file);
    }

    #[test]
    fn without_private_lines_it_is_cut_off_and_with_another_type_no_key() {
        let cut = file(3, "none", "");
        assert!(matches!(
            verdict(private_key, cut.as_bytes()),
            Verdict::Demoted(_)
        ));
        let other = cut.replacen("ssh-ed25519", "ssh-rsa", 1);
        assert_eq!(verdict(private_key, other.as_bytes()), Verdict::Dropped);
    }
}
