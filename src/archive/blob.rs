//! A cheap handle on bytes of an archive: a range of a shared memory map, or of memory.

#![allow(unsafe_code)] // the memory map, see `Blob::map`

use std::fs::File;
use std::ops::{Deref, Range};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use memmap2::Mmap;
#[cfg(unix)]
use memmap2::{Advice, UncheckedAdvice};

use super::cut::Watch;
use super::origin::Origin;
use crate::error::{Error, Result};

/// A multiple of every machine's pages, so that no page is let go of in part.
#[cfg(unix)]
const PAGES: usize = 64 << 10;

/// Bytes that stay readable as long as the handle lives. Cloning shares them.
#[derive(Clone)]
pub struct Blob {
    storage: Arc<Storage>,
    range: Range<usize>,
}

/// Equal keys of living blobs mean the same bytes.
pub type BlobKey = (usize, usize, usize);

enum Storage {
    /// The watch goes before its map.
    Map(Watch, Mmap, Option<Origin>),
    Memory(Vec<u8>),
}

impl Blob {
    /// Maps a whole file. `path` is only for the error.
    pub fn map(file: &File, path: &Path) -> Result<Self> {
        // SAFETY: a map is unsound only where another process changes or truncates the file while
        // it is read. The bytes are treated as hostile anyway: no invariant of ours rests on two
        // reads agreeing, every index into them is checked, and they are never read as `str`
        // without a check on the same borrowed bytes. What becomes of reads behind a new end, `cut` says.
        let map = unsafe { Mmap::map(file) }.map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        let range = 0..map.len();
        Ok(Self {
            storage: Arc::new(Storage::Map(Watch::on(&map), map, Origin::of(file))),
            range,
        })
    }

    /// Whether nobody wrote to the mapped file since, as far as its times tell.
    pub fn is_unchanged(&self) -> bool {
        match &*self.storage {
            Storage::Map(.., origin) => origin.as_ref().is_some_and(Origin::is_unchanged),
            Storage::Memory(_) => true,
        }
    }

    /// A name that these bytes of their file keep from run to run as long as nobody writes to it; `None` where
    /// that cannot be told. The scan began so long since 1970.
    pub(crate) fn lasting_name(&self, begin: Duration) -> Option<String> {
        match &*self.storage {
            Storage::Map(.., origin) => {
                let file = origin.as_ref()?.lasting_name(begin)?;
                Some(format!("{file} {:?}", self.range))
            }
            Storage::Memory(_) => None,
        }
    }

    /// Takes bytes from memory.
    pub fn from_vec(bytes: Vec<u8>) -> Self {
        let range = 0..bytes.len();
        Self {
            storage: Arc::new(Storage::Memory(bytes)),
            range,
        }
    }

    /// A part of this blob, sharing its storage; `None` when `range` does not lie inside.
    pub fn slice(&self, range: Range<u64>) -> Option<Self> {
        let start = self
            .range
            .start
            .checked_add(usize::try_from(range.start).ok()?)?;
        let end = self
            .range
            .start
            .checked_add(usize::try_from(range.end).ok()?)?;
        (start <= end && end <= self.range.end).then(|| Self {
            storage: Arc::clone(&self.storage),
            range: start..end,
        })
    }

    /// Where these very bytes lie, if they are part of this blob.
    pub(crate) fn range_of(&self, bytes: &[u8]) -> Option<Range<usize>> {
        let start = bytes.as_ptr().addr().checked_sub(self.as_ptr().addr())?;
        let end = start.checked_add(bytes.len())?;
        (end <= self.len()).then_some(start..end)
    }

    /// The handle on these very bytes, if they are part of this blob.
    pub(crate) fn part(&self, bytes: &[u8]) -> Option<Self> {
        let Range { start, end } = self.range_of(bytes)?;
        self.slice(start as u64..end as u64)
    }

    /// Names these very bytes of this very storage, for as long as the handle lives.
    pub fn key(&self) -> BlobKey {
        (
            Arc::as_ptr(&self.storage).addr(),
            self.range.start,
            self.range.end,
        )
    }

