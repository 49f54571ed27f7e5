//! Encryption by password, as PKCS #8 and PKCS #12 name it: what is told of it, and undoing it
//! with a password that is tried.
//!
//! RFC 8018 (PBES2, PBKDF2), RFC 7292 (PKCS #12, appendix B and C). How often a password is hashed
//! is the image's word, so it is bounded and paid for from the [`Effort`].

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, InnerIvInit, KeyIvInit};
use sha1::Sha1;
use sha1::digest::block_api::BlockSizeUser;
use sha1::digest::{Digest, FixedOutputReset};
use sha2::{Sha256, Sha512};

use super::Protection;
use super::der::{Der, OCTET_STRING, OID};
use super::effort::Effort;

/// More hashing than anybody asks for to this day.
const MOST_ITERATIONS: u32 = 500_000;

/// 1.2.840.113549: the roots of most names here.
const RSADSI: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d];
/// 2.16.840.1.101.3.4.1: AES.
const AES: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1];
/// 1.3.6.1.4.1.11591.4.11.
const SCRYPT: &[u8] = &[0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 0x0b];

/// How something is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect) struct Scheme<'a> {
    kdf: Kdf<'a>,
    cipher: Cipher,
    iv: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kdf<'a> {
    Pbkdf2 {
        salt: &'a [u8],
        iterations: u32,
        hash: Hash,
    },
    /// That of PKCS #12, with SHA-1; it makes the IV, too.
    Pkcs12 {
        salt: &'a [u8],
        iterations: u32,
    },
    Scrypt,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha512,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    TripleDes,
    Rc2Of40,
    Other,
}

impl<'a> Scheme<'a> {
    /// Reads the content of an `AlgorithmIdentifier`.
    pub(in crate::detect) fn read(mut identifier: Der<'a>) -> Option<Self> {
        let name = identifier.next(OID)?;
        let parameters = identifier.sequence();
        match name.strip_prefix(RSADSI) {
            Some([1, 5, 13]) => Self::pbes2(parameters?),
            Some([1, 12, 1, which]) => {
                let mut parameters = parameters?;
                Some(Self {
                    kdf: Kdf::Pkcs12 {
                        salt: parameters.next(OCTET_STRING)?,
                        iterations: parameters.small()?,
                    },
                    cipher: match which {
                        3 => Cipher::TripleDes,
                        6 => Cipher::Rc2Of40,
                        _ => Cipher::Other,
                    },
                    iv: &[],
                })
            }
            _ => Some(Self {
                kdf: Kdf::Other,
                cipher: Cipher::Other,
                iv: &[],
            }),
        }
    }

    fn pbes2(mut parameters: Der<'a>) -> Option<Self> {
        let kdf = Kdf::read(parameters.sequence()?)?;
        let mut encryption = parameters.sequence()?;
        let cipher = match encryption.next(OID)? {
            oid if oid.strip_prefix(AES) == Some(&[2]) => Cipher::Aes128,
            oid if oid.strip_prefix(AES) == Some(&[22]) => Cipher::Aes192,
            oid if oid.strip_prefix(AES) == Some(&[42]) => Cipher::Aes256,
            oid if oid.strip_prefix(RSADSI) == Some(&[3, 7]) => Cipher::TripleDes,
            _ => Cipher::Other,
        };
        let iv = encryption.next(OCTET_STRING).unwrap_or_default();
        Some(Self { kdf, cipher, iv })
    }

    /// As the facts of a key tell it.
    pub(in crate::detect) fn protection(&self) -> Protection {
        let cipher = match self.cipher {
            Cipher::Aes128 => Some("aes-128-cbc"),
            Cipher::Aes192 => Some("aes-192-cbc"),
            Cipher::Aes256 => Some("aes-256-cbc"),
            Cipher::TripleDes => Some("3des-cbc"),
            Cipher::Rc2Of40 => Some("rc2-40-cbc"),
            Cipher::Other => None,
        };
        let kdf = match self.kdf {
            Kdf::Pbkdf2 { .. } => Some("pbkdf2"),
            Kdf::Pkcs12 { .. } => Some("pkcs12"),
            Kdf::Scrypt => Some("scrypt"),
            Kdf::Other => None,
        };
        Protection {
            cipher: cipher.map(str::to_owned),
            kdf: kdf.map(str::to_owned),
        }
    }

