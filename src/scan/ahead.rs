//! Contents of a layer that other threads scan while the walk goes on, so that one large layer keeps
//! every core busy. Only contents that a scanner needs no others for come here; what they hold is
//! taken in the order of the entries, so nothing depends on who scanned what, and when. What would spend
//! some of the layer's effort on keys, which has an order, is given back to be scanned in its turn.
//!
//! Contents in a memory map are scanned where they lie; others are copied. The bytes that wait are
//! bounded for all layers together ([`Pool`]): a walker that is far ahead scans itself.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rayon::Scope;

use super::budget;
use crate::archive::Limits;
use crate::content::{Outcome, Scanner};
use crate::detect::{Context, Engine, TextKind};
use crate::image::LayerEntry;
use crate::packages::Checksums;

/// Bytes that wait for a thread, of all layers together.
const MOST_WAITING: usize = 8 << 20;
/// Larger contents that would have to be copied are scanned as they come.
const MOST_COPIED: u64 = 512 << 10;
/// Contents are handed on together: at least so many bytes, or so many of them.
const BATCH: usize = 256 << 10;
const MOST_IN_BATCH: usize = 256;
/// Bytes of copies that a batch has room for, so that none has to grow.
const COPIES: usize = BATCH + MOST_COPIED as usize;
/// What was found and waits for its turn: entries or batches, and their bytes. A walk that has more waits.
const MOST_PENDING: usize = 256;
const MOST_FOUND: usize = 16 << 20;

/// What the layers of a scan share.
#[derive(Default)]
pub(super) struct Pool {
    /// Bytes that wait.
    waiting: AtomicUsize,
    /// Rooms for copies that nobody uses: no more than there were in use at once.
    copies: Mutex<Vec<Vec<u8>>>,
}

/// An entry and what was found in its content.
pub(super) struct Done<'l> {
    pub entry: LayerEntry,
    pub outcome: Outcome,
    /// The content, where it has to be scanned once more, in its turn.
    pub again: Option<Cow<'l, [u8]>>,
    /// Of a content with hits, where they were asked for.
    pub checksums: Option<Checksums>,
}

/// Where a content lies.
enum Content<'l> {
    Mapped(&'l [u8]),
    Copied(Range<usize>),
}

/// Contents that are scanned together.
#[derive(Default)]
struct Batch<'l> {
    parts: Vec<(LayerEntry, Content<'l>)>,
    copies: Vec<u8>,
    size: usize,
}

/// Where the results of a batch will be.
type Results<'l> = Arc<Mutex<Option<Vec<Done<'l>>>>>;

/// What waits to be taken, in the order of the entries.
enum Pending<'l> {
    Now(Box<Done<'l>>),
    Later(Results<'l>),
}

/// What the threads of a layer share.
pub(super) struct Yard<'l> {
    engine: &'l Engine,
    limits: &'l Limits,
    pool: &'l Pool,
    /// All bytes of the layer's blob.
    blob: &'l [u8],
    /// Whether contents with hits are hashed.
    hashes: bool,
    /// Batches that nobody has begun.
    waiting: Mutex<VecDeque<(Batch<'l>, Results<'l>)>>,
    /// Scanners that nobody uses, with the memory that they have.
    scanners: Mutex<Vec<Scanner<'l>>>,
    /// Bytes of results that were not taken.
    found: AtomicUsize,
    /// Batches that are not done.
    left: Mutex<usize>,
    one_is_done: Condvar,
}

/// The walker's side.
pub(super) struct Ahead<'a, 'l> {
    scope: &'a Scope<'l>,
    yard: &'l Yard<'l>,
    batch: Batch<'l>,
    pending: VecDeque<Pending<'l>>,
}

impl<'l> Yard<'l> {
    pub(super) fn new(
        engine: &'l Engine,
        limits: &'l Limits,
        pool: &'l Pool,
        blob: &'l [u8],
        hashes: bool,
    ) -> Self {
        Self {
            engine,
            limits,
            pool,
            blob,
            hashes,
            waiting: Mutex::default(),
            scanners: Mutex::default(),
            found: AtomicUsize::default(),
            left: Mutex::default(),
            one_is_done: Condvar::new(),
        }
    }

