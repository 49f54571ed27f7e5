//! Archives of every format opened, one level: what is in them goes back to the scanner.
//!
//! Whatever breaks ends here: with a warning, and with what is left of the archive searched as it
//! stands.

use std::io::{self, BufRead};

use super::ar;
use super::git::{self, Head};
use super::place::Place;
use super::replay::Replay;
use super::scanner::{Scanner, at};
use super::script::{self, Script};
use super::zip::{self, Member};
use crate::archive::{
    Compression, EntryKind, LimitHit, TarEntry, TarReader, is_tar, sniff, tracked_decoder,
};
use crate::detect::Lines;
use crate::error::WarningCode;

/// Bytes by which an archive is told.
pub(crate) const HEAD: usize = 1024;

/// How what begins with these bytes is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As it stands: nothing in it is opened.
    Text,
    Archive,
    /// As a part of a git repository, of which other entries tell.
    Git,
}

impl Manner {
    /// Of what begins with `head`.
    pub(crate) fn of(head: &[u8]) -> Self {
        match Format::of(head.get(..HEAD).unwrap_or(head)) {
            None => Self::Text,
            Some(Format::Object(_) | Format::Pack) => Self::Git,
            Some(_) => Self::Archive,
        }
    }
}

/// Archives that are opened.
enum Format {
    Compressed(Compression),
    Tar,
    Zip,
    Ar,
    /// An object of git.
    Object(Head),
    /// Many of them.
    Pack,
    /// Perhaps one behind a script.
    Script,
}

impl Format {
    /// The archive that begins with `head`. A tar of zeros only is none: binary files begin so.
    fn of(head: &[u8]) -> Option<Self> {
        match sniff(head) {
            Compression::None if head.starts_with(zip::LOCAL) => Some(Self::Zip),
            Compression::None if head.starts_with(ar::MAGIC) => Some(Self::Ar),
            Compression::None if head.starts_with(script::MAGIC) => Some(Self::Script),
            Compression::None if git::is_pack(head) => Some(Self::Pack),
            Compression::None => {
                let tar = is_tar(head) && head.iter().take(512).any(|byte| *byte != 0);
                let object = || Head::of(head).map(Self::Object);
                tar.then_some(Self::Tar).or_else(object)
            }
            compression => Some(Self::Compressed(compression)),
        }
    }
}

impl Scanner<'_> {
    /// Searches what lies at `place`, whatever it is. An error is one of the reader below.
    pub(super) fn open(&mut self, place: &Place, source: &mut Replay<'_>) -> io::Result<()> {
        let Some(format) = Format::of(source.peek(HEAD)?) else {
            return self.text(place, source, 0, Lines::START);
        };
        if let Format::Object(_) | Format::Pack = format {
            self.unpacked.needs_its_turn()?;
        }
        let deeper = match format {
            Format::Tar if place.unpacked => 0,
            Format::Script => 0,
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
            Format::Object(head) => self.object(place, source, head),
            Format::Pack => self.pack(place, source),
            Format::Script => self.script(place, source),
        };
        match result {
            Err(error) if source.failed() || self.unpacked.is_refused() => return Err(error),
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
        let mut tar = TarReader::new(Box::new(&mut *source));
        loop {
            let entry = tar.next_entry();
            for slack in tar.take_slack() {
                self.text(place, &mut &slack.bytes[..], slack.offset, Lines::START)?;
            }
            match entry {
                Ok(None) => return Ok(()),
                Ok(Some(entry)) => {
                    let inner = place.member(&entry.path);
                    self.header(&inner, &entry);
                    if matches!(entry.kind, EntryKind::File | EntryKind::Other(_)) {
                        self.member(&inner, tar.content())?;
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

    /// What a tar says of a member beside its content: names, link targets, extended records.
    fn header(&mut self, inner: &Place, entry: &TarEntry) {
        let mut text = entry.path.clone();
        if let Some(link) = &entry.link {
            text.push(b'\n');
            text.extend_from_slice(link);
        }
        for (key, value) in &entry.records {
            text.push(b'\n');
            text.extend_from_slice(key);
            text.push(b'=');
            text.extend_from_slice(value);
        }
        self.name(inner, &text);
    }

    fn zip(&mut self, place: &Place, source: &mut Replay<'_>) -> io::Result<()> {
        let limits = self.limits;
        zip::walk(source, limits, &mut |name, member| {
            let inner = place.member(name);
            if !matches!(member, Member::Rest(..) | Member::Between(..)) {
                self.name(&inner, name);
            }
            match member {
                Member::Content(content) => self.member(&inner, content),
                Member::Unreadable(why, stored) => {
                    let message = format!("{}member {why}; searched as it stands", at(&inner));
                    self.warn(WarningCode::BrokenNestedArchive, message);
                    self.text(&inner, stored, 0, Lines::START)
                }
                Member::Rest(offset, lines, stored) => self.text(&inner, stored, offset, lines),
                Member::Between(offset, lines, stored) => self.text(place, stored, offset, lines),
                Member::Broken(error) => {
                    self.broken(&inner, &error);
                    Ok(())
                }
            }
        })
    }

    /// A script, and the zip behind it if there is one.
    fn script(&mut self, place: &Place, source: &mut Replay<'_>) -> io::Result<()> {
        let mut script = Script::new(source);
        self.text(place, &mut script, 0, Lines::START)?;
        let has_zip = script.has_zip();
        source.forget();
        if has_zip && place.depth >= self.limits.depth {
            self.limit(place, LimitHit::Depth(self.limits.depth));
            return Ok(());
        }
        if has_zip {
            self.zip(place, source)?;
        }
        Ok(())
    }

    fn ar(&mut self, place: &Place, source: &mut Replay<'_>) -> io::Result<()> {
        ar::walk(source, &mut |name, content| {
            self.member(&place.member(name), content)
        })
    }
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
