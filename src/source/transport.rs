//! The seam between a reference and where its images come from.
//!
//! A [`Source`] is a transport, named as skopeo names it. It delivers bytes and names; whatever
//! can be computed from them is computed once, behind it. To add one takes a file of this folder
//! and a line in [`SOURCES`]; `tests/it/shapes.rs` feeds every one the same image.

use std::path::Path;

use super::{Contents, Selection, local};
use crate::archive::Limits;
use crate::error::Result;

/// Every source that can be named.
const SOURCES: [&dyn Source; 4] = [
    &local::DOCKER_ARCHIVE,
    &local::OCI_ARCHIVE,
    &local::OCI,
    &local::DIR,
];

/// Where images come from.
pub(super) trait Source: Sync {
    /// What stands before the colon of a reference.
    fn name(&self) -> &'static str;

    /// How a reference to it is written, for messages: `oci:DIR[:tag]`.
    fn form(&self) -> &'static str;

    /// The file or folder that is read, where it is one.
    fn path<'r>(&'static self, rest: &'r str) -> Option<&'r Path>;

    /// Opens what stands behind the colon, which is not empty.
    fn open(&'static self, rest: &str, selection: &Selection, limits: &Limits) -> Result<Contents>;
}

/// The source of this name.
pub(super) fn named(name: &str) -> Option<&'static dyn Source> {
    SOURCES.into_iter().find(|source| source.name() == name)
}

/// How references are written, all of them.
pub(super) fn forms() -> String {
    SOURCES.map(|source| source.form()).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_found_by_its_own_name_and_its_form_begins_with_it() {
        for source in SOURCES {
            let found = named(source.name()).map(|found| found.form());
            assert_eq!(found, Some(source.form()));
            assert!(source.form().starts_with(&format!("{}:", source.name())));
        }
        assert!(named("docker-daemon").is_none());
    }
}
