//! `ar` archives, as Debian packages are: members one after the other, each with a header of 60
//! bytes and padded to an even length.
//!
//! Source: `ar(5)`, common and GNU variant.

use std::io::{self, BufRead};

use super::replay::Replay;

/// What every archive begins with.
pub(super) const MAGIC: &[u8] = b"!<arch>\n";

/// Takes name and content of a member.
pub(super) type Visit<'v> = dyn FnMut(&[u8], &mut dyn BufRead) -> io::Result<()> + 'v;

/// Calls `visit` with name and content of every member.
pub(super) fn walk(source: &mut Replay<'_>, visit: &mut Visit<'_>) -> io::Result<()> {
    source.take_array::<8>()?;
    loop {
        source.forget();
        if source.peek(1)?.is_empty() {
            return Ok(());
        }
        let header = source.take_array::<60>()?;
        let (name, size) = (header[..16].trim_ascii_end(), header[48..58].trim_ascii());
        let size = std::str::from_utf8(size)
            .ok()
            .and_then(|text| text.parse::<u64>().ok());
        let (Some(size), b"`\n") = (size, &header[58..]) else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "ar member without a header",
            ));
        };
        let name = name.strip_suffix(b"/").unwrap_or(name);
        let mut content = io::Read::take(&mut *source, size);
        visit(name, &mut content)?;
        io::copy(&mut content, &mut io::sink())?;
        if content.limit() > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if size % 2 == 1 && !source.peek(1)?.is_empty() {
            source.take_array::<1>()?;
        }
    }
}
