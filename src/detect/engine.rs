//! The rule set compiled: one prefilter, one detector for each rule, shared by reference.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::assignment::Assignment;
use super::blocks::Blocks;
use super::class::Class;
use super::crowd::{Crowd, Guest};
use super::detector::{Detector, View};
use super::entropy::Entropy;
use super::fields::Fields;
use super::files::Files;
use super::keystore::Keystore;
use super::literals::Room;
use super::matched::{Context, Match};
use super::paths::Paths;
use super::pattern::Pattern;
use super::prefilter::Prefilter;
use super::session::{Lines, Scanned, Session};
use super::whole::Whole;
use crate::rules::{Rule, RuleSet, Search};

/// Recognises the secrets of a rule set. Compiled once, then only read.
pub struct Engine {
    rules: RuleSet,
    prefilter: Prefilter,
    detectors: Vec<Box<dyn Detector>>,
    unanchored: Vec<usize>,
    fields: Fields,
    paths: Paths,
    /// Rooms of sessions that are over: many look at a few bytes only.
    rooms: Mutex<Vec<Room>>,
    /// Large buffers that no stream uses: no more than texts at once needed one.
    buffers: Mutex<Vec<Vec<u8>>>,
    crowd: Arc<Crowd>,
}

impl Engine {
    /// Compiles `rules`. Their regexes are compiled when first needed.
    pub fn new(rules: RuleSet) -> Self {
        let unanchored = |(index, rule): (usize, &Rule)| {
            let needs_no_anchor = match rule.syntax.detector.as_deref() {
                Some("assignment") => true,
                // A rule of nothing but fields.
                None if rule.search().is_none() => false,
                _ => rule.syntax.anchors.is_empty(),
            };
            needs_no_anchor.then_some(index)
        };
        let fields = Fields::new(&rules);
        Self {
            prefilter: Prefilter::new(rules.rules()),
            paths: Paths::new(&rules, fields.globs(&rules)),
            fields,
            rooms: Mutex::default(),
            buffers: Mutex::default(),
            crowd: Arc::default(),
            detectors: rules.rules().iter().map(detector).collect(),
            unanchored: rules
                .rules()
                .iter()
                .enumerate()
                .filter_map(unanchored)
                .collect(),
            rules,
        }
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// The matches of a whole text, in order of offset, no two sharing a byte.
    pub fn scan(&self, context: &Context<'_>, bytes: &[u8]) -> Vec<Match> {
        let mut matches = self.scan_fully(context, bytes).matches;
        matches.retain(|hit| !hit.is_lone);
        matches
    }

    /// As [`Engine::scan`], lone matches of a document's text too, and which rules had more matches
    /// than are kept.
    pub(crate) fn scan_fully(&self, context: &Context<'_>, bytes: &[u8]) -> Scanned {
        let mut session = Session::new(self);
        session.feed(&whole(context, bytes), Lines::START);
        let scanned = session.finish();
        lock(&self.rooms).extend(session.into_room());
        scanned
    }

    /// How many anchors of rules stand in a text: the first pass over its bytes by itself, so that
    /// its speed can be measured.
    pub fn count_anchors(&self, bytes: &[u8]) -> u64 {
        let mut count = 0;
        let own = 0..bytes.len();
        let mut room = Room::default();
        let anchors = &self.prefilter;
        anchors.candidates(bytes, own, &mut room, |_, _| count += 1);
        count
    }

    /// The matches of a rule's own example: any path, overlapping hits of other rules included.
    pub(super) fn scan_example(&self, context: &Context<'_>, bytes: &[u8]) -> Vec<Match> {
        let mut session = Session::new(self).ignoring_paths();
        session.feed(&whole(context, bytes), Lines::START);
        session.finish_unresolved().matches
    }

    /// What bounds the entries full of hits that are searched beside each other.
    pub(crate) fn guest(&self) -> Guest {
        Guest::of(&self.crowd)
    }

    /// A room for the searches of a session.
    pub(super) fn take_room(&self) -> Room {
        lock(&self.rooms).pop().unwrap_or_default()
    }

    /// Lets go of the memory that nobody uses.
    pub(crate) fn let_go(&self) {
        *lock(&self.rooms) = Vec::new();
        *lock(&self.buffers) = Vec::new();
    }

    /// An empty buffer for a large text.
    pub(super) fn lend_buffer(&self) -> Vec<u8> {
        lock(&self.buffers).pop().unwrap_or_default()
    }

    /// Takes a buffer back.
    pub(super) fn take_back(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        lock(&self.buffers).push(buffer);
    }

    pub(super) fn prefilter(&self) -> &Prefilter {
        &self.prefilter
    }

    /// Rules that look at every view, with anchors or without.
    pub(super) fn unanchored(&self) -> &[usize] {
        &self.unanchored
    }

    pub(super) fn paths(&self) -> &Paths {
        &self.paths
    }

    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    pub(super) fn detector(&self, index: usize) -> &dyn Detector {
        &*self.detectors[index]
    }
}

/// What a panic leaves under these locks is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A text as one view.
pub(super) fn whole<'a>(context: &Context<'a>, bytes: &'a [u8]) -> View<'a> {
    View {
        bytes,
        own: 0..bytes.len(),
        base: 0,
        last: true,
        context: *context,
        class: Class::of(context),
        stock: Default::default(),
    }
}

fn detector(rule: &Rule) -> Box<dyn Detector> {
    match (rule.search(), rule.syntax.detector.as_deref()) {
        (Some(Search::Anchored), _) => Box::new(Pattern::new(rule)),
        (Some(Search::Blocks), _) => Box::new(Blocks::new(rule)),
        (Some(Search::Path), _) => Box::new(Files),
        (None, Some("assignment")) => Box::new(Assignment),
        (None, Some("file")) => Box::new(Whole::new(rule)),
        (None, Some(name)) => match Keystore::by_name(name) {
            Some(keystore) => Box::new(keystore),
            None => Box::new(Entropy),
        },
        // Fields are looked at all at once, see `fields`.
        (None, None) => Box::new(Pattern::new(rule)),
    }
}
