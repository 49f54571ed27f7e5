//! Checksums as package databases state them, each cut to its first eight bytes.
//!
//! A database may list hundreds of thousands of files, so a checksum is kept in as few bytes as
//! tell contents apart. Whoever could make a file that fits 64 bits of a stated checksum could as
//! well write a database that states the file's own.

use md5::Md5;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// How a checksum was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// 16 bytes: dpkg, old rpm.
    Md5,
    /// 20 bytes: apk.
    Sha1,
    /// 32 bytes: rpm, Python, newer apk.
    Sha256,
}

/// Some of the algorithms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Algorithms {
    md5: bool,
    sha1: bool,
    sha256: bool,
}

impl Algorithms {
    /// Every one that databases use.
    pub const ALL: Self = Self {
        md5: true,
        sha1: true,
        sha256: true,
    };

    /// Whether there is none among them.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// These and one more.
    #[must_use]
    pub fn and(self, algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self { md5: true, ..self },
            Algorithm::Sha1 => Self { sha1: true, ..self },
            Algorithm::Sha256 => Self {
                sha256: true,
                ..self
            },
        }
    }

    /// These and those of others.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            md5: self.md5 | other.md5,
            sha1: self.sha1 | other.sha1,
            sha256: self.sha256 | other.sha256,
        }
    }
}

impl Algorithm {
    fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// The first bytes of a file's checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Checksum {
    algorithm: Algorithm,
    head: Head,
}

/// Bytes and no number, which would have to be aligned.
type Head = [u8; 8];

impl Checksum {
    /// Of the checksum's bytes; `None` when their number is not the algorithm's.
    pub(super) fn of_bytes(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        let head = *bytes.first_chunk()?;
        (bytes.len() == algorithm.length()).then_some(Self { algorithm, head })
    }

    /// How it was computed.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Of the checksum in hexadecimal.
    pub(super) fn of_hex(algorithm: Algorithm, text: &[u8]) -> Option<Self> {
        if text.len() != 2 * algorithm.length() || !text.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let head = std::str::from_utf8(text.get(..16)?).ok()?;
        let head = u64::from_str_radix(head, 16).ok()?.to_be_bytes();
        Some(Self { algorithm, head })
    }
}

#[cfg(test)]
impl Checksum {
    pub(super) fn head(&self) -> Head {
        self.head
    }
}

/// What one file's content hashes to, in the algorithms that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksums {
    md5: Option<Head>,
    sha1: Option<Head>,
    sha256: Option<Head>,
}

impl Checksums {
    /// Of a content that is there as a whole, in every algorithm.
    pub fn of(content: &[u8]) -> Self {
        Self::in_these(Algorithms::ALL, content)
    }

    /// Of a content that is there as a whole.
    pub fn in_these(algorithms: Algorithms, content: &[u8]) -> Self {
        let mut hasher = Hasher::of(algorithms);
        hasher.update(content);
        hasher.finish()
    }

    /// Of a content in pieces, in every algorithm.
    pub fn of_pieces(pieces: &[Vec<u8>]) -> Self {
        let mut hasher = Hasher::of(Algorithms::ALL);
        pieces.iter().for_each(|piece| hasher.update(piece));
        hasher.finish()
    }

    /// The algorithms in which these are.
    pub fn algorithms(&self) -> Algorithms {
        Algorithms {
            md5: self.md5.is_some(),
            sha1: self.sha1.is_some(),
            sha256: self.sha256.is_some(),
        }
    }

    /// Whether the content has this checksum, as far as is known.
    pub fn fit(&self, checksum: Checksum) -> bool {
        let own = match checksum.algorithm {
            Algorithm::Md5 => self.md5,
            Algorithm::Sha1 => self.sha1,
            Algorithm::Sha256 => self.sha256,
        };
        own == Some(checksum.head)
    }
}

/// Hashes a content that comes piece by piece.
pub struct Hasher {
    md5: Option<Md5>,
    sha1: Option<Sha1>,
    sha256: Option<Sha256>,
}

impl Hasher {
    /// In these algorithms.
    pub fn of(algorithms: Algorithms) -> Self {
        Self {
            md5: algorithms.md5.then(Md5::default),
            sha1: algorithms.sha1.then(Sha1::default),
            sha256: algorithms.sha256.then(Sha256::default),
        }
    }

    /// The next piece.
    pub fn update(&mut self, piece: &[u8]) {
        (self.md5.iter_mut()).for_each(|hash| hash.update(piece));
        (self.sha1.iter_mut()).for_each(|hash| hash.update(piece));
        (self.sha256.iter_mut()).for_each(|hash| hash.update(piece));
    }

    /// The checksums of all pieces.
    pub fn finish(self) -> Checksums {
        Checksums {
            md5: self.md5.map(|hash| head(&hash.finalize())),
            sha1: self.sha1.map(|hash| head(&hash.finalize())),
            sha256: self.sha256.map(|hash| head(&hash.finalize())),
        }
    }
}

fn head(hash: &[u8]) -> Head {
    hash.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hashes of `abc`, from RFC 1321 and FIPS 180.
    const MD5: &[u8] = b"900150983cd24fb0d6963f7d28e17f72";
    const SHA1: &[u8] = b"a9993e364706816aba3e25717850c26c9cd0d89d";
    const SHA256: &[u8] = b"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_content_fits_the_checksums_that_standards_give_for_it() {
        let sums = Checksums::of(b"abc");
        for (algorithm, hex) in [
            (Algorithm::Md5, MD5),
            (Algorithm::Sha1, SHA1),
            (Algorithm::Sha256, SHA256),
        ] {
            let checksum = Checksum::of_hex(algorithm, hex).unwrap();
            assert!(sums.fit(checksum), "{algorithm:?}");
            assert!(!Checksums::of(b"abd").fit(checksum), "{algorithm:?}");
        }
        let mut pieces = Hasher::of(Algorithms::ALL);
        pieces.update(b"a");
        pieces.update(b"bc");
        assert_eq!(pieces.finish(), sums);
    }

    #[test]
    fn what_was_not_asked_for_fits_nothing() {
        let of = |algorithm| Algorithms::default().and(algorithm);
        let md5 = Checksum::of_hex(Algorithm::Md5, MD5).unwrap();
        assert!(Checksums::in_these(of(Algorithm::Md5), b"abc").fit(md5));
        let both = of(Algorithm::Sha1).union(of(Algorithm::Sha256));
        let others = Checksums::in_these(both, b"abc");
        assert!(!others.fit(md5));
        assert!(others.fit(Checksum::of_hex(Algorithm::Sha1, SHA1).unwrap()));
        assert_eq!(others.algorithms(), both);
        assert_eq!(both.and(md5.algorithm()), Algorithms::ALL);
        assert!(Algorithms::default().is_empty() && !both.is_empty());
    }

    #[test]
    fn a_checksum_of_another_length_or_of_no_digits_is_none() {
        assert_eq!(Checksum::of_hex(Algorithm::Sha1, MD5), None);
        assert_eq!(Checksum::of_hex(Algorithm::Md5, b""), None);
        assert_eq!(
            Checksum::of_hex(Algorithm::Md5, b"+00150983cd24fb0d6963f7d28e17f72"),
            None
        );
        assert_eq!(Checksum::of_bytes(Algorithm::Md5, &[0; 15]), None);
        let bytes: Vec<u8> = (0..16).map(|n| n * 16 + n).collect();
        assert_eq!(
            Checksum::of_bytes(Algorithm::Md5, &bytes),
            Checksum::of_hex(Algorithm::Md5, b"00112233445566778899aabbccddeeff")
        );
    }
}
