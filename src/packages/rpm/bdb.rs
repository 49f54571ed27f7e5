//! The values of `Packages`, a hash table of Berkeley DB. A package's header is larger than what
//! stands in a page of the table, so only values on overflow pages are read.
//!
//! Source: Berkeley DB's `src/dbinc/db_page.h`. Numbers are in the byte order of the machine that
//! wrote them; of those with images, all are little-endian but s390x.

use super::{Budget, Each, index, little16, little32};
use crate::packages::Broken;

const HASH_MAGIC: u32 = 0x0006_1561;
/// Where a page's header ends.
const HEADER: usize = 26;
/// Types of pages.
const HASH_UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const HASH: u8 = 13;
/// The type of an item that stands on overflow pages.
const OFF_PAGE: u8 = 3;

const TRUNCATED: Broken = Broken("ends in the middle of a page");

pub(super) fn is_hash_table(bytes: &[u8]) -> bool {
    little32(bytes, 12) == Some(HASH_MAGIC)
}

pub(super) fn blobs(bytes: &[u8], each: &mut Each<'_>) -> Result<(), Broken> {
    let size = little32(bytes, 20).map_or(0, index);
    if !size.is_power_of_two() || !(512..=65_536).contains(&size) {
        return Err(Broken("has an impossible page size"));
    }
    let mut table = Table {
        bytes,
        size,
        budget: Budget(bytes.len() / size),
    };
    let mut value = Vec::new();
    for page in bytes.chunks_exact(size) {
        if !matches!(page.get(25), Some(&(HASH | HASH_UNSORTED))) {
            continue;
        }
        let items = little16(page, 20).ok_or(TRUNCATED)?;
        // Keys and values take turns.
        for item in (1..items).step_by(2) {
            let at = little16(page, HEADER + 2 * item);
            let item = at.and_then(|at| page.get(at..)).ok_or(TRUNCATED)?;
            if item.first() == Some(&OFF_PAGE) {
                table.value(item, &mut value)?;
                each(&value)?;
            }
        }
    }
    match bytes.len() % size {
        0 => Ok(()),
        _ => Err(TRUNCATED),
    }
}

struct Table<'a> {
    bytes: &'a [u8],
    size: usize,
    /// In pages.
    budget: Budget,
}

impl Table<'_> {
    /// The value that an item leads to, from page to page.
    fn value(&mut self, item: &[u8], value: &mut Vec<u8>) -> Result<(), Broken> {
        value.clear();
        let mut next = little32(item, 4).ok_or(TRUNCATED)?;
        let length = little32(item, 8).ok_or(TRUNCATED)?;
        while next != 0 {
            self.budget.take(1)?;
            let start = index(next).checked_mul(self.size).ok_or(TRUNCATED)?;
            let page = self.bytes.get(start..).ok_or(TRUNCATED)?;
            let page = page.get(..self.size).ok_or(TRUNCATED)?;
            if page.get(25) != Some(&OVERFLOW) {
                return Err(Broken("has another page where a value should go on"));
            }
            next = little32(page, 16).ok_or(TRUNCATED)?;
            let end = little16(page, 22).map(|length| HEADER + length);
            let piece = end.and_then(|end| page.get(HEADER..end)).ok_or(TRUNCATED)?;
            value.extend_from_slice(piece);
        }
        match value.len() == index(length) {
            true => Ok(()),
            false => Err(Broken("has a value of another length than it says")),
        }
    }
}
