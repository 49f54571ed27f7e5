//! What one layer holds, as data.

use std::io::BufRead;
use std::ops::Range;

use super::Whiteout;
use crate::archive::{ContentKey, EntryKind, Sparse};
use crate::error::Warning;
use crate::oci::{DiffId, Digest};

/// One member of a layer's tar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerEntry {
    /// Position among the entries of the layer, from 1.
    pub sequence: u32,
    /// Path without a leading `./` or `/` and a trailing `/`; empty for the root.
    pub path: Vec<u8>,
    /// Path as written.
    pub raw_name: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Target of a link: of a hard link the normalised path, of a symbolic one as written.
    pub link: Option<Vec<u8>>,
    /// What it hides, where its name makes it a whiteout and unpackers see it.
    pub whiteout: Option<Whiteout>,
    /// Permission bits and the like.
    pub mode: u32,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Seconds since 1970.
    pub mtime: i64,
    /// Bytes of content as stored; of a sparse file without its holes.
    pub size: u64,
    /// How a sparse file is stored.
    pub sparse: Option<Sparse>,
    /// Whether it stands behind the end mark of the tar, so that nothing that unpacks the layer sees it.
    pub behind_end: bool,
    /// Where its first header begins in the uncompressed tar.
    pub offset: u64,
    /// Stored bytes of the layer that had been read when it was reached.
    pub stored: u64,
    /// PAX records, global ones and extended attributes included, and as `uname` and `gname` the
    /// owner's names where they are not empty or `root`.
    pub records: Vec<(Vec<u8>, Vec<u8>)>,
}

impl LayerEntry {
    /// Where in a tar that is stored as it is the entry lies, from its first header to the end of its content.
    pub(crate) fn in_tar(&self) -> Range<u64> {
        self.offset..self.stored.saturating_add(self.size)
    }
}

/// What [`walk`](super::walk()) comes across. Readers never fail: where content ends early, the
/// summary says why.
pub enum Item<'a> {
    /// An entry with its content, at most as long as the limit on entries.
    Entry(&'a LayerEntry, &'a mut dyn BufRead),
    /// Bytes of the uncompressed tar that belong to no entry.
    Slack {
        /// Where, in the uncompressed tar.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// Bytes of the compressed blob that decompression does not show. They come last.
    Hidden {
        /// Where, in the stored blob.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// All of a blob that is no tar, or what follows the point at which a tar is broken.
    Plain(&'a mut dyn BufRead),
}

/// What a walk says of the layer as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayerSummary {
    /// Stored bytes.
    pub size: u64,
    /// Bytes of the uncompressed tar, as far as it could be read.
    pub uncompressed_size: u64,
    /// Entries, whiteouts included.
    pub entries: u64,
    /// Whiteouts and opaque marks.
    pub whiteouts: u64,
    /// Digest of the stored bytes as computed; `None` when not verified or broken off.
    pub digest: Option<Digest>,
    /// Key of the stored bytes; `None` where they were not hashed with SHA-256.
    pub key: Option<ContentKey>,
    /// Diff ID as computed; `None` when not verified or when the stream broke off.
    pub diff_id: Option<DiffId>,
    /// Whether what is stated of the layer was checked and holds; `None` when nothing could be
    /// checked.
    pub verified: Option<bool>,
    /// What is wrong with the layer; each names its index.
    pub warnings: Vec<Warning>,
}
