//! The seam between the engine and what recognises secrets: a view on bytes in, hits out.
//!
//! A text of any length is shown in views. Each view *owns* a range of it, with [`OVERLAP`] bytes
//! of context on both sides, or up to the text's own ends. A hit belongs to the view that owns the
//! end of the anchor that led to it, so nothing is found twice and nothing is lost; what a
//! detector must remember from one view to the next lies in [`State`].

use std::cell::OnceCell;
use std::ops::Range;

use super::class::Class;
use super::crowd::Guest;
use super::keys::Sights;
use super::matched::{By, Context, Facts, Suppression};
use super::span::Span;
use crate::rules::{Confidence, LONGEST_MATCH, Rule};

/// Bytes around a match that a decision may rest on (line comments, neighbours of a token).
pub(super) const AROUND: usize = 512;
/// Context of a view on each side.
pub(super) const OVERLAP: usize = LONGEST_MATCH + 2 * AROUND;
/// Matches of one rule in one text that are kept.
pub(super) const MOST_MATCHES: usize = 10_000;
/// Matches of one rule in one text that its allowlists cover and that are listed all the same.
const MOST_ALLOWED: usize = 10;
/// Anchors of one rule in one text for which there stays room: hardly a text has more.
const USUAL: usize = 256;
/// Bytes of secrets of one rule in one text that are kept.
const MOST_BYTES: usize = 8 << 20;

/// A part of a text.
pub(super) struct View<'a> {
    /// The bytes with context on both sides.
    pub bytes: &'a [u8],
    /// The part that this view owns.
    pub own: Range<usize>,
    /// Offset of `bytes[0]` in the text.
    pub base: u64,
    /// Whether the text ends where `bytes` does.
    pub last: bool,
    /// What is known of the text.
    pub context: Context<'a>,
    /// What kind of file it is.
    pub class: Class,
    /// Whether it came with a package, once somebody asked.
    pub stock: OnceCell<bool>,
}

/// What one rule remembers from view to view of one text.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Offset in the text before which everything has been decided.
    pub resume: u64,
    /// Runs of anchor ends of the current view that are searched together.
    pub runs: Vec<(usize, usize)>,
    /// The first of these ends, one by one.
    pub ends: Vec<usize>,
    /// Blocks of the text that anchors led to and that have not been searched.
    pub blocks: Vec<u64>,
    /// Whether one of the rule's keywords was seen in the text.
    pub keyword: bool,
    /// Whether the rule looks at this path.
    pub applies: Applies,
    /// Whether matches were left out.
    pub limited: bool,
    /// Where in the text lists of values end that were looked through and may lie over one another.
    pub open_lists: Vec<u64>,
    matches: usize,
    bytes: usize,
    allowed: usize,
}

/// Whether a rule looks at the file at hand.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Applies {
    #[default]
    No,
    Yes,
    /// If the path fits one of its globs, which has not been asked.
    IfPathFits,
}

impl State {
    /// Whether anchors of the view, or of views before it, wait to be followed.
    pub(super) fn has_work(&self) -> bool {
        !self.runs.is_empty() || !self.blocks.is_empty()
    }

    /// Whether the rule has had as many matches as it may.
    pub(super) fn is_full(&self) -> bool {
        self.matches >= MOST_MATCHES || self.bytes >= MOST_BYTES
    }

    /// The rule has had them, of which these are none.
    pub(super) fn fill(&mut self) {
        self.matches = MOST_MATCHES;
    }

    /// What waits is not followed.
    pub(super) fn drop_work(&mut self) {
        self.runs.clear();
        self.ends.clear();
    }

    /// Ready for another text; what memory most texts need stays. Each field by name, so that none is forgotten.
    pub(super) fn reset(&mut self) {
        let Self {
            resume,
            runs,
            ends,
            blocks,
            keyword,
            applies,
            limited,
            open_lists,
            matches,
            bytes,
            allowed,
        } = self;
        runs.clear();
        ends.clear();
        blocks.clear();
        open_lists.clear();
        runs.shrink_to(USUAL);
        ends.shrink_to(USUAL);
        *resume = 0;
        (*keyword, *limited, *applies) = (false, false, Applies::No);
        (*matches, *bytes, *allowed) = (0, 0, 0);
    }
}

/// A secret that is written in some encoding.
pub(super) struct Written {
    /// What is encoded.
    pub text: Vec<u8>,
    /// Decodings that lead to it, outermost first.
    pub how: Vec<&'static str>,
    /// Where in a decoded text of its own it was found.
    pub inner: Option<Span>,
}

/// A hit in a view.
pub(super) struct Found {
    /// Index of the rule.
    pub rule: usize,
    /// What recognised it.
    pub by: By,
    /// Where the secret lies in the view, as it is written there.
    pub secret: Range<usize>,
    /// The secret itself, where it is written otherwise, which is rare.
    pub written: Option<Box<Written>>,
    /// Key name.
    pub label: Option<String>,
    /// After validation.
    pub confidence: Confidence,
    /// What can be told offline.
    pub facts: Facts,
    /// Why it does not count.
    pub suppressed: Option<Suppression>,
}

/// Where a detector works for one rule: its state and where its hits go.
pub(super) struct Desk<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Its index.
    pub index: usize,
    /// What it remembers.
    pub state: &'a mut State,
    /// Hits of the view so far.
    pub found: &'a mut Vec<Found>,
    /// Public keys seen so far, and what may be spent on keys.
    pub sights: &'a mut Sights,
    /// What bounds the hits of the entry that the text is a part of, if it is of one.
    pub guest: Option<&'a Guest>,
}

impl Desk<'_> {
    /// Whether the rule has had as many matches as it may in this text.
    pub(super) fn is_full(&mut self) -> bool {
        let full = self.state.is_full();
        self.state.limited |= full;
        full
    }

    /// Whether another allowed match is worth to be listed: rules of other tools find a lot that
    /// their allowlists take back.
    pub(super) fn has_room_for_allowed(&mut self) -> bool {
        self.state.allowed += 1;
        self.state.allowed <= MOST_ALLOWED
    }

    /// Takes a hit.
    pub(super) fn report(&mut self, found: Found) {
        self.state.matches += 1;
        let written = found.written.as_ref();
        self.state.bytes += written.map_or(found.secret.len(), |written| written.text.len());
        if self.guest.is_none_or(Guest::admits) {
            self.found.push(found);
        }
    }
}

/// Recognises secrets of one rule.
pub(super) trait Detector: Send + Sync {
    /// An anchor of the rule stands at `anchor`, and the view owns its end.
    fn on_anchor(&self, view: &View<'_>, anchor: Range<usize>, desk: &mut Desk<'_>);

    /// Whether what stands around an anchor lets it lead to anything, told by a few bytes of it.
    fn is_led_on(&self, _rule: &Rule, _view: &View<'_>, _anchor: &Range<usize>) -> bool {
        true
    }

    /// Every anchor of the view has been seen.
    fn on_view(&self, view: &View<'_>, desk: &mut Desk<'_>);

    /// Whether anchors are noted as they come and followed in `on_view` alone: then whether the rule
    /// looks at the file is asked only where [`may_hit`](Self::may_hit) says so.
    fn only_notes(&self) -> bool {
        false
    }

    /// Whether what was noted may lead to a hit, told at little cost.
    fn may_hit(&self, _view: &View<'_>, _desk: &Desk<'_>) -> bool {
        true
    }
}
