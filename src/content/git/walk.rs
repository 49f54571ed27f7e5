//! Every object of a pack, each made once from its base, which is at hand.
//!
//! Deltas are walked from their bases down. Of the deltas on one base the largest family comes
//! last, when the base is not needed any more, so that of `n` objects at most log2(n) are held at
//! a time, however deep the chains are. Time is linear, whatever the pack says. Families are known
//! of deltas that name their base by its place, as git stores nearly all; where those that name it
//! by its id branch deep down, more bases are held, up to a bound, and what is made of any further
//! one is given up.

use std::rc::Rc;

use super::delta;
use super::index::{Entry, Form, Index, STREAMED};
use super::inflate::Inflater;
use super::object::{Algorithm, Id, Kind};

/// The largest object that has a delta on it or is made by one.
const LARGEST: u64 = 64 << 20;
/// Bytes of bases that are held at a time.
const HELD: usize = 128 << 20;

/// No entry.
const NONE: u32 = u32::MAX;

/// An object that was made.
pub(super) struct Object<'p> {
    pub(super) kind: Kind,
    pub(super) id: Id,
    pub(super) content: Content<'p>,
}

pub(super) enum Content<'p> {
    Whole(Rc<Vec<u8>>),
    /// Too large for memory: its stream, and what lies behind it.
    Stream(&'p [u8]),
}

/// A walk over all objects, one kind after the other.
pub(super) struct Walk<'p> {
    index: &'p Index,
    algorithm: Algorithm,
    inflater: Inflater,
    /// Of each entry the first delta on it and the next one on the same base.
    first: Vec<u32>,
    next: Vec<u32>,
    /// Of each entry how many are made of it, itself included, as far as deltas name it by its
    /// place: which one has an id is known only once it was made.
    family: Vec<u32>,
    /// Deltas on objects, by base. They are taken once, however often the pack has the base.
    on_objects: Vec<(Id, u32)>,
    root: usize,
    open: Vec<Base>,
    held: usize,
    made: usize,
    too_large: usize,
}

/// A base and the deltas on it that are still to come, of which there is one at least.
struct Base {
    kind: Kind,
    content: Rc<Vec<u8>>,
    deltas: Vec<u32>,
}

impl<'p> Walk<'p> {
    pub(super) fn new(index: &'p Index, algorithm: Algorithm) -> Self {
        let count = index.entries.len();
        let (mut first, mut next) = (vec![NONE; count], vec![NONE; count]);
        let mut family = vec![1u32; count];
        let mut on_objects = Vec::new();
        for (at, entry) in index.entries.iter().enumerate().rev() {
            match entry.form {
                Form::Whole(_) | Form::OnEntry(None) => {}
                Form::OnEntry(Some(base)) => {
                    let base = base as usize;
                    next[at] = std::mem::replace(&mut first[base], at as u32);
                    family[base] = family[base].saturating_add(family[at]);
                }
                Form::OnObject(base) => {
                    let id = index.bases.get(base as usize);
                    on_objects.extend(id.map(|id| (*id, at as u32)));
                }
            }
        }
        on_objects.sort_unstable();
        Self {
            index,
            algorithm,
            inflater: Inflater::new(),
            first,
            next,
            family,
            on_objects,
            root: 0,
            open: Vec::new(),
            held: 0,
            made: 0,
            too_large: 0,
        }
    }

    /// Objects that were not made because they, or what they are made of, are too large.
    pub(super) fn too_large(&self) -> usize {
        self.too_large
    }

    /// Other objects that were not made: deltas on what is not in the pack, or that do not fit.
    pub(super) fn missing(&self) -> usize {
        self.index
            .entries
            .len()
            .saturating_sub(self.made + self.too_large)
    }

    /// Begins anew, for objects of other kinds.
    pub(super) fn restart(&mut self) {
        self.root = 0;
    }

