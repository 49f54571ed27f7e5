//! Whose file it is: claims of all layers of an image against the checksums of a file with hits.
//!
//! A claim of any layer counts where it fits: a database that a later layer replaced or deleted is
//! still shipped, and says that the file is public as well as the one that replaced it. That a
//! file was modified says only a database that was in force when its layer was made, or that is
//! in the end.

use std::cell::OnceCell;

use super::claims::{Claim, Claims, Package};
use super::evidence::Evidence;
use super::overlay::{PathMarks, hidden_by, real_path, spellings};
use super::stack::{Fate, Name};
use crate::finding::{FileState, PackageFile};
use crate::packages::{Algorithms, Checksums};

/// What is known of owners in one image.
pub(super) struct Owners<'a> {
    /// Base first.
    stack: Vec<&'a PathMarks>,
    /// Of the layers that have claims, base first.
    databases: Vec<Databases<'a>>,
}

impl<'a> Owners<'a> {
    /// Of the image whose layers gave this evidence, and these marks.
    pub(super) fn new(
        layers: impl Iterator<Item = Option<&'a Evidence>>,
        stack: &[&'a PathMarks],
    ) -> Self {
        let databases = layers.enumerate().filter_map(|(layer, evidence)| {
            let claims = &evidence?.claims;
            (!claims.is_empty()).then(|| Databases::of(layer, claims))
        });
        Self {
            stack: stack.to_vec(),
            databases: databases.collect(),
        }
    }

    /// The package that owns the content with these checksums and names, if one does. One name
    /// whose claim fits is enough: hard links are one file.
    pub(super) fn of(&self, checksums: &Checksums, names: &[Name<'_>]) -> Option<PackageFile> {
        let mut modified: Option<(Force, &Package)> = None;
        for (name, (of_layer, claim, package)) in self.claims_on_all(names) {
            if checksums.fit(claim.checksum) {
                return Some(owned(package, FileState::Unmodified));
            }
            let force = of_layer.force(package, name.layer, &self.stack);
            if force > modified.map_or(Force::None, |(force, _)| force) {
                modified = Some((force, package));
            }
        }
        modified.map(|(_, package)| owned(package, FileState::Modified))
    }

    /// The algorithms in which packages state what a file of these names has in it; none if no package
    /// has such a file.
    pub(super) fn algorithms(&self, names: &[Name<'_>]) -> Algorithms {
        let claims = self.claims_on_all(names);
        claims.fold(Algorithms::default(), |all, (_, (_, claim, _))| {
            all.and(claim.checksum.algorithm())
        })
    }

    /// Whether no package of the image is known.
    pub(super) fn is_empty(&self) -> bool {
        self.databases.is_empty()
    }

    /// Every claim on one of the names.
    fn claims_on_all<'n>(
        &self,
        names: &'n [Name<'n>],
    ) -> impl Iterator<Item = (&'n Name<'n>, Claimed<'_, 'a>)> {
        let placed = names.iter().filter(|name| name.fate != Fate::Nowhere);
        let placed = placed.filter(|_| !self.is_empty());
        placed.flat_map(|name| {
            let paths = spellings(&self.stack, name.layer, &name.real);
            let claims = paths.into_iter().flat_map(|path| self.claims_on(path));
            claims.map(move |claimed| (name, claimed))
        })
    }

    /// Every claim on a path, with its layer and its maker.
    fn claims_on(&self, path: u64) -> impl Iterator<Item = Claimed<'_, 'a>> {
        self.databases.iter().flat_map(move |of_layer| {
            let claims = of_layer.claims;
            let on_path = claims.of_path(path).iter();
            on_path.filter_map(move |claim| Some((of_layer, claim, claims.maker(claim)?)))
        })
    }
}

/// A claim, with the databases of its layer, and who makes it.
type Claimed<'o, 'a> = (&'o Databases<'a>, &'a Claim, &'a Package);

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

/// The databases of one layer.
struct Databases<'a> {
    layer: usize,
    claims: &'a Claims,
    /// The layer that hides each of them, known once somebody asks.
    gone: Vec<OnceCell<Option<usize>>>,
}

impl<'a> Databases<'a> {
    fn of(layer: usize, claims: &'a Claims) -> Self {
        Self {
            layer,
            claims,
            gone: vec![OnceCell::new(); claims.databases().len()],
        }
    }

    /// The force of a package's database for a file of layer `layer`.
    fn force(&self, package: &Package, layer: usize, stack: &[&PathMarks]) -> Force {
        let database = package.database as usize;
        let gone = self.gone.get(database);
        let gone = gone.and_then(|gone| *gone.get_or_init(|| self.gone(database, stack)));
        match gone {
            _ if self.layer <= layer && gone.is_none_or(|by| by > layer) => Force::Then(self.layer),
            None => Force::Final(self.layer),
            Some(_) => Force::None,
        }
    }

    /// The layer that hides a database.
    fn gone(&self, database: usize, stack: &[&PathMarks]) -> Option<usize> {
        let database = self.claims.databases().get(database)?;
        let path = real_path(stack, self.layer, &database.path, database.sequence);
        hidden_by(stack, self.layer, &path, database.sequence).map(|(_, by)| by)
    }
}

#[cfg(test)]
mod tests;
