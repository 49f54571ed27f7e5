//! What the package databases of one layer claim, compactly: for each file a hash of its path, the
//! head of its checksum and the number of its package, so that the claims of a large image take a
//! few megabytes and not the size of its databases.

use std::collections::{HashMap, HashSet};

use super::budget::Budget;
use super::overlay::{Common, PathMarks};
use crate::error::printable;
use crate::packages::{Broken, Checksum, Database, Record};

/// Bytes of paths that are hashed for one layer.
const HASHED: usize = 256 << 20;
/// Longest name or version of a package that is kept.
const LONGEST_NAME: usize = 128;
/// What a package takes beside its name and version.
const PACKAGE: usize = 64;
/// Claims on one path that are kept: packages of several architectures share files, and a list and
/// a status may both name one.
const MOST_ON_A_PATH: usize = 16;

/// The claims of a layer.
#[derive(Debug)]
pub(super) struct Claims {
    common: Common,
    /// In order once they are settled.
    list: Vec<Claim>,
    packages: Vec<Package>,
    databases: Vec<DatabaseFile>,
    /// What `status` says of packages whose lists of files do not know their version.
    versions: HashMap<String, String>,
    room: Budget,
    work: Budget,
    /// Claims on paths that others claimed often enough.
    crowded: u64,
}

/// That a package has a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    path: u64,
    package: u32,
    pub(super) checksum: Checksum,
}

#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: Option<String>,
    /// Which of its layer's databases has it.
    pub(super) database: u32,
}

/// The entry that a database is.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    pub(super) path: Vec<u8>,
    pub(super) sequence: u32,
}

impl Claims {
    /// None yet, and room for so many bytes; the same path has the same key in all layers.
    pub(super) fn new(common: &Common, room: usize) -> Self {
        Self {
            common: common.clone(),
            list: Vec::new(),
            packages: Vec::new(),
            databases: Vec::new(),
            versions: HashMap::new(),
            room: Budget::of(room),
            work: Budget::of(HASHED),
            crowded: 0,
        }
    }

    /// Takes what the database in entry `sequence` at `path` says.
    pub(super) fn read(&mut self, path: &[u8], sequence: u32, bytes: &[u8]) -> Result<(), Broken> {
        match Database::at(path) {
            Some(database) => self.hear(path, sequence, |listen| database.read(bytes, listen)),
            None => Ok(()),
        }
    }

