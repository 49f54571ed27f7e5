//! Entries that have to be scanned at another time than they came. Blobs of a git repository in files of their
//! own wait for the end of their layer: trees tell of their paths, which may lie anywhere in it. And what
//! other threads scanned and could not end, since it depends on the entries before, is scanned once more.

use std::borrow::Cow;
use std::io;

use super::Worker;
use crate::content::{Manner, Scanner};
use crate::finding::Kind;
use crate::image::{Item, Layer, LayerEntry, walk};
use crate::packages::Checksums;
use crate::scan::ahead::{Done, bare, context};

impl Worker<'_, '_> {
    pub(super) fn postpone(&mut self, entry: &LayerEntry, bytes: Vec<u8>) {
        self.postponed.push((bare(entry), bytes));
    }

    /// Scans what waited.
    pub(super) fn scan_postponed(&mut self) {
        self.scanner.settle();
        for (entry, bytes) in std::mem::take(&mut self.postponed) {
            let outcome = self.content(&entry, &mut &bytes[..], Some(Manner::Git));
            // Bytes in memory are read without an error.
            let _ = self.take(outcome, Kind::File, Some(&entry));
        }
    }

    /// Scans a content, now that it is its turn.
    pub(super) fn scan_again(&mut self, done: &mut Done<'_>, bytes: Cow<'_, [u8]>) {
        let entry = &done.entry;
        let scanner = match Manner::of(&bytes) {
            Manner::Text => &mut self.texts,
            Manner::Archive | Manner::Git => {
                let new = || Box::new(Scanner::new(self.engine, self.limits));
                self.opened.get_or_insert_with(new)
            }
        };
        scanner.pass(entry.stored);
        done.outcome = scanner.scan(&context(entry), &mut &*bytes);
        let is_hashed = self.gatherer.is_some()
            && !done.outcome.hits.is_empty()
            && bytes.len() as u64 == entry.size;
        done.is_unhashed = is_hashed && matches!(bytes, Cow::Borrowed(_));
        done.checksums = (is_hashed && !done.is_unhashed).then(|| Checksums::of(&bytes));
    }

    /// Reads large contents once more.
    pub(super) fn scan_left(&mut self, layer: &Layer) {
        let left = std::mem::take(&mut self.left);
        let Some(last) = left.last() else {
            return;
        };
        walk(layer, self.limits, false, &mut |item| {
            let Item::Entry(entry, content) = item else {
                return Ok(());
            };
            if left.binary_search(&entry.sequence).is_ok() {
                let outcome = self.content(entry, content, Some(Manner::Archive));
                self.take_next(outcome, Kind::File, Some(entry))?;
            }
            match entry.sequence < *last {
                true => Ok(()),
                // This is how a walk ends early.
                false => Err(io::Error::other("all were read")),
            }
        });
    }
}
