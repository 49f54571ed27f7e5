//! Bytes on disk to named blobs.
//!
//! An [`Archive`](index::Archive) is an opened file or folder. A file is a tar, plain or
//! compressed; its members are indexed in **one pass** and read by position afterwards, from a
//! memory map. Nothing is unpacked: a compressed outer archive is decompressed once into one
//! anonymous temporary file. Every limit on untrusted input lives here ([`Limits`]).

mod blob;
mod limits;

pub use blob::{Blob, BlobKey};
pub use limits::{LimitHit, Limits};