    /// What `text` is with that password; nothing where it does not fit, or costs too much.
    pub(in crate::detect) fn decrypt(
        &self,
        password: Option<&str>,
        text: &[u8],
        effort: &Effort,
    ) -> Option<Vec<u8>> {
        let key = self.key(password, effort)?;
        let iv = match self.kdf {
            Kdf::Pkcs12 { salt, iterations } => {
                let salted = Salted { salt, iterations };
                salted.key::<Sha1>(IV, password, 8, effort)?
            }
            _ => self.iv.to_vec(),
        };
        match self.cipher {
            Cipher::Aes128 => unpadded(
                cbc::Decryptor::<aes::Aes128>::new_from_slices(&key, &iv),
                text,
            ),
            Cipher::Aes192 => unpadded(
                cbc::Decryptor::<aes::Aes192>::new_from_slices(&key, &iv),
                text,
            ),
            Cipher::Aes256 => unpadded(
                cbc::Decryptor::<aes::Aes256>::new_from_slices(&key, &iv),
                text,
            ),
            Cipher::TripleDes => unpadded(
                cbc::Decryptor::<des::TdesEde3>::new_from_slices(&key, &iv),
                text,
            ),
            Cipher::Rc2Of40 => {
                let cipher = rc2::Rc2::new_with_eff_key_len(&key, 40);
                unpadded(cbc::Decryptor::inner_iv_slice_init(cipher, &iv), text)
            }
            Cipher::Other => None,
        }
    }

    /// Whether it is known and may be tried once more.
    pub(in crate::detect) fn can_be_tried(&self, effort: &Effort) -> bool {
        let iterations = match self.kdf {
            Kdf::Pbkdf2 {
                hash: Hash::Other, ..
            } => return false,
            Kdf::Pbkdf2 { iterations, .. } | Kdf::Pkcs12 { iterations, .. } => iterations,
            Kdf::Scrypt | Kdf::Other => return false,
        };
        // Twice for a key that is longer than a hash, and twice for what an HMAC is made of.
        let cost = 4 * u64::from(iterations);
        self.cipher != Cipher::Other && iterations <= MOST_ITERATIONS && effort.affords(cost)
    }

    fn key(&self, password: Option<&str>, effort: &Effort) -> Option<Vec<u8>> {
        let length = match self.cipher {
            Cipher::Aes128 => 16,
            Cipher::Aes192 | Cipher::TripleDes => 24,
            Cipher::Aes256 => 32,
            Cipher::Rc2Of40 => 5,
            Cipher::Other => return None,
        };
        match self.kdf {
            Kdf::Pkcs12 { salt, iterations } => {
                Salted { salt, iterations }.key::<Sha1>(KEY, password, length, effort)
            }
            Kdf::Pbkdf2 {
                salt,
                iterations,
                hash,
            } => {
                let blocks = length.div_ceil(20) as u64 * 2 * u64::from(iterations);
                if iterations > MOST_ITERATIONS || !effort.take(blocks) {
                    return None;
                }
                let password = password.unwrap_or_default().as_bytes();
                let mut key = vec![0; length];
                match hash {
                    Hash::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, iterations, &mut key),
                    Hash::Sha256 => {
                        pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, iterations, &mut key)
                    }
                    Hash::Sha512 => {
                        pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, iterations, &mut key)
                    }
                    Hash::Other => return None,
                }
                Some(key)
            }
            Kdf::Scrypt | Kdf::Other => None,
        }
    }
}

