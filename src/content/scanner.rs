//! The scanner of one worker: an entry in, its hits out, buffers kept from entry to entry.

use std::io::{self, BufRead, ErrorKind};

use super::place::Place;
use super::replay::Replay;
use super::wide::Wide;
use super::zip::Member;
use super::{Hit, Outcome, ar, zip};
use crate::archive::{
    Capped, Compression, EntryKind, LimitHit, Limits, TarReader, is_tar, limit_hit, sniff,
    tracked_decoder,
};
use crate::detect::{Context, Engine, Lines, Scanned, Stream};
use crate::error::{Warning, WarningCode, printable};

/// Bytes by which an archive is told.
const HEAD: usize = 1024;

/// Scans entries one after the other.
pub struct Scanner<'e> {
    engine: &'e Engine,
    limits: &'e Limits,
    plain: Stream<'e>,
    wide: Stream<'e>,
    utf16: Wide,
    hits: Vec<Hit>,
    warnings: Capped,
    /// Path of the entry, for warnings.
    entry: Vec<u8>,
    /// Bytes that came out of nested archives of the entry.
    unpacked: u64,
}

/// Archives that are opened.
enum Format {
    Compressed(Compression),
    Tar,
    Zip,
    Ar,
}

impl Format {
    /// The archive that begins with `head`. A tar of zeros only is none: binary files begin so.
    fn of(head: &[u8]) -> Option<Self> {
        match sniff(head) {
            Compression::None if head.starts_with(zip::LOCAL) => Some(Self::Zip),
            Compression::None if head.starts_with(ar::MAGIC) => Some(Self::Ar),
            Compression::None => {
                let tar = is_tar(head) && head.iter().take(512).any(|byte| *byte != 0);
                tar.then_some(Self::Tar)
            }
            compression => Some(Self::Compressed(compression)),
        }
    }
}

impl<'e> Scanner<'e> {
    /// A scanner that looks for the rules of `engine`.
    pub fn new(engine: &'e Engine, limits: &'e Limits) -> Self {
        Self {
            engine,
            limits,
            plain: Stream::new(engine),
            wide: Stream::new(engine),
            utf16: Wide::default(),
            hits: Vec::new(),
            warnings: Capped::default(),
            entry: Vec::new(),
            unpacked: 0,
        }
    }

    /// Searches all that `reader` gives: as it stands, as UTF-16, and out of nested archives.
    pub fn scan(&mut self, context: &Context<'_>, reader: &mut dyn BufRead) -> Outcome {
        self.entry = context.path.to_vec();
        self.unpacked = 0;
        let mut source = Replay::new(reader);
        let result = self.open(&Place::entry(context), &mut source);
        Outcome {
            hits: std::mem::take(&mut self.hits),
            warnings: std::mem::take(&mut self.warnings).finish(&printable(context.path)),
            bytes: source.position(),
            error: result.err(),
        }
    }

    /// Searches what lies at `place`, whatever it is. An error is one of the reader below.
    fn open(&mut self, place: &Place, source: &mut Replay<'_>) -> io::Result<()> {
        let Some(format) = Format::of(source.peek(HEAD)?) else {
            return self.text(place, source, 0, Lines::START);
        };
        let deeper = match format {
            Format::Tar if place.unpacked => 0,
            _ => 1,
        };
        if place.depth + deeper > self.limits.depth {
            self.limit(place, LimitHit::Depth(self.limits.depth));
            return self.text(place, source, 0, Lines::START);
        }
        source.keep();
        let result = match format {
            Format::Compressed(compression) => self.compressed(place, source, compression),
            Format::Tar => self.tar(place, source),
            Format::Zip => self.zip(place, source),
            Format::Ar => self.ar(place, source),
        };
        match result {
            Err(error) if source.failed() => return Err(error),
            Err(error) => self.broken(place, &error),
            Ok(()) if source.peek(1)?.is_empty() => return Ok(()),
            Ok(()) => {}
        }
        let (offset, lines) = source.rewind();
        self.text(place, source, offset, lines)
    }

    /// A member that a reader above gives.
    fn member(&mut self, place: &Place, content: &mut dyn BufRead) -> io::Result<()> {
        self.open(place, &mut Replay::new(content))
    }

    /// Searches a text that begins at `offset`.
    fn text(
        &mut self,
        place: &Place,
        source: &mut dyn BufRead,
        offset: u64,
        lines: Lines,
    ) -> io::Result<()> {
        let context = place.context();
        self.plain.start_at(offset, lines);
        self.utf16.reset();
        let mut read = 0u64;
        let result = loop {
            let bytes = match source.fill_buf() {
                Ok([]) => break Ok(()),
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => break Err(error),
            };
            let room = self.limits.entry_size.saturating_sub(read);
            let budget = match place.depth {
                0 => u64::MAX,
                _ => self.limits.total_size.saturating_sub(self.unpacked),
            };
            let room = room.min(budget);
            let length = usize::try_from(room).map_or(bytes.len(), |room| room.min(bytes.len()));
            if length == 0 {
                self.limit(place, self.size_limit(read));
                break Ok(());
            }
            self.plain.push(&context, &bytes[..length]);
            let text = self.utf16.push(&bytes[..length]);
            if !text.is_empty() {
                self.wide.push(&context, text);
            }
            source.consume(length);
            read += length as u64;
            if place.depth > 0 {
                self.unpacked += length as u64;
            }
        };
        let scanned = self.plain.finish(&context);
        self.collect(place, scanned, None);
        let text = self.utf16.finish();
        if !text.is_empty() {
            self.wide.push(&context, text);
        }
        if self.wide.has_begun() {
            let scanned = self.wide.finish(&context);
            self.collect(place, scanned, Some(self.utf16.name()));
        }
        result
    }

