//! What can go wrong, in two kinds that are never mixed.
//!
//! * [`Error`]: the *run* cannot go on: a file that is not there, an input that is no image, a
//!   rule file with mistakes. Every variant says which path, digest, layer or rule it is about.
//! * [`Warning`]: the *subject* is wrong: a truncated layer, a digest that does not match, broken
//!   JSON. A warning stands in the report, the rest of the image is still scanned, and codes for
//!   which [`WarningCode::is_incomplete`] holds keep the scan from ever counting as a pass.
//!
//! Messages name the thing and the place, never hold a secret, and escape control characters of
//! names that come from an image ([`printable`]).

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The library's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a run could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory could not be opened or read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// What was read; `-` is standard input.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The input is readable but holds no image.
    #[error("{path} holds no image: {reason}")]
    NotAnImage {
        /// The input.
        path: PathBuf,
        /// What was looked for and what was found instead.
        reason: String,
    },
    /// The reference or the selection on the command line fits nothing in the input.
    #[error("{path}: {reason}")]
    NoMatch {
        /// The input.
        path: PathBuf,
        /// What was asked for and what there is.
        reason: String,
    },
    /// Several inputs, and not one that can be scanned: why, for each.
    #[error("none of {} inputs can be scanned\n{}", .0.len(), .0.iter().map(Error::to_string).collect::<Vec<_>>().join("\n"))]
    NoInput(Vec<Error>),
    /// A digest, platform or reference that is not well formed.
    #[error("invalid {what} {value:?}: {reason}")]
    Invalid {
        /// The kind of value: "digest", "platform", …
        what: &'static str,
        /// The value as given.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Rule files with mistakes: every one of them, each naming file and rule.
    #[error("{}", .0.join("\n"))]
    Rules(Vec<String>),
    /// The report could not be written.
    #[error("cannot write the report: {0}")]
    Write(#[source] io::Error),
}

/// What is wrong with the subject of a scan, as the report shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Warning {
    /// What kind of thing is wrong.
    pub code: WarningCode,
    /// The thing, the place and what it means, in one sentence without secrets.
    pub message: String,
    /// Index of the image in the report.
    pub image: Option<usize>,
    /// Index of the layer in that image, 0 = base.
    pub layer: Option<usize>,
    /// Path of an entry, a blob or a member of the archive.
    pub path: Option<String>,
}

impl Warning {
    /// Bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        let path = self.path.as_ref().map_or(0, String::len);
        size_of::<Self>() + self.message.len() + path
    }

    /// A warning about the whole input; narrow it with the `in_…` and `at` methods.
    pub fn new(code: WarningCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            image: None,
            layer: None,
            path: None,
        }
    }

    /// Layer and path, as far as the message does not name them itself, as most do.
    pub fn unsaid(&self) -> (Option<String>, Option<&str>) {
        let is_unsaid = |text: &str| {
            let mut after = self.message.split(text).skip(1);
            !after.any(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        };
        let layer = self.layer.map(|layer| format!("layer {layer}"));
        let path = self.path.as_deref().filter(|path| is_unsaid(path));
        (layer.filter(|layer| is_unsaid(layer)), path)
    }

    /// Says which layer it is about.
    pub fn in_layer(mut self, layer: usize) -> Self {
        self.layer = Some(layer);
        self
    }

    /// Says which image it is about.
    pub fn in_image(mut self, image: usize) -> Self {
        self.image = Some(image);
        self
    }

    /// Says which path it is about; control characters are escaped.
    pub fn at(mut self, path: &[u8]) -> Self {
        self.path = Some(printable(path));
        self
    }
}

