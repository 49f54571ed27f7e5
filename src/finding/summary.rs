//! The counts of a report, made from the report itself.

use std::collections::{BTreeMap, HashSet};

use super::{Finding, ImageReport, Summary, Visibility};
use crate::rules::Severity;

impl Summary {
    /// Counts findings (suppressed ones count nowhere) and what was scanned. A layer that several
    /// images share counts once; layers are the same when their diff IDs are, and a layer without
    /// one is its own.
    pub fn of(findings: &[Finding], images: &[ImageReport]) -> Self {
        let mut summary = Summary {
            findings: findings.len(),
            by_severity: named(Severity::ALL.iter().map(Severity::to_string)),
            by_visibility: named(Visibility::ALL.iter().map(|v| v.as_str().to_owned())),
            ..Summary::default()
        };
        for finding in findings {
            *summary
                .by_severity
                .entry(finding.severity.to_string())
                .or_default() += 1;
            *summary
                .by_visibility
                .entry(finding.visibility.as_str().to_owned())
                .or_default() += 1;
        }
        let mut seen = HashSet::new();
        let layers = images.iter().flat_map(|image| &image.layers);
        for layer in layers {
            if layer.diff_id.as_ref().is_none_or(|id| seen.insert(id)) {
                summary.layers += 1;
                summary.entries = summary.entries.saturating_add(layer.entries);
                summary.bytes = summary.bytes.saturating_add(layer.uncompressed_size);
            }
        }
        summary
    }
}

fn named(names: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    names.map(|name| (name, 0)).collect()
}
