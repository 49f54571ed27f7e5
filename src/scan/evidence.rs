//! What one layer tells of packages: the claims of its databases, and what its files with hits
//! hash to. Like all that a layer yields it depends on that layer alone; who owns what is found out
//! over the stack (`owner`).
//!
//! To hash every file would take longer than to scan it. So a copy of each content is kept while
//! it is scanned, and hashed where there are hits. Contents that are too large for that are read
//! a second time, and so are those of plain layers, where it costs nothing to skip the others.

use std::collections::HashMap;
use std::io::{self, BufRead};

use super::claims::Claims;
use super::kept::{Keeping, Kept};
use super::overlay::{Common, PathMarks};
use crate::archive::{Compression, Limits, sniff};
use crate::cache::Told;
use crate::content::Outcome;
use crate::error::{Warning, WarningCode, printable};
use crate::image::{Item, Layer, LayerEntry, walk};
use crate::packages::{Broken, Checksums, Database, Hasher};

/// Bytes of a content of a compressed layer that are kept: larger ones are few.
pub(super) const CONTENT: usize = 8 << 20;
/// Bytes of a package database that are kept: rpm's takes some 130 for each file.
const DATABASE: usize = 64 << 20;

/// What a layer tells of packages.
#[derive(Debug)]
pub(super) struct Evidence {
    pub claims: Claims,
    /// Of entries with hits, by sequence.
    pub checksums: HashMap<u32, Checksums>,
}

/// Gathers the evidence of a layer on the way through it.
pub(super) struct Gatherer {
    evidence: Evidence,
    kept: Kept,
    /// Bytes of a content that are kept.
    most: usize,
    /// Entries with hits whose contents were not kept. Those that were postponed come last.
    unkept: Vec<u32>,
    /// Whether what databases tell is written down, and what the last one told.
    is_recorded: bool,
    told: Option<Told>,
}

impl Gatherer {
    pub(super) fn new(layer: &Layer, common: &Common, claims: usize) -> Self {
        let is_plain = layer
            .blob
            .as_ref()
            .is_none_or(|blob| sniff(blob) == Compression::None);
        Self {
            evidence: Evidence {
                claims: Claims::new(common, claims),
                checksums: HashMap::new(),
            },
            kept: Kept::default(),
            most: if is_plain { 0 } else { CONTENT },
            unkept: Vec::new(),
            is_recorded: false,
            told: None,
        }
    }

    /// Whether an entry is a database, which [`follow`](Self::follow) has to see.
    pub(super) fn reads(entry: &LayerEntry) -> bool {
        Database::at(&entry.path).is_some()
    }

    /// Takes what the content of an entry with hits hashes to.
    pub(super) fn add(&mut self, sequence: u32, checksums: Checksums) {
        self.evidence.checksums.insert(sequence, checksums);
    }

    /// Reads the content of an entry with hits once more, for what it hashes to.
    pub(super) fn add_later(&mut self, sequence: u32) {
        self.unkept.push(sequence);
    }

    /// What databases claim, for one that was read before.
    pub(super) fn claims(&mut self) -> &mut Claims {
        &mut self.evidence.claims
    }

    /// From here on, what databases tell is written down as well.
    pub(super) fn listen(&mut self) {
        self.is_recorded = true;
    }

    /// What the database told that was just followed, if one was and it is written down.
    pub(super) fn take_told(&mut self) -> Option<Told> {
        self.told.take()
    }

    /// Lets `scan` read the content of an entry and looks over its shoulder.
    pub(super) fn follow(
        &mut self,
        entry: &LayerEntry,
        content: &mut dyn BufRead,
        scan: impl FnOnce(&mut dyn BufRead) -> Outcome,
    ) -> Outcome {
        let is_database = Self::reads(entry);
        let most = if is_database { DATABASE } else { self.most };
        self.kept.begin(most, entry.size);
        let mut keeping = Keeping {
            inner: content,
            kept: &mut self.kept,
        };
        let mut outcome = scan(&mut keeping);
        let has_hits = !outcome.hits.is_empty();
        // An archive may end before its file does.
        if (is_database || has_hits) && outcome.error.is_none() && keeping.drain().is_err() {
            return outcome;
        }
        let whole = self.kept.bytes();
        let whole = whole.filter(|bytes| bytes.len() as u64 == entry.size);
        if has_hits {
            match whole {
                Some(bytes) => {
                    let checksums = Checksums::of(bytes);
                    self.evidence.checksums.insert(entry.sequence, checksums);
                }
                None => self.unkept.push(entry.sequence),
            }
        }
        if is_database {
            let problem = match whole {
                Some(bytes) => {
                    self.told = self.is_recorded.then(Told::default);
                    let claims = &mut self.evidence.claims;
                    let read = read(claims, entry, bytes, self.told.as_mut());
                    read.err().map(|broken| broken.to_string())
                }
                None => Some(format!("is cut or larger than {} MiB", DATABASE >> 20)),
            };
            outcome
                .warnings
                .extend(problem.map(|what| unread(entry, &what)));
        }
        outcome
    }

    /// The evidence, once the whole layer was seen.
    pub(super) fn finish(mut self, layer: &Layer, limits: &Limits, marks: &PathMarks) -> Evidence {
        if !self.unkept.is_empty() {
            // Entries that waited came after others.
            self.unkept.sort_unstable();
            let more = read_again(layer, limits, &self.unkept);
            self.evidence.checksums.extend(more);
        }
        self.evidence.claims.settle(marks);
        self.evidence
    }
}

/// Takes what a database says, and writes it down in `told`.
fn read(
    claims: &mut Claims,
    entry: &LayerEntry,
    bytes: &[u8],
    told: Option<&mut Told>,
) -> Result<(), Broken> {
    let (path, sequence) = (&entry.path, entry.sequence);
    let (Some(told), Some(database)) = (told, Database::at(path)) else {
        return claims.read(path, sequence, bytes);
    };
    claims.hear(path, sequence, |listen| {
        database.read(bytes, &mut |record| {
            told.push(record);
            listen(record);
        })
    })
}

fn unread(entry: &LayerEntry, what: &str) -> Warning {
    let path = printable(&entry.path);
    let message = format!("{path} {what}; files of packages in it count as anybody's");
    Warning::new(WarningCode::PackageDatabase, message).at(&entry.path)
}

/// What the contents of the entries in `wanted`, which is in order, hash to.
fn read_again(layer: &Layer, limits: &Limits, wanted: &[u32]) -> HashMap<u32, Checksums> {
    let mut found = HashMap::new();
    walk(layer, limits, false, &mut |item| {
        let Item::Entry(entry, content) = item else {
            return Ok(());
        };
        if wanted.binary_search(&entry.sequence).is_ok() {
            let (checksums, length) = hash(content)?;
            if length == entry.size {
                found.insert(entry.sequence, checksums);
            }
        }
        match wanted.last() {
            Some(last) if *last > entry.sequence => Ok(()),
            // An error is how a walk ends early; this one's summary is nobody's.
            _ => Err(io::Error::other("all were read")),
        }
    });
    found
}

/// What a content hashes to, and its length.
fn hash(content: &mut dyn BufRead) -> io::Result<(Checksums, u64)> {
    let mut hasher = Hasher::default();
    let mut read = 0;
    loop {
        let bytes = content.fill_buf()?;
        if bytes.is_empty() {
            return Ok((hasher.finish(), read));
        }
        hasher.update(bytes);
        let length = bytes.len();
        content.consume(length);
        read += length as u64;
    }
}
