//! What git stores: objects in files of their own, compressed, and packs of them.
//!
//! An object is named by the first commit that has it and its path there, where commits and trees
//! that were read before tell (`graph`); else by its kind and id. A pack is read twice: forward,
//! to know where its objects lie (`index`), then object by object, first what tells of paths
//! (`walk`). A blob in a file of its own is read once all of its layer went by, as its trees may lie
//! anywhere.

mod delta;
mod graph;
mod index;
mod inflate;
mod names;
mod object;
mod store;
#[cfg(test)]
mod tests;
mod walk;

pub(super) use index::is_pack;
pub(super) use object::Head;

use std::io::{self, BufRead, BufReader, Read};

use self::graph::Graph;
use self::index::Reader;
use self::inflate::{Inflater, Stream};
use self::object::{Algorithm, Id, Kind};
use self::walk::{Content, Object, Walk};
use super::place::Place;
use super::replay::Replay;
use super::scanner::{Scanner, at};
use crate::detect::Lines;
use crate::error::{WarningCode, printable};

/// Stored bytes of blobs that are postponed: of one, and of all of a layer.
const POSTPONED: usize = 1 << 20;
const ALL_POSTPONED: usize = 32 << 20;
/// Bytes that are searched of an object in a file of its own that has more than it says.
const TORN: usize = 16 << 20;
/// What a postponed entry takes beside its bytes and its path.
const ENTRY: usize = 512;

/// What a scanner knows of the repositories in its entries.
pub(super) struct Repositories {
    graph: Graph,
    /// Bytes of blobs that may still be postponed.
    room: usize,
    postponed: Option<Vec<u8>>,
}

impl Default for Repositories {
    fn default() -> Self {
        Self {
            graph: Graph::default(),
            room: ALL_POSTPONED,
            postponed: None,
        }
    }
}

impl Repositories {
    pub(super) fn take_postponed(&mut self) -> Option<Vec<u8>> {
        self.postponed.take()
    }
}

