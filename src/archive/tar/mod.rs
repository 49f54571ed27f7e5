//! The tar format as container tools write it and as an attacker may bend it.
//!
//! The walk over headers is our own, because a forensic reader must not skip what a friendly one
//! skips: every entry is delivered with its offset, duplicates too, entries behind the end mark
//! too (they say so), and bytes that are part of nothing are [`Slack`]. Where readers of the world differ, this
//! one does as Go's `archive/tar` does, for that is what container runtimes extract with: a PAX
//! size counts over the header's, PAX records do not touch the header of a GNU long name, global
//! PAX records change no entry, links and directories have no content whatever their size says.
//!
//! The end mark is two zero blocks. At one alone Go's reader fails, and those of GNU tar and Python
//! stop, so one is enough for what follows to be behind the end.
//!
//! Of a sparse file the *stored* bytes are offered (for PAX sparse 1.0 with the map in front), not
//! the holes between them: a hole holds no secret, and a map may claim an exabyte. Where the bytes
//! belong is told beside them ([`Sparse`]).
//!
//! Sources: POSIX.1-2017 `pax`, GNU tar manual "Basic Tar Format" and "Sparse Formats".

mod body;
mod entry;
mod error;
mod header;
mod number;
mod pax;
mod pending;
mod reader;
mod slack;
mod sparse;

pub use entry::{EntryKind, TarEntry};
pub use error::TarError;
pub use reader::{Probe, TarReader};
pub use slack::{Slack, without_nuls};
pub use sparse::{Sparse, SparseLayout};

use header::Block;

/// Size of everything in a tar.
const BLOCK: usize = 512;

/// Whether `head` begins a tar: the magic at 257, or a right checksum (v7), or zero blocks (an
/// empty tar).
pub fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<BLOCK>() else {
        return false;
    };
    let block = Block(*block);
    if block.is_zero() {
        return head.iter().take(2 * BLOCK).all(|byte| *byte == 0);
    }
    block.has_magic() || block.checksum_fits()
}

#[cfg(test)]
mod tests;
