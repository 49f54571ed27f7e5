//! The transports that read local files. They differ in nothing but which shapes they ask for, so
//! they stand in one file; the content still decides what it is.

use std::path::Path;

use super::open::read;
use super::shape::Shape;
use super::transport::Source;
use super::{Contents, Selection};
use crate::archive::{Archive, Limits};
use crate::error::Result;

/// What `docker save` writes.
pub(super) static DOCKER_ARCHIVE: Local = Local {
    name: "docker-archive",
    form: "docker-archive:FILE[:reference]",
    shapes: &[Shape::DockerArchive, Shape::Legacy],
    takes_tag: true,
};

/// An OCI layout in a tar.
pub(super) static OCI_ARCHIVE: Local = Local {
    name: "oci-archive",
    form: "oci-archive:FILE[:tag]",
    shapes: &[Shape::OciLayout],
    takes_tag: true,
};

/// An OCI layout in a folder.
pub(super) static OCI: Local = Local {
    name: "oci",
    form: "oci:DIR[:tag]",
    shapes: &[Shape::OciLayout],
    takes_tag: true,
};

/// What `skopeo copy … dir:` writes.
pub(super) static DIR: Local = Local {
    name: "dir",
    form: "dir:DIR",
    shapes: &[Shape::Dir],
    takes_tag: false,
};

/// A transport that reads a file or folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Local {
    pub name: &'static str,
    form: &'static str,
    /// One of these the content must have.
    pub shapes: &'static [Shape],
    takes_tag: bool,
}

/// A file or folder, and what is asked of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    /// `-` is standard input.
    pub path: &'a Path,
    /// The name of an image in it.
    pub image: Option<&'a str>,
    /// What the content must be; anything where no transport was named.
    pub transport: Option<&'static Local>,
}

impl Source for Local {
    fn name(&self) -> &'static str {
        self.name
    }

    fn form(&self) -> &'static str {
        self.form
    }

    fn path<'r>(&'static self, rest: &'r str) -> Option<&'r Path> {
        Some(self.asked(rest).path)
    }

    fn open(&'static self, rest: &str, selection: &Selection, limits: &Limits) -> Result<Contents> {
        self.asked(rest).open(selection, limits)
    }
}

impl Local {
    /// What a reference to it asks for.
    pub fn asked<'a>(&'static self, rest: &'a str) -> Asked<'a> {
        let (path, image) = if self.takes_tag {
            split_tag(rest)
        } else {
            (rest, None)
        };
        Asked {
            path: Path::new(path),
            image,
            transport: Some(self),
        }
    }
}

impl<'a> Asked<'a> {
    /// A path as it stands: whatever it holds.
    pub fn anything(path: &'a str) -> Self {
        Self {
            path: Path::new(path),
            image: None,
            transport: None,
        }
    }

    /// Opens the file or folder and reads what is wanted of it.
    pub fn open(&self, selection: &Selection, limits: &Limits) -> Result<Contents> {
        let archive = if self.path == Path::new("-") {
            Archive::from_reader(&mut std::io::stdin().lock(), self.path, limits)?
        } else {
            Archive::open(self.path, limits)?
        };
        read(&archive, self, selection)
    }
}

/// Splits `PATH[:tag]`: the longest part that exists is the path, else the part before the first
/// colon.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    if Path::new(text).exists() {
        return (text, None);
    }
    let split = text
        .rmatch_indices(':')
        .map(|(at, _)| text.split_at(at))
        .find(|(path, _)| Path::new(path).exists())
        .or_else(|| text.find(':').map(|at| text.split_at(at)));
    match split {
        Some((path, tag)) => (path, tag.strip_prefix(':').filter(|tag| !tag.is_empty())),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_stands_behind_the_path_where_the_transport_takes_one() {
        for (transport, rest, path, image) in [
            (&DIR, "some:dir", "some:dir", None),
            (&OCI, "layout:v1:2", "layout", Some("v1:2")),
            (&OCI_ARCHIVE, "a.tar:", "a.tar", None),
            (&DOCKER_ARCHIVE, "a.tar", "a.tar", None),
        ] {
            let asked = transport.asked(rest);
            assert_eq!((asked.path, asked.image), (Path::new(path), image));
            assert_eq!(asked.transport, Some(transport));
        }
    }

    #[test]
    fn the_longest_part_that_exists_is_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("app:1.0");
        std::fs::write(&file, b"x").unwrap();
        let text = file.to_str().unwrap();
        assert_eq!(split_tag(text), (text, None));
        let tagged = format!("{text}:tag");
        assert_eq!(split_tag(&tagged), (text, Some("tag")));
    }
}
