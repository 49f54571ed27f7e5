//! Contents of a layer that other threads scan while the walk goes on, so that one large layer keeps
//! every core busy. Only contents that a scanner needs no others for come here; what they hold is
//! taken in the order of the entries, so nothing depends on who scanned what, and when. What would spend
//! some of the layer's effort on keys, which has an order, is given back to be scanned in its turn, as is an
//! archive that gives very much or holds a part of a git repository; a large one is read from the layer once more
//! instead, at its end. Large contents have an effort of their own.
//!
//! Contents in a memory map are scanned where they lie. Of others, small ones are copied, many into one
//! batch, and large ones go through a [`pipe`](Pipe). The bytes that wait are bounded for all layers
//! together ([`Pool`]): a walker that is far ahead scans itself.

mod even;
mod hand_on;
mod pipe;
mod pool;
mod yard;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, BufRead, ErrorKind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::Scope;

use self::yard::{Batch, Job, Results};
use super::budget;
use crate::archive::Backlog;
use crate::content::Outcome;
use crate::detect::{Context, TextKind};
use crate::error::Warning;
use crate::image::LayerEntry;
use crate::packages::Checksums;

pub(super) use self::pool::{Pool, Share};
pub(super) use self::yard::Yard;

/// Bytes of copies that wait for a thread, of all layers together.
const MOST_WAITING: usize = 8 << 20;
/// Larger contents have an effort of their own, and go through a pipe where they have to be copied.
const LARGE: u64 = 512 << 10;
/// Contents are handed on together: at least so many bytes, or so many of them.
const BATCH: usize = 128 << 10;
const MOST_IN_BATCH: usize = 256;
/// What was found and waits for its turn: entries or batches of a layer, and bytes of all layers together. A walk
/// that has more waits.
const MOST_PENDING: usize = 256;
const MOST_FOUND: usize = 8 << 20;

/// An entry and what was found in its content.
pub(super) struct Done<'l> {
    pub entry: LayerEntry,
    pub outcome: Outcome,
    /// The content, where it has to be scanned once more, in its turn.
    pub again: Option<Cow<'l, [u8]>>,
    /// Whether a large one has to be, of which nobody may have kept a copy.
    pub is_left: bool,
    /// Of a content with hits, where they were asked for.
    pub checksums: Option<Checksums>,
    /// Whether they have to be taken from the layer once more, if at all.
    pub is_unhashed: bool,
}

impl Done<'_> {
    fn of(entry: LayerEntry, outcome: Outcome) -> Self {
        Self {
            entry,
            outcome,
            again: None,
            is_left: false,
            checksums: None,
            is_unhashed: false,
        }
    }

    /// Whether nothing has to be done about it.
    fn is_idle(&self) -> bool {
        self.outcome.is_empty() && self.again.is_none() && !self.is_left
    }
}

