//! Limits on untrusted input, each with a flag of its own on the command line.

use std::fmt;

use super::TarError;

/// How much an image may ask of this machine. Hitting one is a warning and makes the scan
/// incomplete; what was read until then is still scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes read of one entry of a layer or member of a nested archive (`--max-entry-size`).
    pub entry_size: u64,
    /// Uncompressed bytes read of one layer, or of one compressed outer archive
    /// (`--max-total-size`).
    pub total_size: u64,
    /// Uncompressed bytes for each compressed byte (`--max-ratio`), judged once
    /// [`Limits::RATIO_GRACE`] bytes have come out.
    pub ratio: u64,
    /// Archives within archives (`--max-depth`).
    pub depth: u32,
}

impl Limits {
    /// Small streams of zeros compress beyond any ratio and harm nobody.
    pub const RATIO_GRACE: u64 = 64 << 20;
    /// Bytes of one JSON document that are parsed.
    pub const DOCUMENT_SIZE: u64 = 16 << 20;
    /// Bytes of a PAX header, a GNU long name or a sparse map that are kept.
    pub const TAR_RECORD_SIZE: u64 = 4 << 20;

    /// The limit that `out` bytes from `consumed` compressed ones break, if any.
    pub fn check_stream(&self, consumed: u64, out: u64) -> Option<LimitHit> {
        if out > self.total_size {
            return Some(LimitHit::TotalSize(self.total_size));
        }
        (out > Self::RATIO_GRACE && out / consumed.max(1) > self.ratio)
            .then_some(LimitHit::Ratio(self.ratio))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entry_size: 64 << 30,
            total_size: 512 << 30,
            ratio: 1_100,
            depth: 4,
        }
    }
}

/// Which limit was hit; `Display` names the flag that raises it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitHit {
    /// An entry is larger than this many bytes.
    EntrySize(u64),
    /// A stream gave more than this many bytes.
    TotalSize(u64),
    /// A stream gave more than this many bytes for each compressed byte.
    Ratio(u64),
    /// Archives are nested deeper than this.
    Depth(u32),
    /// A header record is larger than this many bytes.
    Record(u64),
    /// Decompression wants more than this many bytes of memory.
    Memory(u64),
    /// There is no room for this many bytes of a pack of git.
    Room(u64),
}

impl fmt::Display for LimitHit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EntrySize(bytes) => {
                write!(f, "entry larger than {bytes} bytes (--max-entry-size)")
            }
            Self::TotalSize(bytes) => write!(f, "more than {bytes} bytes (--max-total-size)"),
            Self::Ratio(ratio) => write!(f, "compressed more than {ratio}:1 (--max-ratio)"),
            Self::Depth(depth) => write!(f, "archives nested deeper than {depth} (--max-depth)"),
            Self::Memory(bytes) => {
                write!(
                    f,
                    "needs more than {bytes} bytes of memory to be decompressed"
                )
            }
            Self::Room(bytes) => {
                write!(f, "a pack of git needs more than {bytes} bytes of room")
            }
            Self::Record(bytes) => write!(f, "header record larger than {bytes} bytes"),
        }
    }
}

impl std::error::Error for LimitHit {}

impl From<LimitHit> for std::io::Error {
    fn from(hit: LimitHit) -> Self {
        Self::other(hit)
    }
}

/// The limit behind a reader's error, where a limit was the reason: also that of a tar in what is read.
pub fn limit_hit(error: &std::io::Error) -> Option<LimitHit> {
    let reason = error.get_ref()?;
    let of_tar = || reason.downcast_ref::<TarError>()?.limit();
    reason.downcast_ref().copied().or_else(of_tar)
}