    /// Whether some of these bytes were lost since: their file was cut, and they read as zeros. Without
    /// [`outlive`](super::outlive), reading them ends the program.
    pub fn is_cut(&self) -> bool {
        match &*self.storage {
            Storage::Map(watch, ..) => watch.lost().is_some_and(|lost| lost < self.range.end),
            Storage::Memory(_) => false,
        }
    }

    /// Lets go of the memory in which a part of the map is held; whoever reads there again gets the same bytes.
    pub(crate) fn release(&self, range: Range<u64>) {
        #[cfg(unix)]
        if let (Storage::Map(_, map, _), Some(part)) = (&*self.storage, self.slice(range)) {
            let Range { start, end } = part.range;
            let (start, end) = (start.next_multiple_of(PAGES), end / PAGES * PAGES);
            // SAFETY: the map is of a file and is never written to, so that pages which are let go are
            // read from the file again; what other processes do to the file, `map` speaks of. What
            // cannot be let go stays.
            let _ = (start < end).then(|| unsafe {
                map.unchecked_advise_range(UncheckedAdvice::DontNeed, start, end - start)
            });
        }
    }

    /// Has a part of the map read before it is needed.
    pub(crate) fn will_need(&self, range: Range<u64>) {
        #[cfg(unix)]
        if let (Storage::Map(_, map, _), Some(part)) = (&*self.storage, self.slice(range)) {
            // Advice alone: what is not read ahead is read when it is needed.
            let _ = map.advise_range(Advice::WillNeed, part.range.start, part.len());
        }
    }

    /// Start of these bytes in their storage: the offset in the outer archive.
    pub fn offset(&self) -> u64 {
        self.range.start as u64
    }
}

impl Deref for Blob {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &*self.storage {
            Storage::Map(_, map, _) => &map[self.range.clone()],
            Storage::Memory(bytes) => &bytes[self.range.clone()],
        }
    }
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({} bytes)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_lie_in_a_blob_only_as_a_whole_and_in_its_own_memory() {
        let blob = Blob::from_vec(b"0123456789".to_vec());
        let middle = blob.slice(2..8).unwrap();
        assert_eq!(middle.range_of(&blob[3..5]), Some(1..3));
        assert_eq!(
            middle.part(&blob[3..5]).unwrap().key(),
            blob.slice(3..5).unwrap().key()
        );
        for other in [&blob[1..3], &blob[7..9], b"23"] {
            assert_eq!(middle.range_of(other), None);
        }
    }

    #[test]
    fn a_slice_outside_the_blob_is_none_whatever_the_numbers() {
        let blob = Blob::from_vec(b"0123456789".to_vec());
        let middle = blob.slice(2..8).unwrap();
        assert_eq!(&middle[..], b"234567");
        assert_eq!(&middle.slice(1..3).unwrap()[..], b"34");
        #[allow(clippy::reversed_empty_ranges)]
        let reversed = 3..2;
        for bad in [0..7, 6..7, reversed, u64::MAX - 1..u64::MAX, 0..u64::MAX] {
            assert!(middle.slice(bad.clone()).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_mapped_file_reads_as_the_file_does() {
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, b"mapped").unwrap();
        let blob = Blob::map(&file, Path::new("test")).unwrap();
        assert_eq!(&blob[..], b"mapped");
    }

    #[test]
    fn what_was_let_go_of_reads_as_before() {
        let bytes: Vec<u8> = (0..=250).cycle().take(1 << 20).collect();
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &bytes).unwrap();
        let blob = Blob::map(&file, Path::new("test")).unwrap();
        let part = blob.slice(5..1 << 19).unwrap();
        assert_eq!(&part[..], &bytes[5..1 << 19]);
        part.release(0..part.len() as u64);
        part.will_need(0..part.len() as u64);
        // Outside of the part, and of memory: nothing.
        part.release(0..1 << 20);
        Blob::from_vec(bytes.clone()).release(0..1 << 20);
        assert!(blob[..] == bytes);
    }
}
