//! The folder: one file a journal, written beside and renamed, the oldest removed where there are too
//! many.
//!
//! Several programs may use it at once: a file that is gone is one that was never there, and two that
//! write the same one say the same thing. What is not a regular file with a name of ours is left
//! alone, and no link is followed.

use std::fs::{self, DirBuilder, DirEntry, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use super::journal::Recorder;
use super::room::{self, Known};
use super::seal::HEAD;

/// Bytes of the largest file that is read or written.
const LARGEST: u64 = 40 << 20;
/// Of larger ones no two are read at a time.
const LARGE: u64 = 4 << 20;
/// Digits of the name of an entry.
const NAME: usize = 64;
/// What the name of a shortcut ends in.
pub(super) const SHORTCUT: &str = ".key";
/// What the name of a file begins with that is not whole yet.
pub(super) const UNFINISHED: &str = "new-";

/// Where results of layers are kept from run to run. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: Arc<Folder>,
    begin: Option<Duration>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    limit: u64,
    /// The first thing that went wrong.
    trouble: OnceLock<String>,
    /// Once this program wrote something.
    known: Mutex<Option<Known>>,
    /// Bytes of journals that are written.
    writing: Arc<AtomicUsize>,
    /// Held by who reads a large one.
    reading: Mutex<()>,
}

/// A file of the folder.
pub(super) struct Entry<'c> {
    file: File,
    length: u64,
    reading: &'c Mutex<()>,
}

/// Held by who reads a large file, and until what stands in it is used up.
pub(super) type Turn<'c> = Option<MutexGuard<'c, ()>>;

impl<'c> Entry<'c> {
    /// Its bytes, once no other large file is read.
    pub(super) fn read(&self) -> Option<(Vec<u8>, Turn<'c>)> {
        let turn = (self.length > LARGE).then(|| {
            let turn = self.reading.lock();
            turn.unwrap_or_else(PoisonError::into_inner)
        });
        let mut bytes = Vec::new();
        let mut file = (&self.file).take(LARGEST);
        file.read_to_end(&mut bytes).ok()?;
        Some((bytes, turn))
    }

    /// Notes that it was of use: its first byte, which is the same in all, is written once more, so that
    /// the system marks the file as young.
    pub(super) fn touch(mut self) {
        let start = self.file.seek(SeekFrom::Start(0));
        let _ = start.and_then(|_| self.file.write_all(&[HEAD]));
    }
}

/// What a folder holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Layers.
    pub entries: u64,
    /// Their bytes, and those of shortcuts to them.
    pub bytes: u64,
}

impl Cache {
    /// Bytes that a cache may take where nobody says otherwise.
    pub const LIMIT: u64 = 1 << 30;

    /// A cache in `folder`, which is made when the first entry is written, of at most `limit` bytes.
    pub fn at(folder: impl Into<PathBuf>, limit: u64) -> Self {
        Self {
            folder: Arc::new(Folder {
                path: folder.into(),
                limit,
                trouble: OnceLock::new(),
                known: Mutex::default(),
                writing: Arc::default(),
                reading: Mutex::default(),
            }),
            begin: None,
        }
    }

    /// As it is, for scans of archives that are opened at `begin` or later, so long since 1970: files to which nobody
    /// wrote for a while then are recognised without hashing them once more, as long as nobody does.
    #[must_use]
    pub fn beginning(self, begin: Duration) -> Self {
        Self {
            begin: Some(begin),
            ..self
        }
    }

    pub(super) fn begin(&self) -> Option<Duration> {
        self.begin
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder.path
    }

    /// Bytes that it may take.
    pub fn limit(&self) -> u64 {
        self.folder.limit
    }

    /// What it holds; nothing where there is no folder.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn usage(&self) -> io::Result<Usage> {
        let files = self.files()?;
        Ok(Usage::of(&files))
    }

    /// Removes all that it holds, and says what that was.
    ///
    /// # Errors
    /// When the folder cannot be read, or a file of it not be removed.
    pub fn clear(&self) -> io::Result<Usage> {
        let files = self.files()?;
        for (_, _, path) in &files {
            remove(path)?;
        }
        Ok(Usage::of(&files))
    }

    /// Why the last scans could not use it, if they could not. A scan goes on without.
    pub fn trouble(&self) -> Option<&str> {
        self.folder.trouble.get().map(String::as_str)
    }

    /// To write a journal beside others.
    pub(super) fn recorder(&self) -> Recorder {
        Recorder::beside(&self.folder.writing)
    }

    /// An entry, if it is there.
    pub(super) fn find(&self, name: &str) -> Option<Entry<'_>> {
        let path = self.folder.path.join(name);
        // One that cannot be written is just not marked as young.
        let file = open(&path, true).or_else(|_| open(&path, false)).ok()?;
        let metadata = file.metadata().ok()?;
        if !metadata.is_file() || metadata.len() > LARGEST {
            return None;
        }
        Some(Entry {
            file,
            length: metadata.len(),
            reading: &self.folder.reading,
        })
    }

    /// Writes an entry, and makes room for it.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) {
        if bytes.len() as u64 > LARGEST.min(self.folder.limit) {
            return;
        }
        if let Err(error) = self.try_write(name, bytes) {
            let folder = self.folder.path.display();
            let _ = self
                .folder
                .trouble
                .set(format!("cannot write to the cache {folder}: {error}"));
        }
    }

    /// As [`write`](Self::write), where it is no trouble if that fails.
    pub(super) fn try_write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        make(&self.folder.path)?;
        // For its owner only, which is how this crate makes files.
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&self.folder.path)?;
        file.write_all(bytes)?;
        match file.persist(self.folder.path.join(name)) {
            Err(error) if error.error.kind() != io::ErrorKind::NotFound => Err(error.error),
            // Where somebody clears the folder meanwhile, it is cleared of this, too.
            _ => room::make(self, &self.folder.known, bytes.len() as u64),
        }
    }

    /// Every file of ours: when it was of use, its size and its path.
    pub(super) fn files(&self) -> io::Result<Vec<(Option<Duration>, u64, PathBuf)>> {
        let entries = match fs::read_dir(&self.folder.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let ours = entries.filter_map(Result::ok).filter(is_ours);
        // One that is gone meanwhile is none; of a link, this is what the link itself is.
        let files = ours.filter_map(|entry| Some((entry.metadata().ok()?, entry.path())));
        let files = files.filter(|(metadata, _)| metadata.is_file());
        Ok(files
            .map(|(metadata, path)| (written(&metadata), metadata.len(), path))
            .collect())
    }
}

