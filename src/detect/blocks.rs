//! The detector of rules whose regex has no longest match, or that no anchor leads to: rules of
//! other tools, mostly.
//!
//! What such a regex finds depends on where the text it sees ends. So that views change nothing,
//! the text is cut into blocks at fixed places: a match belongs to the block it begins in, and is
//! looked for as if the text ended a fixed way behind that block. Bytes are searched twice at
//! most, and a match longer than that way is not found.

use std::ops::Range;

use super::detector::{Desk, Detector, OVERLAP, View};
use super::finder::Finder;
use super::pattern::Pattern;
use crate::rules::{LONGEST_OPEN, Rule};

/// Bytes of a block. It must lie in a view together with what is looked at behind it.
const BLOCK: usize = 16 << 10;
/// Bytes that are looked at behind a block.
const REACH: usize = LONGEST_OPEN;
const _: () = assert!(BLOCK + REACH + 1024 <= OVERLAP);

/// One rule's validators, allowlists and whether anchors lead to it.
pub(super) struct Blocks {
    pattern: Pattern,
    anchored: bool,
}

impl Blocks {
    pub(super) fn new(rule: &Rule) -> Self {
        Self {
            pattern: Pattern::new(rule),
            anchored: !rule.syntax.anchors.is_empty(),
        }
    }

    /// Searches the block that begins at `start` of the text.
    fn search(&self, finder: &Finder<'_>, view: &View<'_>, start: u64, desk: &mut Desk<'_>) {
        let index = |offset: u64| {
            let index = usize::try_from(offset.saturating_sub(view.base));
            index.unwrap_or(usize::MAX).min(view.bytes.len())
        };
        let stop = index(start + BLOCK as u64);
        let haystack = &view.bytes[..view.bytes.len().min(stop + REACH)];
        let mut at = index(start.max(desk.state.resume));
        while at < stop && !desk.is_full() {
            let Some(whole) = finder.find(haystack, at).filter(|hit| hit.start < stop) else {
                break;
            };
            let begin = whole.start;
            match within_reach(finder, haystack, whole) {
                Some(whole) if whole.start < stop => {
                    let secret = finder.secret(haystack, &whole);
                    at = whole.end.max(whole.start + 1);
                    if let Some(found) = self.pattern.judge(view, desk, whole, secret) {
                        desk.report(found);
                    }
                }
                // It belongs to the next block.
                Some(_) => at = stop,
                None => at = begin + REACH,
            }
        }
        desk.state.resume = desk.state.resume.max(view.base + at as u64);
    }
}

/// A match that is not too long; of one that is, what the regex finds in its first bytes.
fn within_reach(finder: &Finder<'_>, haystack: &[u8], whole: Range<usize>) -> Option<Range<usize>> {
    if whole.len() <= REACH {
        return Some(whole);
    }
    let near = &haystack[..whole.start + REACH];
    // What ends where the bytes were cut would have gone on.
    finder
        .find(near, whole.start)
        .filter(|hit| hit.end < near.len())
}

impl Detector for Blocks {
    fn on_anchor(&self, view: &View<'_>, anchor: Range<usize>, desk: &mut Desk<'_>) {
        let offset = |at: usize| view.base + at as u64;
        let first = offset(anchor.end).saturating_sub(REACH as u64) / BLOCK as u64;
        for block in first..=offset(anchor.start) / BLOCK as u64 {
            if desk.state.blocks.last().is_none_or(|last| *last < block) {
                desk.state.blocks.push(block);
            }
        }
    }

    fn on_view(&self, view: &View<'_>, desk: &mut Desk<'_>) {
        // The text is over and holds no keyword, so that nothing in it would count.
        if view.last && !desk.state.keyword && !desk.rule.keywords().is_empty() {
            return;
        }
        let Some(finder) = Finder::of(desk.rule) else {
            return;
        };
        let offset = |at: usize| view.base + at as u64;
        let end = offset(view.own.end);
        let block_size = BLOCK as u64;
        // Blocks whose reach ends in the view's own part.
        let is_ready = |block: u64| view.last || (block + 1) * block_size + REACH as u64 <= end;
        if self.anchored {
            let mut blocks = std::mem::take(&mut desk.state.blocks);
            let ready = blocks.partition_point(|block| is_ready(*block));
            for block in blocks.drain(..ready) {
                self.search(&finder, view, block * block_size, desk);
            }
            desk.state.blocks = blocks;
            return;
        }
        let mut block = offset(view.own.start).saturating_sub(REACH as u64) / block_size;
        while is_ready(block) && block * block_size < offset(view.bytes.len()) {
            self.search(&finder, view, block * block_size, desk);
            block += 1;
        }
    }
}
