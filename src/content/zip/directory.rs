//! The central directory, where all that is left of a zip is at hand: in a map, or because it is small.
//!
//! It tells the size of members that do not say themselves where they end, and where the next member begins
//! behind bytes that belong to none. It is believed only where the bytes bear it out, and members that it
//! does not list are found all the same.
//!
//! Source: PKWARE APPNOTE 6.3.10, sections 4.3.12 and 4.3.16.

use std::collections::BTreeMap;
use std::io;

use memchr::memmem::FinderRev;

use super::{LOCAL, u16_at, u32_at};
use crate::content::replay::Replay;

const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_LENGTH: usize = 46;
/// Bytes of a zip that are read ahead to see its end.
const AHEAD: usize = 1 << 20;
/// Members that are kept.
const MOST: usize = 1 << 16;

/// What the directory lists of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    pub checksum: u32,
    pub compressed: u32,
    pub size: u32,
}

/// Listed members by the position of their local headers.
#[derive(Default)]
pub(super) struct Directory(BTreeMap<u64, Listed>);

impl Directory {
    /// Of the members from the one at `first` on; empty where the end of the zip is not at hand, or needs
    /// numbers of 64 bits.
    pub(super) fn ahead(source: &mut Replay<'_>, first: u64) -> io::Result<Self> {
        let position = source.position();
        let rest = source.ahead(AHEAD)?;
        Ok(Self(members(rest, position, first).unwrap_or_default()))
    }

    /// The member whose local header stands at `position`.
    pub(super) fn at(&self, position: u64) -> Option<Listed> {
        self.0.get(&position).copied()
    }

    /// Where the first member at or behind `position` begins.
    pub(super) fn next(&self, position: u64) -> Option<u64> {
        self.0.range(position..).next().map(|(at, _)| *at)
    }
}

/// What the directory at the end of `rest` lists, if there is one; `rest` stands at `position`.
fn members(rest: &[u8], position: u64, first: u64) -> Option<BTreeMap<u64, Listed>> {
    let end = end(rest)?;
    let (length, offset) = (u32_at(rest, end + 12)?, u32_at(rest, end + 16)?);
    let start = end.checked_sub(length as usize)?;
    let mut members = BTreeMap::new();
    let mut entries = rest.get(start..end)?;
    while entries.starts_with(ENTRY) && members.len() < MOST {
        let listed = Listed {
            checksum: u32_at(entries, 16)?,
            compressed: u32_at(entries, 20)?,
            size: u32_at(entries, 24)?,
        };
        // Offsets count from wherever the zip began, which may be behind a script.
        let before = offset.checked_sub(u32_at(entries, 42)?);
        let at = before.and_then(|before| (position + start as u64).checked_sub(u64::from(before)));
        if let Some(at) = at.filter(|at| *at >= first && is_local(rest, *at, position)) {
            members.insert(at, listed);
        }
        let texts = [28, 30, 32].map(|field| u16_at(entries, field).map(usize::from));
        let texts = texts.into_iter().sum::<Option<usize>>()?;
        entries = entries.get(ENTRY_LENGTH + texts..)?;
    }
    Some(members)
}

/// Whether a local header stands `at` a position, as far as that was not passed.
fn is_local(rest: &[u8], at: u64, position: u64) -> bool {
    let index = at.checked_sub(position).map(usize::try_from);
    index.is_none_or(|index| {
        let header = index.ok().and_then(|index| rest.get(index..));
        header.is_some_and(|header| header.starts_with(LOCAL))
    })
}

/// Where the record stands that ends a zip: nothing follows but the comment that it announces.
fn end(rest: &[u8]) -> Option<usize> {
    let from = rest
        .len()
        .saturating_sub(END_LENGTH + usize::from(u16::MAX));
    let tail = rest.get(from..)?;
    let is_end = |at: &usize| {
        let comment = u16_at(tail, at + 20).map(usize::from);
        comment.is_some_and(|comment| at + END_LENGTH + comment == tail.len())
    };
    let at = FinderRev::new(END).rfind_iter(tail).find(is_end)?;
    Some(from + at)
}