    /// Scans the batch that waits longest; whether there was one.
    fn work(&self) -> bool {
        let Some((mut batch, results)) = lock(&self.waiting).pop_front() else {
            return false;
        };
        let _leaves = Leaves {
            waiting: &self.pool.waiting,
            size: batch.size,
            left: &self.left,
            one_is_done: &self.one_is_done,
        };
        let scanner = lock(&self.scanners).pop();
        let fresh = || Scanner::new(self.engine, self.limits).without_effort();
        let mut scanner = scanner.unwrap_or_else(fresh);
        let mut done = Vec::with_capacity(batch.parts.len());
        for (entry, content) in batch.parts {
            let bytes = match &content {
                Content::Mapped(bytes) => bytes,
                Content::Copied(range) => batch.copies.get(range.clone()).unwrap_or_default(),
            };
            let mut done_with = self.scan(&mut scanner, entry, bytes);
            done_with.again = scanner.take_refused().then(|| match content {
                Content::Mapped(bytes) => Cow::Borrowed(bytes),
                Content::Copied(_) => Cow::Owned(bytes.to_vec()),
            });
            done.push(done_with);
        }
        self.found.fetch_add(size(&done), Ordering::Relaxed);
        *lock(&results) = Some(done);
        lock(&self.scanners).push(scanner);
        if batch.copies.capacity() > 0 {
            batch.copies.clear();
            lock(&self.pool.copies).push(batch.copies);
        }
        true
    }

    fn scan(&self, scanner: &mut Scanner<'_>, entry: LayerEntry, bytes: &[u8]) -> Done<'l> {
        scanner.expect(bytes.len() as u64);
        let outcome = scanner.scan(&context(&entry), &mut &bytes[..]);
        let is_whole = bytes.len() as u64 == entry.size;
        let is_hashed = self.hashes && is_whole && !outcome.hits.is_empty();
        Done {
            checksums: is_hashed.then(|| Checksums::of(bytes)),
            again: None,
            outcome,
            entry,
        }
    }

    /// The same bytes as they lie in the blob, if they do.
    fn mapped(&self, bytes: &[u8]) -> Option<&'l [u8]> {
        let start = bytes
            .as_ptr()
            .addr()
            .checked_sub(self.blob.as_ptr().addr())?;
        self.blob.get(start..start.checked_add(bytes.len())?)
    }
}

/// A batch that is being scanned; dropped when it is done, or when scanning it panicked.
struct Leaves<'y> {
    waiting: &'y AtomicUsize,
    size: usize,
    left: &'y Mutex<usize>,
    one_is_done: &'y Condvar,
}

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.size, Ordering::Relaxed);
        *lock(self.left) -= 1;
        self.one_is_done.notify_all();
    }
}

impl<'a, 'l> Ahead<'a, 'l> {
    /// None where there is but one thread.
    pub(super) fn new(scope: &'a Scope<'l>, yard: &'l Yard<'l>) -> Option<Self> {
        (rayon::current_num_threads() > 1).then(|| Self {
            scope,
            yard,
            batch: Batch::default(),
            pending: VecDeque::new(),
        })
    }

    /// Hands on the content of an entry, which is a text; whether it could be. It could not where it is
    /// large and has to be copied.
    pub(super) fn hand_on(
        &mut self,
        entry: &LayerEntry,
        content: &mut dyn BufRead,
    ) -> io::Result<bool> {
        let first = content.fill_buf()?;
        if first.len() as u64 == entry.size
            && let Some(bytes) = self.yard.mapped(first)
        {
            self.add(entry, Content::Mapped(bytes), bytes.len());
            content.consume(bytes.len());
            return Ok(true);
        }
        if entry.size > MOST_COPIED {
            return Ok(false);
        }
        let copies = &mut self.batch.copies;
        if copies.capacity() == 0 {
            copies.reserve_exact(COPIES);
        }
        let start = copies.len();
        let read = copy(content, copies);
        let range = start..copies.len();
        self.add(entry, Content::Copied(range.clone()), range.len());
        read.map(|()| true)
    }

