//! The header of one package: an index of tags, then their values.
//!
//! Source: rpm's `docs/manual/format_header.md` and `include/rpm/rpmtag.h`. In a database a header
//! begins with its two lengths, without the magic that it has in a package file.

use super::{big32, index};
use crate::packages::checksum::{Algorithm, Checksum};
use crate::packages::{Broken, LONGEST_PATH, Listen, Record};

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const FILE_DIGESTS: u32 = 1035;
const DIR_INDEXES: u32 = 1116;
const BASE_NAMES: u32 = 1117;
const DIR_NAMES: u32 = 1118;
const FILE_DIGEST_ALGORITHM: u32 = 5011;

/// Folders of one package that are known: sources of the kernel have some 5,000.
pub(super) const MOST_FOLDERS: usize = 1 << 17;

const INT32: u32 = 4;
const STRING: u32 = 6;
const STRING_ARRAY: u32 = 8;

/// A package, as its header says.
pub(super) struct Package<'a> {
    pub(super) header: Header<'a>,
    name: &'a [u8],
    version: Vec<u8>,
}

impl<'a> Package<'a> {
    /// `None` where the header does not hold together.
    pub(super) fn of(blob: &'a [u8]) -> Option<Self> {
        let header = Header::new(blob)?;
        let name = header.string(NAME)?;
        let mut version = Vec::new();
        if let Some(epoch) = header.numbers(EPOCH).next() {
            version.extend_from_slice(format!("{epoch}:").as_bytes());
        }
        version.extend_from_slice(header.string(VERSION)?);
        if let Some(release) = header.string(RELEASE) {
            version.push(b'-');
            version.extend_from_slice(release);
        }
        Some(Self {
            header,
            name,
            version,
        })
    }

    /// Tells of the package and its files.
    pub(super) fn tell(&self, listen: &mut Listen<'_>) -> Result<(), Broken> {
        listen(Record::Package {
            name: self.name,
            version: Some(&self.version),
        })?;
        match self.header.algorithm() {
            Some(algorithm) => self.header.files(algorithm, listen),
            None => Ok(()),
        }
    }
}

pub(super) struct Header<'a> {
    index: &'a [[u8; 16]],
    data: &'a [u8],
}

impl<'a> Header<'a> {
    fn new(blob: &'a [u8]) -> Option<Self> {
        let entries = index(big32(blob, 0)?);
        let length = index(big32(blob, 4)?);
        let rest = blob.get(8..)?;
        let (entries, data) = rest.split_at_checked(entries.checked_mul(16)?)?;
        Some(Self {
            index: entries.as_chunks().0,
            data: data.get(..length)?,
        })
    }

    /// Where the values of a tag begin, and how many there are.
    fn find(&self, tag: u32, kind: u32) -> Option<(&'a [u8], usize)> {
        let entry = self
            .index
            .iter()
            .find(|entry| big32(*entry, 0) == Some(tag) && big32(*entry, 4) == Some(kind))?;
        let data = self.data.get(index(big32(entry, 8)?)..)?;
        Some((data, index(big32(entry, 12)?)))
    }

    fn string(&self, tag: u32) -> Option<&'a [u8]> {
        let (data, _) = self.find(tag, STRING)?;
        data.split(|byte| *byte == 0).next()
    }

    fn strings(&self, tag: u32) -> impl Iterator<Item = &'a [u8]> {
        let (mut data, count) = self.find(tag, STRING_ARRAY).unwrap_or_default();
        let next = move || {
            let (string, rest) = data.split_at_checked(memchr::memchr(0, data)?)?;
            data = rest.get(1..)?;
            Some(string)
        };
        std::iter::from_fn(next).take(count)
    }

    fn numbers(&self, tag: u32) -> impl Iterator<Item = u32> {
        let (data, count) = self.find(tag, INT32).unwrap_or_default();
        let (numbers, _) = data.as_chunks();
        numbers.iter().take(count).map(|n| u32::from_be_bytes(*n))
    }

    /// MD5 unless the header says something else; `None` for what no content is hashed with.
    fn algorithm(&self) -> Option<Algorithm> {
        match self.numbers(FILE_DIGEST_ALGORITHM).next() {
            None | Some(1) => Some(Algorithm::Md5),
            Some(2) => Some(Algorithm::Sha1),
            Some(8) => Some(Algorithm::Sha256),
            Some(_) => None,
        }
    }

    /// The folders of files. An empty name takes a byte of a header, and here sixteen.
    pub(super) fn folders(&self) -> Vec<&'a [u8]> {
        self.strings(DIR_NAMES).take(MOST_FOLDERS).collect()
    }

    /// Folders, links and files that the package only claims have an empty digest.
    fn files(&self, algorithm: Algorithm, listen: &mut Listen<'_>) -> Result<(), Broken> {
        let folders = self.folders();
        let names = self.strings(BASE_NAMES).zip(self.numbers(DIR_INDEXES));
        let mut path = Vec::new();
        for ((name, folder), digest) in names.zip(self.strings(FILE_DIGESTS)) {
            let (Some(folder), Some(checksum)) = (
                folders.get(index(folder)),
                Checksum::of_hex(algorithm, digest),
            ) else {
                continue;
            };
            if folder.len() + name.len() <= LONGEST_PATH {
                path.clear();
                path.extend_from_slice(folder);
                path.extend_from_slice(name);
                let path = &path;
                listen(Record::File { path, checksum })?;
            }
        }
        Ok(())
    }
}
