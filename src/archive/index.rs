//! An opened archive: its members by position and by name.
//!
//! A name is looked up once, in a table; nothing is searched. Links are followed inside the
//! archive only, and in a bounded number of steps.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::name::normalise;
use super::spool::{self, Spooled};
use super::{Blob, Limits, Slack, directory, tarball};
use crate::error::{Error, Result, Warning, WarningCode, printable};

/// An opened file or folder that holds blobs.
#[derive(Debug)]
pub struct Archive {
    storage: Option<Blob>,
    members: Vec<Member>,
    slots: Vec<Slot>,
    names: HashMap<Vec<u8>, usize>,
    warnings: Vec<Warning>,
    slack: Vec<Slack>,
    contents: Vec<(usize, Range<u64>)>,
    held: directory::Held,
}

/// What an archive lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Normalised name, safe to print.
    pub name: String,
    /// Name as written.
    pub raw_name: Vec<u8>,
    /// What it is.
    pub kind: MemberKind,
    /// Size in bytes as the archive states it.
    pub size: u64,
    /// Whether it stands behind the end mark of the tar, at which those who load an image stop.
    pub behind_end: bool,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic or hard link with its target as written.
    Link(Vec<u8>),
    /// A device, a pipe, or a type that is not known.
    Other,
}

/// Where a member's bytes are.
#[derive(Debug)]
pub(super) enum Slot {
    /// In the archive file.
    Bytes(Range<u64>),
    /// In a file of its own, opened when first wanted.
    File(PathBuf, OnceLock<Blob>),
    /// Those of another member; `None` when the link leads out of the archive.
    Link(Option<Vec<u8>>),
    /// There are none.
    Nothing,
}

/// What a reader of one kind of archive finds.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) members: Vec<Member>,
    pub(super) slots: Vec<Slot>,
    pub(super) warnings: Vec<Warning>,
    pub(super) slack: Vec<Slack>,
    /// Content of members that are no files, by index.
    pub(super) contents: Vec<(usize, Range<u64>)>,
}

impl Archive {
    /// Steps over links; the deepest chain a kernel follows is 40.
    const MOST_STEPS: usize = 40;
    /// Longest path that is looked up; longer ones exist in no archive that means well.
    const LONGEST_PATH: usize = 4096;

    /// Opens a folder, or a file: a tar, or a compressed tar, which is decompressed into one
    /// anonymous temporary file.
    ///
    /// Fails where the file cannot be read or is no tar. Everything else that is wrong is in
    /// [`warnings`](Self::warnings).
    pub fn open(path: &Path, limits: &Limits) -> Result<Self> {
        let read = |source| Error::Read {
            path: path.to_owned(),
            source,
        };
        let metadata = std::fs::metadata(path).map_err(read)?;
        if metadata.is_dir() {
            return Ok(Self::new(None, directory::list(path)?));
        }
        let mut file = File::open(path).map_err(read)?;
        if !metadata.is_file() {
            return Self::from_reader(&mut file, path, limits);
        }
        let spooled = spool::decompressed(Blob::map(&file, path)?, path, limits)?;
        Self::from_plain(spooled, path)
    }

    /// Reads an archive from a stream, such as standard input, into one anonymous temporary file.
    /// `name` is only for messages.
    pub fn from_reader(reader: &mut dyn Read, name: &Path, limits: &Limits) -> Result<Self> {
        let spooled = spool::spooled(reader, name, limits)?;
        Self::from_plain(spooled, name)
    }

    fn from_plain(spooled: Spooled, path: &Path) -> Result<Self> {
        let Spooled {
            blob,
            warnings,
            hidden,
        } = spooled;
        if !super::is_tar(&blob) {
            return Err(Error::NotAnImage {
                path: path.to_owned(),
                reason: tarball::what_it_is(&blob, &warnings),
            });
        }
        let mut listing = tarball::list(&blob);
        listing.warnings.splice(0..0, warnings);
        listing.slack.extend(hidden);
        Ok(Self::new(Some(blob), listing))
    }