    /// The next object of a kind that is wanted.
    pub(super) fn next(&mut self, is_wanted: fn(Kind) -> bool) -> Option<Object<'p>> {
        loop {
            let made = match self.next_delta() {
                Some((kind, base, at)) => self.of_delta(at, kind, &base),
                None => {
                    let index = self.index;
                    let entry = index.entries.get(self.root)?;
                    let at = self.root;
                    self.root += 1;
                    match entry.form {
                        Form::Whole(kind) if is_wanted(kind) => self.of_entry(at, kind, entry),
                        _ => None,
                    }
                }
            };
            if made.is_some() {
                self.made += 1;
                return made;
            }
        }
    }

    /// The next delta on the innermost base, which is let go with its last one.
    fn next_delta(&mut self) -> Option<(Kind, Rc<Vec<u8>>, usize)> {
        let base = self.open.last_mut()?;
        let at = base.deltas.pop()?;
        let (kind, content) = (base.kind, Rc::clone(&base.content));
        if base.deltas.is_empty() {
            self.held -= content.len();
            self.open.pop();
        }
        Some((kind, content, at as usize))
    }

    fn of_entry(&mut self, at: usize, kind: Kind, entry: &Entry) -> Option<Object<'p>> {
        let mut stored = self.index.stream(entry);
        if entry.size > STREAMED {
            let id = *self.index.large.get(&u32::try_from(at).ok()?)?;
            if entry.size > LARGEST || !self.has_deltas(at, id) {
                let deltas = self.take_deltas(at, id);
                self.give_up(&deltas);
                let content = Content::Stream(stored);
                return Some(Object { kind, id, content });
            }
        }
        let content = self.inflater.whole(&mut stored, entry.size).ok()?;
        Some(self.object(at, kind, content))
    }

    fn of_delta(&mut self, at: usize, kind: Kind, base: &[u8]) -> Option<Object<'p>> {
        let entry = *self.index.entries.get(at)?;
        if entry.size > LARGEST {
            self.too_large += self.family[at] as usize;
            return None;
        }
        let mut stored = self.index.stream(&entry);
        let delta = self.inflater.whole(&mut stored, entry.size).ok()?;
        if delta::open(&delta)?.0.result > LARGEST {
            self.too_large += self.family[at] as usize;
            return None;
        }
        let content = delta::apply(base, &delta, LARGEST as usize)?;
        Some(self.object(at, kind, content))
    }

    /// An object that is at hand, and on top of the bases if there are deltas on it.
    fn object(&mut self, at: usize, kind: Kind, content: Vec<u8>) -> Object<'p> {
        let id = self.algorithm.id(kind, &content);
        let content = Rc::new(content);
        let mut deltas = self.take_deltas(at, id);
        if self.held + content.len() > HELD {
            self.give_up(&deltas);
        } else if !deltas.is_empty() {
            // The largest family comes last.
            let family = &self.family;
            deltas.sort_unstable_by_key(|at| std::cmp::Reverse((family[*at as usize], *at)));
            self.held += content.len();
            self.open.push(Base {
                kind,
                content: Rc::clone(&content),
                deltas,
            });
        }
        let content = Content::Whole(content);
        Object { kind, id, content }
    }

    fn has_deltas(&self, at: usize, id: Id) -> bool {
        let on_entry = self.first.get(at).is_some_and(|first| *first != NONE);
        on_entry || !self.on_object(id).is_empty()
    }

    /// The deltas on an object by its id that were not taken.
    fn on_object(&self, id: Id) -> std::ops::Range<usize> {
        let start = self.on_objects.partition_point(|(base, _)| *base < id);
        let end = self.on_objects.partition_point(|(base, _)| *base <= id);
        match self.on_objects.get(start) {
            Some((_, NONE)) | None => 0..0,
            Some(_) => start..end,
        }
    }

    /// All deltas on an entry or on the object in it.
    fn take_deltas(&mut self, at: usize, id: Id) -> Vec<u32> {
        let next = |at: &u32| (self.next.get(*at as usize).copied()).filter(|at| *at != NONE);
        let first = self.first.get(at).copied().filter(|at| *at != NONE);
        let mut deltas: Vec<u32> = std::iter::successors(first, next).collect();
        let range = self.on_object(id);
        if let Some(on_object) = self.on_objects.get_mut(range) {
            deltas.extend(on_object.iter().map(|(_, at)| *at));
            if let Some((_, first)) = on_object.first_mut() {
                *first = NONE;
            }
        }
        deltas
    }

    fn give_up(&mut self, deltas: &[u32]) {
        for at in deltas {
            self.too_large += self.family[*at as usize] as usize;
        }
    }
}