impl<'a> Kdf<'a> {
    fn read(mut identifier: Der<'a>) -> Option<Self> {
        let name = identifier.next(OID)?;
        if name == SCRYPT {
            return Some(Self::Scrypt);
        }
        if name.strip_prefix(RSADSI) != Some(&[1, 5, 12]) {
            return Some(Self::Other);
        }
        let mut parameters = identifier.sequence()?;
        let salt = parameters.next(OCTET_STRING)?;
        let iterations = parameters.small()?;
        // The length of the key may stand between; the cipher tells it as well.
        parameters.small();
        let prf = parameters.sequence().and_then(|mut prf| prf.next(OID));
        let hash = match prf.map(|oid| oid.strip_prefix(RSADSI)) {
            None | Some(Some([2, 7])) => Hash::Sha1,
            Some(Some([2, 9])) => Hash::Sha256,
            Some(Some([2, 11])) => Hash::Sha512,
            Some(_) => Hash::Other,
        };
        Some(Self::Pbkdf2 {
            salt,
            iterations,
            hash,
        })
    }
}

/// The text without its padding.
fn unpadded<M: BlockModeDecrypt, E>(mode: Result<M, E>, text: &[u8]) -> Option<Vec<u8>> {
    mode.ok()?.decrypt_padded_vec::<Pkcs7>(text).ok()
}

/// What a key of PKCS #12 is for: RFC 7292, appendix B.3.
pub(in crate::detect) const KEY: u8 = 1;
pub(in crate::detect) const IV: u8 = 2;
pub(in crate::detect) const MAC: u8 = 3;

/// Salt and number of iterations that go with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect) struct Salted<'a> {
    pub salt: &'a [u8],
    pub iterations: u32,
}

impl Salted<'_> {
    /// A key of PKCS #12 (RFC 7292, appendix B.2). No password at all is not the empty one.
    pub(in crate::detect) fn key<D: Digest + BlockSizeUser + FixedOutputReset>(
        &self,
        purpose: u8,
        password: Option<&str>,
        length: usize,
        effort: &Effort,
    ) -> Option<Vec<u8>> {
        let block = D::block_size();
        let rounds = length.div_ceil(<D as Digest>::output_size());
        let cost = rounds as u64 * u64::from(self.iterations.max(1));
        let text = password.map(wide).unwrap_or_default();
        if self.iterations > MOST_ITERATIONS || self.salt.len() > block || !effort.take(cost) {
            return None;
        }
        let mut input = filled(self.salt, block);
        input.extend(filled(&text, block));
        let mut key = Vec::with_capacity(length);
        for _ in 0..rounds {
            let mut hash = D::new()
                .chain_update(vec![purpose; block])
                .chain_update(&input)
                .finalize();
            for _ in 1..self.iterations {
                hash = D::digest(&hash);
            }
            let step = filled(&hash, block);
            input.chunks_mut(block).for_each(|part| add(part, &step));
            key.extend_from_slice(&hash);
        }
        key.truncate(length);
        Some(key)
    }
}

/// `BMPString` with its two zero bytes at the end.
fn wide(password: &str) -> Vec<u8> {
    let units = password.encode_utf16().chain([0]);
    units.flat_map(u16::to_be_bytes).collect()
}

/// `text` over and over, up to a whole number of blocks; nothing where it is empty.
fn filled(text: &[u8], block: usize) -> Vec<u8> {
    let length = text.len().div_ceil(block) * block;
    text.iter().copied().cycle().take(length).collect()
}

/// Adds `step` and one to a number of as many bytes.
fn add(number: &mut [u8], step: &[u8]) {
    let mut carry = 1;
    for (digit, step) in number.iter_mut().zip(step).rev() {
        let sum = u16::from(*digit) + u16::from(*step) + carry;
        *digit = sum as u8;
        carry = sum >> 8;
    }
}