impl Usage {
    pub(super) fn of<T>(files: &[(T, u64, PathBuf)]) -> Self {
        let is_shortcut = |path: &PathBuf| {
            path.as_os_str()
                .as_encoded_bytes()
                .ends_with(SHORTCUT.as_bytes())
        };
        let entries = files.iter().filter(|(.., path)| !is_shortcut(path));
        Self {
            entries: entries.count() as u64,
            bytes: files.iter().map(|(_, size, _)| size).sum(),
        }
    }
}

fn is_ours(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let name = name.to_str().unwrap_or_default();
    let is_hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
    match name.strip_prefix(UNFINISHED) {
        Some(rest) => !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_alphanumeric()),
        None => {
            let digits = name.strip_suffix(SHORTCUT).unwrap_or(name);
            digits.len() == NAME && digits.bytes().all(is_hex)
        }
    }
}

/// When it was written last, so long since 1970.
fn written(metadata: &Metadata) -> Option<Duration> {
    metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Opens a file and no link, and does not wait for what is none.
fn open(path: &Path, writes: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(writes);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK,
    );
    options.open(path)
}

/// Makes the folder, for its owner only.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn name(digit: char) -> String {
        digit.to_string().repeat(NAME)
    }

    fn age(cache: &Cache, digit: char, seconds: u64) {
        let path = cache.folder().join(name(digit));
        let file = OpenOptions::new().write(true).open(path).unwrap();
        let then = SystemTime::now() - Duration::from_secs(seconds);
        file.set_modified(then).unwrap();
    }

    #[test]
    fn the_entry_that_was_of_no_use_for_longest_makes_room() {
        let scratch = tempfile::tempdir().unwrap();
        let cache = Cache::at(scratch.path().join("a/b"), 30);
        for (digit, seconds) in [('1', 30), ('2', 20), ('3', 10)] {
            cache.write(&name(digit), b"R123456789");
            age(&cache, digit, seconds);
        }
        cache.find(&name('1')).unwrap().touch();
        cache.write(&name('4'), b"R123456789");
        let is_there = |digit| cache.find(&name(digit)).is_some();
        let left = ['1', '2', '3', '4'].map(is_there);
        assert_eq!(left, [true, false, true, true]);
        cache.write(&name('5'), &[0; 31]);
        assert!(cache.find(&name('5')).is_none(), "larger than all the room");
        assert_eq!(
            cache.usage().unwrap(),
            Usage {
                entries: 3,
                bytes: 30
            }
        );
        assert_eq!(
            cache.find(&name('1')).unwrap().read().unwrap().0,
            b"R123456789"
        );
        assert_eq!(cache.trouble(), None);
    }

    #[test]
    fn what_is_not_ours_is_left_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let cache = Cache::at(scratch.path(), 10);
        let short = format!("{}.key", &name('a')[1..]);
        let foreign = [
            "notes.txt",
            "new-",
            "new-a.b",
            &name('A'),
            &name('a')[1..],
            &short,
        ];
        for file in foreign {
            fs::write(scratch.path().join(file), "theirs").unwrap();
        }
        fs::create_dir(scratch.path().join(name('b'))).unwrap();
        #[cfg(unix)]
        {
            let target = scratch.path().join("notes.txt");
            std::os::unix::fs::symlink(target, scratch.path().join(name('c'))).unwrap();
            assert!(cache.find(&name('c')).is_none());
        }
        fs::write(scratch.path().join("new-Ab3"), "broken off").unwrap();
        cache.write(&name('d'), b"R");
        cache.write(&(name('d') + SHORTCUT), b"R");
        assert_eq!(
            cache.usage().unwrap().entries,
            1,
            "what broke off made room"
        );
        assert_eq!(
            cache.clear().unwrap(),
            Usage {
                entries: 1,
                bytes: 2
            }
        );
        assert_eq!(cache.usage().unwrap(), Usage::default());
        for file in foreign {
            assert!(scratch.path().join(file).exists(), "{file}");
        }
        assert!(scratch.path().join(name('b')).is_dir());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told_and_fails_nothing() {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("file");
        fs::write(&file, "").unwrap();
        let cache = Cache::at(file.join("cache"), 10);
        cache.write(&name('1'), b"R");
        assert!(cache.trouble().unwrap().contains("file/cache"));
        let nowhere = Cache::at(scratch.path().join("nowhere"), 10);
        assert_eq!(nowhere.usage().unwrap(), Usage::default());
        assert_eq!(nowhere.clear().unwrap(), Usage::default());
        assert!(!nowhere.folder().exists());
    }
}