    fn size_limit(&self, read: u64) -> LimitHit {
        if read >= self.limits.entry_size {
            LimitHit::EntrySize(self.limits.entry_size)
        } else {
            LimitHit::TotalSize(self.limits.total_size)
        }
    }

    fn collect(&mut self, place: &Place, scanned: Scanned, decoded: Option<&str>) {
        for index in scanned.limited {
            let rule = self.engine.rules().rule(index).id();
            let message = format!("{}more matches of rule {rule} than are kept", at(place));
            self.warn(WarningCode::LimitReached, message);
        }
        self.hits
            .extend(scanned.matches.into_iter().map(|matched| Hit {
                inside: place.inside.clone(),
                decoded: decoded.map(str::to_owned).into_iter().collect(),
                matched,
            }));
    }

    fn compressed(
        &mut self,
        place: &Place,
        source: &mut Replay<'_>,
        compression: Compression,
    ) -> io::Result<()> {
        let head = source.peek(HEAD)?.to_vec();
        let inner = place.stream(gzip_name(&head));
        let (mut content, hidden) =
            tracked_decoder(Box::new(&mut *source), compression, self.limits)?;
        self.member(&inner, &mut *content)?;
        drop(content);
        // Names, comments, skippable frames, bytes behind the end: what is still at hand of them.
        for range in hidden.ranges() {
            let offset = usize::try_from(range.start).unwrap_or(usize::MAX);
            let end = usize::try_from(range.end).map_or(head.len(), |end| end.min(head.len()));
            let mut bytes = source.kept(&range);
            if bytes.is_empty() {
                bytes = head.get(offset..end).unwrap_or_default();
            }
            let start = range.end - bytes.len() as u64;
            let bytes = bytes.to_vec();
            self.text(place, &mut &bytes[..], start, Lines::START)?;
        }
        Ok(())
    }

    fn tar(&mut self, place: &Place, source: &mut Replay<'_>) -> io::Result<()> {
        let mut tar = TarReader::new(Box::new(&mut *source), self.limits);
        loop {
            let entry = tar.next_entry();
            for slack in tar.take_slack() {
                self.text(place, &mut &slack.bytes[..], slack.offset, Lines::START)?;
            }
            match entry {
                Ok(None) => return Ok(()),
                Ok(Some(entry)) => {
                    if matches!(entry.kind, EntryKind::File | EntryKind::Other(_)) {
                        self.member(&place.member(&entry.path), tar.content())?;
                    }
                }
                Err(error) => {
                    let position = tar.position();
                    self.text(place, tar.rest(), position, Lines::START)?;
                    drop(tar);
                    source.forget();
                    return Err(io::Error::other(error));
                }
            }
        }
    }

    fn zip(&mut self, place: &Place, source: &mut Replay<'_>) -> io::Result<()> {
        let limits = self.limits;
        zip::walk(source, limits, &mut |name, member| {
            let inner = place.member(name);
            match member {
                Member::Content(content) => self.member(&inner, content),
                Member::Unreadable(why, stored) => {
                    let message = format!("{}member {why}; searched as it stands", at(&inner));
                    self.warn(WarningCode::UnsupportedCompression, message);
                    self.text(&inner, stored, 0, Lines::START)
                }
                Member::Broken(error) => {
                    self.broken(&inner, &error);
                    Ok(())
                }
            }
        })
    }

    fn ar(&mut self, place: &Place, source: &mut Replay<'_>) -> io::Result<()> {
        ar::walk(source, &mut |name, content| {
            self.member(&place.member(name), content)
        })
    }

    fn limit(&mut self, place: &Place, hit: LimitHit) {
        let message = format!("{}{hit}", at(place));
        self.warn(WarningCode::LimitReached, message);
    }

    fn broken(&mut self, place: &Place, error: &io::Error) {
        if let Some(hit) = limit_hit(error) {
            return self.limit(place, hit);
        }
        let message = format!("{}{error}; the rest was searched as it stands", at(place));
        self.warn(WarningCode::BrokenNestedArchive, message);
    }

    fn warn(&mut self, code: WarningCode, message: String) {
        self.warnings
            .push(Warning::new(code, message).at(&self.entry));
    }
}

/// The way to a place, for a message.
fn at(place: &Place) -> String {
    if place.inside.is_empty() {
        return String::new();
    }
    format!("{}: ", place.inside.join(" > "))
}

/// The file name that a gzip header states.
fn gzip_name(head: &[u8]) -> Option<&[u8]> {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    let [0x1f, 0x8b, _, flags, _, _, _, _, _, _, rest @ ..] = head else {
        return None;
    };
    let rest = match (flags & EXTRA != 0, rest) {
        (false, rest) => rest,
        (true, [low, high, rest @ ..]) => {
            rest.get(usize::from(u16::from_le_bytes([*low, *high]))..)?
        }
        (true, _) => return None,
    };
    let end = memchr::memchr(0, rest)?;
    (flags & NAME != 0 && end > 0).then(|| &rest[..end])
}