/// What waits to be taken, in the order of the entries.
enum Pending<'l> {
    Now(Box<Done<'l>>),
    Later(Results<'l>),
}

/// The walker's side.
pub(super) struct Ahead<'a, 'l> {
    scope: &'a Scope<'l>,
    yard: &'l Yard<'l>,
    batch: Batch<'l>,
    pending: VecDeque<Pending<'l>>,
    /// Bytes that may come out of the archives that were handed on.
    unpacked: u64,
}

impl<'a, 'l> Ahead<'a, 'l> {
    pub(super) fn new(scope: &'a Scope<'l>, yard: &'l Yard<'l>) -> Self {
        Self {
            scope,
            yard,
            batch: Batch::default(),
            pending: VecDeque::new(),
            unpacked: 0,
        }
    }

    /// Where what is unpacked waits to be hashed, once others can do that.
    pub(super) fn backlog(&self) -> &'l Backlog {
        &self.yard.backlog
    }

    /// Whether no other thread comes for what is handed on. As long as each has a layer of its own, what one read
    /// is searched while it is in the memory of its core.
    fn is_alone(&self) -> bool {
        self.yard.pool.unhashed.do_all_walk()
    }

    /// Asks a thread to hash what waits for that.
    pub(super) fn ask_to_hash(&self) {
        let yard = self.yard;
        if !self.is_alone() && yard.backlog.waits() && !yard.is_asked.swap(true, Ordering::Relaxed)
        {
            self.scope.spawn(move |_| {
                yard.is_asked.store(false, Ordering::Relaxed);
                while yard.backlog.work() {}
            });
        }
    }

    /// Keeps what an entry came to that was scanned at once, until it is its turn.
    pub(super) fn push(&mut self, entry: &LayerEntry, outcome: Outcome) {
        if outcome.is_empty() {
            return;
        }
        self.send();
        self.add_done(Done::of(bare(entry), outcome));
    }

    fn add_done(&mut self, done: Done<'l>) {
        if done.is_idle() {
            return;
        }
        let size = size(std::slice::from_ref(&done));
        self.yard.pool.found.fetch_add(size, Ordering::Relaxed);
        self.add_pending(Pending::Now(Box::new(done)));
    }

    fn add_pending(&mut self, pending: Pending<'l>) {
        self.pending.push_back(pending);
        self.wait_if_much_is_pending();
    }

    /// What is behind something slow must not pile up.
    fn wait_if_much_is_pending(&mut self) {
        if self.pending.len() >= MOST_PENDING || self.yard.is_much_found() {
            self.wait_for_first();
        }
    }

    fn send(&mut self) {
        if self.batch.parts.is_empty() {
            return;
        }
        let pool = self.yard.pool;
        let fresh = Batch {
            copies: lock(&pool.copies).pop().unwrap_or_default(),
            ..Batch::default()
        };
        let batch = std::mem::replace(&mut self.batch, fresh);
        // What is mapped takes no memory while it waits; its entries are bounded by `MOST_PENDING` and by the
        // names of a layer, which are searched together and wait for all that came before.
        pool.waiting
            .fetch_add(batch.copies.capacity(), Ordering::Relaxed);
        let opens = batch.has_archive;
        self.leave(Job::Batch(batch), opens);
        let is_much = || pool.waiting.load(Ordering::Relaxed) > MOST_WAITING;
        // However many archives others have opened: what nobody comes for, or is too much, must not lie behind one.
        while (self.is_alone() || is_much()) && self.yard.work_in_turn() {}
        self.wait_if_much_is_pending();
    }

    /// Leaves a job to whoever is free.
    fn leave(&mut self, job: Job<'l>, opens: bool) {
        let yard = self.yard;
        self.pending
            .push_back(Pending::Later(yard.leave(job, opens)));
        if !self.is_alone() {
            // What is not done now, the walk does when it is its turn.
            self.scope.spawn(move |_| {
                let mut has_worked = false;
                // Who refuses to open one more archive does not come again, so who may goes on.
                while !yard.is_much_found() && yard.work_on_next(has_worked) {
                    has_worked = true;
                }
            });
        }
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
        self.yard
            .pool
            .found
            .fetch_sub(size(&done), Ordering::Relaxed);
        Some(done)
    }

    /// Sends what was handed on, and waits until the first of what is pending may be taken; whether there
    /// is any. Meanwhile it does what waits, but not more than there is room for what it finds.
    pub(super) fn wait_for_next(&mut self) -> bool {
        self.send();
        self.wait_for_first();
        !self.pending.is_empty()
    }

    fn wait_for_first(&self) {
        while let Some(Pending::Later(results)) = self.pending.front()
            && lock(results).is_none()
        {
            let is_done = !self.yard.is_much_found() && self.yard.work();
            if !is_done && !self.yard.work_on_this(results) {
                self.yard.wait_for(results);
            }
        }
    }
}

/// Appends what `content` gives, up to so many bytes. To read into room that is not filled would fill it
/// with zeros first.
fn append(content: &mut dyn BufRead, to: &mut Vec<u8>, most: usize) -> io::Result<()> {
    let mut left = most;
    while left > 0 {
        let bytes = match content.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        let length = bytes.len().min(left);
        if length == 0 {
            break;
        }
        to.extend_from_slice(&bytes[..length]);
        content.consume(length);
        left -= length;
    }
    Ok(())
}

/// Whether the content of an entry is large.
pub(super) fn is_large(entry: &LayerEntry) -> bool {
    entry.size > LARGE
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
    let warnings = outcome.warnings.iter().map(Warning::size);
    hits.chain(observed).chain(warnings).sum()
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