    /// The same as `tell` tells it; its error is told also where there is no room.
    pub(super) fn hear<E>(
        &mut self,
        path: &[u8],
        sequence: u32,
        tell: impl FnOnce(&mut dyn FnMut(Record<'_>)) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.room.take(PACKAGE + path.len()) {
            return tell(&mut |_| {});
        }
        self.databases.push(DatabaseFile {
            path: path.to_vec(),
            sequence,
        });
        let is_status = Database::at(path) == Some(Database::DpkgStatus);
        // Most packages of a status have no file there and need no number.
        let mut waiting = None;
        let mut is_kept = false;
        tell(&mut |record| match record {
            Record::Package { name, version } => {
                let (name, version) = (shown(name), version.map(shown));
                if let Some(version) = version.as_ref().filter(|_| is_status)
                    && self.room.take(PACKAGE + name.len() + version.len())
                {
                    self.versions.insert(name.clone(), version.clone());
                }
                waiting = Some((name, version));
            }
            Record::File { path, checksum } => {
                if let Some((name, version)) = waiting.take() {
                    is_kept = self.add_package(name, version);
                }
                if is_kept {
                    self.add(path, checksum);
                }
            }
        })
    }

    /// Adds a package; whether there was room.
    fn add_package(&mut self, name: String, version: Option<String>) -> bool {
        let size = PACKAGE + name.len() + version.as_ref().map_or(0, String::len);
        let is_kept = self.room.take(size);
        if is_kept {
            self.packages.push(Package {
                name,
                version,
                database: number(self.databases.len()),
            });
        }
        is_kept
    }

    /// Adds a file of the last package.
    fn add(&mut self, path: &[u8], checksum: Checksum) {
        if self.work.take(path.len()) && self.room.take(size_of::<Claim>()) {
            self.list.push(Claim {
                path: self.common.short_key(path),
                package: number(self.packages.len()),
                checksum,
            });
        }
    }

    /// All databases of the layer are read: versions find their packages, claims their order.
    pub(super) fn settle(&mut self, marks: &PathMarks) {
        for package in &mut self.packages {
            if package.version.is_none() {
                package.version = self.versions.get(&package.name).cloned();
            }
        }
        self.versions = HashMap::new();
        let private: HashSet<u32> = (0..)
            .zip(&self.databases)
            .filter(|(_, database)| is_private(&database.path, marks))
            .map(|(number, _)| number)
            .collect();
        let (packages, list) = (&self.packages, &mut self.list);
        list.retain(|claim| {
            packages
                .get(claim.package as usize)
                .is_some_and(|package| !private.contains(&package.database))
        });
        list.sort_unstable();
        list.dedup();
        self.crowded = leave_out_crowds(list);
        list.shrink_to_fit();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many claims and packages were not kept.
    pub(super) fn lost(&self) -> u64 {
        self.room.refused() + self.work.refused() + self.crowded
    }

    /// Every claim on the path with this [short key](Common::short_key), in order.
    pub(super) fn of_path(&self, key: u64) -> &[Claim] {
        let first = self.list.partition_point(|claim| claim.path < key);
        let rest = self.list.get(first..).unwrap_or_default();
        let end = rest.partition_point(|claim| claim.path == key);
        rest.get(..end).unwrap_or_default()
    }

    /// Who makes a claim of this layer.
    pub(super) fn maker(&self, claim: &Claim) -> Option<&Package> {
        self.packages.get(claim.package as usize)
    }

    /// The layer's databases, in the order in which they stand in it.
    pub(super) fn databases(&self) -> &[DatabaseFile] {
        &self.databases
    }
}

/// Keeps the first claims on each path of a list that is in order, and counts the others: every file
/// with a hit is compared with all that are kept of its path.
fn leave_out_crowds(list: &mut Vec<Claim>) -> u64 {
    let (mut path, mut seen, mut left_out) = (None, 0, 0);
    list.retain(|claim| {
        seen = if path == Some(claim.path) {
            seen + 1
        } else {
            1
        };
        path = Some(claim.path);
        let is_kept = seen <= MOST_ON_A_PATH;
        left_out += u64::from(!is_kept);
        is_kept
    });
    left_out
}

/// Whether the distribution of a Python record was installed from a folder, an archive or a
/// repository and not from an index: then it is most likely the image's own work.
///
/// Source: "Recording the Direct URL Origin of installed distributions" (PEP 610).
fn is_private(database: &[u8], marks: &PathMarks) -> bool {
    let folder = database.strip_suffix(b"RECORD");
    folder.is_some_and(|folder| {
        let origin = [folder, b"direct_url.json"].concat();
        marks.last_entry(&origin).is_some()
    })
}

/// The number of the last of so many things.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_sub(1)
}

fn shown(name: &[u8]) -> String {
    printable(name.get(..LONGEST_NAME).unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: &str = "900150983cd24fb0d6963f7d28e17f72";

    fn claims() -> Claims {
        Claims::new(&Common::default(), 1 << 20)
    }

    fn on<'c>(claims: &'c Claims, path: &str) -> &'c [Claim] {
        claims.of_path(claims.common.short_key(path.as_bytes()))
    }

    fn makers(claims: &Claims, path: &str) -> Vec<String> {
        let found = on(claims, path).iter();
        found
            .map(|claim| {
                let package = claims.maker(claim).expect("a maker");
                let database = &claims.databases()[package.database as usize];
                let path = String::from_utf8_lossy(&database.path).into_owned();
                let version = package.version.as_deref().unwrap_or("none");
                format!("{} {version} {path} {}", package.name, database.sequence)
            })
            .collect()
    }

