//! The walk over a tar, header by header, to the last byte of the stream.

use std::io::{self, BufRead, Read};

use super::body::Body;
use super::entry::{EntryKind, TarEntry};
use super::header::{Block, Dialect};
use super::pending::{Pending, until_nul};
use super::slack::Collector;
use super::sparse::{self, Extension, Sparse};
use super::{BLOCK, Slack, TarError, is_tar};
use crate::archive::peek::Peek;
use crate::archive::{LimitHit, Limits, unsupported};

/// Reads entries one after the other. A `&[u8]` as input is never copied: the content of an entry
/// is one slice, and skipping it costs nothing.
pub struct TarReader<'a> {
    body: Body<'a>,
    padding: u64,
    slack: Collector,
    /// No entry came since the last zero block.
    after_end: bool,
    /// A zero block was passed.
    has_ended: bool,
    finished: bool,
}

/// What a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// It has no bytes, which is a tar without entries.
    Empty,
    /// A tar.
    Tar,
    /// No tar; with the name of a compression that cannot be read, where it is one.
    Other(Option<&'static str>),
}

impl<'a> TarReader<'a> {
    /// Walks `input` from where it stands. The content of an entry is not held to
    /// [`Limits::entry_size`]: nothing is stored here, so that is the reader's choice.
    pub fn new(input: Box<dyn BufRead + 'a>) -> Self {
        Self {
            body: Body {
                input: Peek::new(input),
                remaining: 0,
                failure: None,
            },
            padding: 0,
            slack: Collector::default(),
            after_end: false,
            has_ended: false,
            finished: false,
        }
    }

    /// The next entry, whatever is left of the content of the previous one. `None` stands at the
    /// end of the *stream*, not at the end marker, and after an error.
    pub fn next_entry(&mut self) -> Result<Option<TarEntry>, TarError> {
        if self.finished {
            return Ok(None);
        }
        let entry = self.advance();
        if !matches!(entry, Ok(Some(_))) {
            self.finished = true;
            self.body.remaining = 0;
            self.slack.end_tail();
        }
        entry
    }

    /// The current entry's content as stored. It never fails: where it ends early, the next call
    /// of [`next_entry`](Self::next_entry) says why.
    pub fn content(&mut self) -> &mut dyn BufRead {
        &mut self.body
    }

    /// Gives up the walk: what is left of the stream, from the byte at which it stands. It never
    /// fails either; [`failure`](Self::failure) says why it ended.
    pub fn rest(&mut self) -> &mut dyn BufRead {
        self.finished = true;
        self.body.remaining = u64::MAX;
        &mut self.body
    }

    /// Why [`rest`](Self::rest) ended before the end of the stream.
    pub fn failure(&mut self) -> Option<TarError> {
        let offset = self.position();
        let source = self.body.failure.take()?;
        Some(TarError::Read { offset, source })
    }

    /// What the stream begins with, before the first entry is asked for.
    pub fn probe(&mut self) -> io::Result<Probe> {
        let head = self.body.input.peek(2 * BLOCK)?;
        Ok(match head {
            [] => Probe::Empty,
            head if is_tar(head) => Probe::Tar,
            head => Probe::Other(unsupported(head)),
        })
    }

    /// Bytes of the tar consumed so far.
    pub fn position(&self) -> u64 {
        self.body.input.position()
    }

    /// What was found outside of entries since the last call.
    pub fn take_slack(&mut self) -> Vec<Slack> {
        self.slack.take()
    }

    /// Bytes of slack that were not kept, because there was too much of it at once.
    pub fn lost_slack(&self) -> u64 {
        self.slack.lost()
    }

    fn advance(&mut self) -> Result<Option<TarEntry>, TarError> {
        self.finish_content()?;
        let mut pending = Pending::default();
        loop {
            let expected = self.position();
            let Some(block) = self.next_header()? else {
                pending.into_slack(&mut self.slack);
                return Ok(None);
            };
            let offset = self.position() - BLOCK as u64;
            if offset != expected {
                std::mem::take(&mut pending).into_slack(&mut self.slack);
            }
            block.unused(|at, bytes| self.slack.add(offset + at as u64, bytes));
            pending.start.get_or_insert(offset);
            match block.flag() {
                b'x' | b'g' | b'L' | b'K' => self.extend(&mut pending, &block, offset)?,
                _ => return self.entry(pending, &block, offset).map(Some),
            }
        }
    }

    /// Passes over what is left of the content and its padding.
    fn finish_content(&mut self) -> Result<(), TarError> {
        let whole = self.body.skip_rest();
        let offset = self.position();
        if !whole.map_err(|source| TarError::Read { offset, source })? {
            let missing = self.body.remaining;
            return Err(TarError::Truncated { offset, missing });
        }
        let padding = std::mem::take(&mut self.padding);
        if padding == 0 {
            return Ok(());
        }
        let bytes = self
            .body
            .input
            .peek(padding as usize)
            .map_err(|source| TarError::Read { offset, source })?;
        let taken = bytes.len();
        self.slack.add(offset, bytes);
        self.body.input.consume(taken);
        Ok(())
    }

    /// The next block that is a header. Zero blocks are passed over; once there was one, blocks
    /// that are no header are slack.
    fn next_header(&mut self) -> Result<Option<Block>, TarError> {
        loop {
            let offset = self.position();
            let read = |source| TarError::Read { offset, source };
            let bytes = self.body.input.peek(BLOCK).map_err(read)?;
            let Some(block) = bytes.first_chunk::<BLOCK>() else {
                return self.end(offset);
            };
            let block = Block(*block);
            if block.is_zero() {
                self.after_end = true;
                self.has_ended = true;
                self.slack.end_tail();
            } else if block.checksum_fits() {
                self.after_end = false;
                self.slack.end_tail();
                self.body.input.consume(BLOCK);
                return Ok(Some(block));
            } else if self.after_end {
                self.slack.add_tail(offset, &block.0);
            } else {
                let reason = "no header (wrong checksum)";
                return Err(TarError::Broken { offset, reason });
            }
            self.body.input.consume(BLOCK);
        }
    }

