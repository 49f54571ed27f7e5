//! Bytes on disk to named blobs.
//!
//! An `Archive` is an opened file or folder. A file is a tar, plain or compressed; its members
//! are indexed in **one pass** and read by position afterwards, from a memory map. Nothing is
//! unpacked: a compressed outer archive is decompressed once into one anonymous temporary file.
//! Every limit on untrusted input lives here ([`Limits`]).
//!
//! The readers are our own where a general one is not exact enough: `TarReader` walks headers
//! so that nothing is skipped and every byte has an offset, and `decoder` goes over all members
//! of a compressed stream and says which stored bytes decompression does not show (`Hidden`).

mod backlog;
mod blob;
mod buffered;
mod compression;
mod cut;
mod directory;
mod early;
mod hashing;
mod index;
mod limits;
mod name;
mod origin;
mod peek;
mod sha256;
mod spool;
mod tar;
mod tarball;
mod warnings;

pub use blob::{Blob, BlobKey};
pub use cut::outlive;
pub use hashing::ContentKey;
pub use limits::{LimitHit, Limits};
pub use name::{Name, normalise};
pub use tar::{EntryKind, Sparse, SparseLayout};

pub(crate) use backlog::{Backlog, Pieces};
pub(crate) use buffered::Buffered;
pub(crate) use compression::{Compression, decoder, sniff, tracked_decoder, unsupported};
pub(crate) use early::Early;
pub(crate) use hashing::{Algorithm, Tally, With, tap};
pub(crate) use index::{Archive, Member, MemberKind};
pub(crate) use limits::limit_hit;
pub(crate) use name::resolve;
pub(crate) use tar::{Probe, Slack, TarEntry, TarError, TarReader, is_tar, without_nuls};
pub(crate) use warnings::Capped;
