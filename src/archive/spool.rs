//! Streams and compressed archives: decompressed once into one anonymous temporary file, which is
//! then mapped as a plain archive is.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::Path;

use super::compression::{Hidden, decoder_noting};
use super::peek::Peek;
use super::{Blob, Compression, Limits, Slack, limit_hit, sniff};
use crate::error::{Error, Result, Warning, WarningCode};

/// A plain archive.
pub(super) struct Spooled {
    pub(super) blob: Blob,
    /// What is wrong with the stream that it came from.
    pub(super) warnings: Vec<Warning>,
    /// Bytes of that stream which decompression does not show.
    pub(super) hidden: Vec<Slack>,
}

/// `blob`, or what it decompresses to.
pub(super) fn decompressed(blob: Blob, path: &Path, limits: &Limits) -> Result<Spooled> {
    match sniff(&blob) {
        Compression::None => Ok(Spooled {
            blob,
            warnings: Vec::new(),
            hidden: Vec::new(),
        }),
        compression => spool(Box::new(&blob[..]), compression, path, limits),
    }
}

/// All of a stream, decompressed where it is compressed.
pub(super) fn spooled(reader: &mut dyn Read, path: &Path, limits: &Limits) -> Result<Spooled> {
    let mut input = Peek::new(Box::new(BufReader::with_capacity(256 << 10, reader)));
    let head = input.peek(16).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    let compression = sniff(head);
    spool(Box::new(input), compression, path, limits)
}

/// Writes the uncompressed bytes of `input` to a temporary file. Where they break off, those
/// before are kept, and a warning says so.
fn spool<'a>(
    input: Box<dyn BufRead + 'a>,
    compression: Compression,
    path: &Path,
    limits: &Limits,
) -> Result<Spooled> {
    let read = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    let temporary = |error: std::io::Error| {
        let folder = std::env::temp_dir();
        let what = format!("it cannot be unpacked to {}: {error}", folder.display());
        read(std::io::Error::new(error.kind(), what))
    };
    let mut file = tempfile::tempfile().map_err(temporary)?;
    let hidden = Hidden::capturing();
    let mut reader = decoder_noting(input, compression, limits, &hidden).map_err(read)?;
    let mut warnings = Vec::new();
    loop {
        let bytes = match reader.fill_buf() {
            Ok([]) => break,
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                warnings.push(broken_off(&error, compression, &file));
                break;
            }
        };
        file.write_all(bytes).map_err(temporary)?;
        let taken = bytes.len();
        reader.consume(taken);
    }
    Ok(Spooled {
        blob: Blob::map(&file, path)?,
        warnings,
        hidden: hidden.take(),
    })
}

fn broken_off(error: &std::io::Error, compression: Compression, file: &File) -> Warning {
    let code = match (limit_hit(error), error.kind()) {
        (Some(_), _) => WarningCode::LimitReached,
        (None, ErrorKind::UnexpectedEof) => WarningCode::TruncatedArchive,
        (None, _) => WarningCode::BrokenArchive,
    };
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let name = compression.name();
    let message = format!("the {name} archive breaks off after {length} bytes: {error}");
    Warning::new(code, message)
}
