//! The notes of one layer in order: each its length and itself, all of them compressed.
//!
//! What grows beyond a bound, or cannot be written down as it was, is given up and not kept; that is
//! no error.

use std::io::{self, Cursor, Read, Write};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::folder::Turn;
use super::note::{DatabaseNote, EntryNote, Note, OutcomeNote, RecordNote, SummaryNote};
use super::regions::Regions;
use crate::content::Outcome;
use crate::finding::Kind;
use crate::image::{LayerEntry, LayerSummary};
use crate::packages::{Checksums, Record};

/// Bytes of the longest journal, compressed, and of all that are written at once.
const LARGEST: usize = 32 << 20;
/// Bytes of the longest note.
const LONGEST: usize = 32 << 20;
/// Bytes of a note for which there stays room: hardly one is longer.
const USUAL: usize = 256 << 10;
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
    pub(super) journal: Bounded,
}

impl Recorder {
    /// An empty journal, beside others that are written: they have so many bytes.
    pub(crate) fn beside(others: &Arc<AtomicUsize>) -> Self {
        let out = zstd::stream::write::Encoder::new(Bounded::beside(others), LEVEL);
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
        for part in OutcomeNote::parts(outcome) {
            match part.filter(|_| outcome.error.is_none()) {
                Some(part) => self.write(&Note::Outcome(kind, entry.map(EntryNote::of), part)),
                None => return self.give_up(),
            }
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
            journal: self.out?.finish().ok()?,
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
        self.note.shrink_to(USUAL);
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
pub(crate) struct Journal<'c> {
    /// Large ones are read one after the other.
    _turn: Turn<'c>,
    notes: zstd::stream::read::Decoder<'static, io::BufReader<Cursor<Vec<u8>>>>,
    note: Vec<u8>,
}

impl<'c> Journal<'c> {
    pub(super) fn new(bytes: Vec<u8>, turn: Turn<'c>) -> Option<Self> {
        Some(Self {
            _turn: turn,
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

/// Bytes of a journal, up to a bound for all that there are at once.
pub(super) struct Bounded {
    bytes: Vec<u8>,
    counted: usize,
    all: Arc<AtomicUsize>,
}

impl Bounded {
    fn beside(others: &Arc<AtomicUsize>) -> Self {
        Self {
            bytes: Vec::new(),
            counted: 0,
            all: Arc::clone(others),
        }
    }

    /// The bytes, which count as long as this is there.
    pub(super) fn take(&mut self) -> Vec<u8> {
        mem::take(&mut self.bytes)
    }
}

impl Drop for Bounded {
    fn drop(&mut self) {
        self.all.fetch_sub(self.counted, Ordering::Relaxed);
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.counted += bytes.len();
        let before = self.all.fetch_add(bytes.len(), Ordering::Relaxed);
        if before + bytes.len() > LARGEST {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
