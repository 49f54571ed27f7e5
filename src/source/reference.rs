//! What the user typed for an image: a path, `-`, or `transport:reference`.
//!
//! The transports are skopeo's. A file that exists is a path, whatever its name looks like; a
//! transport only says what the content has to be, and the content still decides.

use std::path::{Path, PathBuf};

use super::shape::Shape;
use crate::error::{Error, Result};

/// A transport that reads local files.
struct Transport {
    prefix: &'static str,
    form: &'static str,
    shapes: &'static [Shape],
    takes_tag: bool,
}

/// The registry of transports.
const TRANSPORTS: [Transport; 4] = [
    Transport {
        prefix: "docker-archive",
        form: "docker-archive:FILE[:reference]",
        shapes: &[Shape::DockerArchive, Shape::Legacy],
        takes_tag: true,
    },
    Transport {
        prefix: "oci-archive",
        form: "oci-archive:FILE[:tag]",
        shapes: &[Shape::OciLayout],
        takes_tag: true,
    },
    Transport {
        prefix: "oci",
        form: "oci:DIR[:tag]",
        shapes: &[Shape::OciLayout],
        takes_tag: true,
    },
    Transport {
        prefix: "dir",
        form: "dir:DIR",
        shapes: &[Shape::Dir],
        takes_tag: false,
    },
];

/// Transports that people know and that need a daemon, a store or a registry.
const NOT_YET: [&str; 5] = [
    "docker",
    "docker-daemon",
    "containerd",
    "containers-storage",
    "podman",
];

/// A parsed reference.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// `-` is standard input.
    pub path: PathBuf,
    /// The name of an image in it, where the transport takes one.
    pub image: Option<String>,
    /// What the content must be; empty where anything goes.
    pub shapes: &'static [Shape],
    /// The transport, for messages.
    pub transport: Option<&'static str>,
}

impl Reference {
    /// Parses what was typed; looks at the file system to tell paths with colons.
    pub fn parse(text: &str) -> Result<Self> {
        let path = |path: &str| Self {
            path: PathBuf::from(path),
            image: None,
            shapes: &[],
            transport: None,
        };
        if text == "-" || Path::new(text).exists() {
            return Ok(path(text));
        }
        let Some((prefix, rest)) = text.split_once(':') else {
            return Ok(path(text));
        };
        if let Some(transport) = TRANSPORTS.iter().find(|known| known.prefix == prefix) {
            return transport.parse(text, rest);
        }
        if NOT_YET.contains(&prefix) {
            return Err(invalid(
                text,
                format!(
                    "{prefix}: is not supported yet; save the image first, for example with \
                     `docker save` or `skopeo copy {text} docker-archive:image.tar`, and scan \
                     that file"
                ),
            ));
        }
        if is_transport_name(prefix) {
            return Err(invalid(
                text,
                format!(
                    "no such file, and {prefix:?} is no known transport; known are {}, a path, \
                     and - for standard input",
                    TRANSPORTS.map(|known| known.form).join(", ")
                ),
            ));
        }
        Ok(path(text))
    }
}

impl Transport {
    fn parse(&'static self, text: &str, rest: &str) -> Result<Reference> {
        if rest.is_empty() {
            return Err(invalid(text, format!("expected {}", self.form)));
        }
        let (path, image) = if self.takes_tag {
            split_tag(rest)
        } else {
            (rest, None)
        };
        Ok(Reference {
            path: PathBuf::from(path),
            image: image.map(str::to_owned),
            shapes: self.shapes,
            transport: Some(self.prefix),
        })
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

/// Whether a prefix can be meant as a transport; a single letter is a drive.
fn is_transport_name(prefix: &str) -> bool {
    prefix.len() > 1
        && prefix
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'+'))
}

fn invalid(text: &str, reason: String) -> Error {
    Error::Invalid {
        what: "image",
        value: text.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Reference::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn transports_and_paths_are_told_apart() {
        let parse = |text| {
            let reference = Reference::parse(text).unwrap();
            (reference.path, reference.image, reference.transport)
        };
        assert_eq!(parse("-"), ("-".into(), None, None));
        assert_eq!(parse("a/b.tar"), ("a/b.tar".into(), None, None));
        assert_eq!(parse("./x:y"), ("./x:y".into(), None, None));
        assert_eq!(
            parse("dir:some:dir"),
            ("some:dir".into(), None, Some("dir"))
        );
        assert_eq!(
            parse("oci:layout:v1:2"),
            ("layout".into(), Some("v1:2".to_owned()), Some("oci"))
        );
        assert_eq!(
            parse("docker-archive:a.tar"),
            ("a.tar".into(), None, Some("docker-archive"))
        );
    }

    #[test]
    fn a_file_that_exists_is_a_path_even_with_a_colon() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("app:1.0");
        std::fs::write(&file, b"x").unwrap();
        let text = file.to_str().unwrap();
        assert_eq!(Reference::parse(text).unwrap().path, file);
        let tagged = Reference::parse(&format!("oci-archive:{text}:tag")).unwrap();
        assert_eq!((tagged.path, tagged.image.as_deref()), (file, Some("tag")));
    }

    #[test]
    fn what_is_not_supported_yet_is_not_called_a_missing_file() {
        for text in [
            "docker://alpine:3",
            "docker-daemon:alpine:3",
            "containerd:alpine",
        ] {
            let message = refused(text);
            assert!(message.contains("not supported yet"), "{message}");
            assert!(message.contains("docker save"), "{message}");
        }
    }

    #[test]
    fn an_unknown_transport_is_answered_with_the_known_ones() {
        let message = refused("nginx:latest");
        for known in ["docker-archive:", "oci-archive:", "oci:", "dir:", "- for"] {
            assert!(message.contains(known), "{message}");
        }
        assert!(refused("oci:").contains("oci:DIR"));
    }
}
