//! The layers of an image on top of each other: every name of an entry's content, and what becomes
//! of each.

use std::collections::HashSet;

use super::links::{Link, Links};
use super::overlay::{Hidden, PathMarks, hidden_by, is_never_placed, real_path};

/// What each layer says of paths and links, base first.
pub(super) struct Stack<'a> {
    pub marks: Vec<&'a PathMarks>,
    /// `None` for a layer that is not there.
    pub links: Vec<Option<&'a Links>>,
}

/// A name for content: where the name stands, not where the bytes lie.
pub(super) struct Name<'a> {
    pub layer: usize,
    pub path: &'a [u8],
    sequence: u32,
    /// The path where it stands, of folders and not of links to folders.
    pub real: Vec<u8>,
    pub fate: Fate,
}

/// What becomes of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// No filesystem ever shows it.
    Nowhere,
    /// The final filesystem shows it.
    Final,
    /// A layer hides it.
    Hidden(Hidden, usize),
}

impl<'a> Stack<'a> {
    /// A name of the entry `sequence` of a layer.
    pub(super) fn name(&self, layer: usize, path: &'a [u8], sequence: u32) -> Name<'a> {
        let mut name = Name {
            layer,
            path,
            sequence,
            real: Vec::new(),
            fate: Fate::Nowhere,
        };
        let is_applied = (self.marks.get(layer)).is_none_or(|marks| marks.applies(sequence));
        if is_applied && !is_never_placed(path) {
            name.real = real_path(&self.marks, layer, path, sequence);
            let hidden = hidden_by(&self.marks, layer, &name.real, sequence);
            name.fate = hidden.map_or(Fate::Final, |(how, by)| Fate::Hidden(how, by));
        }
        name
    }

    /// Adds every hard link to the first name, and every link of a later layer to one of the names,
    /// as long as nothing hides that from it. Each link leads to a higher layer than the one before,
    /// so this ends.
    pub(super) fn follow_links(&self, names: &mut Vec<Name<'a>>) {
        let Some(own) = names.first() else { return };
        let (layer, sequence) = (own.layer, own.sequence);
        let mut known: HashSet<(usize, u32)> = HashSet::from([(layer, sequence)]);
        let links = self.links.get(layer).copied().flatten();
        for link in links.map_or(&[][..], |links| links.own(sequence)) {
            if known.insert((layer, link.sequence)) {
                names.push(self.name(layer, &link.path, link.sequence));
            }
        }
        let mut at = 0;
        while let Some(name) = names.get(at) {
            for (above, link) in self.links_from_above(name) {
                if known.insert((above, link.sequence)) {
                    names.push(self.name(above, &link.path, link.sequence));
                }
            }
            at += 1;
        }
    }

    /// Hard links of later layers to this name, as long as nothing hides it from them.
    fn links_from_above(&self, name: &Name<'a>) -> Vec<(usize, &'a Link)> {
        let reach = match name.fate {
            Fate::Nowhere => 0,
            Fate::Final => self.links.len(),
            Fate::Hidden(_, by) => by + 1,
        };
        let above = self.links.iter().enumerate().take(reach);
        above
            .skip(name.layer + 1)
            .filter_map(|(above, links)| Some((above, (*links)?)))
            .flat_map(|(above, links)| links.lower(&name.real).iter().map(move |l| (above, l)))
            .collect()
    }
}

#[cfg(test)]
mod tests;
