//! A folder as an archive: an OCI layout, or what `skopeo copy … dir:` writes.
//!
//! Files are listed by name and opened when they are wanted. A symbolic link counts only when it
//! leads to a regular file inside the folder; pipes and devices are never opened.

use std::fs::{self, File, FileType};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub(super) use self::held::Held;

use super::index::{Listing, Member, MemberKind, Slot};
use super::{Blob, Capped};
use crate::error::{Error, Result, Warning, WarningCode, printable};

/// Folders within folders; the deepest layout has three.
const DEPTH: usize = 16;
/// Members listed; a layout with more is somebody's whole disk.
const MOST: usize = 1_000_000;

/// Lists what `root` holds.
pub(super) fn list(root: &Path) -> Result<Listing> {
    let read = |source| Error::Read {
        path: root.to_owned(),
        source,
    };
    let mut walk = Walk {
        root: root.canonicalize().map_err(read)?,
        found: Vec::new(),
        warnings: Capped::default(),
    };
    fs::read_dir(root).map_err(read)?;
    walk.folder(root, b"", 0);
    walk.found
        .sort_by(|(a, _), (b, _)| a.raw_name.cmp(&b.raw_name));
    let (members, slots) = walk.found.into_iter().unzip();
    Ok(Listing {
        contents: Vec::new(),
        members,
        slots,
        warnings: walk.warnings.finish("the directory"),
        slack: Vec::new(),
    })
}

/// The bytes of a file of the folder; `None` where no more are held and that was said.
pub(super) fn read(
    path: &Path,
    cell: &OnceLock<Blob>,
    member: &Member,
    held: &Held,
) -> Result<Option<Blob>, Warning> {
    if let Some(blob) = cell.get() {
        return Ok(Some(blob.clone()));
    }
    let opened = File::open(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    });
    let blob = opened
        .and_then(|file| held.hold(file, path))
        .map_err(|error| unreadable(&member.raw_name, &error.to_string()))?;
    match blob {
        Some(blob) => Ok(Some(cell.get_or_init(|| blob).clone())),
        None => held.refuse(member),
    }
}

fn unreadable(name: &[u8], why: &str) -> Warning {
    let message = format!("{} was not scanned: {why}", printable(name));
    Warning::new(WarningCode::UnreadableFile, message).at(name)
}

struct Walk {
    root: PathBuf,
    found: Vec<(Member, Slot)>,
    warnings: Capped,
}

impl Walk {
    /// Adds what `path` holds; `name` is its name from the root, empty or ending with a slash.
    fn folder(&mut self, path: &Path, name: &[u8], depth: usize) {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => {
                self.warnings.push(unreadable(name, &error.to_string()));
                return;
            }
        };
        for entry in entries {
            let (entry, kind) = match entry.and_then(|e| e.file_type().map(|kind| (e, kind))) {
                Ok(found) => found,
                Err(error) => {
                    self.warnings.push(unreadable(name, &error.to_string()));
                    continue;
                }
            };
            if self.found.len() >= MOST {
                let message = format!("the directory has more than {MOST} members");
                self.warnings
                    .push(Warning::new(WarningCode::LimitReached, message));
                return;
            }
            let raw = [name, entry.file_name().as_encoded_bytes()].concat();
            self.entry(&entry.path(), raw, kind, depth);
        }
    }

    fn entry(&mut self, path: &Path, raw: Vec<u8>, kind: FileType, depth: usize) {
        if kind.is_dir() {
            let inside = [&raw[..], b"/"].concat();
            self.add(raw, MemberKind::Directory, 0, Slot::Nothing);
            if depth + 1 < DEPTH {
                self.folder(path, &inside, depth + 1);
            } else {
                self.warnings
                    .push(unreadable(&inside, "too many folders in one another"));
            }
        } else if kind.is_symlink() {
            let target = fs::read_link(path).unwrap_or_default();
            let slot = Slot::Link(self.inside(path));
            if matches!(slot, Slot::Link(None)) {
                let name = printable(&raw);
                let message = format!("the link {name} leads nowhere or out of the directory");
                let warning = Warning::new(WarningCode::BrokenLink, message);
                self.warnings.push(warning.at(&raw));
            }
            let target = target.as_os_str().as_encoded_bytes().to_vec();
            self.add(raw, MemberKind::Link(target), 0, slot);
        } else if kind.is_file() {
            let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
            match self.written_out_link(path, &raw, size) {
                Some((target, inside)) => {
                    let slot = Slot::Link(Some(inside));
                    self.add(raw, MemberKind::Link(target), size, slot);
                }
                None => {
                    let slot = Slot::File(path.to_owned(), OnceLock::new());
                    self.add(raw, MemberKind::File, size, slot);
                }
            }
        } else {
            self.warnings
                .push(unreadable(&raw, "it is a device, a pipe or a socket"));
            self.add(raw, MemberKind::Other, 0, Slot::Nothing);
        }
    }

    fn add(&mut self, raw_name: Vec<u8>, kind: MemberKind, size: u64, slot: Slot) {
        let member = Member {
            name: printable(&raw_name),
            raw_name,
            kind,
            size,
            behind_end: false,
        };
        self.found.push((member, slot));
    }

    /// Where a path leads, from the root; `None` when nowhere or out of it.
    fn inside(&self, path: &Path) -> Option<Vec<u8>> {
        let real = path.canonicalize().ok()?;
        let inside = real.strip_prefix(&self.root).ok()?;
        Some(inside.as_os_str().as_encoded_bytes().to_vec())
    }

    /// A blob that is a link written out as text, as git leaves it where it cannot make links:
    /// layouts kept in repositories link their blobs. Only what leads to a file inside counts.
    fn written_out_link(&self, path: &Path, raw: &[u8], size: u64) -> Option<(Vec<u8>, Vec<u8>)> {
        let name = path.file_name()?.as_encoded_bytes();
        let is_digest = name.len() == 64 && name.iter().all(u8::is_ascii_hexdigit);
        if !is_digest || !(4..=1024).contains(&size) {
            return None;
        }
        let text = fs::read(path).ok()?;
        let target = std::str::from_utf8(&text).ok()?;
        if !target.starts_with("../") || target.contains(['\n', '\0']) {
            return None;
        }
        let real = path.parent()?.join(target);
        let inside = self
            .inside(&real)
            .filter(|inside| inside.as_slice() != raw)?;
        real.is_file().then_some((text, inside))
    }
}

mod held;
#[cfg(test)]
mod tests;
