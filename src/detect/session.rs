//! One text's way through the detectors: views in, matches out.
//!
//! Everything that changes while a text is scanned is here, so that the engine itself can be
//! shared between threads; a session is made once for each worker and used for text after text.

mod escapes;
mod keep;
mod wants;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::crowd::Guest;
use super::detector::{Desk, Found, State, View};
use super::engine::{self, Engine};
use super::escapes::Escapes;
use super::fields::{Fields, Formats, Hit, Inner, Scratch, Sections};
use super::keys::{Effort, Observed, Sights};
use super::literals::Room;
use super::matched::{Match, TextKind};
use super::paths::Lookers;
use super::span::Span;
use super::{order, pair, required};

/// Decoded texts within each other.
const DEEPEST: u8 = 3;

/// What a text holds.
#[derive(Debug, Default, PartialEq)]
pub struct Scanned {
    /// In order of offset, no two sharing a byte. Of the texts of a document also lone ones, whose
    /// other part may lie in another text.
    pub matches: Vec<Match>,
    /// Rules with more matches than are kept of one text, by index.
    pub limited: Vec<usize>,
    /// Public keys and certificates that the text holds.
    pub observed: Vec<Observed>,
}

/// Which line a place in a text is on.
#[derive(Debug, Clone, Copy)]
pub struct Lines {
    /// Line of the next byte, from 1.
    line: u64,
    /// Offset in the text where that line starts.
    start: u64,
}

impl Lines {
    /// The first line of a text.
    pub const START: Self = Self { line: 1, start: 0 };

    /// Passes over `bytes`, which stand at `offset`.
    pub fn pass(&mut self, bytes: &[u8], offset: u64) {
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
            self.start = offset + last as u64 + 1;
        }
    }
}

/// A scan in progress.
pub(super) struct Session<'e> {
    engine: &'e Engine,
    /// For each rule 0, or one more than the place of its state: most texts touch few rules.
    slots: Vec<u32>,
    /// States in use, then those kept for other texts.
    states: Vec<State>,
    /// Rules whose states are in use, in order of state.
    touched: Vec<usize>,
    found: Vec<Found>,
    matches: Vec<Match>,
    sights: Sights,
    escapes: Escapes,
    any_path: bool,
    lookers: Lookers,
    room: Option<Room>,
    scratch: Scratch,
    /// What keeps the parts of the file at hand apart, and what the keys of its fields are in which
    /// something was found that has none.
    sections: Sections,
    keys: BTreeMap<Span, String>,
    /// For texts that were decoded, and how deep this session lies among such.
    inner: Option<Box<Session<'e>>>,
    depth: u8,
    /// Whether what misses its other part here may find it in another text of the document.
    keeps_lone: bool,
    /// What bounds the hits of the entry that the texts are parts of.
    guest: Option<Arc<Guest>>,
}

impl<'e> Session<'e> {
    pub(super) fn new(engine: &'e Engine) -> Self {
        Self {
            engine,
            slots: vec![0; engine.rules().rules().len()],
            states: Vec::new(),
            touched: Vec::new(),
            found: Vec::new(),
            matches: Vec::new(),
            sights: Sights::default(),
            escapes: Escapes::default(),
            any_path: false,
            lookers: Lookers::default(),
            room: None,
            scratch: Scratch::default(),
            sections: Sections::default(),
            keys: BTreeMap::new(),
            inner: None,
            depth: 0,
            keeps_lone: false,
            guest: None,
        }
    }

    /// Lets every rule look at every path, as for a rule's own examples.
    pub(super) fn ignoring_paths(mut self) -> Self {
        self.any_path = true;
        self
    }

    /// The texts are parts of entries whose hits are bounded.
    pub(super) fn join(&mut self, guest: &Arc<Guest>) {
        self.guest = Some(Arc::clone(guest));
    }

    /// The room of its searches, once it is over.
    pub(super) fn into_room(self) -> Option<Room> {
        self.room
    }

    /// What follows has an effort of its own, see [`Effort`]: of a text of so many bytes, or none.
    pub(super) fn grant(&mut self, bytes: Option<u64>) {
        self.sights.effort = bytes.map_or_else(|| Effort::of(0), Effort::of_text);
    }

