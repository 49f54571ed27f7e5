//! What one layer says, as values that can be written down.
//!
//! They mirror the values of a scan and are made of them only here: a secret cannot be written by
//! accident elsewhere. Rules go by their number, which holds for one set of rules; words that the
//! program itself chose are looked up again when they are read.

use std::borrow::Cow;
use std::iter;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::content::{Hit, Outcome};
use crate::detect::span::{Position, Span};
use crate::detect::{By, Decoded, Facts, Match, Observed, Part, Suppression, catalog};
use crate::error::Warning;
use crate::finding::Kind;
use crate::image::{EntryKind, LayerEntry, LayerSummary, Whiteout};
use crate::oci::{DiffId, Digest};
use crate::packages::{Checksum, Checksums, Record};
use crate::rules::Confidence;
use crate::secret::Secret;

/// One thing that a layer says; the summary comes last.
#[derive(Serialize, Deserialize)]
pub(crate) enum Note<'n> {
    /// An entry, where its names are looked at.
    #[serde(borrow)]
    Entry(EntryNote<'n>),
    /// What something came to, and the entry that it lies in.
    Outcome(Kind, #[serde(borrow)] Option<EntryNote<'n>>, OutcomeNote),
    /// A package database.
    #[serde(borrow)]
    Database(DatabaseNote<'n>),
    /// What an entry with hits hashes to.
    Checksums(u32, Checksums),
    /// An entry with hits that was not hashed.
    Unhashed(u32),
    /// The layer as a whole.
    Summary(SummaryNote),
}

/// Of an entry what is needed once its content and its records were scanned.
#[derive(Serialize, Deserialize)]
pub(crate) struct EntryNote<'n> {
    sequence: u32,
    path: &'n [u8],
    kind: EntryKind,
    #[serde(borrow)]
    link: Option<&'n [u8]>,
    whiteout: Option<Cow<'n, Whiteout>>,
    mode: u32,
    uid: u64,
    gid: u64,
    mtime: i64,
    size: u64,
    behind_end: bool,
}

/// Hits in one note.
const HITS: usize = 256;

/// What something came to, or more hits of the same.
#[derive(Serialize, Deserialize)]
pub(crate) struct OutcomeNote {
    hits: Vec<HitNote>,
    observed: Vec<(Vec<String>, Observed)>,
    warnings: Vec<Warning>,
    bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct HitNote {
    inside: Vec<String>,
    decoded: Vec<String>,
    rule: usize,
    span: Span,
    position: Position,
    secret: Vec<u8>,
    how: Option<DecodedNote>,
    by: By,
    identity: Option<Vec<u8>>,
    label: Option<String>,
    confidence: Confidence,
    /// In JSON, since their values are of any kind.
    facts: String,
    suppressed: Option<Suppression>,
    parts: Vec<(usize, Vec<u8>)>,
    is_lone: bool,
}

#[derive(Serialize, Deserialize)]
struct DecodedNote {
    how: Vec<String>,
    written: Vec<u8>,
    inner: Option<Span>,
}

/// A package database: [`RecordNote`]s, one after the other.
#[derive(Serialize, Deserialize)]
pub(crate) struct DatabaseNote<'n> {
    pub sequence: u32,
    pub path: &'n [u8],
    pub records: &'n [u8],
}

/// A [`Record`].
#[derive(Serialize, Deserialize)]
pub(crate) enum RecordNote<'n> {
    Package(&'n [u8], #[serde(borrow)] Option<&'n [u8]>),
    File(&'n [u8], Checksum),
}

#[derive(Serialize, Deserialize)]
pub(crate) struct SummaryNote {
    size: u64,
    uncompressed_size: u64,
    entries: u64,
    whiteouts: u64,
    digest: Option<Digest>,
    diff_id: Option<Digest>,
    verified: Option<bool>,
}

impl<'n> EntryNote<'n> {
    pub(super) fn of(entry: &'n LayerEntry) -> Self {
        Self {
            sequence: entry.sequence,
            path: &entry.path,
            kind: entry.kind,
            link: entry.link.as_deref(),
            whiteout: entry.whiteout.as_ref().map(Cow::Borrowed),
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
            mtime: entry.mtime,
            size: entry.size,
            behind_end: entry.behind_end,
        }
    }

    /// The entry, without what is of no use any more.
    pub(crate) fn entry(self) -> LayerEntry {
        LayerEntry {
            sequence: self.sequence,
            path: self.path.to_vec(),
            raw_name: Vec::new(),
            kind: self.kind,
            link: self.link.map(<[u8]>::to_vec),
            whiteout: self.whiteout.map(Cow::into_owned),
            mode: self.mode,
            uid: self.uid,
            gid: self.gid,
            mtime: self.mtime,
            size: self.size,
            sparse: None,
            behind_end: self.behind_end,
            offset: 0,
            stored: 0,
            records: Vec::new(),
        }
    }
}

impl OutcomeNote {
    /// Some of the hits in each, so that they need not all be in memory when they are read, and in the first one all
    /// else. `None` where one could not be read as it was.
    pub(super) fn parts(outcome: &Outcome) -> impl Iterator<Item = Option<Self>> {
        let (first, rest) = outcome.hits.split_at(outcome.hits.len().min(HITS));
        let first = Self::of(first).map(|note| Self {
            observed: outcome.observed.clone(),
            warnings: outcome.warnings.clone(),
            bytes: outcome.bytes,
            ..note
        });
        iter::once(first).chain(rest.chunks(HITS).map(Self::of))
    }

    fn of(hits: &[Hit]) -> Option<Self> {
        Some(Self {
            hits: hits.iter().map(HitNote::of).collect::<Option<_>>()?,
            observed: Vec::new(),
            warnings: Vec::new(),
            bytes: 0,
        })
    }

    pub(crate) fn outcome(self) -> Option<Outcome> {
        let hits = self.hits.into_iter().map(HitNote::hit);
        Some(Outcome {
            hits: hits.collect::<Option<_>>()?,
            observed: self.observed,
            warnings: self.warnings,
            bytes: self.bytes,
            postponed: None,
            error: None,
        })
    }
}

impl HitNote {
    fn of(hit: &Hit) -> Option<Self> {
        let matched = &hit.matched;
        let bytes = |secret: &Secret| secret.expose().to_vec();
        let facts = serde_json::to_string(&matched.facts).ok()?;
        let note = Self {
            inside: hit.inside.clone(),
            decoded: hit.decoded.clone(),
            rule: matched.rule,
            span: matched.span,
            position: matched.position,
            secret: bytes(&matched.secret),
            how: matched.decoded.as_ref().map(|decoded| DecodedNote {
                how: decoded.how.iter().map(|how| (*how).to_owned()).collect(),
                written: bytes(&decoded.written),
                inner: decoded.inner,
            }),
            by: matched.by,
            identity: matched.identity.as_ref().map(bytes),
            label: matched.label.clone(),
            confidence: matched.confidence,
            suppressed: matched.suppressed,
            parts: (matched.parts.iter())
                .map(|part| (part.rule, bytes(&part.identity)))
                .collect(),
            is_lone: matched.is_lone,
            facts,
        };
        // A fraction may come back another one, and a word may be in no list.
        let facts: Facts = serde_json::from_str(&note.facts).ok()?;
        let words = matched.how().iter().all(|how| word(how).is_some());
        (words && facts == matched.facts).then_some(note)
    }

    fn hit(self) -> Option<Hit> {
        let decoded = match self.how {
            Some(note) => Some(Box::new(Decoded {
                how: (note.how.iter())
                    .map(|how| word(how))
                    .collect::<Option<_>>()?,
                written: Arc::new(Secret::new(note.written)),
                inner: note.inner,
            })),
            None => None,
        };
        let parts = self.parts.into_iter();
        Some(Hit {
            inside: self.inside,
            decoded: self.decoded,
            matched: Match {
                rule: self.rule,
                span: self.span,
                position: self.position,
                secret: Secret::new(self.secret),
                decoded,
                by: self.by,
                identity: self.identity.map(Secret::new),
                label: self.label,
                confidence: self.confidence,
                facts: serde_json::from_str(&self.facts).ok()?,
                suppressed: self.suppressed,
                parts: parts
                    .map(|(rule, identity)| Part {
                        rule,
                        identity: Secret::new(identity),
                    })
                    .collect(),
                is_lone: self.is_lone,
            },
        })
    }
}

/// The word for a way of writing, as the program itself has it.
fn word(how: &str) -> Option<&'static str> {
    let catalog = catalog();
    let mut all = catalog.decodings.iter().chain(catalog.formats);
    all.find(|known| **known == how).copied()
}

