//! Finds the entries that a path or an offset names. One walk of each layer, no content kept.

use std::fmt;

use residue::archive::{Limits, normalise};
use residue::error::{Warning, printable};
use residue::image::{EntryKind, Item, Layer, LayerEntry, walk};

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
                found.push(Found {
                    layer: layer.index,
                    sequence: entry.sequence,
                    offset: entry.offset,
                    path: entry.path.clone(),
                    kind: entry.kind,
                    link: entry.link.clone(),
                    size: entry.size,
                });
            }
            Ok(())
        });
        summary.warnings.iter().for_each(&mut *warn);
    }
    found
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
