//! What the threads of a layer share, and their side of the work.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read as _};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::even::Even;
use super::pipe::{Outlet, Pipe};
use super::pool::{Pool, Room};
use super::{Done, MOST_FOUND, append, context, is_large, lock, size};
use crate::archive::{Backlog, Blob, Limits};
use crate::content::{Manner, Outcome, Scanner};
use crate::detect::Engine;
use crate::image::LayerEntry;
use crate::packages::Checksums;
use crate::scan::layer::Means;
use crate::scan::twins::Twins;

/// Where a content lies.
pub(super) enum Content<'l> {
    Mapped(&'l [u8]),
    Copied(Range<usize>),
}

/// Contents that are scanned together.
#[derive(Default)]
pub(super) struct Batch<'l> {
    pub parts: Vec<(LayerEntry, Content<'l>)>,
    pub copies: Vec<u8>,
    pub size: usize,
    pub has_archive: bool,
}

/// What one thread does at a time.
pub(super) enum Job<'l> {
    Batch(Batch<'l>),
    /// A large content, all of which is there, in a [room](Room::put_down).
    Whole(LayerEntry, (usize, Vec<u8>)),
    /// A large content, perhaps not all of which is there yet.
    Pipe(LayerEntry, Arc<Pipe>),
}

/// A job that nobody has begun.
struct Left<'l> {
    job: Job<'l>,
    results: Results<'l>,
    opens: bool,
}

/// Where the results of a job will be.
pub(super) type Results<'l> = Arc<Mutex<Option<Vec<Done<'l>>>>>;

pub(in crate::scan) struct Yard<'l> {
    pub(super) pool: &'l Pool,
    /// What of the layer waits to be hashed, and whether somebody was asked to.
    pub(super) backlog: Backlog,
    pub(super) is_asked: AtomicBool,
    twins: &'l Twins,
    engine: &'l Engine,
    pub(super) limits: &'l Limits,
    blob: Option<&'l Blob>,
    /// Whether contents with hits are hashed.
    hashes: bool,
    /// Jobs that nobody has begun.
    waiting: Mutex<VecDeque<Left<'l>>>,
    /// Scanners that nobody uses, with the memory that they have, and how many of them stay.
    scanners: Mutex<Vec<Scanner<'l>>>,
    idle: usize,
    /// Jobs that are not done.
    left: Mutex<usize>,
    one_is_done: Condvar,
}

impl<'l> Yard<'l> {
    pub(in crate::scan) fn new(means: Means<'l>, blob: Option<&'l Blob>, layers: usize) -> Self {
        Self {
            pool: means.pool,
            backlog: Backlog::of(&means.pool.unhashed),
            is_asked: AtomicBool::default(),
            twins: means.twins,
            engine: means.engine,
            limits: &means.options.limits,
            blob,
            hashes: means.options.packages,
            waiting: Mutex::default(),
            scanners: Mutex::default(),
            idle: idle(layers),
            left: Mutex::default(),
            one_is_done: Condvar::new(),
        }
    }

    /// Leaves a job to whoever comes, who opens an archive or not; where its results will be.
    pub(super) fn leave(&self, job: Job<'l>, opens: bool) -> Results<'l> {
        let results = Results::default();
        *lock(&self.left) += 1;
        lock(&self.waiting).push_back(Left {
            job,
            results: Arc::clone(&results),
            opens,
        });
        results
    }

    /// Whether so much was found and not taken that only what comes next should be searched.
    pub(super) fn is_much_found(&self) -> bool {
        self.pool.found.load(Ordering::Relaxed) > MOST_FOUND
    }

    /// Does the job that waits longest; whether there was one, and not too many archives are open for it.
    pub(super) fn work(&self) -> bool {
        self.work_on_next(false)
    }

    /// As [`work`](Self::work), but perhaps only if an archive is to be opened.
    pub(super) fn work_on_next(&self, only_archive: bool) -> bool {
        let mut opened = None;
        let mut may_begin = |left: &mut Left<'_>| {
            opened = if left.opens { self.pool.open() } else { None };
            opened.is_some() == left.opens && (left.opens || !only_archive)
        };
        let left = lock(&self.waiting).pop_front_if(&mut may_begin);
        self.work_on_left(left)
    }

    /// Does the job that waits longest, whatever it is; whether there was one.
    pub(super) fn work_in_turn(&self) -> bool {
        let left = lock(&self.waiting).pop_front();
        self.work_on_left(left)
    }

    fn work_on_left(&self, left: Option<Left<'l>>) -> bool {
        left.is_some_and(|Left { job, results, .. }| {
            self.work_on(job, &results);
            true
        })
    }