impl<'n> RecordNote<'n> {
    pub(crate) fn of(record: Record<'n>) -> Self {
        match record {
            Record::Package { name, version } => Self::Package(name, version),
            Record::File { path, checksum } => Self::File(path, checksum),
        }
    }

    pub(crate) fn record(self) -> Record<'n> {
        match self {
            Self::Package(name, version) => Record::Package { name, version },
            Self::File(path, checksum) => Record::File { path, checksum },
        }
    }
}

impl SummaryNote {
    pub(super) fn of(summary: &LayerSummary) -> Self {
        Self {
            size: summary.size,
            uncompressed_size: summary.uncompressed_size,
            entries: summary.entries,
            whiteouts: summary.whiteouts,
            digest: summary.digest.clone(),
            diff_id: summary.diff_id.as_ref().map(|id| id.0.clone()),
            verified: summary.verified,
        }
    }

    /// The summary of a layer that nothing was wrong with.
    pub(crate) fn summary(self) -> LayerSummary {
        LayerSummary {
            size: self.size,
            uncompressed_size: self.uncompressed_size,
            entries: self.entries,
            whiteouts: self.whiteouts,
            digest: self.digest,
            key: None,
            diff_id: self.diff_id.map(DiffId),
            verified: self.verified,
            warnings: Vec::new(),
        }
    }
}
