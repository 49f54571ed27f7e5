//! Whether a layer is what its digest and its diff ID say.

use super::{Layer, LayerSummary};
use crate::archive::Algorithm;
use crate::error::{Warning, WarningCode, printable};
use crate::oci::{DiffId, Digest};

/// The algorithm to hash with: that of `stated`, or SHA-256 where there is none to compare with.
pub(super) fn algorithm(stated: Option<&Digest>) -> Algorithm {
    stated.and_then(Algorithm::of).unwrap_or(Algorithm::Sha256)
}

impl Layer {
    /// What its stored bytes are hashed with.
    pub(crate) fn algorithm(&self) -> Algorithm {
        algorithm(self.digest.as_ref())
    }
}

/// Compares what was computed with what is stated and writes both findings into `summary`.
pub(super) fn judge(
    layer: &Layer,
    stored: Option<Digest>,
    tar: Option<Digest>,
    summary: &mut LayerSummary,
) {
    let stated = [
        layer.digest.as_ref(),
        layer.diff_id.as_ref().map(|id| &id.0),
    ];
    let computed = [stored.as_ref(), tar.as_ref()];
    let kinds = [
        ("digest", "stored bytes have", WarningCode::DigestMismatch),
        (
            "diff ID",
            "uncompressed tar has",
            WarningCode::DiffIdMismatch,
        ),
    ];
    let mut verdicts = Vec::new();
    for ((stated, computed), (name, found, code)) in stated.into_iter().zip(computed).zip(kinds) {
        let (Some(stated), Some(computed)) = (stated, computed) else {
            continue;
        };
        let blob = printable(layer.name.as_bytes());
        let at = format!("layer {} ({blob})", layer.index);
        if Algorithm::of(stated).is_none() {
            let message = format!(
                "{at}: the {name} {stated} was not checked, {} is not supported",
                stated.algorithm()
            );
            let warning = Warning::new(WarningCode::UnverifiedDigest, message);
            summary.warnings.push(warning.in_layer(layer.index));
            continue;
        }
        verdicts.push(stated == computed);
        if stated != computed {
            let message = format!("{at}: the {name} is {stated}, but the {found} {computed}");
            summary
                .warnings
                .push(Warning::new(code, message).in_layer(layer.index));
        }
    }
    summary.verified = (!verdicts.is_empty()).then(|| verdicts.iter().all(|holds| *holds));
    summary.digest = stored;
    summary.diff_id = tar.map(DiffId);
}
