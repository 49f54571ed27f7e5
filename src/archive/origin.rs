//! The file behind a map: how it was when it was mapped, and whether it still is.

use std::fs::File;
use std::time::Duration;

/// How many whole seconds before a scan began a file must have been left alone, so that its times tell whatever is
/// written later: some file systems count no less.
const AT_REST: u64 = 2;

/// A mapped file, and how it was when it was mapped.
pub(super) struct Origin {
    file: File,
    stamp: Stamp,
}

/// What the system says of a file that changes with its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    /// The file system and the number in it.
    number: (u64, u64),
    length: u64,
    /// When its bytes and when anything of it was last changed: seconds since 1970, and nanoseconds.
    bytes_changed: (i64, i64),
    changed: (i64, i64),
}

impl Origin {
    pub(super) fn of(file: &File) -> Option<Self> {
        let file = file.try_clone().ok()?;
        let stamp = Stamp::of(&file)?;
        Some(Self { file, stamp })
    }

    /// Whether nobody wrote to it since, as far as its times tell.
    pub(super) fn is_unchanged(&self) -> bool {
        Stamp::of(&self.file) == Some(self.stamp)
    }

    /// A name that the file keeps from run to run as long as nobody writes to it; `None` where its file system
    /// does not tell, or it was written to just before `begin`, when the scan began: so long since 1970.
    pub(super) fn lasting_name(&self, begin: Duration) -> Option<String> {
        let is_told = self.stamp.is_at_rest(begin) && has_own_clock(&self.file);
        is_told.then(|| format!("{:?}", self.stamp))
    }
}

impl Stamp {
    #[cfg(unix)]
    fn of(file: &File) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let of = file.metadata().ok()?;
        Some(Self {
            number: (of.dev(), of.ino()),
            length: of.len(),
            bytes_changed: (of.mtime(), of.mtime_nsec()),
            changed: (of.ctime(), of.ctime_nsec()),
        })
    }

    #[cfg(not(unix))]
    fn of(_: &File) -> Option<Self> {
        None
    }

    fn is_at_rest(&self, begin: Duration) -> bool {
        let changed = u64::try_from(self.changed.0).unwrap_or_default();
        // The nanoseconds count as a second.
        let rest = begin.as_secs().checked_sub(changed.saturating_add(1));
        rest.is_some_and(|rest| rest >= AT_REST)
    }
}

/// Whether the times of a file are those of this machine's kernel, and change with whatever is written. Servers,
/// programs that play a file system, and what lies over another file system give others; tmpfs does not look at what
/// is written through a map.
#[cfg(target_os = "linux")]
fn has_own_clock(file: &File) -> bool {
    /// Magic numbers of statfs(2): ext2 to ext4, XFS, Btrfs, F2FS, ZFS and bcachefs.
    const OWN: [u32; 6] = [
        0xef53,
        0x5846_5342,
        0x9123_683e,
        0xf2f5_2010,
        0x2fc1_2fc1,
        0xca45_1a4e,
    ];
    rustix::fs::fstatfs(file).is_ok_and(|of| OWN.contains(&(of.f_type as u32)))
}

#[cfg(not(target_os = "linux"))]
fn has_own_clock(_: &File) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Seek as _, Write as _};
    use std::time::UNIX_EPOCH;

    use super::*;

    fn file() -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"bytes").unwrap();
        file
    }

    #[test]
    fn a_file_that_was_just_written_has_no_lasting_name() {
        let origin = Origin::of(&file()).unwrap();
        let written = origin.stamp.changed.0 as u64;
        let name = |rest: u64| origin.lasting_name(Duration::from_secs(written + rest));
        assert_eq!(name(AT_REST), None);
        // Where a test runs there may be any file system.
        assert_eq!(name(AT_REST + 1).is_some(), has_own_clock(&origin.file));
        // A clock that was set back says nothing.
        assert_eq!(origin.lasting_name(Duration::from_secs(written - 99)), None);
    }

    #[test]
    fn not_every_file_system_is_believed() {
        for other in [
            "/proc/self/status",
            "/sys/kernel/mm/transparent_hugepage/enabled",
        ] {
            let known = File::open(other).is_ok_and(|file| has_own_clock(&file));
            assert!(!known, "{other}");
        }
    }

    #[test]
    fn the_stamp_is_another_once_the_file_was_written_to_and_for_another_file() {
        let mut file = file();
        if !has_own_clock(&file) {
            return;
        }
        let origin = Origin::of(&file).unwrap();
        assert!(origin.is_unchanged());
        assert_ne!(Stamp::of(&self::file()), Some(origin.stamp));
        let (seconds, nanoseconds) = origin.stamp.bytes_changed;
        let then = Duration::new(seconds as u64, nanoseconds as u32);
        // As many bytes, and the time of the change of its bytes as it was. The clock ticks a few hundred times a
        // second.
        while origin.is_unchanged() {
            file.rewind().unwrap();
            file.write_all(b"BYTES").unwrap();
            file.set_modified(UNIX_EPOCH + then).unwrap();
        }
        let now = Stamp::of(&file).unwrap();
        assert_eq!(now.bytes_changed, origin.stamp.bytes_changed);
        assert_ne!(now.changed, origin.stamp.changed);
    }
}
