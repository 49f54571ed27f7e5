//! Visibility: which later layer hides a path, exactly as the OCI specification stacks layers.
//!
//! What one layer contributes ([`PathMarks`]) depends on that layer alone and is kept compactly.
//! The stack ([`hidden_by`]) is asked only for the few paths that hold a secret.
//!
//! Source: OCI image-spec `layer.md`, "Applying changesets" and "Whiteouts"; names and symbolic
//! links are resolved as Docker's and containerd's unpackers do.

mod marks;
mod path;
mod room;
mod symlinks;
mod table;

pub(super) use marks::PathMarks;
pub(super) use path::clean;
pub(super) use room::{Common, MOST as ROOM};
pub(super) use symlinks::real_path;

use path::{Key, is_placeable};
use symlinks::{Alias, aliases};

/// How a path is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    /// Another entry stands there.
    Overwritten,
    /// Nothing stands there, or its directory is gone.
    Deleted,
}

/// Whether unpackers never put an entry of this name anywhere: a whiteout, a file of AUFS for
/// itself, or a name that no file system takes.
pub(super) fn is_never_placed(path: &[u8]) -> bool {
    if !is_placeable(path) {
        return true;
    }
    let path = clean(path);
    let name = path.rsplit(|byte| *byte == b'/').next();
    path.starts_with(b".wh..wh.") || name.is_some_and(|name| name.starts_with(b".wh."))
}

/// How, and by which layer, the entry `sequence` of layer `layer` at its [`real_path`] is first
/// hidden; `None` when the final filesystem shows it. `stack` is base first; a layer that could not be
/// read at all has empty marks.
pub(super) fn hidden_by(
    stack: &[&PathMarks],
    layer: usize,
    path: &[u8],
    sequence: u32,
) -> Option<(Hidden, usize)> {
    let own = stack.get(layer)?;
    let hasher = &own.common.hasher;
    let keys = hasher.keys(path);
    if own.symlinks.has(keys.last()?, sequence) {
        return symlink_fate(stack, layer, &keys, sequence);
    }
    let aliases = aliases(stack, hasher, path);
    if is_replaced(own, layer, &keys, sequence, &aliases) {
        return Some((Hidden::Overwritten, layer));
    }
    let above = stack.iter().enumerate().skip(layer + 1);
    above
        .filter_map(|(index, marks)| {
            let through = || hides_through(marks, index, &aliases);
            let hidden = marks.hides_lower(&keys).or_else(through)?;
            Some((hidden, index))
        })
        .next()
}

/// The [short keys](Common::short_key) of the real path of a file of a layer, and of its other names
/// through symbolic links to folders: where `lib` leads to `usr/lib`, both are the same file.
pub(super) fn spellings(stack: &[&PathMarks], layer: usize, path: &[u8]) -> Vec<u64> {
    let Some(own) = stack.get(layer) else {
        return Vec::new();
    };
    let others = aliases(stack, &own.common.hasher, path);
    let others = others.iter().filter_map(Alias::short_key);
    std::iter::once(own.common.short_key(path))
        .chain(others)
        .collect()
}

/// Whether a later entry of the same layer replaces one, under the same name or another.
fn is_replaced(
    own: &PathMarks,
    layer: usize,
    keys: &[Key],
    sequence: u32,
    aliases: &[Alias],
) -> bool {
    let mut others = aliases.iter().filter(|alias| alias.is_there_in(layer));
    own.replaces_own(keys, sequence)
        || others.any(|alias| {
            let after = sequence.max(alias.sequence_in(layer));
            own.replaces_own(alias.inner(), after)
        })
}

/// What a layer does to a lower file under its other names.
fn hides_through(marks: &PathMarks, index: usize, aliases: &[Alias]) -> Option<Hidden> {
    let mut aliases = aliases.iter().filter(|alias| alias.is_there_in(index));
    aliases.find_map(|alias| {
        if alias.layer < index {
            return marks.hides_through(alias.inner());
        }
        let replaces = marks.replaces_own(alias.inner(), alias.sequence);
        replaces.then_some(Hidden::Overwritten)
    })
}

/// As [`hidden_by`], of a symbolic link with these keys.
fn symlink_fate(
    stack: &[&PathMarks],
    layer: usize,
    keys: &[Key],
    sequence: u32,
) -> Option<(Hidden, usize)> {
    if stack.get(layer)?.replaces_own(keys, sequence) {
        return Some((Hidden::Overwritten, layer));
    }
    let mut above = stack.iter().enumerate().skip(layer + 1);
    above.find_map(|(index, marks)| Some((marks.hides_symlink(keys)?, index)))
}

#[cfg(test)]
mod tests;
