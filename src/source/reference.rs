//! What the user typed for an image: a path, `-`, or `transport:reference`.
//!
//! A file that exists is a path, whatever its name looks like.

use std::path::Path;

use super::transport::{self, Source};
use crate::error::{Error, Result};

/// Transports that people know and that need a daemon, a store or a registry.
const NOT_YET: [&str; 5] = [
    "docker",
    "docker-daemon",
    "containerd",
    "containers-storage",
    "podman",
];

/// The file or folder that is read for what was typed, if one is.
pub fn path_of(image: &str) -> Option<&Path> {
    match Reference::parse(image).ok()? {
        Reference::Path("-") => None,
        Reference::Path(path) => Some(Path::new(path)),
        Reference::Named(source, rest) => source.path(rest),
    }
}

/// A parsed reference.
pub(super) enum Reference<'t> {
    /// A file, a folder, or `-` for standard input.
    Path(&'t str),
    /// A source and what stands behind the colon.
    Named(&'static dyn Source, &'t str),
}

impl<'t> Reference<'t> {
    /// Parses what was typed; looks at the file system to tell paths with colons.
    pub fn parse(text: &'t str) -> Result<Self> {
        if text == "-" || Path::new(text).exists() {
            return Ok(Self::Path(text));
        }
        let Some((prefix, rest)) = text.split_once(':') else {
            return Ok(Self::Path(text));
        };
        if let Some(source) = transport::named(prefix) {
            return match rest {
                "" => Err(invalid(text, format!("expected {}", source.form()))),
                rest => Ok(Self::Named(source, rest)),
            };
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
                    transport::forms()
                ),
            ));
        }
        Ok(Self::Path(text))
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

    /// Name of the source and what stands behind the colon; no name for a path.
    fn parsed(text: &str) -> (Option<&'static str>, &str) {
        match Reference::parse(text) {
            Ok(Reference::Path(path)) => (None, path),
            Ok(Reference::Named(source, rest)) => (Some(source.name()), rest),
            Err(error) => panic!("{error}"),
        }
    }

    fn refused(text: &str) -> String {
        match Reference::parse(text) {
            Err(error) => error.to_string(),
            Ok(_) => panic!("{text} was taken"),
        }
    }

    #[test]
    fn transports_and_paths_are_told_apart() {
        for path in ["-", "a/b.tar", "./x:y", "C:\\a.tar"] {
            assert_eq!(parsed(path), (None, path));
        }
        assert_eq!(parsed("dir:some:dir"), (Some("dir"), "some:dir"));
        assert_eq!(parsed("oci:layout:v1"), (Some("oci"), "layout:v1"));
    }

    #[test]
    fn a_file_that_exists_is_a_path_even_with_a_colon() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("app:1.0");
        std::fs::write(&file, b"x").unwrap();
        let text = file.to_str().unwrap();
        assert_eq!(parsed(text), (None, text));
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
