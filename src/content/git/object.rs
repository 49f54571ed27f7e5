//! What an object is and what it is called: kinds, ids, and the head of one that lies in a file of
//! its own.
//!
//! Source: gitformat-pack(5), gitrepository-layout(5), "Git Internals - Git Objects".

use std::fmt;

use flate2::{Decompress, FlushDecompress};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// The longest head: `commit`, a space, a number of 20 digits, NUL.
const LONGEST_HEAD: usize = 32;
/// Digits of an id that a place shows.
const SHOWN: usize = 12;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Commit, Self::Tree, Self::Blob, Self::Tag];

    /// As git calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }

    /// By its number in a pack.
    pub(super) fn of_number(number: u8) -> Option<Self> {
        let index = usize::from(number.checked_sub(1)?);
        Self::ALL.get(index).copied()
    }
}

/// The head of an object before its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::content) struct Head {
    pub(super) kind: Kind,
    /// Bytes of the content.
    pub(super) size: u64,
    /// Bytes of the head, its NUL included.
    pub(super) length: usize,
}

impl Head {
    /// The head that a zlib stream begins with, where that is what begins with `stored`.
    pub(in crate::content) fn of(stored: &[u8]) -> Option<Self> {
        let [method, flags, ..] = *stored else {
            return None;
        };
        // Deflate, and a check over both bytes.
        if method & 0x8f != 8 || u16::from_be_bytes([method, flags]) % 31 != 0 {
            return None;
        }
        let mut plain = [0; LONGEST_HEAD];
        let mut codec = Decompress::new(true);
        codec
            .decompress(stored, &mut plain, FlushDecompress::None)
            .ok()?;
        let produced = usize::try_from(codec.total_out()).ok()?;
        Self::parse(plain.get(..produced)?)
    }

    fn parse(plain: &[u8]) -> Option<Self> {
        let end = memchr::memchr(0, plain)?;
        let text = std::str::from_utf8(plain.get(..end)?).ok()?;
        let (name, size) = text.split_once(' ')?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
        let is_number = size.bytes().all(|byte| byte.is_ascii_digit());
        Some(Self {
            kind,
            size: size.parse().ok().filter(|_| is_number)?,
            length: end + 1,
        })
    }
}

/// How a repository computes ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
}

impl Algorithm {
    /// Of the repository in which a file of that path lies: names of object files and packs are
    /// as long as their ids. Nothing else in a pack tells.
    pub(super) fn of_path(path: &[u8]) -> Self {
        let name = path.strip_suffix(b".pack").unwrap_or(path);
        let letters = name.iter().rev().filter(|byte| **byte != b'/');
        let count = letters.take_while(|byte| byte.is_ascii_hexdigit()).count();
        match count {
            64.. => Self::Sha256,
            _ => Self::Sha1,
        }
    }

    /// Bytes of an id.
    pub(super) fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The id of an object that is at hand as a whole.
    pub(super) fn id(self, kind: Kind, content: &[u8]) -> Id {
        let mut hasher = Hasher::new(self, kind, content.len() as u64);
        hasher.update(content);
        hasher.finish()
    }

    /// The id whose bytes these are.
    pub(super) fn read(self, bytes: &[u8]) -> Option<Id> {
        let mut id = [0; 32];
        (bytes.len() == self.length()).then_some(())?;
        id.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Id(id))
    }

    /// The id whose digits these are.
    pub(super) fn parse(self, digits: &[u8]) -> Option<Id> {
        let value = |digit: u8| char::from(digit).to_digit(16);
        let byte = |pair: &[u8]| match *pair {
            [high, low] => u8::try_from(value(high)? << 4 | value(low)?).ok(),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
        self.read(&bytes?)
    }
}

/// An object's name: the hash of head and content; a shorter one ends in zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id([u8; 32]);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0[..SHOWN / 2] {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Computes an id piece by piece.
pub(super) enum Hasher {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Hasher {
    pub(super) fn new(algorithm: Algorithm, kind: Kind, size: u64) -> Self {
        let mut hasher = match algorithm {
            Algorithm::Sha1 => Self::Sha1(Sha1::default()),
            Algorithm::Sha256 => Self::Sha256(Sha256::default()),
        };
        hasher.update(format!("{} {size}\0", kind.name()).as_bytes());
        hasher
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hasher) => hasher.update(bytes),
            Self::Sha256(hasher) => hasher.update(bytes),
        }
    }

    pub(super) fn finish(self) -> Id {
        let mut id = [0; 32];
        match self {
            Self::Sha1(hasher) => id[..20].copy_from_slice(&hasher.finalize()),
            Self::Sha256(hasher) => id.copy_from_slice(&hasher.finalize()),
        }
        Id(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_that_git_gives() {
        let shown = |algorithm: Algorithm, content| algorithm.id(Kind::Blob, content).to_string();
        assert_eq!(shown(Algorithm::Sha1, b""), "e69de29bb2d1");
        assert_eq!(shown(Algorithm::Sha1, b"hello\n"), "ce013625030b");
        assert_eq!(shown(Algorithm::Sha256, b""), "473a0f4c3be8");
        let tree = Algorithm::Sha1.id(Kind::Tree, b"");
        let digits = b"4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        assert_eq!(Algorithm::Sha1.parse(digits), Some(tree));
        assert_eq!(Algorithm::Sha1.parse(&digits[1..]), None);
    }

    #[test]
    fn the_hash_of_a_repository_is_told_by_the_names_in_it() {
        let hex = "0123456789abcdef".repeat(4);
        for (path, expected) in [
            (
                format!("objects/{}/{}", &hex[..2], &hex[2..]),
                Algorithm::Sha256,
            ),
            (
                format!("objects/{}/{}", &hex[..2], &hex[2..40]),
                Algorithm::Sha1,
            ),
            (format!("objects/pack/pack-{hex}.pack"), Algorithm::Sha256),
            (format!("pack-{}.pack", &hex[..40]), Algorithm::Sha1),
            (".pack".to_owned(), Algorithm::Sha1),
            (String::new(), Algorithm::Sha1),
        ] {
            assert_eq!(Algorithm::of_path(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn a_head_is_a_kind_and_a_number_and_nothing_else() {
        let head = Head::parse(b"blob 12\0hello").unwrap();
        assert_eq!((head.kind, head.size, head.length), (Kind::Blob, 12, 8));
        for wrong in [
            &b"blob 12"[..],
            b"blob +1\0",
            b"blob \0",
            b"blub 1\0",
            b"blob 99999999999999999999\0",
            b"\0",
        ] {
            assert_eq!(Head::parse(wrong), None, "{wrong:?}");
        }
    }
}