    /// Does this very job, if nobody has begun it: what is in the pipe, and then `rest`, which may end in
    /// an error.
    pub(super) fn work_on_pipe(
        &self,
        pipe: &Arc<Pipe>,
        rest: &mut dyn BufRead,
    ) -> Option<io::Result<()>> {
        let mut waiting = lock(&self.waiting);
        let is_it =
            |left: &Left<'_>| matches!(&left.job, Job::Pipe(_, other) if Arc::ptr_eq(other, pipe));
        let at = waiting.iter().rposition(is_it)?;
        let left = waiting.remove(at)?;
        drop(waiting);
        let results = left.results;
        let Job::Pipe(entry, _) = left.job else {
            return None;
        };
        let _leaves = self.leaves(0, &results);
        let start = Outlet::of_what_waits(pipe, self.pool);
        let (done, read) = self.read_and_scan(entry, &mut start.chain(rest));
        self.tell(&results, vec![done]);
        Some(read)
    }

    /// Scans a large content here and now, which may end in an error.
    pub(super) fn read_and_scan(
        &self,
        entry: LayerEntry,
        content: &mut dyn BufRead,
    ) -> (Done<'l>, io::Result<()>) {
        let mut scanner = self.scanner();
        let room = self.pool.room_for(entry.size);
        let (done, read) = if let Some(mut room) = room {
            let read = append(content, &mut room.bytes, usize::MAX);
            let part = (entry, Content::Copied(0..room.bytes.len()));
            let done = self.scan(&mut scanner, part, &room.bytes);
            (done, read)
        } else {
            prepare(&mut scanner, &entry, entry.size);
            let mut outcome = scan_large(&mut scanner, &entry, content);
            let error = outcome.error.take();
            let done = Done {
                is_left: scanner.has_left(),
                is_unhashed: self.hashes && !outcome.hits.is_empty(),
                ..Done::of(entry, outcome)
            };
            (done, error.map_or(Ok(()), Err))
        };
        self.take_back(scanner);
        (done, read)
    }

    fn work_on(&self, job: Job<'l>, results: &Results<'l>) {
        let mut scanner = self.scanner();
        match job {
            Job::Batch(mut batch) => {
                let _leaves = self.leaves(batch.copies.capacity(), results);
                let parts = std::mem::take(&mut batch.parts);
                let parts = parts.into_iter();
                let done = parts.map(|part| self.scan(&mut scanner, part, &batch.copies));
                self.tell(results, done.collect());
                self.pool.take_back_copies(batch.copies);
            }
            Job::Whole(entry, room) => {
                let _leaves = self.leaves(0, results);
                let room = Room::of(self.pool, room);
                let part = (entry, Content::Copied(0..room.bytes.len()));
                let done = self.scan(&mut scanner, part, &room.bytes);
                self.tell(results, vec![done]);
            }
            Job::Pipe(entry, pipe) => {
                let _leaves = self.leaves(0, results);
                let done = self.scan_piped(&mut scanner, entry, &pipe);
                self.tell(results, vec![done]);
            }
        }
        self.take_back(scanner);
    }

