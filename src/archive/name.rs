//! Names of members and entries: `./x`, `/x` and `x` are one path.

/// A name as it counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// Components joined by `/`, without empty ones and `.`; empty for the root itself. A `..`
    /// stays as text and is never followed.
    pub path: Vec<u8>,
    /// Whether the name tries to lead elsewhere: it has a `..` component or a NUL.
    pub hostile: bool,
}

/// Normalises a name as written.
pub fn normalise(raw: &[u8]) -> Name {
    let mut path = Vec::with_capacity(raw.len());
    let mut hostile = raw.contains(&0);
    for component in components(raw) {
        hostile |= component == b"..";
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(component);
    }
    Name { path, hostile }
}

/// The target of a link as a path from the root: `target` relative to `folder`, with its `..`
/// resolved. `None` when it leads above the root.
pub(crate) fn resolve(folder: &[u8], target: &[u8]) -> Option<Vec<u8>> {
    let mut stack: Vec<&[u8]> = match target.first() {
        Some(b'/') => Vec::new(),
        _ => components(folder).collect(),
    };
    for component in components(target) {
        if component == b".." {
            stack.pop()?;
        } else {
            stack.push(component);
        }
    }
    Some(stack.join(&b'/'))
}

fn components(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    raw.split(|byte| *byte == b'/')
        .filter(|component| !matches!(*component, b"" | b"."))
}

/// The part before the last slash.
pub(super) fn folder(path: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'/', path).unwrap_or(0);
    path.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_path_are_one() {
        for raw in ["a/b", "./a/b", "/a/b", "a//b/", "a/./b/.", "//a/b"] {
            let name = normalise(raw.as_bytes());
            assert_eq!(
                (name.path.as_slice(), name.hostile),
                (&b"a/b"[..], false),
                "{raw}"
            );
        }
        assert_eq!(normalise(b"./").path, b"");
        assert_eq!(normalise(b"..a/b..").path, b"..a/b..");
    }

    #[test]
    fn names_that_lead_elsewhere_are_kept_and_marked() {
        for raw in [&b"../a"[..], b"a/../b", b"a/..", b"a\0b"] {
            assert!(normalise(raw).hostile, "{raw:?}");
        }
        assert_eq!(normalise(b"a/../b").path, b"a/../b");
    }

    #[test]
    fn a_target_is_resolved_from_its_folder_and_never_above_the_root() {
        assert_eq!(resolve(b"x", b"../y/layer.tar").unwrap(), b"y/layer.tar");
        assert_eq!(resolve(b"x", b"/y").unwrap(), b"y");
        assert_eq!(resolve(b"", b"./y").unwrap(), b"y");
        assert_eq!(resolve(b"x", b"../../y"), None);
        assert_eq!(folder(b"a/b/c"), b"a/b");
        assert_eq!(folder(b"a"), b"");
    }
}
