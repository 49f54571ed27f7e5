//! How many files of a folder are held at once: a process has so many memory maps and no more, and what lies
//! beside an image may be somebody's whole disk.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use super::{Blob, Member};
use crate::error::{Error, Result, Warning, WarningCode, printable};

/// Files that are mapped: a quarter of the maps that Linux gives a process.
const MAPS: u64 = 1 << 14;
/// Further ones are read into memory, if they are no larger than this,
const SMALL: u64 = 4 << 10;
/// as long as they take no more than this, each with what is kept of it.
const BYTES: u64 = 64 << 20;
const KEPT: u64 = 128;

/// Room for files that are held.
#[derive(Debug)]
pub(in crate::archive) struct Held {
    maps: AtomicU64,
    bytes: AtomicU64,
    is_told: AtomicBool,
}

impl Default for Held {
    fn default() -> Self {
        Self::with(MAPS, BYTES)
    }
}

impl Held {
    fn with(maps: u64, bytes: u64) -> Self {
        Self {
            maps: AtomicU64::new(maps),
            bytes: AtomicU64::new(bytes),
            is_told: AtomicBool::new(false),
        }
    }

    /// The bytes of a file, if there is room for it.
    pub(super) fn hold(&self, file: File, path: &Path) -> Result<Option<Blob>> {
        if take(&self.maps, 1) {
            return Blob::map(&file, path).map(Some);
        }
        let read = |source| Error::Read {
            path: path.to_owned(),
            source,
        };
        let size = file.metadata().map_err(read)?.len();
        if size > SMALL || !take(&self.bytes, size + KEPT) {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(size as usize);
        file.take(size).read_to_end(&mut bytes).map_err(read)?;
        Ok(Some(Blob::from_vec(bytes)))
    }

    /// Says once that there is room for no more.
    pub(super) fn refuse(&self, member: &Member) -> Result<Option<Blob>, Warning> {
        if self.is_told.swap(true, Relaxed) {
            return Ok(None);
        }
        let message = format!(
            "the directory has more files than are held at once; {} and others were not scanned",
            printable(&member.raw_name)
        );
        Err(Warning::new(WarningCode::LimitReached, message))
    }
}

fn take(room: &AtomicU64, wanted: u64) -> bool {
    let less = |room: u64| room.checked_sub(wanted);
    room.fetch_update(Relaxed, Relaxed, less).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::MemberKind;

    #[test]
    fn behind_the_last_map_small_files_are_read_and_then_it_is_said_once_that_no_more_are() {
        let held = Held::with(2, 2 * (KEPT + 5) + KEPT);
        let folder = tempfile::tempdir().unwrap();
        let hold = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            held.hold(File::open(&path).unwrap(), &path).unwrap()
        };
        let large = vec![b'x'; SMALL as usize + 1];
        assert_eq!(&hold("map", &large).unwrap()[..], &large[..]);
        assert_eq!(&hold("map", b"small").unwrap()[..], b"small");
        assert!(hold("too large", &large).is_none());
        assert_eq!(&hold("one", b"small").unwrap()[..], b"small");
        assert_eq!(&hold("other", b"small").unwrap()[..], b"small");
        assert!(hold("no room", b"small").is_none());
        assert_eq!(&hold("empty", b"").unwrap()[..], b"");
        assert!(hold("empty", b"").is_none());
        let member = |name: &str| Member {
            name: name.to_owned(),
            raw_name: name.into(),
            kind: MemberKind::File,
            size: 5,
            behind_end: false,
        };
        let told = held.refuse(&member("no room")).unwrap_err();
        assert_eq!(told.code, WarningCode::LimitReached);
        assert!(told.message.contains("no room and others"));
        assert!(held.refuse(&member("other")).unwrap().is_none());
    }
}
