//! zlib streams of objects: whole ones into memory or past a visitor, large ones as a reader.

use std::cmp::Ordering;
use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::ZlibDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use crate::archive::Limits;

/// Bytes that come out at a time.
const PIECE: usize = 32 << 10;

/// One codec for many streams.
pub(super) struct Inflater {
    codec: Decompress,
    piece: Vec<u8>,
}

impl Inflater {
    pub(super) fn new() -> Self {
        Self {
            codec: Decompress::new(true),
            piece: vec![0; PIECE],
        }
    }

    /// Takes the stream that `source` begins with, and shows what comes out as long as somebody
    /// wants more: `size` bytes, or it is an error.
    pub(super) fn pass(
        &mut self,
        source: &mut dyn BufRead,
        size: u64,
        show: &mut dyn FnMut(&[u8]) -> bool,
    ) -> io::Result<()> {
        let (mut out, mut is_wanted) = (0, true);
        self.inflate(source, &mut |piece| {
            out += piece.len() as u64;
            is_wanted = show(piece);
            is_wanted && out <= size
        })?;
        match is_wanted {
            true => check(out, size),
            false => Ok(()),
        }
    }

    /// All `size` bytes of the stream that `stored` begins with.
    pub(super) fn whole(&mut self, stored: &mut dyn BufRead, size: u64) -> io::Result<Vec<u8>> {
        // Somebody says that size: it may never come.
        let room = usize::try_from(size).map_or(PIECE, |size| size.min(PIECE));
        let mut content = Vec::with_capacity(room);
        self.pass(stored, size, &mut |piece| {
            content.extend_from_slice(piece);
            true
        })?;
        Ok(content)
    }

    /// What comes out of the stream that `stored` begins with before it ends, breaks or has more
    /// than `most` bytes, and what is wrong with it, as where it is not `size` bytes.
    pub(super) fn as_it_comes(
        &mut self,
        stored: &mut dyn BufRead,
        size: u64,
        most: usize,
    ) -> (Vec<u8>, io::Result<()>) {
        let mut content = Vec::new();
        let result = self.inflate(stored, &mut |piece| {
            content.extend_from_slice(piece);
            content.len() <= most
        });
        let result = result.and_then(|()| check(content.len() as u64, size));
        (content, result)
    }

    /// Shows what comes out of a stream until it ends, or nobody wants more.
    fn inflate(
        &mut self,
        source: &mut dyn BufRead,
        show: &mut dyn FnMut(&[u8]) -> bool,
    ) -> io::Result<()> {
        self.codec.reset(true);
        loop {
            let input = match source.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                input => input?,
            };
            let (taken, given) = (self.codec.total_in(), self.codec.total_out());
            let flush = FlushDecompress::None;
            let status = self.codec.decompress(input, &mut self.piece, flush);
            let is_at_end = input.is_empty();
            let taken = (self.codec.total_in() - taken) as usize;
            let given = (self.codec.total_out() - given) as usize;
            source.consume(taken);
            if !show(self.piece.get(..given).unwrap_or_default()) {
                return Ok(());
            }
            match status {
                Err(_) => return Err(invalid("object is not compressed as it should be")),
                Ok(Status::StreamEnd) => return Ok(()),
                Ok(_) if is_at_end && given == 0 => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(_) if taken == 0 && given == 0 => {
                    return Err(invalid("object makes no progress"));
                }
                Ok(_) => {}
            }
        }
    }
}

/// Whether an object has as many bytes as it says.
fn check(bytes: u64, size: u64) -> io::Result<()> {
    match bytes.cmp(&size) {
        Ordering::Less => Err(invalid("object is shorter than it says")),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(invalid("object is longer than it says")),
    }
}

/// A stream of any length, held to the limits.
pub(super) struct Stream<'a> {
    decoder: ZlibDecoder<&'a mut dyn BufRead>,
    limits: &'a Limits,
}

impl<'a> Stream<'a> {
    pub(super) fn new(stored: &'a mut dyn BufRead, limits: &'a Limits) -> Self {
        Self {
            decoder: ZlibDecoder::new(stored),
            limits,
        }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(out)?;
        let (taken, given) = (self.decoder.total_in(), self.decoder.total_out());
        match self.limits.check_stream(taken, given) {
            Some(hit) => Err(hit.into()),
            None => Ok(read),
        }
    }
}

pub(super) fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}
