//! The notes of one layer in order: each its length and itself, all of them compressed.
//!
//! What grows beyond a bound, or cannot be written down as it was, is given up and not kept; that is
//! no error.

use std::io::{self, Cursor, Read, Write};

use super::note::{DatabaseNote, EntryNote, Note, OutcomeNote, RecordNote, SummaryNote};
use super::regions::Regions;
use crate::content::Outcome;
use crate::finding::Kind;
use crate::image::{LayerEntry, LayerSummary};
use crate::packages::{Checksums, Record};

/// Bytes of the longest journal, compressed.
const LARGEST: usize = 32 << 20;
/// Bytes of the longest note.
const LONGEST: usize = 32 << 20;
/// Fast, and names of files shrink to a fifth all the same.
const LEVEL: i32 = 1;

/// Writes a journal while a layer is scanned.
pub(crate) struct Recorder {
    /// `None` once it was given up.
    out: Option<zstd::stream::write::Encoder<'static, Bounded>>,
    note: Vec<u8>,
    regions: Regions,
}

/// A whole journal.
pub(crate) struct Recorded {
    /// Where what it tells of was found.
    pub(super) regions: Regions,
    pub(super) journal: Vec<u8>,
}

impl Recorder {
    /// An empty journal.
    pub(crate) fn new() -> Self {
        let out = zstd::stream::write::Encoder::new(Bounded::default(), LEVEL);
        Self {
            out: out.ok(),
            note: Vec::new(),
            regions: Regions::default(),
        }
    }

    /// An entry.
    pub(crate) fn entry(&mut self, entry: &LayerEntry) {
        self.write(&Note::Entry(EntryNote::of(entry)));
    }

    /// What something came to.
    pub(crate) fn outcome(&mut self, outcome: &Outcome, kind: Kind, entry: Option<&LayerEntry>) {
        if outcome.is_empty() {
            return;
        }
        if !outcome.hits.is_empty() {
            match entry {
                Some(entry) => self.regions.add(entry.in_tar()),
                None => self.regions.give_up(),
            }
        }
        let entry = entry.map(EntryNote::of);
        match OutcomeNote::of(outcome).filter(|_| outcome.error.is_none()) {
            Some(outcome) => self.write(&Note::Outcome(kind, entry, outcome)),
            None => self.give_up(),
        }
    }

    /// Something was found in the name of an entry, which is not written down.
    pub(crate) fn name_with_hit(&mut self) {
        self.regions.give_up();
    }

    /// Where in a layer it knows of something that was found.
    #[cfg(test)]
    pub(crate) fn found_in<'l>(&self, layer: &'l [u8]) -> Option<Vec<&'l [u8]>> {
        self.regions.of(layer)
    }

    /// What a package database told.
    pub(crate) fn database(&mut self, path: &[u8], sequence: u32, told: &Told) {
        if told.is_too_much {
            return self.give_up();
        }
        self.write(&Note::Database(DatabaseNote {
            sequence,
            path,
            records: &told.records,
        }));
    }

    /// What an entry with hits hashes to.
    pub(crate) fn checksums(&mut self, sequence: u32, checksums: Checksums) {
        self.write(&Note::Checksums(sequence, checksums));
    }

    /// An entry with hits that was not hashed.
    pub(crate) fn unhashed(&mut self, sequence: u32) {
        self.write(&Note::Unhashed(sequence));
    }

    /// The journal, ended with the layer's summary.
    pub(crate) fn finish(mut self, summary: &LayerSummary) -> Option<Recorded> {
        self.write(&Note::Summary(SummaryNote::of(summary)));
        Some(Recorded {
            regions: self.regions,
            journal: self.out?.finish().ok()?.0,
        })
    }

    fn give_up(&mut self) {
        self.out = None;
    }

    fn write(&mut self, note: &Note<'_>) {
        let Some(out) = &mut self.out else {
            return;
        };
        self.note.clear();
        let written = postcard::to_io(note, &mut self.note).is_ok();
        let length = u32::try_from(self.note.len()).ok();
        let length = length.filter(|_| written && self.note.len() <= LONGEST);
        let is_kept = length.is_some_and(|length| {
            let head = out.write_all(&length.to_le_bytes());
            head.and_then(|()| out.write_all(&self.note)).is_ok()
        });
        if !is_kept {
            self.give_up();
        }
    }
}

/// What a package database tells, written down.
#[derive(Default)]
pub(crate) struct Told {
    records: Vec<u8>,
    is_too_much: bool,
}

impl Told {
    pub(crate) fn push(&mut self, record: Record<'_>) {
        let is_full = self.records.len() > LONGEST / 2;
        let written =
            !is_full && postcard::to_io(&RecordNote::of(record), &mut self.records).is_ok();
        self.is_too_much |= !written;
    }
}

impl DatabaseNote<'_> {
    /// Tells of every package and file again; whether all could be read.
    pub(crate) fn tell(&self, listen: &mut dyn FnMut(Record<'_>)) -> bool {
        let mut rest = self.records;
        while !rest.is_empty() {
            let Ok((note, behind)) = postcard::take_from_bytes::<RecordNote<'_>>(rest) else {
                return false;
            };
            listen(note.record());
            rest = behind;
        }
        true
    }
}

/// Reads a journal.
pub(crate) struct Journal {
    notes: zstd::stream::read::Decoder<'static, io::BufReader<Cursor<Vec<u8>>>>,
    note: Vec<u8>,
}

impl Journal {
    pub(super) fn new(bytes: Vec<u8>) -> Option<Self> {
        Some(Self {
            notes: zstd::stream::read::Decoder::new(Cursor::new(bytes)).ok()?,
            note: Vec::new(),
        })
    }

    /// The next note; `None` behind the last one, or where it cannot be read.
    pub(crate) fn read(&mut self) -> Option<Note<'_>> {
        let mut length = [0; 4];
        self.notes.read_exact(&mut length).ok()?;
        let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
        if length > LONGEST {
            return None;
        }
        self.note.resize(length, 0);
        self.notes.read_exact(&mut self.note).ok()?;
        postcard::from_bytes(&self.note).ok()
    }
}

/// Bytes up to a bound.
#[derive(Default)]
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
