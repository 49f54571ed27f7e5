//! Whose file it is: claims of all layers of an image against the checksums of a file with hits.
//!
//! A claim of any layer counts where it fits: a database that a later layer replaced or deleted is
//! still shipped, and says that the file is public as well as the one that replaced it. That a
//! file was modified says only a database that was in force when its layer was made, or that is
//! in the end.

use super::claims::{Claims, DatabaseFile, Package};
use super::evidence::Evidence;
use super::folders::FolderLinks;
use super::overlay::{PathMarks, hidden_by};
use crate::finding::{FileState, PackageFile};
use crate::packages::Checksums;

/// What is known of owners in one image.
pub(super) struct Owners<'a> {
    /// With the numbers of their layers, base first.
    claims: Vec<(usize, &'a Claims)>,
    folders: FolderLinks,
}

/// A name of a file, and the layer in which it stands.
pub(super) type NameOf<'n> = (usize, &'n [u8]);

impl<'a> Owners<'a> {
    /// Of the image whose layers gave this evidence.
    pub(super) fn new(layers: impl Iterator<Item = Option<&'a Evidence>>) -> Self {
        let mut owners = Self {
            claims: Vec::new(),
            folders: FolderLinks::default(),
        };
        for (layer, evidence) in layers.enumerate() {
            let Some(evidence) = evidence else { continue };
            owners.folders.merge(&evidence.folders);
            if !evidence.claims.is_empty() {
                owners.claims.push((layer, &evidence.claims));
            }
        }
        owners
    }

    /// Whether no file can have an owner.
    pub(super) fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }

    /// The package that owns the content with these checksums and names, if one does. One name
    /// whose claim fits is enough: hard links are one file.
    pub(super) fn of<'n>(
        &self,
        checksums: &Checksums,
        names: impl Iterator<Item = NameOf<'n>>,
        stack: &[&PathMarks],
    ) -> Option<PackageFile> {
        let mut modified: Option<(Force, &Package)> = None;
        for (layer, path) in names {
            for spelling in self.folders.spellings(path) {
                for (at, claims) in &self.claims {
                    for claim in claims.of_path(&spelling) {
                        let Some((package, database)) = claims.maker(claim) else {
                            continue;
                        };
                        if checksums.fit(claim.checksum) {
                            return Some(owned(package, FileState::Unmodified));
                        }
                        let force = force(stack, *at, database, layer);
                        if force > modified.map_or(Force::None, |(force, _)| force) {
                            modified = Some((force, package));
                        }
                    }
                }
            }
        }
        modified.map(|(_, package)| owned(package, FileState::Modified))
    }
}

fn owned(package: &Package, file: FileState) -> PackageFile {
    PackageFile {
        name: package.name.clone(),
        version: package.version.clone(),
        file,
    }
}

/// How much a database's word counts for a file, with its own layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Force {
    /// It was gone before the file came, or came and went after it.
    None,
    /// It is there in the end.
    Final(usize),
    /// It was there when the file's layer was made.
    Then(usize),
}

/// The force of a database of layer `at` for a file of layer `layer`.
fn force(stack: &[&PathMarks], at: usize, database: &DatabaseFile, layer: usize) -> Force {
    let gone = hidden_by(stack, at, &database.path, database.sequence).map(|(_, by)| by);
    match gone {
        _ if at <= layer && gone.is_none_or(|by| by > layer) => Force::Then(at),
        None => Force::Final(at),
        Some(_) => Force::None,
    }
}

#[cfg(test)]
mod tests;
