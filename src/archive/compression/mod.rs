//! Compressed streams, told by their first bytes and never by a name or a media type.
//!
//! A stream is a row of *members* (gzip's word; zstd says frame, xz and bzip2 say stream). The
//! decoder goes over all of them. Bytes after the last member that begin no further one are an
//! end, not an error. What decompression never shows (names and comments in gzip headers, zstd's
//! skippable frames, bytes after the end) is noted by its range in [`Hidden`], so that it can be
//! scanned as well.
//!
//! Sources: RFC 1952, RFC 8878, the .xz file format 1.2.

mod bzip2;
mod decode;
mod gzip;
mod hidden;
mod xz;
mod zstd;

pub use hidden::Hidden;

use std::io::{self, BufRead};

use self::decode::{Decode, Format};
use super::{Buffered, Limits};

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all, or in no way that is known.
    None,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// The .xz format.
    Xz,
    /// bzip2.
    Bzip2,
}

impl Compression {
    /// The name people use.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "uncompressed",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        }
    }
}

const GZIP: &[u8] = &[0x1f, 0x8b, 8];
const XZ: &[u8] = b"\xfd7zXZ\0";

/// The compression that `bytes` begin with; ten bytes are enough.
pub fn sniff(bytes: &[u8]) -> Compression {
    if bytes.starts_with(GZIP) {
        Compression::Gzip
    } else if zstd::is_frame(bytes) || zstd::is_skippable(bytes) {
        Compression::Zstd
    } else if bytes.starts_with(XZ) {
        Compression::Xz
    } else if bzip2::is_stream(bytes) {
        Compression::Bzip2
    } else {
        Compression::None
    }
}

/// The name of a compression that is recognised but cannot be read.
pub fn unsupported(bytes: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 6] = [
        (b"\x04\x22\x4d\x18", "lz4"),
        (b"\x1f\x9d", "compress (.Z)"),
        (b"\x5d\0\0", "lzma"),
        (b"LZIP", "lzip"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\x89LZO\0\r\n\x1a\n", "lzop"),
    ];
    known
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
        .map(|(_, name)| *name)
}

/// The uncompressed bytes of `input`. Breaking `limits` is an error that
/// [`limit_hit`](super::limit_hit) knows.
pub fn decoder<'a>(
    input: Box<dyn BufRead + 'a>,
    compression: Compression,
    limits: &Limits,
) -> io::Result<Box<dyn BufRead + 'a>> {
    tracked_decoder(input, compression, limits).map(|(reader, _)| reader)
}

/// As [`decoder`], with a handle that knows the hidden ranges once the stream was read to its end.
pub fn tracked_decoder<'a>(
    input: Box<dyn BufRead + 'a>,
    compression: Compression,
    limits: &Limits,
) -> io::Result<(Box<dyn BufRead + 'a>, Hidden)> {
    let hidden = Hidden::default();
    decoder_noting(input, compression, limits, &hidden).map(|reader| (reader, hidden))
}

/// As [`decoder`], noting hidden ranges in `hidden`.
pub(super) fn decoder_noting<'a>(
    input: Box<dyn BufRead + 'a>,
    compression: Compression,
    limits: &Limits,
    hidden: &Hidden,
) -> io::Result<Box<dyn BufRead + 'a>> {
    let format: Box<dyn Format> = match compression {
        Compression::None => {
            return Ok(Box::new(decode::Bounded::new(input, limits)));
        }
        Compression::Gzip => Box::new(gzip::Gzip::new()),
        Compression::Zstd => Box::new(zstd::Zstd::new()?),
        Compression::Xz => Box::new(xz::Xz::default()),
        Compression::Bzip2 => Box::new(bzip2::Bzip2::default()),
    };
    let decode = Decode::new(input, format, limits, hidden.clone());
    Ok(Box::new(Buffered::new(decode, 128 << 10)))
}

#[cfg(test)]
mod tests;
