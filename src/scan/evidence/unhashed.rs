//! Contents with hits that were not hashed when they were scanned: in a plain layer they can be read
//! again at no cost, and to hash a large one takes longer than to scan it. So those alone are hashed that a
//! package claims, in the algorithms of those claims, once all databases of an image are known.

use std::collections::HashMap;
use std::io::{self, BufRead};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::archive::{Blob, Limits};
use crate::image::{Item, Layer, LayerEntry, walk};
use crate::packages::{Algorithms, Checksums, Hasher};

/// Entries of one layer, by sequence.
#[derive(Debug, Default)]
pub(in crate::scan) struct Unhashed {
    /// In order.
    sequences: Vec<u32>,
    /// What was hashed since, for the images that the layer is part of.
    hashed: Mutex<HashMap<u32, Checksums>>,
}

/// Entries to be hashed, in order, with the algorithms for each.
pub(in crate::scan) type Wanted = [(u32, Algorithms)];

impl Unhashed {
    pub(super) fn of(mut sequences: Vec<u32>) -> Self {
        // Entries that waited came after others.
        sequences.sort_unstable();
        sequences.dedup();
        Self {
            sequences,
            hashed: Mutex::default(),
        }
    }

    pub(in crate::scan) fn sequences(&self) -> &[u32] {
        &self.sequences
    }

    pub(super) fn get(&self, sequence: u32) -> Option<Checksums> {
        let hashed = self.hashed.lock().unwrap_or_else(PoisonError::into_inner);
        hashed.get(&sequence).copied()
    }

    /// The algorithms in which an entry is to be hashed that these are wanted for, if one of them is new:
    /// with those of images before.
    pub(in crate::scan) fn left(&self, sequence: u32, wanted: Algorithms) -> Option<Algorithms> {
        let known = self.get(sequence).map(|sums| sums.algorithms());
        let known = known.unwrap_or_default();
        let all = known.union(wanted);
        (known != all).then_some(all)
    }

    /// Reads entries of the layer once more. Where bytes of it were lost since, none of them is known to be
    /// a package's, and none to be changed.
    pub(in crate::scan) fn hash(&self, layer: &Layer, limits: &Limits, wanted: &Wanted) {
        let found = read_again(layer, limits, wanted);
        if layer.blob.as_ref().is_some_and(Blob::is_cut) {
            return;
        }
        let mut hashed = self.hashed.lock().unwrap_or_else(PoisonError::into_inner);
        hashed.extend(found);
    }
}

/// What the contents of entries of the layer hash to.
pub(super) fn read_again(
    layer: &Layer,
    limits: &Limits,
    wanted: &Wanted,
) -> HashMap<u32, Checksums> {
    let mut found = HashMap::new();
    let mut mapped = Vec::new();
    walk(layer, limits, false, &mut |item| {
        let Item::Entry(entry, content) = item else {
            return Ok(());
        };
        let sought = wanted.binary_search_by_key(&entry.sequence, |(sequence, _)| *sequence);
        if let Some((sequence, algorithms)) = sought.ok().and_then(|at| wanted.get(at)) {
            match lies_in(layer.blob.as_ref(), entry, content)? {
                Some(content) => mapped.push((*sequence, *algorithms, content)),
                None => {
                    let (checksums, length) = hash(content, *algorithms)?;
                    (length == entry.size).then(|| found.insert(*sequence, checksums));
                }
            }
        }
        match wanted.last() {
            Some((last, _)) if *last > entry.sequence => Ok(()),
            // An error is how a walk ends early; this one's summary is nobody's.
            _ => Err(io::Error::other("all were read")),
        }
    });
    let hashed = mapped.into_par_iter();
    found.par_extend(hashed.map(|(sequence, algorithms, content)| {
        (sequence, Checksums::in_these(algorithms, &content))
    }));
    found
}

/// The whole content of an entry as it lies in the blob, if it does.
fn lies_in(
    blob: Option<&Blob>,
    entry: &LayerEntry,
    content: &mut dyn BufRead,
) -> io::Result<Option<Blob>> {
    let bytes = content.fill_buf()?;
    let is_whole = bytes.len() as u64 == entry.size;
    Ok(blob.filter(|_| is_whole).and_then(|blob| blob.part(bytes)))
}

/// What a content hashes to, and its length.
fn hash(content: &mut dyn BufRead, algorithms: Algorithms) -> io::Result<(Checksums, u64)> {
    let mut hasher = Hasher::of(algorithms);
    let mut read = 0;
    loop {
        let bytes = content.fill_buf()?;
        if bytes.is_empty() {
            return Ok((hasher.finish(), read));
        }
        hasher.update(bytes);
        let length = bytes.len();
        content.consume(length);
        read += length as u64;
    }
}
