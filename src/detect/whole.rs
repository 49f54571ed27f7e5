//! The built-in detector `file`: a file that holds a secret and nothing else.
//!
//! Only the file's path says what it is, so rules that use it name their paths; the content must
//! be one line that could be a secret.

use std::ops::Range;

use super::assignment::value;
use super::detector::{Desk, Detector, Found, View};
use super::entropy::bits_per_byte;
use super::matched::{By, TextKind};
use super::{phrase, suppress};
use crate::rules::Confidence;

/// Lengths of a line that is taken for a secret.
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=4096;

/// The detector.
pub(super) struct Whole;

impl Detector for Whole {
    fn on_anchor(&self, _view: &View<'_>, _anchor: Range<usize>, _desk: &mut Desk<'_>) {}

    fn on_view(&self, view: &View<'_>, desk: &mut Desk<'_>) {
        if view.context.kind != TextKind::File || view.base > 0 || !view.last {
            return;
        }
        let text = view.bytes.trim_ascii();
        let least = desk.rule.syntax.entropy.unwrap_or(2.0);
        if !LENGTHS.contains(&text.len())
            || !text.iter().all(u8::is_ascii_graphic)
            || value::is_placeholder(text)
            || value::is_reference(text)
            || value::is_path(text)
            || bits_per_byte(text) < least
        {
            return;
        }
        let start = view.bytes.len() - view.bytes.trim_ascii_start().len();
        let confidence = if value::is_wordlike(text) || phrase::only_tells(text) {
            Confidence::Possible
        } else {
            desk.rule.syntax.confidence
        };
        desk.report(Found {
            rule: desk.index,
            by: By::Looks,
            written: None,
            secret: start..start + text.len(),
            label: None,
            confidence,
            facts: Default::default(),
            suppressed: suppress::assigned(text),
        });
    }
}