    fn new(storage: Option<Blob>, listing: Listing) -> Self {
        let mut names = HashMap::with_capacity(listing.members.len());
        for (index, member) in listing.members.iter().enumerate() {
            let name = normalise(&member.raw_name).path;
            if name != member.name.as_bytes() {
                names
                    .entry(member.name.clone().into_bytes())
                    .or_insert(index);
            }
            if member.behind_end {
                names.entry(name).or_insert(index);
            } else {
                names.insert(name, index);
            }
        }
        Self {
            storage,
            members: listing.members,
            slots: listing.slots,
            names,
            warnings: listing.warnings,
            slack: listing.slack,
            contents: listing.contents,
            held: directory::Held::default(),
        }
    }

    /// Whether it is a folder.
    pub fn is_directory(&self) -> bool {
        self.storage.is_none()
    }

    /// Every member, odd and duplicate ones too, in the order of the archive; those of a folder
    /// sorted by name.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// What is wrong with the archive.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Bytes of an outer tar that belong to no member, and those of a compressed one that
    /// decompression does not show (their offsets count in the compressed file).
    pub fn slack(&self) -> &[Slack] {
        &self.slack
    }

    /// Members that are no files and have content all the same (links, directories, types that no
    /// reader knows), each with its index.
    pub fn odd_contents(&self) -> impl Iterator<Item = (usize, &Member, Blob)> {
        self.contents.iter().filter_map(|(index, range)| {
            let blob = self.storage.as_ref()?.slice(range.clone())?;
            Some((*index, self.members.get(*index)?, blob))
        })
    }

    /// The bytes that `name` stands for, links followed; `None` where there is no such member or
    /// it has no bytes. Of several members of one name the last counts, as when extracted; those
    /// behind the end mark where no other has the name.
    ///
    /// Fails where links lead in a circle, nowhere or out of the archive, and where a file of a
    /// folder cannot be read.
    pub fn get(&self, name: &str) -> Result<Option<Blob>, Warning> {
        let path = normalise(name.as_bytes()).path;
        match self.names.get(&path) {
            Some(index) => self.blob(*index),
            None => match self.through_folder_link(&path) {
                Some(target) => self.follow(name.as_bytes(), target),
                None => Ok(None),
            },
        }
    }

    /// The bytes of the member at `index` of [`members`](Self::members), which is how to reach
    /// one that a later member of the same name shadows.
    pub fn blob(&self, index: usize) -> Result<Option<Blob>, Warning> {
        let (Some(slot), Some(member)) = (self.slots.get(index), self.members.get(index)) else {
            return Ok(None);
        };
        match slot {
            Slot::Bytes(range) => {
                let storage = self.storage.as_ref();
                Ok(storage.and_then(|storage| storage.slice(range.clone())))
            }
            Slot::File(path, cell) => directory::read(path, cell, member, &self.held),
            Slot::Link(target) => self.follow(&member.raw_name, target.clone()),
            Slot::Nothing => Ok(None),
        }
    }

    /// Follows a link from `name`, whose target is `None` when it leads out of the archive.
    fn follow(&self, name: &[u8], target: Option<Vec<u8>>) -> Result<Option<Blob>, Warning> {
        let broken = |how: &str| {
            let message = format!("the link {} leads {how}", printable(name));
            Warning::new(WarningCode::BrokenLink, message).at(name)
        };
        let mut target = target;
        for _ in 0..Self::MOST_STEPS {
            let path = target.ok_or_else(|| broken("out of the archive"))?;
            let Some(&index) = self.names.get(&path) else {
                let next = self.through_folder_link(&path);
                target = next.ok_or_else(|| {
                    let to = printable(&path);
                    broken(&format!("to {to}, which is not in the archive"))
                })?;
                continue;
            };
            match self.slots.get(index) {
                Some(Slot::Link(next)) => target = next.clone(),
                _ => return self.blob(index),
            }
        }
        Err(broken("in a circle"))
    }

    /// Where `path` really is when one of its folders is a link. The inner `Option` is as in
    /// [`Slot::Link`].
    fn through_folder_link(&self, path: &[u8]) -> Option<Option<Vec<u8>>> {
        if path.len() > Self::LONGEST_PATH {
            return None;
        }
        memchr::memchr_iter(b'/', path).find_map(|slash| {
            let (folder, rest) = path.split_at_checked(slash)?;
            match self.slots.get(*self.names.get(folder)?)? {
                Slot::Link(target) => Some(target.as_ref().map(|target| [target, rest].concat())),
                _ => None,
            }
        })
    }
}

#[cfg(test)]
mod tests;