    #[test]
    fn a_list_finds_its_version_in_the_status_wherever_that_stands() {
        let mut claims = claims();
        let list = format!("{SUM}  usr/bin/a\n");
        let info = |name: &str| format!("var/lib/dpkg/info/{name}.md5sums").into_bytes();
        claims.read(&info("a:amd64"), 3, list.as_bytes()).unwrap();
        claims
            .read(b"var/lib/dpkg/status", 4, b"Package: a\nVersion: 7-1\n")
            .unwrap();
        claims.read(&info("b"), 5, list.as_bytes()).unwrap();
        claims.settle(&PathMarks::default());
        assert_eq!(
            makers(&claims, "usr/bin/a"),
            [
                "a 7-1 var/lib/dpkg/info/a:amd64.md5sums 3",
                "b none var/lib/dpkg/info/b.md5sums 5"
            ]
        );
        assert!(makers(&claims, "usr/bin/b").is_empty());
    }

    #[test]
    fn a_database_that_there_is_no_room_for_is_told_to_be_broken_all_the_same() {
        let mut claims = Claims::new(&Common::default(), 0);
        let path = b"var/lib/rpm/rpmdb.sqlite";
        assert!(claims.read(path, 1, b"no database").is_err());
        assert!(claims.databases.is_empty() && claims.lost() > 0);
    }

    #[test]
    fn a_distribution_from_a_folder_or_repository_claims_nothing() {
        let record = "m.py,sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3\n";
        for (origin, expected) in [("METADATA", 1), ("direct_url.json", 0)] {
            let mut claims = claims();
            let mut marks = PathMarks::new(&claims.common);
            marks.add(format!("lib/m-1.dist-info/{origin}").as_bytes(), false, 1);
            let read = claims.read(b"lib/m-1.dist-info/RECORD", 2, record.as_bytes());
            read.unwrap();
            claims.settle(&marks);
            assert_eq!(on(&claims, "lib/m.py").len(), expected, "{origin}");
            assert_eq!(claims.is_empty(), expected == 0);
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_and_the_files_of_a_package_that_does_not_are_nobodys() {
        let mut claims = claims();
        let one = format!("{SUM}  usr/bin/a\n");
        claims.room = Budget::of(PACKAGE + 40);
        claims
            .read(b"var/lib/dpkg/info/a.md5sums", 1, one.as_bytes())
            .unwrap();
        assert_eq!(
            claims.lost(),
            1,
            "the package did not fit beside its database"
        );
        claims.room = Budget::of(2 * PACKAGE + 80);
        claims
            .read(b"var/lib/dpkg/info/b.md5sums", 2, one.repeat(9).as_bytes())
            .unwrap();
        claims.settle(&PathMarks::default());
        assert_eq!(claims.lost(), 7, "two of nine fit");
        assert_eq!(
            makers(&claims, "usr/bin/a"),
            ["b none var/lib/dpkg/info/b.md5sums 2"]
        );
    }

    #[test]
    fn of_a_path_that_many_packages_claim_the_first_claims_are_kept() {
        let mut claims = claims();
        let many = MOST_ON_A_PATH as u32 + 4;
        for package in 0..many {
            let list = format!("{SUM}  usr/bin/a\n{SUM}  usr/bin/{package}\n");
            let path = format!("var/lib/dpkg/info/p{package}.md5sums");
            claims
                .read(path.as_bytes(), package, list.as_bytes())
                .unwrap();
        }
        claims.settle(&PathMarks::default());
        assert_eq!(claims.lost(), 4);
        let makers = makers(&claims, "usr/bin/a");
        assert_eq!(makers.len(), MOST_ON_A_PATH);
        assert!(makers[0].starts_with("p0 "), "{makers:?}");
        assert!((0..many).all(|package| on(&claims, &format!("usr/bin/{package}")).len() == 1));
    }

    #[test]
    fn a_claim_is_small() {
        assert_eq!(size_of::<Claim>(), 24);
    }
}
