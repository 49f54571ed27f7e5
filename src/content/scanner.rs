//! The scanner of one worker: an entry in, its hits out, buffers kept from entry to entry.

use std::fmt;
use std::io::{self, BufRead, ErrorKind};
use std::sync::Arc;

use super::git::Repositories;
use super::place::Place;
use super::replay::Replay;
use super::unpacked::Unpacked;
use super::wide::Wide;
use super::{Hit, Outcome};
use crate::archive::{Capped, LimitHit, Limits, limit_hit};
use crate::detect::{
    Context, Engine, Guest, Lines, Observed, Scanned, Stream, Suppression, TextKind,
};
use crate::error::{Warning, WarningCode, printable};

/// Bytes that are looked at for wide text at a time.
const WIDE_PIECE: usize = 256 << 10;

/// Public keys that are kept of one entry, and bytes of the way to one.
const OBSERVED: usize = 10_000;
const LONGEST_WAY: usize = 4 << 10;
/// Bytes of hits that are kept of one entry.
const HITS: usize = 64 << 20;
/// What a hit takes beside its texts.
const HIT: usize = 1_024;
/// Hits of one entry that are kept although an allowlist of their rule covers them: examples of
/// what there is a lot of.
const MOST_ALLOWED: usize = 100;

/// Scans entries one after the other.
pub struct Scanner<'e> {
    engine: &'e Engine,
    pub(super) limits: &'e Limits,
    plain: Stream<'e>,
    wide: Stream<'e>,
    utf16: Wide,
    /// What bounds the hits of the entry in its texts.
    guest: Arc<Guest>,
    hits: Vec<Hit>,
    observed: Vec<(Vec<String>, Observed)>,
    warnings: Capped,
    /// Path of the entry, for warnings.
    entry: Vec<u8>,
    /// What is known of git repositories in all entries so far.
    pub(super) repositories: Repositories,
    pub(super) unpacked: Unpacked,
    /// Bytes of the next entry, where they were told.
    expected: Option<u64>,
    /// Bytes of hits so far, and hits that were not kept.
    kept: usize,
    dropped: u64,
    allowed: usize,
}

impl<'e> Scanner<'e> {
    /// A scanner that looks for the rules of `engine`.
    pub fn new(engine: &'e Engine, limits: &'e Limits) -> Self {
        let guest = Arc::new(engine.guest());
        Self {
            engine,
            limits,
            plain: Stream::new(engine).joining(&guest),
            wide: Stream::new(engine).joining(&guest),
            utf16: Wide::default(),
            guest,
            hits: Vec::new(),
            observed: Vec::new(),
            warnings: Capped::default(),
            entry: Vec::new(),
            repositories: Repositories::default(),
            unpacked: Unpacked::default(),
            expected: None,
            kept: 0,
            dropped: 0,
            allowed: 0,
        }
    }

    /// What follows has an effort for keys of its own, as a text of so many bytes may spend; or none, since
    /// the effort of many texts has an order and this is one of several scanners beside each other.
    pub fn grant(&mut self, bytes: Option<u64>) {
        self.plain.grant(bytes);
        self.wide.grant(bytes);
    }

    /// Whether an effort was asked for in vain, since this was asked last.
    pub fn take_refused(&mut self) -> bool {
        self.plain.take_refused() | self.wide.take_refused()
    }

    /// The next entry, of so many bytes, is searched out of its turn. Where something in it depends on the entries
    /// before it, or it has very many hits, it is [left](Self::has_left).
    pub fn out_of_turn(&mut self, size: u64) {
        self.guest.go_ahead();
        self.unpacked.out_of_turn(size);
    }

    /// Whether the entry was left, to be searched once more: nothing was found in it.
    pub fn has_left(&self) -> bool {
        self.unpacked.is_refused()
    }

    /// What is unpacked of all entries is held to what their layer, or document, takes in store:
    /// `stored` bytes before the next entry.
    pub fn pass(&mut self, stored: u64) {
        self.unpacked.pass(stored);
    }

    /// The next entry has so many bytes, or ends early: where they come at once they are searched where
    /// they lie.
    pub fn expect(&mut self, size: u64) {
        self.expected = Some(size);
    }

    /// Searches all that `reader` gives: as it stands, as UTF-16, and out of nested archives.
    pub fn scan(&mut self, context: &Context<'_>, reader: &mut dyn BufRead) -> Outcome {
        self.scan_at(&Place::entry(context), reader)
    }

    /// As [`scan`](Self::scan), for a caller that scans what is [`postponed`](Outcome::postponed)
    /// once all other entries went by.
    pub fn scan_or_postpone(&mut self, context: &Context<'_>, reader: &mut dyn BufRead) -> Outcome {
        let mut place = Place::entry(context);
        place.may_wait = true;
        self.scan_at(&place, reader)
    }

    fn scan_at(&mut self, place: &Place, reader: &mut dyn BufRead) -> Outcome {
        self.entry.clear();
        self.entry.extend_from_slice(&place.path);
        (self.kept, self.dropped, self.allowed) = (0, 0, 0);
        let mut counted = self.unpacked.begin(reader);
        let mut source = Replay::new(&mut counted);
        let result = self.open(place, &mut source);
        self.expected = None;
        if self.dropped > 0 {
            let message = format!("{} more matches than are kept", self.dropped);
            self.warn(WarningCode::LimitReached, message);
        }
        if self.guest.leave() {
            self.unpacked.refuse();
        }
        if self.unpacked.is_refused() {
            // With their room: the outcome may wait.
            self.hits = Vec::new();
            self.observed = Vec::new();
            self.warnings = Capped::default();
        }
        let shown = fmt::from_fn(|f| f.write_str(&printable(&place.path)));
        Outcome {
            hits: std::mem::take(&mut self.hits),
            observed: std::mem::take(&mut self.observed),
            warnings: std::mem::take(&mut self.warnings).finish(shown),
            bytes: source.position(),
            postponed: self.repositories.take_postponed(),
            error: result.err().filter(|_| !self.unpacked.is_refused()),
        }
    }

