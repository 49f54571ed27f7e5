//! What one layer tells of packages: the claims of its databases, and what its files with hits
//! hash to. Like all that a layer yields it depends on that layer alone; who owns what is found out
//! over the stack (`owner`).
//!
//! To hash every file would take longer than to scan it. So a copy of each content is kept while
//! it is scanned, and hashed where there are hits. Contents that are too large for that are read
//! a second time. Those of plain layers are read again only where it matters (`unhashed`).

mod unhashed;

use std::collections::HashMap;
use std::io::BufRead;

use self::unhashed::{Unhashed, read_again};
use super::ahead::Pool;
use super::claims::Claims;
use super::kept::{Keeping, Kept};
use super::overlay::{Common, PathMarks};
use crate::archive::{Compression, Limits, sniff};
use crate::cache::Told;
use crate::content::Outcome;
use crate::error::{Warning, WarningCode, printable};
use crate::image::{Layer, LayerEntry};
use crate::packages::{Algorithms, Broken, Checksums, Database};

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
    /// Entries with hits that can be hashed still.
    pub unhashed: Unhashed,
}

impl Evidence {
    /// What an entry with hits hashes to, in every algorithm that matters, as far as is known.
    pub(super) fn checksums(&self, sequence: u32) -> Option<Checksums> {
        let known = self.checksums.get(&sequence).copied();
        known.or_else(|| self.unhashed.get(sequence))
    }
}

/// Gathers the evidence of a layer on the way through it.
pub(super) struct Gatherer<'p> {
    evidence: Evidence,
    kept: Kept<'p>,
    is_plain: bool,
    /// Entries with hits whose contents were not kept. Those that were postponed come last.
    unkept: Vec<u32>,
    /// Whether what databases tell is written down, and what the last one told.
    is_recorded: bool,
    told: Option<Told>,
}

impl<'p> Gatherer<'p> {
    pub(super) fn new(layer: &Layer, common: &Common, pool: &'p Pool, claims: usize) -> Self {
        let is_plain = layer
            .blob
            .as_ref()
            .is_none_or(|blob| sniff(blob) == Compression::None);
        Self {
            evidence: Evidence {
                claims: Claims::new(common, claims),
                checksums: HashMap::new(),
                unhashed: Unhashed::default(),
            },
            kept: Kept::new(pool),
            is_plain,
            unkept: Vec::new(),
            is_recorded: false,
            told: None,
        }
    }

    /// Whether an entry is a database, which [`follow`](Self::follow) has to see. Behind the end mark of
    /// the tar stands none that any package manager wrote for the image.
    pub(super) fn reads(entry: &LayerEntry) -> bool {
        !entry.behind_end && Database::at(&entry.path).is_some()
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
        let most = match self.is_plain {
            _ if is_database => DATABASE,
            true => 0,
            false => CONTENT,
        };
        self.kept.begin(most, entry.size, is_database);
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
        let unkept = Unhashed::of(self.unkept);
        if self.is_plain {
            self.evidence.unhashed = unkept;
        } else if !unkept.sequences().is_empty() {
            let wanted = unkept.sequences().iter();
            let wanted: Vec<_> = wanted.map(|one| (*one, Algorithms::ALL)).collect();
            let more = read_again(layer, limits, &wanted);
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
