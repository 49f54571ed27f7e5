//! Whose file it is, as the image's own package databases say.

use std::fmt;

use serde::Serialize;

/// A file that a package owns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PackageFile {
    /// Name of the package; printable.
    pub name: String,
    /// Its version, where the databases know it; printable.
    pub version: Option<String>,
    /// Whether it is as the package brought it.
    pub file: FileState,
}

impl PackageFile {
    /// Whether whoever has the package has the file.
    pub fn is_unmodified(&self) -> bool {
        self.file == FileState::Unmodified
    }
}

/// Whether a file is as its package brought it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// It has the checksum that a database states: whoever has the package has it.
    Unmodified,
    /// It has another one.
    Modified,
}

/// Name and version.
impl fmt::Display for PackageFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.version {
            Some(version) => write!(f, " {version}"),
            None => Ok(()),
        }
    }
}
