//! zip archives (also jar, whl, apk, nupkg) in one forward pass, from local header to local
//! header.
//!
//! The central directory at the end is for readers that can seek; it can also hide members that
//! the local headers show. Sizes come from the header, from the zip64 field, or, where they
//! follow the data, from the data itself: deflate says where it ends, anything else ends where
//! a descriptor of it fits.
//!
//! Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::DeflateDecoder;

use self::descriptor::Bounded;
use super::replay::Replay;
use crate::archive::{Buffered, Compression, Limits, decoder};
use crate::detect::Lines;

mod descriptor;

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

/// Calls `visit` with name and bytes of every member; stops before what is no member.
pub(super) fn walk(
    source: &mut Replay<'_>,
    limits: &Limits,
    visit: &mut dyn FnMut(&[u8], Member<'_>) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        source.forget();
        if source.peek(4)? != LOCAL {
            return Ok(());
        }
        let header = read_header(source)?;
        let name = header.name.as_slice();
        if header.sizes_follow() && header.compressed == 0 {
            if header.method != DEFLATED || header.is_encrypted() {
                read_unbounded(&header, source, limits, visit)?;
                continue;
            }
            let mut inflate = Inflate::new(source, limits);
            open(&mut inflate, |content| {
                visit(name, Member::Content(content))
            })?;
            let (total_in, total_out) = inflate.totals();
            descriptor::skip(source, total_in, total_out, header.zip64)?;
            continue;
        }
        let mut stored = source.take(header.compressed);
        let result = read_member(&header, &mut stored, limits, visit);
        io::copy(&mut stored, &mut io::sink())?;
        let missing = stored.limit();
        if let Err(error) = result {
            if source.failed() {
                return Err(error);
            }
            visit(name, Member::Broken(error))?;
        }
        if missing > 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if header.sizes_follow() {
            descriptor::skip(source, header.compressed, u64::MAX, header.zip64)?;
        }
    }
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
    let u16_at = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
    let u32_at = |at: usize| u32::from(u16_at(at)) | u32::from(u16_at(at + 2)) << 16;
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