    fn scanner(&self) -> Scanner<'l> {
        let scanner = lock(&self.scanners).pop();
        scanner.unwrap_or_else(|| Scanner::new(self.engine, self.limits))
    }

    fn take_back(&self, scanner: Scanner<'l>) {
        let mut scanners = lock(&self.scanners);
        if scanners.len() < self.idle {
            scanners.push(scanner);
        }
    }

    fn tell(&self, results: &Results<'l>, mut done: Vec<Done<'l>>) {
        done.retain(|done| !done.is_idle());
        self.pool.found.fetch_add(size(&done), Ordering::Relaxed);
        *lock(results) = Some(done);
    }

    fn leaves<'y>(&'y self, size: usize, results: &'y Results<'l>) -> Leaves<'y, 'l> {
        Leaves {
            results,
            waiting: &self.pool.waiting,
            size,
            left: &self.left,
            one_is_done: &self.one_is_done,
        }
    }

    fn scan(
        &self,
        scanner: &mut Scanner<'_>,
        (entry, content): (LayerEntry, Content<'l>),
        copies: &[u8],
    ) -> Done<'l> {
        let mut bytes = match &content {
            Content::Mapped(bytes) => bytes,
            Content::Copied(range) => copies.get(range.clone()).unwrap_or_default(),
        };
        let whole = bytes;
        let twin = self.twins.key(&entry.path, entry.size);
        let twin = twin.filter(|_| whole.len() as u64 == entry.size);
        if twin.is_some_and(|twin| self.twins.is_clean(twin, whole)) {
            return Done::of(entry, Outcome::default());
        }
        prepare(scanner, &entry, whole.len() as u64);
        let is_large = is_large(&entry);
        let is_copied = matches!(content, Content::Copied(_));
        let outcome = match is_large && is_copied {
            true => scan_large(scanner, &entry, &mut bytes),
            false => scanner.scan(&context(&entry), &mut bytes),
        };
        let is_refused = (!is_large && scanner.take_refused()) | scanner.has_left();
        let is_whole = whole.len() as u64 == entry.size;
        let is_hashed = self.hashes && !is_refused && !outcome.hits.is_empty() && is_whole;
        if let Some(twin) = twin.filter(|_| !is_refused && outcome.is_empty()) {
            match self.in_blob(whole) {
                Some(blob) => self.twins.add(twin, blob),
                None => self.twins.add_hash_of(twin, whole),
            }
        }
        Done {
            checksums: (is_hashed && is_copied).then(|| Checksums::of(whole)),
            // What is mapped can be hashed at any time.
            is_unhashed: is_hashed && !is_copied,
            is_left: is_refused && is_large,
            again: (is_refused && !is_large).then(|| match content {
                Content::Mapped(bytes) => Cow::Borrowed(bytes),
                Content::Copied(_) => Cow::Owned(whole.to_vec()),
            }),
            ..Done::of(entry, outcome)
        }
    }

    fn scan_piped(&self, scanner: &mut Scanner<'_>, entry: LayerEntry, pipe: &Pipe) -> Done<'l> {
        let mut outlet = Outlet::new(pipe, self.pool, true, Some(&self.backlog));
        let twin = self.twins.key(&entry.path, entry.size);
        if let Some(twin) = twin.filter(|twin| self.twins.knows(*twin)) {
            outlet.collect();
            let whole = outlet.kept(entry.size);
            if whole.is_some_and(|pieces| self.twins.is_clean_in_pieces(twin, pieces)) {
                return Done::of(entry, Outcome::default());
            }
        }
        prepare(scanner, &entry, entry.size);
        let outcome = scan_large(scanner, &entry, &mut outlet);
        let whole = outlet.kept(entry.size);
        let is_left = scanner.has_left();
        let is_hashed = self.hashes && !outcome.hits.is_empty();
        if let (Some(twin), Some(pieces), true) = (twin, whole, outcome.is_empty() && !is_left) {
            self.twins.add_hash(twin, pieces);
        }
        Done {
            is_left,
            checksums: whole.filter(|_| is_hashed).map(Checksums::of_pieces),
            is_unhashed: is_hashed && whole.is_none(),
            ..Done::of(entry, outcome)
        }
    }

    /// The same bytes as they lie in the blob, if they do.
    pub(super) fn mapped(&self, bytes: &[u8]) -> Option<&'l [u8]> {
        let blob = self.blob?;
        blob.get(blob.range_of(bytes)?)
    }

    /// A handle on these bytes, if they lie in the blob.
    fn in_blob(&self, bytes: &[u8]) -> Option<Blob> {
        self.blob?.part(bytes)
    }

    /// Does the job that waits longest if its results will be these; whether that is so.
    pub(super) fn work_on_this(&self, results: &Results<'l>) -> bool {
        let is_it = |left: &mut Left<'l>| Arc::ptr_eq(&left.results, results);
        let left = lock(&self.waiting).pop_front_if(is_it);
        self.work_on_left(left)
    }

    /// Waits until a job that somebody does is done.
    pub(super) fn wait_for(&self, results: &Results<'l>) {
        let mut left = lock(&self.left);
        // Results are told before their job leaves.
        while *left > 0 && lock(results).is_none() {
            let woken = self.one_is_done.wait(left);
            left = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Readies a scanner for the content of an entry, of which so many bytes come.
fn prepare(scanner: &mut Scanner<'_>, entry: &LayerEntry, length: u64) {
    scanner.grant(is_large(entry).then_some(entry.size));
    scanner.out_of_turn(entry.size);
    scanner.expect(length);
}

/// Scans a large content that does not lie in the map.
fn scan_large(scanner: &mut Scanner<'_>, entry: &LayerEntry, content: &mut dyn BufRead) -> Outcome {
    let is_text = |first| Manner::of(first) == Manner::Text;
    match content.fill_buf().is_ok_and(is_text) {
        true => scanner.scan(&context(entry), content),
        false => scanner.scan(&context(entry), &mut Even::new(content)),
    }
}

/// Scanners that a layer keeps: as many as may work on it, where threads are shared out evenly, and a few more.
fn idle(layers: usize) -> usize {
    2 + rayon::current_num_threads() / layers.max(1)
}

/// A job that is being done; dropped when it is, or when scanning panicked.
struct Leaves<'y, 'l> {
    results: &'y Results<'l>,
    waiting: &'y AtomicUsize,
    size: usize,
    left: &'y Mutex<usize>,
    one_is_done: &'y Condvar,
}

impl Drop for Leaves<'_, '_> {
    fn drop(&mut self) {
        // The walk must come past a job that panicked, to the end where that is told.
        lock(self.results).get_or_insert_default();
        self.waiting.fetch_sub(self.size, Ordering::Relaxed);
        *lock(self.left) -= 1;
        self.one_is_done.notify_all();
    }
}
