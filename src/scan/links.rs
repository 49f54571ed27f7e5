//! The hard links of one layer by what they lead to, so that none is looked at for each hit.

use std::collections::HashMap;

use super::overlay::{PathMarks, clean};

/// A hard link: another name for the content of an entry.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub sequence: u32,
    pub path: Vec<u8>,
    pub target: Vec<u8>,
    /// Sequence of the entry of this layer that holds the content; `None` when a lower layer does.
    pub content: Option<u32>,
}

impl Link {
    /// Finds the entry that holds the content: a link to a link leads on. `earlier` are the links so
    /// far, in order of sequence, `marks` what else is there.
    pub(super) fn new(
        path: &[u8],
        target: &[u8],
        sequence: u32,
        marks: &PathMarks,
        earlier: &[Self],
    ) -> Self {
        let target = clean(target);
        let target_entry = marks.last_entry(&target);
        let through = target_entry
            .and_then(|sequence| earlier.binary_search_by_key(&sequence, |l| l.sequence).ok())
            .and_then(|index| earlier.get(index));
        Self {
            sequence,
            path: path.to_vec(),
            target: through.map_or(&target, |link| &link.target).clone(),
            content: through.map_or(target_entry, |link| link.content),
        }
    }
}

/// All links of a layer, in order of sequence for each thing that they lead to.
#[derive(Debug, Default)]
pub(super) struct Links {
    own: HashMap<u32, Vec<Link>>,
    lower: HashMap<Vec<u8>, Vec<Link>>,
}

impl Links {
    /// Sorts links, which come in order of sequence.
    pub(super) fn of(links: Vec<Link>) -> Self {
        let mut all = Self::default();
        for link in links {
            match link.content {
                Some(content) => all.own.entry(content).or_default().push(link),
                None => all.lower.entry(link.target.clone()).or_default().push(link),
            }
        }
        all
    }

    /// Those to content of the layer itself.
    pub(super) fn own(&self, content: u32) -> &[Link] {
        self.own.get(&content).map_or(&[], Vec::as_slice)
    }

    /// Those to a name of a lower layer.
    pub(super) fn lower(&self, target: &[u8]) -> &[Link] {
        self.lower.get(target).map_or(&[], Vec::as_slice)
    }
}