    /// Searches a text that begins at `offset`.
    pub(super) fn text(
        &mut self,
        place: &Place,
        source: &mut dyn BufRead,
        offset: u64,
        lines: Lines,
    ) -> io::Result<()> {
        let context = place.context();
        self.plain.start_at(offset, lines);
        self.utf16.reset();
        let expected = self.expected.filter(|_| place.depth == 0 && offset == 0);
        self.plain.expect(expected.unwrap_or_default());
        let mut whole = None;
        let result = self.pass_through(place, source, expected, &mut whole);
        let scanned = whole.unwrap_or_else(|| self.plain.finish(&context));
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

    /// Shows all bytes of a text to both streams. One of the `expected` length that comes at once is
    /// not copied for the first of them, but shown as a `whole` where it lies.
    fn pass_through(
        &mut self,
        place: &Place,
        source: &mut dyn BufRead,
        expected: Option<u64>,
        whole: &mut Option<Scanned>,
    ) -> io::Result<()> {
        let context = place.context();
        let mut read = 0u64;
        loop {
            let bytes = match source.fill_buf() {
                Ok([]) => return Ok(()),
                Ok(_) if whole.is_some() => {
                    return Err(io::Error::other("more bytes than were told"));
                }
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if place.depth > 0
                && let Some(hit) = self.unpacked.too_much(self.limits)
            {
                return Err(hit.into());
            }
            let room = self.limits.entry_size.saturating_sub(read);
            let length = usize::try_from(room).map_or(bytes.len(), |room| room.min(bytes.len()));
            if length == 0 {
                self.limit(place, LimitHit::EntrySize(self.limits.entry_size));
                return Ok(());
            }
            let taken = &bytes[..length];
            match read == 0 && expected == Some(length as u64) {
                true => *whole = Some(self.plain.in_place(&context, taken)),
                false => self.plain.push(&context, taken),
            }
            // A mapped file comes as one slice, and the wide text of a piece is decoded at once.
            for piece in taken.chunks(WIDE_PIECE) {
                let text = self.utf16.push(piece);
                if !text.is_empty() {
                    self.wide.push(&context, text);
                }
            }
            source.consume(length);
            read += length as u64;
            if self.guest.is_refused() {
                return self.unpacked.needs_its_turn();
            }
            if place.depth > 0 {
                self.unpacked.count(length);
            }
        }
    }

    /// The name of a member and what else its archive says of it; it is marked as decoded from the
    /// `header`.
    pub(super) fn name(&mut self, place: &Place, text: &[u8]) {
        let context = Context {
            kind: TextKind::Name,
            ..Context::default()
        };
        self.plain.start_at(0, Lines::START);
        self.plain.push(&context, text);
        let scanned = self.plain.finish(&context);
        self.collect(place, scanned, Some("header"));
    }

    fn collect(&mut self, place: &Place, scanned: Scanned, decoded: Option<&str>) {
        for index in scanned.limited {
            let rule = self.engine.rules().rule(index).id();
            let message = format!("{}more matches of rule {rule} than are kept", at(place));
            self.warn(WarningCode::LimitReached, message);
        }
        let way: usize = place.inside.iter().map(String::len).sum();
        if way <= LONGEST_WAY {
            let room = OBSERVED.saturating_sub(self.observed.len());
            let observed = scanned.observed.into_iter().take(room);
            let with_way = |observed| (place.inside.clone(), observed);
            self.observed.extend(observed.map(with_way));
        }
        let rules = self.engine.rules();
        self.hits.reserve(scanned.matches.len());
        for matched in scanned.matches.into_iter().filter(|hit| !hit.is_lone) {
            // A file that is known by its path has been told as it stands.
            if decoded.is_some() && rules.rule(matched.rule).is_about_files() {
                continue;
            }
            if matched.suppressed == Some(Suppression::Allowlist) {
                self.allowed += 1;
                if self.allowed > MOST_ALLOWED {
                    continue;
                }
            }
            let size = HIT + way + matched.size();
            if self.kept + size > HITS {
                self.dropped += 1;
                continue;
            }
            self.kept += size;
            let how = decoded.into_iter().chain(matched.how().iter().copied());
            self.hits.push(Hit {
                inside: place.inside.clone(),
                decoded: how.map(str::to_owned).collect(),
                matched,
            });
        }
    }

    pub(super) fn limit(&mut self, place: &Place, hit: LimitHit) {
        let message = format!("{}{hit}", at(place));
        self.warn(WarningCode::LimitReached, message);
    }

    pub(super) fn broken(&mut self, place: &Place, error: &io::Error) {
        if let Some(hit) = limit_hit(error) {
            return self.limit(place, hit);
        }
        let message = format!("{}{error}; the rest was searched as it stands", at(place));
        self.warn(WarningCode::BrokenNestedArchive, message);
    }

    pub(super) fn warn(&mut self, code: WarningCode, message: String) {
        let warning = Warning::new(code, message);
        self.warnings.push(match &self.entry[..] {
            // Bytes of no entry.
            [] => warning,
            path => warning.at(path),
        });
    }
}

/// The way to a place, for a message.
pub(super) fn at(place: &Place) -> String {
    if place.inside.is_empty() {
        return String::new();
    }
    format!("{}: ", place.inside.join(" > "))
}