    /// Whether some effort was asked for in vain, since this was asked last.
    pub(super) fn take_refused(&mut self) -> bool {
        self.sights.effort.take_refused()
    }

    /// Looks at the next view of the text, whose first byte stands at `lines`.
    pub(super) fn feed(&mut self, view: &View<'_>, lines: Lines) {
        self.feed_behind(&[], view, lines);
    }

    /// As `feed`, with lines of the first of the bytes that were `passed` before the view. They are counted
    /// only where something is found.
    pub(super) fn feed_behind(&mut self, passed: &[u8], view: &View<'_>, mut lines: Lines) {
        self.keeps_lone = !matches!(view.context.kind, TextKind::File | TextKind::Name);
        self.sights.on_file(view);
        self.search(view);
        self.look_at_escapes(view);
        self.look_at_fields(view);
        if !self.found.is_empty() {
            lines.pass(passed, view.base - passed.len() as u64);
            self.keep(view, lines);
        }
    }

    /// Has the detectors search a view.
    fn search(&mut self, view: &View<'_>) {
        self.find_anchors(view);
        for index in self.engine.unanchored() {
            if self.wants(view, *index) {
                self.engine
                    .detector(*index)
                    .on_view(view, &mut self.desk(*index));
            }
        }
        for at in 0..self.touched.len() {
            if self.states[at].has_work() {
                let index = self.touched[at];
                let detector = self.engine.detector(index);
                if self.has_reason(view, index) {
                    detector.on_view(view, &mut self.desk(index));
                } else {
                    self.states[at].drop_work();
                }
            }
        }
    }

    /// The text is over; ready for the next one.
    pub(super) fn finish(&mut self) -> Scanned {
        let (keeps_lone, mut scanned) = (self.keeps_lone, self.finish_unresolved());
        pair::mark_unclaimed(self.engine.rules(), &mut scanned.matches);
        // An id without its secret is known to be no secret, whatever else takes it for one.
        scanned.matches = order::resolve(self.engine.rules(), scanned.matches);
        scanned.matches.retain(|hit| keeps_lone || !hit.is_lone);
        let keys = std::mem::take(&mut self.keys);
        let nameless = scanned.matches.iter_mut().filter(|hit| hit.label.is_none());
        nameless.for_each(|hit| hit.label = keys.get(&hit.span).cloned());
        scanned
    }

    /// As `finish`, with every hit of overlapping ones, also of ids without their secrets.
    pub(super) fn finish_unresolved(&mut self) -> Scanned {
        let mut matches = std::mem::take(&mut self.matches);
        matches.retain(|hit| self.has_keyword(hit.rule));
        let sections = std::mem::take(&mut self.sections);
        pair::pair(self.engine.rules(), &mut matches, &sections);
        required::keep_whole(self.engine.rules(), &mut matches);
        let limited = self.take_back_states();
        self.lookers.forget();
        Scanned {
            matches,
            limited,
            observed: self.sights.take(),
        }
    }

    fn find_anchors(&mut self, view: &View<'_>) {
        let engine = self.engine;
        let room = self.room.take();
        let mut room = room.unwrap_or_else(|| engine.take_room());
        let own = view.own.clone();
        let anchors = engine.prefilter();
        self.escapes.begin();
        anchors.candidates(view.bytes, own, &mut room, |anchor, at| {
            if let Some((exact, sight)) = &anchor.sight
                && view.bytes[at.clone()] == **exact
            {
                self.sights.on_anchor(view, at.clone(), *sight);
            }
            self.escapes.on_anchor(view, &at, anchor.is_broken);
            for (index, exact) in &anchor.rules {
                let confirmed = exact
                    .as_deref()
                    .is_none_or(|exact| *exact == view.bytes[at.clone()]);
                if confirmed && self.may_lead_on(view, &at, *index) {
                    engine
                        .detector(*index)
                        .on_anchor(view, at.clone(), &mut self.desk(*index));
                }
            }
            for index in &anchor.keyword_of {
                self.touch(view, *index).keyword = true;
            }
        });
        self.room = Some(room);
    }

