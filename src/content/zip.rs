//! zip archives (also jar, whl, apk, nupkg) in one forward pass, from local header to local
//! header.
//!
//! The central directory at the end is for readers that can seek; it can also hide members that
//! the local headers show. Sizes come from the header, from the zip64 field, or, where they
//! follow the data, from the data itself: deflate says where it ends, anything else ends where
//! the directory says, if that is at hand, or else where a descriptor of it fits.
//!
//! Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::DeflateDecoder;

use self::descriptor::Bounded;
use self::directory::Directory;
use super::replay::Replay;
use crate::archive::{Buffered, Compression, Limits, decoder};
use crate::detect::Lines;

mod descriptor;
mod directory;

/// What a member begins with.
pub(super) const LOCAL: &[u8] = b"PK\x03\x04";
const ENCRYPTED: u16 = 1;
const SIZES_FOLLOW: u16 = 8;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const ZIP64: u16 = 1;

/// What a walk meets.
pub(super) enum Member<'a> {
    /// A member's uncompressed bytes.
    Content(&'a mut dyn BufRead),
    /// It cannot be read, and why; its stored bytes.
    Unreadable(&'static str, &'a mut dyn BufRead),
    /// Stored bytes that its decoder left or broke at, from this offset and line on.
    Rest(u64, Lines, &'a mut dyn BufRead),
    /// Reading it ended early, and why; the walk goes on behind it.
    Broken(io::Error),
    /// Not a member but bytes before one, from this offset and line on.
    Between(u64, Lines, &'a mut dyn BufRead),
}

/// A local header.
struct Header {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    compressed: u64,
    zip64: bool,
}

impl Header {
    fn sizes_follow(&self) -> bool {
        self.flags & SIZES_FOLLOW != 0
    }

    /// Whether it does not say how long it is.
    fn is_unbounded(&self) -> bool {
        self.sizes_follow() && self.compressed == 0
    }

    /// Whether the data say where they end.
    fn tells_its_end(&self) -> bool {
        self.method == DEFLATED && !self.is_encrypted()
    }

    fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }

    fn compression(&self) -> Option<Compression> {
        match self.method {
            12 => Some(Compression::Bzip2),
            93 => Some(Compression::Zstd),
            95 => Some(Compression::Xz),
            _ => None,
        }
    }
}

/// Calls `visit` with name and bytes of every member; stops before what no member follows.
pub(super) fn walk(
    source: &mut Replay<'_>,
    limits: &Limits,
    visit: &mut dyn FnMut(&[u8], Member<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut directory = None;
    loop {
        source.forget();
        if source.peek(4)? != LOCAL {
            if !pass_to_next(&mut directory, source, visit)? {
                return Ok(());
            }
            continue;
        }
        let at = source.position();
        let mut header = read_header(source)?;
        if !header.is_unbounded() {
            read_bounded(&header, None, source, limits, visit)?;
        } else if header.tells_its_end() {
            read_deflated(&header, source, limits, visit)?;
        } else if let Some(end) = known_end(&mut directory, source, at)? {
            header.compressed = end.compressed;
            read_bounded(&header, Some(end.descriptor), source, limits, visit)?;
        } else {
            read_unbounded(&header, source, limits, visit)?;
        }
    }
}

/// A member of unknown size whose data say where they end.
fn read_deflated(
    header: &Header,
    source: &mut Replay<'_>,
    limits: &Limits,
    visit: &mut dyn FnMut(&[u8], Member<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut inflate = Inflate::new(source, limits);
    open(&mut inflate, |content| {
        visit(&header.name, Member::Content(content))
    })?;
    let (total_in, total_out) = inflate.totals();
    descriptor::skip(source, total_in, total_out, header.zip64)
}

/// A member of known size, and its descriptor, the length of which may be known, too.
fn read_bounded(
    header: &Header,
    descriptor: Option<u64>,
    source: &mut Replay<'_>,
    limits: &Limits,
    visit: &mut dyn FnMut(&[u8], Member<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut stored = source.take(header.compressed);
    let result = read_member(header, &mut stored, limits, visit);
    io::copy(&mut stored, &mut io::sink())?;
    let missing = stored.limit();
    if let Err(error) = result {
        if source.failed() {
            return Err(error);
        }
        visit(&header.name, Member::Broken(error))?;
    }
    if missing > 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    match descriptor {
        Some(length) => io::copy(&mut source.take(length), &mut io::sink()).map(|_| ()),
        None if header.sizes_follow() => {
            descriptor::skip(source, header.compressed, u64::MAX, header.zip64)
        }
        None => Ok(()),
    }
}

/// Where a member ends, as the directory says.
struct End {
    compressed: u64,
    /// Bytes of the descriptor behind it.
    descriptor: u64,
}

/// The end of the member whose local header stood `at` a position, if a descriptor there bears it out.
fn known_end(
    directory: &mut Option<Directory>,
    source: &mut Replay<'_>,
    at: u64,
) -> io::Result<Option<End>> {
    let directory = match directory {
        Some(known) => known,
        None => directory.insert(Directory::ahead(source, at)?),
    };
    let Some(listed) = directory.at(at) else {
        return Ok(None);
    };
    let behind = source.fill_buf()?.get(listed.compressed as usize..);
    let descriptor = behind.and_then(|behind| descriptor::of(behind, &listed));
    Ok(descriptor.map(|length| End {
        compressed: listed.compressed.into(),
        descriptor: length as u64,
    }))
}

/// Shows the bytes before the next member that the directory lists; `false` where none follows.
fn pass_to_next(
    directory: &mut Option<Directory>,
    source: &mut Replay<'_>,
    visit: &mut dyn FnMut(&[u8], Member<'_>) -> io::Result<()>,
) -> io::Result<bool> {
    let position = source.position();
    let directory = match directory {
        Some(known) => known,
        None => directory.insert(Directory::ahead(source, position)?),
    };
    let Some(next) = directory.next(position) else {
        return Ok(false);
    };
    let (offset, lines) = source.rewind();
    source.keep();
    let mut between = source.take(next - position);
    visit(b"", Member::Between(offset, lines, &mut between))?;
    io::copy(&mut between, &mut io::sink())?;
    Ok(true)
}

/// A member whose stored bytes are known to their end.
fn read_member(
    header: &Header,
    stored: &mut dyn BufRead,
    limits: &Limits,
    visit: &mut dyn FnMut(&[u8], Member<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let name = header.name.as_slice();
    if header.is_encrypted() {
        return visit(name, Member::Unreadable("is encrypted", stored));
    }
    match (header.method, header.compression()) {
        (STORED, _) => visit(name, Member::Content(stored)),
        (DEFLATED, _) => open(&mut Inflate::new(stored, limits), |content| {
            visit(name, Member::Content(content))
        }),
        (_, Some(compression)) => {
            let mut content = decoder(Box::new(stored), compression, limits)?;
            visit(name, Member::Content(&mut *content))
        }
        _ => visit(
            name,
            Member::Unreadable("is compressed in an unknown way", stored),
        ),
    }
}

/// A member that ends where a descriptor fits. Where none does, all that is left was its own.
fn read_unbounded(
    header: &Header,
    source: &mut Replay<'_>,
    limits: &Limits,
    visit: &mut dyn FnMut(&[u8], Member<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let name = header.name.as_slice();
    let plain = header.method == STORED && !header.is_encrypted();
    let mut bounded = Bounded::new(source, plain);
    let mut stored = Replay::new(&mut bounded);
    stored.keep();
    let mut result = read_member(header, &mut stored, limits, visit);
    // What no decoder read may hold all the members that follow.
    if header.compression().is_some() && !stored.failed() {
        if result.is_ok() {
            stored.forget();
        }
        let (offset, lines) = stored.rewind();
        result = result.and(visit(name, Member::Rest(offset, lines, &mut stored)));
    }
    if let Err(error) = result {
        if stored.failed() {
            return Err(error);
        }
        visit(name, Member::Broken(error))?;
    }
    io::copy(&mut stored, &mut io::sink())?;
    if !bounded.pass()? {
        source.forget();
        return Err(invalid("zip member of unknown size"));
    }
    Ok(())
}

/// Shows the content and reads what the visitor left of it.
fn open(
    inflate: &mut Inflate<'_>,
    visit: impl FnOnce(&mut dyn BufRead) -> io::Result<()>,
) -> io::Result<()> {
    let mut content = Buffered::new(inflate, 64 << 10);
    visit(&mut content)?;
    io::copy(&mut content, &mut io::sink())?;
    Ok(())
}

fn read_header(source: &mut Replay<'_>) -> io::Result<Header> {
    let fixed = source.take_array::<30>()?;
    let u16_at = |at: usize| u16_at(&fixed, at).unwrap_or_default();
    let u32_at = |at: usize| u32_at(&fixed, at).unwrap_or_default();
    let mut name = vec![0; usize::from(u16_at(26))];
    source.read_exact(&mut name)?;
    let mut extra = vec![0; usize::from(u16_at(28))];
    source.read_exact(&mut extra)?;
    let (compressed, size) = (u32_at(18), u32_at(22));
    let zip64 = zip64_field(&extra);
    // The field holds only those sizes that do not fit the header, uncompressed first.
    let at = if size == u32::MAX { 8 } else { 0 };
    let long = zip64
        .and_then(|field| field.get(at..at + 8)?.try_into().ok())
        .map(u64::from_le_bytes);
    Ok(Header {
        name,
        flags: u16_at(6),
        method: u16_at(8),
        compressed: match (compressed, long) {
            (u32::MAX, Some(long)) => long,
            _ => u64::from(compressed),
        },
        zip64: zip64.is_some(),
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)?
        .first_chunk()
        .copied()
        .map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..)?
        .first_chunk()
        .copied()
        .map(u32::from_le_bytes)
}

/// The data of the zip64 extra field.
fn zip64_field(mut extra: &[u8]) -> Option<&[u8]> {
    while let [id0, id1, len0, len1, rest @ ..] = extra {
        let length = usize::from(u16::from_le_bytes([*len0, *len1]));
        let data = rest.get(..length)?;
        if u16::from_le_bytes([*id0, *id1]) == ZIP64 {
            return Some(data);
        }
        extra = &rest[length..];
    }
    None
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

/// Raw deflate, held to the limits.
struct Inflate<'a> {
    decoder: DeflateDecoder<&'a mut dyn BufRead>,
    limits: &'a Limits,
}

impl<'a> Inflate<'a> {
    fn new(input: &'a mut dyn BufRead, limits: &'a Limits) -> Self {
        Self {
            decoder: DeflateDecoder::new(input),
            limits,
        }
    }

    fn totals(&self) -> (u64, u64) {
        (self.decoder.total_in(), self.decoder.total_out())
    }
}

impl Read for Inflate<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(out)?;
        let (total_in, total_out) = self.totals();
        match self.limits.check_stream(total_in, total_out) {
            Some(hit) => Err(hit.into()),
            None => Ok(read),
        }
    }
}