    /// Less than a block is left.
    fn end(&mut self, offset: u64) -> Result<Option<Block>, TarError> {
        let read = |source| TarError::Read { offset, source };
        let bytes = self.body.input.peek(BLOCK).map_err(read)?.to_vec();
        self.body.input.consume(bytes.len());
        self.slack.add_tail(offset, &bytes);
        let offset = self.position();
        let read = |source| TarError::Read { offset, source };
        self.body.input.fill_buf().map_err(read)?;
        if self.after_end || bytes.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let missing = (BLOCK - bytes.len()) as u64;
        Err(TarError::Truncated { offset, missing })
    }

    /// Takes an extension header's content.
    fn extend(&mut self, to: &mut Pending, block: &Block, offset: u64) -> Result<(), TarError> {
        let broken = |reason| TarError::Broken { offset, reason };
        let size = block.size().map_err(broken)?;
        let names = to.note_names(block, offset);
        to.length = to.length.saturating_add(size).saturating_add(names);
        if to.length > Limits::TAR_RECORD_SIZE {
            let hit = LimitHit::Record(Limits::TAR_RECORD_SIZE);
            return Err(TarError::Limit { offset, hit });
        }
        let start = self.position();
        self.begin_content(size);
        let mut bytes = Vec::new();
        let read = |source: io::Error| TarError::Read { offset, source };
        self.body.read_to_end(&mut bytes).map_err(read)?;
        if let Err(error) = self.finish_content() {
            self.slack.add(start, &bytes);
            return Err(error);
        }
        if matches!(block.flag(), b'L' | b'K') {
            let used = until_nul(&bytes).len();
            let rest = bytes.get(used..).unwrap_or_default();
            self.slack.add(start + used as u64, rest);
        }
        let taken = to.take(block.flag(), &bytes);
        to.raw.push((start, bytes));
        if let Err(reason) = taken {
            std::mem::take(to).into_slack(&mut self.slack);
            return Err(TarError::Broken { offset, reason });
        }
        Ok(())
    }

    /// The entry that `block` and the extension headers before it describe.
    fn entry(
        &mut self,
        mut pending: Pending,
        block: &Block,
        offset: u64,
    ) -> Result<TarEntry, TarError> {
        let broken = |reason| TarError::Broken { offset, reason };
        let (path, link) = (pending.path(block), pending.link(block));
        let over = std::mem::take(&mut pending.overrides);
        let kind = EntryKind::from_flag(block.flag(), &path);
        let declared = over.size.map_or_else(|| block.size(), Ok);
        let sparse = match block.flag() == b'S' && block.dialect() == Dialect::Gnu {
            true => Some(self.sparse_map(block, offset)?),
            false => over.sparse,
        };
        let size = if kind.is_header_only() {
            self.size_of_header_only(declared.unwrap_or(0))?
        } else {
            declared.map_err(broken)?
        };
        let content_offset = self.position();
        if content_offset.checked_add(size).is_none() {
            return Err(broken("header with an impossible size"));
        }
        self.begin_content(size);
        pending.keep_owners(block);
        pending.keep_names(block, &path);
        let is_link = matches!(kind, EntryKind::HardLink | EntryKind::Symlink);
        if !is_link && !link.is_empty() && !pending.has(b"linkpath", &link) {
            pending.keep(b"header.linkpath", Some(link.clone()));
        }
        Ok(TarEntry {
            offset: pending.start.unwrap_or(offset),
            content_offset,
            path,
            kind,
            link: is_link.then_some(link),
            mode: block.mode(),
            uid: over.uid.unwrap_or_else(|| block.uid()),
            gid: over.gid.unwrap_or_else(|| block.gid()),
            mtime: over.mtime.unwrap_or_else(|| block.mtime()),
            size,
            sparse,
            behind_end: self.has_ended,
            records: pending.records,
        })
    }

    /// Links and directories have no content, and their size field means nothing to those who
    /// extract. Some writers store content after them all the same: then what follows is neither
    /// a header nor an end, and passing over it keeps the walk in step.
    fn size_of_header_only(&mut self, declared: u64) -> Result<u64, TarError> {
        if declared == 0 {
            return Ok(0);
        }
        let offset = self.position();
        let next = self.body.input.peek(BLOCK);
        let next = next.map_err(|source| TarError::Read { offset, source })?;
        let has_content = match next.first_chunk::<BLOCK>() {
            Some(block) => {
                let block = Block(*block);
                !block.is_zero() && !block.checksum_fits()
            }
            None => next.iter().any(|byte| *byte != 0),
        };
        Ok(if has_content { declared } else { 0 })
    }

    fn sparse_map(&mut self, block: &Block, offset: u64) -> Result<Sparse, TarError> {
        match sparse::old(block, &mut self.body.input, &mut self.slack) {
            Ok(Extension::Passed(sparse)) => Ok(sparse),
            Ok(Extension::CutOff) => Err(TarError::Truncated {
                offset: self.position(),
                missing: BLOCK as u64,
            }),
            Ok(Extension::TooLarge) => Err(TarError::Limit {
                offset,
                hit: LimitHit::Record(Limits::TAR_RECORD_SIZE),
            }),
            Err(source) => Err(TarError::Read { offset, source }),
        }
    }

    fn begin_content(&mut self, size: u64) {
        let block = BLOCK as u64;
        self.body.remaining = size;
        self.padding = (block - size % block) % block;
    }
}
