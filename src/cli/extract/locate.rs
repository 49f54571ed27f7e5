//! Finds the entries that a path or an offset names. One walk of each layer, no content kept.

use std::fmt;

use residue::archive::{Limits, normalise};
use residue::error::{Warning, printable};
use residue::image::{EntryKind, Item, Layer, LayerEntry, Sparse, Whiteout, walk};

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A path as entries have it: `/etc/passwd` and `./etc/passwd` are `etc/passwd`.
    Path(Vec<u8>),
    /// The place of a header in the uncompressed layer.
    Offset(u64),
}

impl Target {
    /// From the command line.
    pub fn of(path: Option<&str>, offset: Option<u64>) -> Self {
        match (path, offset) {
            (_, Some(offset)) => Self::Offset(offset),
            (path, None) => Self::Path(normalise(path.unwrap_or_default().as_bytes()).path),
        }
    }

    /// Whether that is the entry. A path fits as its bytes and as reports print it.
    fn fits(&self, entry: &LayerEntry) -> bool {
        match self {
            Self::Path(path) => {
                entry.path == *path
                    || (entry.path.len() <= path.len() && printable(&entry.path).as_bytes() == path)
            }
            Self::Offset(offset) => entry.offset == *offset,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => f.write_str(&printable(path)),
            Self::Offset(offset) => write!(f, "an entry at offset {offset}"),
        }
    }
}

/// An entry that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Index of its layer.
    pub layer: usize,
    /// Position in the layer.
    pub sequence: u32,
    /// Of its header.
    pub offset: u64,
    /// As in the layer.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Where a link leads.
    pub link: Option<Vec<u8>>,
    /// Bytes of content.
    pub size: u64,
    /// How its content is stored, where it has holes.
    pub sparse: Option<Sparse>,
    /// Whether it stands behind the end mark of the layer's tar.
    pub behind_end: bool,
}

impl Found {
    fn of(layer: &Layer, entry: &LayerEntry) -> Self {
        Self {
            layer: layer.index,
            sequence: entry.sequence,
            offset: entry.offset,
            path: entry.path.clone(),
            kind: entry.kind,
            link: entry.link.clone(),
            size: entry.size,
            sparse: entry.sparse.clone(),
            behind_end: entry.behind_end,
        }
    }
}

/// Every entry of the layers that fits, in order; what is wrong with a layer goes to `warn`.
pub fn all(
    layers: &[Layer],
    target: &Target,
    limits: &Limits,
    warn: &mut dyn FnMut(&Warning),
) -> Vec<Found> {
    let mut found = Vec::new();
    for layer in layers {
        let summary = walk(layer, limits, true, &mut |item| {
            if let Item::Entry(entry, _) = item
                && target.fits(entry)
            {
                found.push(Found::of(layer, entry));
            }
            Ok(())
        });
        summary.warnings.iter().for_each(&mut *warn);
    }
    found
}

/// What a hard link is another name for.
#[derive(Debug, PartialEq, Eq)]
pub enum Shared {
    /// This entry.
    With(Found),
    /// A layer took its target away before.
    DeletedBy(usize),
    /// No entry has that name.
    WithNothing,
}

/// What a hard link leads to: the last entry before it in its layer, else the last of the nearest
/// layer below, as long as nothing took that away in between.
pub fn shared(layers: &[Layer], link: &Found, limits: &Limits) -> Shared {
    let target = link.link.as_deref().unwrap_or_default();
    for layer in layers.iter().take(link.layer + 1).rev() {
        let mut found = None;
        let mut is_deleted = false;
        walk(layer, limits, false, &mut |item| {
            if let Item::Entry(entry, _) = item
                && (if layer.index < link.layer {
                    !entry.behind_end
                } else {
                    entry.sequence < link.sequence
                })
            {
                match &entry.whiteout {
                    Some(whiteout) => is_deleted |= takes_away(whiteout, target),
                    None if entry.path == target => found = Some(Found::of(layer, entry)),
                    None => {}
                }
            }
            Ok(())
        });
        if let Some(found) = found {
            return Shared::With(found);
        }
        if is_deleted {
            return Shared::DeletedBy(layer.index);
        }
    }
    Shared::WithNothing
}

fn takes_away(whiteout: &Whiteout, path: &[u8]) -> bool {
    let below = |folder: &[u8]| {
        folder.is_empty()
            || path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with(b"/"))
    };
    match whiteout {
        Whiteout::Path(gone) => path == gone || below(gone),
        Whiteout::Opaque(folder) => below(folder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_typed_in_many_ways_and_is_one() {
        for typed in ["app/.env", "/app/.env", "./app/.env", "//app/./.env/"] {
            assert_eq!(
                Target::of(Some(typed), None),
                Target::Path(b"app/.env".to_vec())
            );
        }
        assert_eq!(Target::of(Some("/"), None), Target::Path(Vec::new()));
        assert_eq!(Target::of(None, Some(512)), Target::Offset(512));
    }
}
