//! How contents come to those that scan them: where they lie, in a copy, or in pieces through a pipe.

use std::io::{self, BufRead};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::pipe::Pipe;
use super::pool::{Pool, Room};
use super::yard::{Content, Job};
use super::{Ahead, BATCH, MOST_IN_BATCH, MOST_WAITING, append, bare, is_large};
use crate::content::{self, Manner};
use crate::image::LayerEntry;

impl<'l> Ahead<'_, 'l> {
    /// Whether the content of an entry can be handed on. What may come out of the archives that are is held to
    /// what the layer takes in store. Nothing of this depends on what other threads do.
    pub(in crate::scan) fn takes(&mut self, entry: &LayerEntry, manner: Option<Manner>) -> bool {
        match manner {
            Some(Manner::Text) => true,
            Some(Manner::Git) | None => false,
            Some(Manner::Archive) => {
                let unpacked = self.unpacked.saturating_add(content::share(entry.size));
                let stored = entry.stored.saturating_add(entry.size);
                let limit = self.yard.limits.check_stream(stored, unpacked);
                if limit.is_none() {
                    self.unpacked = unpacked;
                }
                limit.is_none()
            }
        }
    }

    /// Hands on the content of an entry, which it [takes](Self::takes).
    pub(in crate::scan) fn hand_on(
        &mut self,
        entry: &LayerEntry,
        content: &mut dyn BufRead,
        is_archive: bool,
    ) -> io::Result<()> {
        let first = content.fill_buf()?;
        if first.len() as u64 == entry.size
            && let Some(bytes) = self.yard.mapped(first)
        {
            self.add(entry, Content::Mapped(bytes), bytes.len(), is_archive);
            content.consume(bytes.len());
            return Ok(());
        }
        if is_large(entry) {
            return self.hand_on_in_pieces(entry, content, is_archive);
        }
        let size = entry.size as usize;
        if self.batch.copies.len() + size > BATCH {
            self.send();
        }
        let copies = &mut self.batch.copies;
        if copies.capacity() < copies.len() + size {
            copies.reserve_exact(size.max(BATCH));
        }
        let start = copies.len();
        let read = append(content, copies, usize::MAX);
        let range = start..copies.len();
        self.add(
            entry,
            Content::Copied(range.clone()),
            range.len(),
            is_archive,
        );
        read
    }

    fn add(&mut self, entry: &LayerEntry, content: Content<'l>, size: usize, is_archive: bool) {
        self.batch.parts.push((bare(entry), content));
        self.batch.size += size;
        self.batch.has_archive |= is_archive;
        // What comes out of an archive is much, and so may be what is found in it: it is the last of a batch.
        let is_full = self.batch.size >= BATCH || self.batch.parts.len() >= MOST_IN_BATCH;
        if is_full || is_archive {
            self.send();
        }
    }

    fn hand_on_in_pieces(
        &mut self,
        entry: &LayerEntry,
        content: &mut dyn BufRead,
        is_archive: bool,
    ) -> io::Result<()> {
        self.send();
        if self.is_alone() {
            let (done, read) = self.yard.read_and_scan(bare(entry), content);
            self.add_done(done);
            return read;
        }
        if is_archive && let Some(mut room) = self.room_for(entry) {
            let read = append(content, &mut room.bytes, usize::MAX);
            self.leave(Job::Whole(bare(entry), room.put_down()), true);
            self.wait_if_much_is_pending();
            return read;
        }
        let pipe = Arc::new(Pipe::default());
        let closes = Closes(&pipe);
        self.leave(Job::Pipe(bare(entry), Arc::clone(&pipe)), is_archive);
        let read = self.pour(&pipe, content);
        drop(closes);
        let waiting = &self.yard.pool.waiting;
        while waiting.load(Ordering::Relaxed) > MOST_WAITING && self.yard.work() {}
        self.wait_if_much_is_pending();
        read
    }

    /// A room for a large archive: to open one may take far longer than to read it, and the walk goes on meanwhile.
    fn room_for(&self, entry: &LayerEntry) -> Option<Room<'l>> {
        let pool = self.yard.pool;
        let mut room = pool.room_to_wait(entry.size);
        let may_work = || Pool::has_rooms_for(entry.size) && !self.yard.is_much_found();
        while room.is_none() && may_work() && self.yard.work() {
            room = pool.room_to_wait(entry.size);
        }
        room
    }

    /// Puts `content` into the pipe. Where the pipe is full and nobody came to empty it, the content is
    /// scanned here.
    fn pour(&self, pipe: &Arc<Pipe>, content: &mut dyn BufRead) -> io::Result<()> {
        while pipe.fill(content, self.yard.pool)? {
            if !pipe.is_full(self.yard.pool) {
                continue;
            }
            if let Some(read) = self.yard.work_on_pipe(pipe, content) {
                return read;
            }
            while pipe.is_full(self.yard.pool) && self.yard.work() {}
            pipe.wait_for_room(self.yard.pool);
        }
        Ok(())
    }
}

/// Closes a pipe whatever becomes of the walk: its reader must not wait for more.
struct Closes<'p>(&'p Pipe);

impl Drop for Closes<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
