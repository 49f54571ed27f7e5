//! rpm's database in its three forms, told apart by their first bytes: SQLite (since 2020), ndb
//! (SUSE) and the hash tables of Berkeley DB (until RHEL 8). Each holds a header for each package.
//!
//! The readers are our own, and each knows just the one table that rpm writes: a general SQLite
//! is a quarter of a million lines of C that want a file, and there is no Berkeley DB in safe
//! Rust. They read from memory, forward, and no page twice, so that neither a circle nor a page
//! that many others claim can make them read more than the database holds.

mod bdb;
mod header;
mod ndb;
mod sqlite;

use self::header::Package;
use super::{Broken, Listen};

/// What is done with each blob.
type Each<'e> = dyn FnMut(&[u8]) -> Result<(), Broken> + 'e;

/// The files of every package.
pub(super) fn packages(bytes: &[u8], listen: &mut Listen<'_>) -> Result<(), Broken> {
    let mut broken = false;
    let mut each = |blob: &[u8]| match Package::of(blob) {
        Some(package) => package.tell(listen),
        None => {
            broken = true;
            Ok(())
        }
    };
    let read = if bytes.starts_with(sqlite::MAGIC) {
        sqlite::blobs(bytes, &mut each)
    } else if bytes.starts_with(ndb::MAGIC) {
        ndb::blobs(bytes, &mut each)
    } else if bdb::is_hash_table(bytes) {
        bdb::blobs(bytes, &mut each)
    } else {
        Err(Broken("is in no form that is known of rpm"))
    };
    match broken {
        true => read.and(Err(Broken("has a package header that does not parse"))),
        false => read,
    }
}

/// How much may still be read: everything once.
struct Budget(usize);

impl Budget {
    fn take(&mut self, amount: usize) -> Result<(), Broken> {
        self.0 = self
            .0
            .checked_sub(amount)
            .ok_or(Broken("reads in circles"))?;
        Ok(())
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn big16(bytes: &[u8], at: usize) -> Option<usize> {
    array(bytes, at).map(u16::from_be_bytes).map(usize::from)
}

fn big32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

fn little16(bytes: &[u8], at: usize) -> Option<usize> {
    array(bytes, at).map(u16::from_le_bytes).map(usize::from)
}

fn little32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// As an index; on a machine on which it is none, nothing stands there.
fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
