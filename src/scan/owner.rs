//! Whose file it is: claims of all layers of an image against the checksums of a file with hits.
//!
//! A claim of any layer counts where it fits: a database that a later layer replaced or deleted is
//! still shipped, and says that the file is public as well as the one that replaced it. That a
//! file was modified says only a database that was in force when its layer was made, or that is
//! in the end.

use super::claims::{Claim, Claims, DatabaseFile, Package};
use super::evidence::Evidence;
use super::overlay::{PathMarks, hidden_by, real_path, spellings};
use super::stack::{Fate, Name};
use crate::finding::{FileState, PackageFile};
use crate::packages::Checksums;

/// What is known of owners in one image: claims with the numbers of their layers, base first.
pub(super) struct Owners<'a>(Vec<(usize, &'a Claims)>);

impl<'a> Owners<'a> {
    /// Of the image whose layers gave this evidence.
    pub(super) fn new(layers: impl Iterator<Item = Option<&'a Evidence>>) -> Self {
        let claims = layers
            .enumerate()
            .filter_map(|(layer, evidence)| Some((layer, &evidence?.claims)));
        Self(claims.filter(|(_, claims)| !claims.is_empty()).collect())
    }

    /// The package that owns the content with these checksums and names, if one does. One name
    /// whose claim fits is enough: hard links are one file.
    pub(super) fn of(
        &self,
        checksums: &Checksums,
        names: &[Name<'_>],
        stack: &[&PathMarks],
    ) -> Option<PackageFile> {
        let mut modified: Option<(Force, &Package)> = None;
        let placed = names.iter().filter(|name| name.fate != Fate::Nowhere);
        for name in placed.filter(|_| !self.0.is_empty()) {
            for path in spellings(stack, name.layer, &name.real) {
                for (at, claim, package, database) in self.claims_on(&path) {
                    if checksums.fit(claim.checksum) {
                        return Some(owned(package, FileState::Unmodified));
                    }
                    let force = force(stack, at, database, name.layer);
                    if force > modified.map_or(Force::None, |(force, _)| force) {
                        modified = Some((force, package));
                    }
                }
            }
        }
        modified.map(|(_, package)| owned(package, FileState::Modified))
    }

    /// Every claim on a path, with its layer and its maker.
    fn claims_on(
        &self,
        path: &[u8],
    ) -> impl Iterator<Item = (usize, &'a Claim, &'a Package, &'a DatabaseFile)> {
        self.0.iter().flat_map(|(at, claims)| {
            claims.of_path(path).iter().filter_map(|claim| {
                let (package, database) = claims.maker(claim)?;
                Some((*at, claim, package, database))
            })
        })
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
    let path = real_path(stack, at, &database.path, database.sequence);
    let gone = hidden_by(stack, at, &path, database.sequence).map(|(_, by)| by);
    match gone {
        _ if at <= layer && gone.is_none_or(|by| by > layer) => Force::Then(at),
        None => Force::Final(at),
        Some(_) => Force::None,
    }
}

#[cfg(test)]
mod tests;
