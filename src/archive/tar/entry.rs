//! One entry of a tar, after PAX and GNU extension headers.

use serde::{Deserialize, Serialize};

use super::sparse::Sparse;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EntryKind {
    /// A regular file, also a sparse one.
    File,
    /// Another name of an earlier entry.
    HardLink,
    /// A symbolic link.
    Symlink,
    /// A directory.
    Directory,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
    /// A named pipe.
    Fifo,
    /// Any other type flag; its content is offered as a file's is.
    Other(u8),
}

impl EntryKind {
    /// The kind that a type flag means. An old-style flag on a name with a trailing slash is a
    /// directory.
    pub(super) fn from_flag(flag: u8, name: &[u8]) -> Self {
        match flag {
            0 if name.ends_with(b"/") => Self::Directory,
            0 | b'0' | b'7' | b'S' => Self::File,
            b'1' => Self::HardLink,
            b'2' => Self::Symlink,
            b'3' => Self::CharDevice,
            b'4' => Self::BlockDevice,
            b'5' => Self::Directory,
            b'6' => Self::Fifo,
            other => Self::Other(other),
        }
    }

    /// Whether entries of this kind have a header only, whatever their size field says.
    pub(super) fn is_header_only(self) -> bool {
        !matches!(self, Self::File | Self::Other(_))
    }
}

/// An entry's header, as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TarEntry {
    /// Where its first header begins, extension headers included.
    pub offset: u64,
    /// Where its content begins.
    pub content_offset: u64,
    /// Name as written.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Target of a link, as written.
    pub link: Option<Vec<u8>>,
    /// Permission bits and the like; 0 where unreadable.
    pub mode: u32,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Seconds since 1970.
    pub mtime: i64,
    /// Bytes of content as stored, which is what [`TarReader::content`](super::TarReader::content)
    /// delivers.
    pub size: u64,
    /// How the content is stored, where it has holes that are not.
    pub sparse: Option<Sparse>,
    /// Whether a zero block stands before it, at which those who extract stop or give up.
    pub behind_end: bool,
    /// Every PAX record of its extension headers, global ones and overridden ones too; as `uname`
    /// and `gname` the owner's names where they are not empty or `root`; names in its header that
    /// are replaced by quite different ones (`header.path`, `header.linkpath`, `GNU.longname`,
    /// `GNU.longlink`); a link target of what is no link, and names of its extension headers that
    /// are not made of its own (under the same keys).
    pub records: Vec<(Vec<u8>, Vec<u8>)>,
}