/// Kinds of warnings; kebab-case in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WarningCode {
    /// The outer archive ends in the middle of a member.
    TruncatedArchive,
    /// The outer archive has bytes that are no tar.
    BrokenArchive,
    /// A layer ends early.
    TruncatedLayer,
    /// A layer has bytes that are no tar or no valid compressed stream.
    BrokenLayer,
    /// A layer's blob is not in the archive.
    MissingLayer,
    /// A manifest or config blob is not in the archive.
    MissingBlob,
    /// A platform of an index that this scan did not ask for is not in the archive.
    MissingPlatform,
    /// An index offers platforms that nobody asked for and that were not scanned.
    PlatformNotScanned,
    /// JSON that does not parse.
    BrokenJson,
    /// Stored bytes do not have the digest that names them.
    DigestMismatch,
    /// The uncompressed layer does not have its diff ID.
    DiffIdMismatch,
    /// A digest in an algorithm that is not supported: all was read, and nobody knows whether it
    /// is what it says it is.
    UnverifiedDigest,
    /// The manifest lists more or fewer layers than the config has diff IDs.
    LayerCountMismatch,
    /// Instructions could be assigned to layers only approximately.
    ApproximateHistory,
    /// A limit on untrusted input was hit.
    LimitReached,
    /// A layer is encrypted.
    EncryptedLayer,
    /// A compression that is not supported.
    UnsupportedCompression,
    /// A blob that stands as a layer but is no tar; it was scanned as a plain file.
    NotATar,
    /// Links in the archive that lead in a circle, nowhere, or out of it.
    BrokenLink,
    /// A file of a directory input that could not be read.
    UnreadableFile,
    /// An entry name that leads out of the root (`..`) or holds NUL.
    HostileName,
    /// Entries behind the end mark of a tar: whoever unpacks it stops there, and they were scanned.
    BehindEndMark,
    /// A nested archive in an entry could not be read to its end; its raw bytes were scanned.
    BrokenNestedArchive,
    /// An allow or baseline entry that has expired or fits nothing.
    StalePolicy,
    /// A package database that could not be read, or not to its end: what it says of files does
    /// not count, so findings stand that it might have explained.
    PackageDatabase,
}

impl WarningCode {
    /// Whether something of the image could not be scanned or trusted, so that the scan is
    /// incomplete and must not pass.
    pub fn is_incomplete(self) -> bool {
        !matches!(
            self,
            Self::MissingPlatform
                | Self::PlatformNotScanned
                | Self::ApproximateHistory
                | Self::NotATar
                | Self::HostileName
                | Self::BehindEndMark
                | Self::StalePolicy
                | Self::PackageDatabase
                | Self::BrokenNestedArchive
        )
    }
}

/// Bytes from an image as text that is safe to print: UTF-8 stays, control characters,
/// bidirectional overrides and invalid bytes are escaped (`\x1b`, `\u{202e}`, `\xff`).
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\0'..='\x1f' | '\x7f' => text.push_str(&format!("\\x{:02x}", u32::from(c))),
                c if is_deceptive(c) => text.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// Characters that change how other text is shown: C1 controls, line and paragraph separators,
/// bidirectional and zero-width marks.
pub(crate) fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_escapes_what_could_drive_or_deceive_a_terminal() {
        assert_eq!(printable("straße/.env".as_bytes()), "straße/.env");
        assert_eq!(printable(b"a\x1b[2Jb\0\xff"), "a\\x1b[2Jb\\x00\\xff");
        assert_eq!(
            printable("a\u{202e}b\u{9b}".as_bytes()),
            "a\\u{202e}b\\u{9b}"
        );
    }

    #[test]
    fn a_place_that_the_message_names_is_not_said_again() {
        let warning = |message: &str| {
            let warning = Warning::new(WarningCode::BrokenNestedArchive, message);
            warning.in_layer(1).at(b"a.zip")
        };
        let unsaid = |message: &str| {
            let warning = warning(message);
            let (layer, path) = warning.unsaid();
            (layer.is_some(), path.is_some())
        };
        assert_eq!(unsaid("ends early"), (true, true));
        assert_eq!(unsaid("layer 1 (x) ends early"), (false, true));
        assert_eq!(
            unsaid("layer 12 has a.zip, which ends early"),
            (true, false)
        );
    }

    #[test]
    fn codes_are_kebab_case() {
        let json = serde_json::to_string(&WarningCode::DiffIdMismatch).unwrap();
        assert_eq!(json, "\"diff-id-mismatch\"");
    }
}
