//! Why a walk over a tar ended early.

use std::io::{self, ErrorKind};

use crate::archive::{LimitHit, limit_hit};

/// A walk that cannot go on. Offsets count from the start of the uncompressed tar; messages are
/// predicates, to stand behind the name of what was walked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TarError {
    /// The tar ends inside a header or inside content.
    #[error("ends early at byte {offset} of the tar, {missing} bytes are missing")]
    Truncated {
        /// Where it ends.
        offset: u64,
        /// How many bytes its last header promised beyond that.
        missing: u64,
    },
    /// A block that should be a header is none, or a record in it is malformed.
    #[error("is broken at byte {offset} of the tar: {reason}")]
    Broken {
        /// Where the header begins.
        offset: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A header asks for more than the limits allow.
    #[error("reaches a limit at byte {offset} of the tar: {hit}")]
    Limit {
        /// Where the header begins.
        offset: u64,
        /// Which limit.
        hit: LimitHit,
    },
    /// The stream below failed: broken compression, or a limit.
    #[error("cannot be read beyond byte {offset} of the tar: {source}")]
    Read {
        /// How many bytes of the tar came out before.
        offset: u64,
        /// The reason.
        source: io::Error,
    },
}

impl TarError {
    /// Whether bytes are missing, as opposed to wrong.
    pub fn is_truncated(&self) -> bool {
        match self {
            Self::Truncated { .. } => true,
            Self::Read { source, .. } => source.kind() == ErrorKind::UnexpectedEof,
            Self::Broken { .. } | Self::Limit { .. } => false,
        }
    }

    /// The limit that was hit, if that was the reason.
    pub fn limit(&self) -> Option<LimitHit> {
        match self {
            Self::Limit { hit, .. } => Some(*hit),
            Self::Read { source, .. } => limit_hit(source),
            Self::Truncated { .. } | Self::Broken { .. } => None,
        }
    }
}
