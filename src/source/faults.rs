//! What can be wrong with a blob that a document points at, as warnings.

use super::RawLayer;
use crate::archive::Blob;
use crate::error::{Warning, WarningCode, printable};
use crate::oci::Digest;

/// What is wrong where bytes do not have the digest that they are promised to have.
pub(super) fn check_digest(name: &str, digest: &Digest, blob: &Blob) -> Option<Warning> {
    let (code, reason) = match digest.verify(blob) {
        Some(true) => return None,
        Some(false) => (
            WarningCode::DigestMismatch,
            format!(
                "should have the digest {digest} and has {}",
                Digest::sha256(blob)
            ),
        ),
        None => (
            WarningCode::UnverifiedDigest,
            format!("was not checked against {digest}: unknown algorithm"),
        ),
    };
    let message = format!("{} {reason}", printable(name.as_bytes()));
    Some(Warning::new(code, message).at(name.as_bytes()))
}

/// A warning for a JSON document that is valid and does not have the form that its name promises.
pub(super) fn misshapen(name: &str, fault: &str) -> Warning {
    let message = format!(
        "{} {fault}; what lies beside it is still scanned",
        printable(name.as_bytes())
    );
    Warning::new(WarningCode::BrokenJson, message).at(name.as_bytes())
}

/// A warning for a layer that is not in the archive.
pub(super) fn missing_layer(index: usize, layer: &RawLayer) -> Warning {
    let reason = if layer.media_type.is_foreign() {
        "; it is a foreign (non-distributable) layer, which writers leave out: its files are not \
         scanned"
    } else {
        "; its files are not scanned"
    };
    Warning::new(
        WarningCode::MissingLayer,
        format!(
            "layer {index} ({}) is not in the archive{reason}",
            printable(layer.name.as_bytes())
        ),
    )
    .in_layer(index)
    .at(layer.name.as_bytes())
}

/// A warning for a manifest, config or other blob that is not in the archive.
pub(super) fn missing_blob(what: &str, name: &str) -> Warning {
    Warning::new(
        WarningCode::MissingBlob,
        format!(
            "{what} {} is not in the archive",
            printable(name.as_bytes())
        ),
    )
    .at(name.as_bytes())
}