    /// Whether the text held one of the keywords without which the rule's matches do not count.
    fn has_keyword(&self, index: usize) -> bool {
        self.engine.rules().rule(index).keywords().is_empty()
            || self.states[self.slots[index] as usize - 1].keyword
    }

    /// Takes what the fields of a structured file hold.
    fn look_at_fields(&mut self, view: &View<'_>) {
        let engine = self.engine;
        if !Fields::wants(view) {
            return;
        }
        // Lent, since a hit may ask again which rules look at the path.
        let path = view.context.path;
        let tables = (!self.any_path).then(|| self.lookers.lend_tables(engine.paths(), path));
        let mut scratch = std::mem::take(&mut self.scratch);
        let effort = Effort::default();
        effort.take_over(&self.sights.effort);
        let mut take = |hit: Hit<'_>| match hit {
            Hit::Secret(found) => self.report(view, found),
            Hit::Text(text) => self.look_into(view, &text, &effort),
        };
        let fields = engine.fields();
        let rules = engine.rules();
        let list = tables.as_deref();
        fields.look(rules, view, list, &effort, &mut scratch, &mut take);
        self.sights.effort.take_over(&effort);
        let tables = tables.unwrap_or_default();
        if !self.found.is_empty() && !self.any_path {
            let formats = fields.formats(&tables, path);
            self.note_places(view, &formats, &mut scratch);
        }
        scratch.empty();
        self.scratch = scratch;
        self.lookers.take_back(tables);
    }

    /// Notes where in the file things were found, and the keys of what has none. They are handed out last:
    /// what else is known of a place says more.
    fn note_places(&mut self, view: &View<'_>, formats: &Formats, scratch: &mut Scratch) {
        let place = |found: &Found| (found.secret.clone(), found.label.is_some());
        let places: Vec<(Range<usize>, bool)> = self.found.iter().map(place).collect();
        let keys = &mut self.keys;
        self.sections = formats.sections(view, &places, scratch, &mut |number, key| {
            let (place, _) = &places[number];
            let offset = view.base + place.start as u64;
            keys.insert(Span::new(offset, place.len() as u64), key);
        });
    }

    fn report(&mut self, view: &View<'_>, found: Found) {
        let index = found.rule;
        self.touch(view, index);
        let mut desk = self.desk(index);
        if !desk.is_full() {
            desk.report(found);
        }
    }

    /// Searches a text that was decoded; what it holds stands where it is encoded, and is paid for
    /// from the same effort.
    fn look_into(&mut self, view: &View<'_>, outer: &Inner<'_>, effort: &Effort) {
        if self.depth >= DEEPEST {
            return;
        }
        let (engine, depth) = (self.engine, self.depth + 1);
        let mut inner = self
            .inner
            .take()
            .unwrap_or_else(|| Box::new(Self::new(engine)));
        inner.depth = depth;
        inner.guest.clone_from(&self.guest);
        inner.sights.effort.take_over(effort);
        let context = outer.context();
        inner.feed(&engine::whole(&context, outer.text), Lines::START);
        let Scanned {
            matches,
            limited,
            observed,
        } = inner.finish();
        effort.take_over(&inner.sights.effort);
        self.inner = Some(inner);
        self.sights.pass_on(observed);
        // A file that is known by its path alone is one that lies there.
        let of_text = |hit: &Match| {
            let is_its_own = hit.span.offset >= outer.program as u64;
            is_its_own && !engine.rules().rule(hit.rule).is_about_files()
        };
        for matched in matches.into_iter().filter(of_text) {
            let index = matched.rule;
            self.report(view, outer.place(matched, view));
            // Its keyword, if it needs one, stands in the decoded text.
            self.desk(index).state.keyword = true;
        }
        for index in limited {
            self.touch(view, index).limited = true;
        }
    }

    /// The desk of a rule that has been asked whether it wants the text.
    fn desk(&mut self, index: usize) -> Desk<'_> {
        Desk {
            rule: self.engine.rules().rule(index),
            index,
            state: &mut self.states[self.slots[index] as usize - 1],
            found: &mut self.found,
            sights: &mut self.sights,
            guest: self.guest.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests;
