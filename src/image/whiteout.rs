//! Whiteouts: entries whose name says that something of the layers below is gone.
//!
//! Source: OCI image-spec `layer.md`, "Whiteouts"; names with `.wh..wh.` other than the opaque
//! mark are AUFS bookkeeping, which is skipped when a layer is extracted and can hold content.

use serde::{Deserialize, Serialize};

/// What a whiteout hides.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Whiteout {
    /// This path, and all below it.
    Path(Vec<u8>),
    /// All that lower layers have below this directory; empty for the root.
    Opaque(Vec<u8>),
}

/// What the name of an entry means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Ordinary,
    Whiteout(Whiteout),
    /// A whiteout of nothing, or of a folder itself: invalid, so an ordinary entry.
    Invalid,
}

/// Reads a normalised path.
pub(super) fn meaning(path: &[u8]) -> Meaning {
    let slash = memchr::memrchr(b'/', path);
    let (folder, name) = match slash {
        Some(slash) => path.split_at(slash + 1),
        None => path.split_at(0),
    };
    let Some(hidden) = name.strip_prefix(b".wh.") else {
        return Meaning::Ordinary;
    };
    match hidden {
        b".wh..opq" => {
            let folder = folder.strip_suffix(b"/").unwrap_or(folder);
            Meaning::Whiteout(Whiteout::Opaque(folder.to_vec()))
        }
        b"" | b"." | b".." => Meaning::Invalid,
        _ if hidden.starts_with(b".wh.") => Meaning::Ordinary,
        _ => Meaning::Whiteout(Whiteout::Path([folder, hidden].concat())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whiteout_names_what_it_hides() {
        let path = |text: &str| Meaning::Whiteout(Whiteout::Path(text.into()));
        let opaque = |text: &str| Meaning::Whiteout(Whiteout::Opaque(text.into()));
        assert_eq!(meaning(b".wh.a"), path("a"));
        assert_eq!(meaning(b"x/y/.wh..env"), path("x/y/.env"));
        assert_eq!(meaning(b"x/.wh..wh..opq"), opaque("x"));
        assert_eq!(meaning(b".wh..wh..opq"), opaque(""));
    }

    #[test]
    fn bookkeeping_of_aufs_is_no_whiteout_and_a_bare_prefix_is_invalid() {
        for name in [
            &b".wh..wh.plnk"[..],
            b".wh..wh.plnk/12.34",
            b"x/.wh..wh.aufs",
            b"a.wh.b",
            b".wh.d/file",
            b"",
        ] {
            assert_eq!(meaning(name), Meaning::Ordinary, "{name:?}");
        }
        for name in [&b".wh."[..], b"x/.wh.", b"x/.wh...", b".wh.."] {
            assert_eq!(meaning(name), Meaning::Invalid, "{name:?}");
        }
    }
}
