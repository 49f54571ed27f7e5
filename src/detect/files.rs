//! The detector of rules that know a file by its path alone: the file itself is the finding.
//!
//! Its first bytes stand for it, so that copies of it are one finding in several places.

use std::ops::Range;

use super::detector::{Desk, Detector, Found, View};
use super::matched::{By, TextKind};

/// Bytes that stand for a file.
const HEAD: usize = 1024;

/// The detector.
pub(super) struct Files;

impl Detector for Files {
    fn on_anchor(&self, _view: &View<'_>, _anchor: Range<usize>, _desk: &mut Desk<'_>) {}

    fn on_view(&self, view: &View<'_>, desk: &mut Desk<'_>) {
        let begins = view.base == 0 && view.own.start == 0 && !view.bytes.is_empty();
        if view.context.kind != TextKind::File || !begins || desk.is_full() {
            return;
        }
        desk.report(Found {
            rule: desk.index,
            by: By::Looks,
            written: None,
            secret: 0..view.bytes.len().min(HEAD),
            label: None,
            confidence: desk.rule.syntax.confidence,
            facts: Default::default(),
            suppressed: None,
        });
    }
}
