//! Where in an entry a text lies: the way through nested archives, and how much deeper it may go.

use crate::archive::normalise;
use crate::detect::{Context, TextKind};
use crate::error::printable;

/// A text's place.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Path of the innermost file.
    pub path: Vec<u8>,
    /// Names on the way, outermost first.
    pub inside: Vec<String>,
    /// Archives around it.
    pub depth: u32,
    /// Whether it is what a compressed stream holds: a tar in it is not one archive more.
    pub unpacked: bool,
    /// Whether it may be left for later, as only an entry may whose caller keeps it.
    pub may_wait: bool,
    kind: TextKind,
    label: Option<String>,
}

impl Place {
    /// The entry itself.
    pub(super) fn entry(context: &Context<'_>) -> Self {
        Self {
            path: context.path.to_vec(),
            inside: Vec::new(),
            depth: 0,
            unpacked: false,
            may_wait: false,
            kind: context.kind,
            label: context.label.map(str::to_owned),
        }
    }

    /// A member of the archive at this place.
    pub(super) fn member(&self, name: &[u8]) -> Self {
        let path = normalise(name).path;
        let mut inside = self.inside.clone();
        if self.unpacked {
            // `a.tar.gz` is one archive to people: its tar has no name of its own on the way.
            inside.pop();
        }
        inside.push(printable(&path));
        Self {
            path,
            inside,
            depth: self.depth + u32::from(!self.unpacked),
            unpacked: false,
            may_wait: false,
            kind: TextKind::File,
            label: None,
        }
    }

    /// An object of git in the file at this place, by the names that lead to it; `path` is that of
    /// the file in the repository, where it is known.
    pub(super) fn object(&self, names: &[String], path: &[u8]) -> Self {
        let mut inside = self.inside.clone();
        inside.extend_from_slice(names);
        Self {
            path: path.to_vec(),
            inside,
            depth: self.depth + 1,
            unpacked: false,
            may_wait: false,
            kind: TextKind::File,
            label: None,
        }
    }

    /// What the compressed stream at this place holds. `name` is what the stream itself says.
    pub(super) fn stream(&self, name: Option<&[u8]>) -> Self {
        let path = without_suffix(&self.path);
        let base = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
        let mut inside = self.inside.clone();
        inside.push(printable(name.unwrap_or(base)));
        Self {
            path: path.to_vec(),
            inside,
            depth: self.depth + 1,
            unpacked: true,
            may_wait: false,
            kind: TextKind::File,
            label: None,
        }
    }

    /// As a detector wants to know it.
    pub(super) fn context(&self) -> Context<'_> {
        Context {
            path: &self.path,
            kind: self.kind,
            label: self.label.as_deref(),
        }
    }
}

/// The path without the suffix that compression gave it; `.tgz` stands for `.tar.gz`.
fn without_suffix(path: &[u8]) -> &[u8] {
    const SUFFIXES: &[&str] = &[
        ".gz", ".zst", ".xz", ".bz2", ".tgz", ".txz", ".tbz2", ".svgz",
    ];
    let fits = |suffix: &&&str| {
        path.len() > suffix.len()
            && path[path.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
    };
    SUFFIXES
        .iter()
        .find(fits)
        .map_or(path, |suffix| &path[..path.len() - suffix.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tar_in_a_compressed_stream_is_one_archive_and_its_members_have_their_own_paths() {
        let context = Context {
            path: b"opt/app.tar.gz",
            ..Context::default()
        };
        let tar = Place::entry(&context).stream(None);
        assert_eq!((tar.path.as_slice(), tar.depth), (&b"opt/app.tar"[..], 1));
        let member = tar.member(b"./srv/.env");
        assert_eq!(
            (member.path.as_slice(), member.depth),
            (&b"srv/.env"[..], 1)
        );
        assert_eq!(member.inside, ["srv/.env"]);
        assert_eq!(member.member(b"x").depth, 2);
    }
}