    fn add(&mut self, entry: &LayerEntry, content: Content<'l>, size: usize) {
        self.batch.parts.push((bare(entry), content));
        self.batch.size += size;
        if self.batch.size >= BATCH || self.batch.parts.len() >= MOST_IN_BATCH {
            self.send();
        }
    }

    /// Keeps what an entry came to that was scanned at once, until it is its turn.
    pub(super) fn push(&mut self, entry: &LayerEntry, outcome: Outcome) {
        if outcome.is_empty() {
            return;
        }
        self.send();
        self.yard
            .found
            .fetch_add(size_of_outcome(&outcome), Ordering::Relaxed);
        self.add_pending(Pending::Now(Box::new(Done {
            entry: bare(entry),
            outcome,
            again: None,
            checksums: None,
        })));
    }

    /// What is behind something slow must not pile up.
    fn add_pending(&mut self, pending: Pending<'l>) {
        self.pending.push_back(pending);
        let found = self.yard.found.load(Ordering::Relaxed);
        if self.pending.len() >= MOST_PENDING || found > MOST_FOUND {
            self.wait();
        }
    }

    fn send(&mut self) {
        if self.batch.parts.is_empty() {
            return;
        }
        let yard = self.yard;
        let fresh = Batch {
            copies: lock(&yard.pool.copies).pop().unwrap_or_default(),
            ..Batch::default()
        };
        let batch = std::mem::replace(&mut self.batch, fresh);
        let results = Results::default();
        let pending = Pending::Later(Arc::clone(&results));
        *lock(&yard.left) += 1;
        let waiting = &yard.pool.waiting;
        waiting.fetch_add(batch.size, Ordering::Relaxed);
        lock(&yard.waiting).push_back((batch, results));
        self.scope.spawn(move |_| {
            yard.work();
        });
        while waiting.load(Ordering::Relaxed) > MOST_WAITING && yard.work() {}
        self.add_pending(pending);
    }

    /// The entries whose turn it is, as far as they are done.
    pub(super) fn ready(&mut self) -> Option<Vec<Done<'l>>> {
        let done = match self.pending.pop_front()? {
            Pending::Now(done) => vec![*done],
            Pending::Later(results) => match lock(&results).take() {
                Some(done) => done,
                None => {
                    self.pending
                        .push_front(Pending::Later(Arc::clone(&results)));
                    return None;
                }
            },
        };
        self.yard.found.fetch_sub(size(&done), Ordering::Relaxed);
        Some(done)
    }

    /// Waits until all that was handed on is done.
    pub(super) fn wait(&mut self) {
        self.send();
        while self.yard.work() {}
        let mut left = lock(&self.yard.left);
        while *left > 0 {
            let woken = self.yard.one_is_done.wait(left);
            left = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn copy(content: &mut dyn BufRead, copies: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let bytes = content.fill_buf()?;
        if bytes.is_empty() {
            return Ok(());
        }
        copies.extend_from_slice(bytes);
        let length = bytes.len();
        content.consume(length);
    }
}

/// Bytes that results take.
fn size(done: &[Done<'_>]) -> usize {
    let again = |done: &Done<'_>| match &done.again {
        Some(Cow::Owned(bytes)) => bytes.len(),
        _ => 0,
    };
    let sizes = done
        .iter()
        .map(|done| size_of_outcome(&done.outcome) + again(done));
    sizes.sum()
}

fn size_of_outcome(outcome: &Outcome) -> usize {
    let hits = outcome.hits.iter().map(|hit| budget::size_of(&hit.matched));
    let observed = outcome.observed.iter().map(|(_, observed)| observed.size());
    hits.chain(observed).sum()
}

/// What a scanner is told of the content of an entry.
pub(super) fn context(entry: &LayerEntry) -> Context<'_> {
    Context {
        path: &entry.path,
        kind: TextKind::File,
        label: None,
    }
}

/// What is needed of an entry once its names and records, which may be long, were looked at.
pub(super) fn bare(entry: &LayerEntry) -> LayerEntry {
    LayerEntry {
        path: entry.path.clone(),
        raw_name: Vec::new(),
        link: None,
        whiteout: None,
        sparse: None,
        records: Vec::new(),
        ..*entry
    }
}

/// Nothing is changed in steps under these locks, so what a panic leaves is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
