//! What has to go where a cache is larger than it may be.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::folder::{Cache, UNFINISHED, Usage, remove};

/// How long a file that is not whole yet is left to the program that writes it.
const WRITING: Duration = Duration::from_secs(3600);
/// A program looks at what others wrote when it wrote this part of the limit itself.
const LOOKS: u64 = 16;

/// What a program knows of the bytes in the folder.
#[derive(Debug)]
pub(super) struct Known {
    /// How many there are, but for what others wrote since.
    used: u64,
    /// How many of them it wrote since it looked.
    since: u64,
}

/// Removes the files that were of no use for longest, where `bytes` more were written. The folder is looked
/// through at the first entry, and again when there may be too many, or others may have written as many.
pub(super) fn make(cache: &Cache, known: &Mutex<Option<Known>>, bytes: u64) -> io::Result<()> {
    let limit = cache.limit();
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.as_mut() {
        known.used += bytes;
        known.since += bytes;
        if known.used <= limit && known.since <= limit / LOOKS {
            return Ok(());
        }
    }
    let mut files = cache.files()?;
    let mut used = Usage::of(&files).bytes;
    files.sort();
    for (time, size, path) in files {
        if used <= limit {
            break;
        }
        if !is_being_written(&path, time, cache.begin()) {
            remove(&path)?;
            used -= size;
        }
    }
    *known = Some(Known { used, since: 0 });
    Ok(())
}

/// Whether another program may be about to finish this file, which was written at `time`, for a scan that
/// began at `begin`.
fn is_being_written(path: &Path, time: Option<Duration>, begin: Option<Duration>) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let is_young = |(time, begin): (Duration, Duration)| time.saturating_add(WRITING) > begin;
    name.starts_with(UNFINISHED.as_bytes()) && time.zip(begin).is_some_and(is_young)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;

    fn name(digit: char) -> String {
        digit.to_string().repeat(64)
    }

    fn age(path: &Path, seconds: u64) {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        let then = SystemTime::now() - Duration::from_secs(seconds);
        file.set_modified(then).unwrap();
    }

    #[test]
    fn what_another_program_is_writing_is_left_to_it_and_what_it_wrote_counts() {
        let scratch = tempfile::tempdir().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let cache = Cache::at(scratch.path(), 30).beginning(now);
        let [young, old] = ["new-young", "new-old"].map(|name| scratch.path().join(name));
        let write = |path: &Path, bytes: usize| fs::write(path, vec![b'R'; bytes]).unwrap();
        write(&young, 20);
        write(&old, 20);
        age(&old, 2 * WRITING.as_secs());
        cache.write(&name('1'), b"R12345678");
        assert!(young.exists() && !old.exists());
        // Behind the back of the program, which wrote little since it looked.
        write(&scratch.path().join(name('2')), 25);
        age(&cache.folder().join(name('2')), 100);
        cache.write(&name('3'), b"R");
        assert!(cache.find(&name('2')).is_some());
        cache.write(&name('4'), b"R");
        assert!(cache.find(&name('2')).is_none());
        assert_eq!(cache.trouble(), None);
    }
}