impl Scanner<'_> {
    /// All other entries went by: what was postponed can be scanned.
    pub fn settle(&mut self) {
        self.repositories.room = 0;
        self.repositories.graph.settle();
    }

    /// An object in a file of its own.
    pub(super) fn object(
        &mut self,
        place: &Place,
        source: &mut Replay<'_>,
        head: Head,
    ) -> io::Result<()> {
        let algorithm = Algorithm::of_path(&place.path);
        if head.size > index::STREAMED {
            return self.large_object(place, source, head);
        }
        if head.kind == Kind::Blob && place.may_wait && self.postpone(&place.path, source)? {
            return Ok(());
        }
        let size = head.size + head.length as u64;
        let (content, result) = Inflater::new().as_it_comes(source, size, TORN);
        let content = content.get(head.length..).unwrap_or_default();
        if result.is_err() {
            self.torn_object(place, head.kind, content)?;
            return result;
        }
        source.forget();
        let id = algorithm.id(head.kind, content);
        self.found(place, algorithm, head.kind, id, content)
    }

    /// What came of an object before it broke: its id is not that of its content, and what it says
    /// of others is not trusted.
    fn torn_object(&mut self, place: &Place, kind: Kind, mut content: &[u8]) -> io::Result<()> {
        let inner = place.object(&[kind.name().to_owned()], b"");
        match kind {
            Kind::Blob => self.open(&inner, &mut Replay::new(&mut content)),
            Kind::Commit | Kind::Tree | Kind::Tag => {
                self.text(&inner, &mut content, 0, Lines::START)
            }
        }
    }

    /// Keeps a blob as it is stored, if there is room; what was taken comes again if there is not.
    fn postpone(&mut self, path: &[u8], source: &mut Replay<'_>) -> io::Result<bool> {
        let entry = ENTRY + path.len();
        let most = self.repositories.room.saturating_sub(entry).min(POSTPONED);
        let stored = source.peek(most + 1)?;
        if stored.len() > most || most == 0 {
            return Ok(false);
        }
        let stored = stored.to_vec();
        source.consume(stored.len());
        self.repositories.room -= stored.len() + entry;
        self.repositories.postponed = Some(stored);
        Ok(true)
    }

    /// An object that is too large for memory: nobody knows its id before its end, and its file's
    /// name is not asked.
    fn large_object(
        &mut self,
        place: &Place,
        source: &mut Replay<'_>,
        head: Head,
    ) -> io::Result<()> {
        let inner = place.object(&[head.kind.name().to_owned()], b"");
        let limits = self.limits;
        let mut content = BufReader::new(Stream::new(source, limits));
        io::copy(
            &mut (&mut content).take(head.length as u64),
            &mut io::sink(),
        )?;
        self.open(&inner, &mut Replay::new(&mut content))?;
        io::copy(&mut content, &mut io::sink())?;
        Ok(())
    }

    /// A pack: commits, trees and tags, then blobs.
    pub(super) fn pack(&mut self, place: &Place, source: &mut Replay<'_>) -> io::Result<()> {
        let algorithm = Algorithm::of_path(&place.path);
        let mut reader = Reader::new(algorithm, self.limits);
        let read = reader.read(source);
        let index = reader.finish()?;
        let mut walk = Walk::new(&index, algorithm);
        while let Some(object) = walk.next(|kind| kind != Kind::Blob) {
            self.packed(place, algorithm, &object)?;
        }
        self.repositories.graph.settle_for_pack();
        walk.restart();
        while let Some(object) = walk.next(|kind| kind == Kind::Blob) {
            self.packed(place, algorithm, &object)?;
        }
        self.warn_of_losses(place, &walk);
        read
    }

    fn packed(
        &mut self,
        place: &Place,
        algorithm: Algorithm,
        object: &Object<'_>,
    ) -> io::Result<()> {
        match &object.content {
            Content::Whole(content) => {
                self.found(place, algorithm, object.kind, object.id, content)
            }
            Content::Stream(stored) => {
                let inner = self.place_of(place, object.kind, object.id);
                let mut stored: &[u8] = stored;
                let limits = self.limits;
                let mut content = BufReader::new(Stream::new(&mut stored, limits));
                self.open(&inner, &mut Replay::new(&mut content))
            }
        }
    }

    /// Searches an object. Of a tree it is the names in it, and each only once in a layer.
    fn found(
        &mut self,
        place: &Place,
        algorithm: Algorithm,
        kind: Kind,
        id: Id,
        content: &[u8],
    ) -> io::Result<()> {
        let graph = &mut self.repositories.graph;
        match kind {
            Kind::Blob | Kind::Tag => {}
            Kind::Commit => graph.commit(id, content, algorithm),
            Kind::Tree => {
                let names = graph.tree(id, content, algorithm);
                self.unpacked.count(content.len());
                if let Some(hit) = self.unpacked.too_much(self.limits) {
                    return Err(hit.into());
                }
                if !names.is_empty() {
                    let inner = self.place_of(place, kind, id);
                    self.name(&inner, &names);
                }
                return Ok(());
            }
        }
        let inner = self.place_of(place, kind, id);
        let mut content: &[u8] = content;
        if kind == Kind::Blob {
            return self.open(&inner, &mut Replay::new(&mut content));
        }
        self.text(&inner, &mut content, 0, Lines::START)
    }

    /// Where an object lies: the first commit that has it and its path there, or kind and id.
    fn place_of(&self, place: &Place, kind: Kind, id: Id) -> Place {
        let known = (kind == Kind::Blob).then(|| self.repositories.graph.place(id));
        match known.flatten() {
            Some((commit, path)) => {
                let names = [format!("commit {commit}"), printable(&path)];
                place.object(&names, &path)
            }
            None => place.object(&[format!("{} {id}", kind.name())], b""),
        }
    }

    fn warn_of_losses(&mut self, place: &Place, walk: &Walk<'_>) {
        let losses = [
            (
                walk.too_large(),
                WarningCode::LimitReached,
                "objects that are, or are made of, too large ones were not searched",
            ),
            (
                walk.missing(),
                WarningCode::BrokenNestedArchive,
                "objects are changes to others that are not in the pack or do not fit; they were \
                 not searched",
            ),
        ];
        for (count, code, what) in losses {
            if count > 0 {
                self.warn(code, format!("{}{count} {what}", at(place)));
            }
        }
    }
}
