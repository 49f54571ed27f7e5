//! A pack read once, forward: where each object lies, and what it is made of.
//!
//! Source: gitformat-pack(5).

use std::collections::HashMap;
use std::io;

use super::inflate::{Inflater, invalid};
use super::object::{Algorithm, Hasher, Id, Kind};
use super::store::{Store, Tee};
use crate::archive::{Blob, LimitHit, Limits};
use crate::content::replay::Replay;

/// What a pack begins with.
pub(super) const MAGIC: &[u8] = b"PACK";
/// Objects above this size are searched as they come out, not in memory.
pub(super) const STREAMED: u64 = 8 << 20;
/// Objects of one pack that are known.
const MOST_OBJECTS: usize = 2 << 20;

const OFFSET_DELTA: u8 = 6;
const REFERENCE_DELTA: u8 = 7;

/// Whether `head` begins a pack.
pub(in crate::content) fn is_pack(head: &[u8]) -> bool {
    let version = head.strip_prefix(MAGIC).and_then(|rest| rest.get(..4));
    matches!(version, Some([0, 0, 0, 2 | 3]))
}

/// One object of a pack, as it is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Where it begins.
    pub(super) start: u64,
    /// Bytes that come out of its stream: of its content, or of a delta.
    pub(super) size: u64,
    pub(super) form: Form,
    /// Bytes before its stream.
    head: u8,
}

/// How an object is stored.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Whole(Kind),
    /// A delta on the entry of that index, which stands before it; where there is none, nothing
    /// comes of it.
    OnEntry(Option<u32>),
    /// A delta on the object of that index among the bases.
    OnObject(u32),
}

/// All of a pack, as far as it could be read.
pub(super) struct Index {
    pub(super) entries: Vec<Entry>,
    /// Ids that deltas name.
    pub(super) bases: Vec<Id>,
    /// Ids of whole objects above [`STREAMED`].
    pub(super) large: HashMap<u32, Id>,
    stored: Blob,
}

impl Index {
    /// The stream of an entry, and all behind it.
    pub(super) fn stream(&self, entry: &Entry) -> &[u8] {
        let start = usize::try_from(entry.start + u64::from(entry.head));
        let rest = start.ok().and_then(|start| self.stored.get(start..));
        rest.unwrap_or_default()
    }
}

/// Reads a pack.
pub(super) struct Reader<'l> {
    algorithm: Algorithm,
    limits: &'l Limits,
    store: Store,
    inflater: Inflater,
    entries: Vec<Entry>,
    bases: Vec<Id>,
    large: HashMap<u32, Id>,
    unpacked: u64,
}

impl<'l> Reader<'l> {
    pub(super) fn new(algorithm: Algorithm, limits: &'l Limits) -> Self {
        Self {
            algorithm,
            limits,
            store: Store::default(),
            inflater: Inflater::new(),
            entries: Vec::new(),
            bases: Vec::new(),
            large: HashMap::new(),
            unpacked: 0,
        }
    }

    /// Reads to the end of the pack, or until it breaks.
    pub(super) fn read(&mut self, source: &mut Replay<'_>) -> io::Result<()> {
        let mut store = std::mem::take(&mut self.store);
        let mut tee = Tee {
            source,
            store: &mut store,
        };
        let result = self.entries(&mut tee);
        self.store = store;
        result
    }

    /// What was read.
    pub(super) fn finish(self) -> io::Result<Index> {
        Ok(Index {
            entries: self.entries,
            bases: self.bases,
            large: self.large,
            stored: self.store.finish()?,
        })
    }

    fn entries(&mut self, tee: &mut Tee<'_, '_>) -> io::Result<()> {
        tee.array::<8>()?;
        let count = u32::from_be_bytes(tee.array()?);
        for _ in 0..count {
            tee.source.forget();
            if self.entries.len() == MOST_OBJECTS {
                let bytes = MOST_OBJECTS * size_of::<Entry>();
                return Err(LimitHit::Room(bytes as u64).into());
            }
            let entry = self.entry(tee)?;
            tee.store.check()?;
            self.entries.push(entry);
        }
        tee.source.forget();
        let mut checksum = [0; 32];
        let length = self.algorithm.length();
        io::Read::read_exact(tee, checksum.get_mut(..length).unwrap_or_default())?;
        tee.source.forget();
        Ok(())
    }

    fn entry(&mut self, tee: &mut Tee<'_, '_>) -> io::Result<Entry> {
        let start = tee.store.length();
        let (number, size) = head(tee)?;
        let form = match number {
            OFFSET_DELTA => Form::OnEntry(self.before(start, distance(tee)?)),
            REFERENCE_DELTA => {
                let mut id = [0; 32];
                let id = id.get_mut(..self.algorithm.length()).unwrap_or_default();
                io::Read::read_exact(tee, id)?;
                let base = self.algorithm.read(id);
                self.bases.extend(base);
                Form::OnObject(self.bases.len() as u32 - 1)
            }
            _ => Form::Whole(Kind::of_number(number).ok_or_else(|| invalid("object of no kind"))?),
        };
        let head = (tee.store.length() - start) as u8;
        self.pass(tee, form, size)?;
        Ok(Entry {
            start,
            size,
            form,
            head,
        })
    }

    /// Reads over the stream of an entry.
    fn pass(&mut self, tee: &mut Tee<'_, '_>, form: Form, size: u64) -> io::Result<()> {
        let mut hasher = match form {
            Form::Whole(kind) if size > STREAMED => Some(Hasher::new(self.algorithm, kind, size)),
            _ => None,
        };
        let (mut unpacked, mut hit) = (self.unpacked, None);
        let limits = self.limits;
        let taken = tee.store.length();
        let result = self.inflater.pass(tee, size, &mut |piece| {
            unpacked += piece.len() as u64;
            if let Some(hasher) = &mut hasher {
                hasher.update(piece);
            }
            hit = hit.or(limits.check_stream(taken, unpacked));
            hit.is_none()
        });
        self.unpacked = unpacked;
        if let Some(hit) = hit {
            return Err(hit.into());
        }
        let at = self.entries.len() as u32;
        self.large
            .extend(hasher.map(|hasher| (at, hasher.finish())));
        result
    }

    /// The entry that begins `distance` bytes before `start`.
    fn before(&self, start: u64, distance: u64) -> Option<u32> {
        let start = start.checked_sub(distance)?;
        let found = self
            .entries
            .binary_search_by_key(&start, |entry| entry.start);
        u32::try_from(found.ok()?).ok()
    }
}

/// Number of the kind and size of an entry.
fn head(tee: &mut Tee<'_, '_>) -> io::Result<(u8, u64)> {
    let mut byte = tee.byte()?;
    let number = byte >> 4 & 7;
    let mut size = u64::from(byte & 15);
    for shift in (4..60).step_by(7) {
        if byte & 0x80 == 0 {
            return Ok((number, size));
        }
        byte = tee.byte()?;
        size |= u64::from(byte & 0x7f) << shift;
    }
    Err(invalid("object of a size beyond all numbers"))
}

/// How far before a delta its base begins: seven bits a byte, big end first, each further byte
/// counting from where the shorter numbers end.
fn distance(tee: &mut Tee<'_, '_>) -> io::Result<u64> {
    let mut value = 0u64;
    for _ in 0..9 {
        let byte = tee.byte()?;
        value |= u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
        value = (value + 1) << 7;
    }
    Err(invalid("delta on something before everything"))
}
