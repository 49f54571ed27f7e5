//! Members of an archive by name and by digest, and which of them something refers to.
//!
//! What nothing refers to is an orphan in the end, so every read is noted here, also under the
//! names that links lead to.

use std::collections::{HashMap, HashSet};

use crate::archive::{self, Archive, Blob, Member, MemberKind};
use crate::error::Warning;
use crate::oci::Digest;

/// Links followed from one name to the next.
const LINKS_FOLLOWED: usize = 40;

/// The members of one archive.
pub(super) struct Members<'a> {
    archive: &'a Archive,
    by_name: HashMap<&'a str, (usize, &'a Member)>,
    /// By the last two parts of a name: `<algorithm>/<hex>`, wherever the folder stands.
    by_hash: HashMap<(&'a str, &'a str), &'a str>,
    used: HashSet<String>,
    failed: HashSet<String>,
    warnings: Vec<Warning>,
}

impl<'a> Members<'a> {
    pub fn new(archive: &'a Archive) -> Self {
        let mut by_name = HashMap::new();
        let mut by_hash = HashMap::new();
        for (index, member) in archive.members().iter().enumerate() {
            let name = member.name.as_str();
            if member.behind_end {
                by_name.entry(name).or_insert((index, member));
            } else {
                by_name.insert(name, (index, member));
            }
            let mut parts = name.rsplit('/');
            if let (Some(hash), Some(algorithm)) = (parts.next(), parts.next()) {
                by_hash.entry((algorithm, hash)).or_insert(name);
            }
        }
        Self {
            archive,
            by_name,
            by_hash,
            used: HashSet::new(),
            failed: HashSet::new(),
            warnings: Vec::new(),
        }
    }

    /// The archive they are members of.
    pub fn archive(&self) -> &'a Archive {
        self.archive
    }

    /// Whether there is such a member.
    pub fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The bytes of a member, links followed; what keeps it from being read is noted.
    pub fn read(&mut self, name: &str) -> Option<Blob> {
        let found = self.peek(name)?;
        self.mark(name);
        Some(found)
    }

    /// The same, without noting that something refers to it.
    pub fn peek(&mut self, name: &str) -> Option<Blob> {
        self.found(name, self.archive.get(name))
    }

    /// The bytes of the member at `index`, whatever its name leads to.
    pub fn at(&mut self, index: usize, member: &Member) -> Option<Blob> {
        self.found(&member.name, self.archive.blob(index))
    }

    fn found(&mut self, name: &str, found: Result<Option<Blob>, Warning>) -> Option<Blob> {
        found.unwrap_or_else(|warning| {
            if self.failed.insert(name.to_owned()) {
                self.warnings.push(warning);
            }
            None
        })
    }

    /// Name of the blob with this digest: as a layout has it, as skopeo's `dir:` has it (with
    /// `.tar` in its first version), or in a folder that several layouts share.
    pub fn locate(&self, base: &str, digest: &Digest) -> Option<String> {
        let (algorithm, encoded) = (digest.algorithm(), digest.encoded());
        [
            format!("{base}blobs/{algorithm}/{encoded}"),
            format!("{base}{encoded}.manifest.json"),
            format!("{base}{encoded}"),
            format!("{base}{encoded}.tar"),
            format!("{base}{algorithm}-{encoded}"),
        ]
        .into_iter()
        .find(|name| self.contains(name))
        .or_else(|| {
            self.by_hash
                .get(&(algorithm, encoded))
                .map(|name| (*name).to_owned())
        })
    }

    /// Whether something has read this member, under this name or by a link.
    pub fn is_used(&self, name: &str) -> bool {
        self.used.contains(name)
    }

    /// The member that counts of those with this one's printed name, if that is another one.
    pub fn shadow_of(&self, index: usize, member: &Member) -> Option<(usize, &'a Member)> {
        let last = self.by_name.get(member.name.as_str()).copied();
        last.filter(|(last, _)| *last != index)
    }

    /// What kept members from being read, since the last call.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    /// Notes that something refers to this member and to what it links to.
    pub fn mark(&mut self, name: &str) {
        let mut name = name.to_owned();
        for _ in 0..LINKS_FOLLOWED {
            let next = match self.by_name.get(name.as_str()).map(|(_, m)| &m.kind) {
                Some(MemberKind::Link(target)) => self.target_of(&name, target),
                _ => None,
            };
            if !self.used.insert(name) {
                return;
            }
            match next {
                Some(next) => name = next,
                None => return,
            }
        }
    }

    /// A symbolic link's target stands beside the link, a hard link's is a name of the archive.
    fn target_of(&self, name: &str, target: &[u8]) -> Option<String> {
        let target = std::str::from_utf8(target).ok()?;
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        [resolve(folder, target), resolve("", target)]
            .into_iter()
            .flatten()
            .find(|name| self.contains(name))
    }
}

/// `path` as seen from `folder`, without `.` and `..`; `None` when it leads out of the archive.
pub(super) fn resolve(folder: &str, path: &str) -> Option<String> {
    let name = archive::resolve(folder.as_bytes(), path.as_bytes())?;
    String::from_utf8(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_resolve_inside_the_archive_or_not_at_all() {
        for (folder, path, expected) in [
            ("a", "../b/layer.tar", Some("b/layer.tar")),
            ("", "./x", Some("x")),
            ("a/b", "/x", Some("x")),
            ("a", "../../x", None),
            ("blobs/sha256", "../../rootfs.tar.gz", Some("rootfs.tar.gz")),
        ] {
            assert_eq!(
                resolve(folder, path).as_deref(),
                expected,
                "{folder} {path}"
            );
        }
    }
}
