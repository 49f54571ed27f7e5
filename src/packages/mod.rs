//! Package databases: which files of an image a package brought, with the checksums that they had
//! then.
//!
//! A file that a database of the image lists and that still has its checksum is public material:
//! whoever has the package has the file. Here are pure parsers, one file a database; what is made
//! of it is the pipeline's matter. A database is as hostile as the image: parsers never fail on
//! text, hand on names and paths as they stand, and take time and memory in proportion to its size.
//! Where a folder is named once for all of its files, the paths may be longer than the database; one
//! whose paths are many times as long was made to cost time, and counts as broken.
//!
//! npm, RubyGems and Berkeley DB of big-endian machines are not here: `docs/limits.md` says why.

mod apk;
mod checksum;
mod dpkg;
mod python;
mod rpm;

pub use checksum::{Algorithm, Algorithms, Checksum, Checksums, Hasher};

use crate::archive::normalise;

/// Longest path of a file that is handed on, `PATH_MAX` of Linux.
const LONGEST_PATH: usize = 4_096;
/// Bytes of paths for each byte of a database. A file takes some 40 bytes beside its path in apk's,
/// 65 in Python's and 130 in rpm's, so that those of distributions have less than two.
const MOST_PATHS: usize = 4;

/// Folders in which rpm keeps its database: since ever, since 2021, and under ostree.
const RPM: [&[u8]; 3] = [b"var/lib/rpm/", b"usr/lib/sysimage/rpm/", b"usr/share/rpm/"];
/// Names of rpm's database in SQLite, ndb and Berkeley DB.
const RPM_NAMES: [&[u8]; 3] = [b"rpmdb.sqlite", b"Packages.db", b"Packages"];
/// Where no distribution puts files (FHS): what a system package has there is somebody's own.
const LOCAL: [&[u8]; 4] = [b"home/", b"opt/", b"srv/", b"usr/local/"];

/// What a database says, in order: a package, then its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record<'a> {
    /// A package.
    Package {
        /// Its name.
        name: &'a [u8],
        /// Its version, where this database knows it.
        version: Option<&'a [u8]>,
    },
    /// A file of that package.
    File {
        /// From the root.
        path: &'a [u8],
        /// Of the content that the package has for it.
        checksum: Checksum,
    },
}

/// Who is told; an error is that enough was told.
type Listen<'l> = dyn FnMut(Record<'_>) -> Result<(), Broken> + 'l;

/// What is wrong with a database, as what follows its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(&'static str);

const TOO_MANY_PATHS: Broken = Broken("has paths that are together many times longer than it is");

/// A package database, as its path tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database<'p> {
    /// dpkg's list of the files of a package, with the list's name.
    DpkgSums(&'p [u8]),
    /// dpkg's status, of all packages or of one.
    DpkgStatus,
    /// apk's `installed`.
    Apk,
    /// rpm's, in any form.
    Rpm,
    /// Python's record of the distribution whose `dist-info` folder stands here.
    Python(&'p [u8]),
}

impl<'p> Database<'p> {
    /// The database that stands at a path of a layer, if one does; no file system has a longer path
    /// than Linux's longest.
    pub fn at(path: &'p [u8]) -> Option<Self> {
        if path.len() > LONGEST_PATH {
            return None;
        }
        if let Some(folder) = path.strip_suffix(b"/RECORD") {
            return folder
                .ends_with(b".dist-info")
                .then_some(Self::Python(folder));
        }
        if let Some(rest) = path.strip_prefix(b"var/lib/dpkg/") {
            return Self::dpkg(rest);
        }
        if matches!(path, b"lib/apk/db/installed" | b"usr/lib/apk/db/installed") {
            return Some(Self::Apk);
        }
        let name = RPM.iter().find_map(|folder| path.strip_prefix(*folder))?;
        RPM_NAMES.contains(&name).then_some(Self::Rpm)
    }

    fn dpkg(rest: &'p [u8]) -> Option<Self> {
        if rest == b"status" {
            return Some(Self::DpkgStatus);
        }
        let folders: [&[u8]; 2] = [b"info/", b"status.d/"];
        let mut names = folders.iter().map(|folder| rest.strip_prefix(*folder));
        let (info, status) = (names.next().flatten(), names.next().flatten());
        let name = info.or(status).filter(|name| !name.contains(&b'/'))?;
        match name.strip_suffix(b".md5sums") {
            Some(list) => Some(Self::DpkgSums(list)),
            None => status.map(|_| Self::DpkgStatus),
        }
    }

    /// Tells `listen` of every package and file in the database's bytes. Where it breaks, what
    /// came before was told.
    pub fn read(&self, bytes: &[u8], listen: &mut dyn FnMut(Record<'_>)) -> Result<(), Broken> {
        let is_system = !matches!(self, Self::Python(_));
        let mut left = bytes.len().saturating_mul(MOST_PATHS);
        let mut listen = |record: Record<'_>| {
            let Record::File { path, checksum } = record else {
                listen(record);
                return Ok(());
            };
            left = left.checked_sub(path.len()).ok_or(TOO_MANY_PATHS)?;
            if path.len() <= LONGEST_PATH {
                let name = normalise(path);
                let is_local = LOCAL.iter().any(|folder| name.path.starts_with(folder));
                let is_own = is_system && is_local;
                if !name.hostile && !is_own {
                    let path = &name.path;
                    listen(Record::File { path, checksum });
                }
            }
            Ok(())
        };
        match self {
            Self::DpkgSums(list) => dpkg::sums(list, bytes, &mut listen),
            Self::DpkgStatus => dpkg::status(bytes, &mut listen),
            Self::Apk => apk::installed(bytes, &mut listen),
            Self::Python(folder) => python::record(folder, bytes, &mut listen),
            Self::Rpm => rpm::packages(bytes, &mut listen),
        }
    }
}

/// Lines without their ends, as Unix and Windows write them.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

#[cfg(test)]
mod tests;
