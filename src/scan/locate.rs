//! From hits in layers to occurrences: which image, instruction and visibility.

use super::layer::{LayerHit, LayerScan};
use super::links::Link;
use super::overlay::{Hidden, PathMarks, hidden_by};
use super::owner::Owners;
use super::places::Places;
use crate::detect::Match;
use crate::error::printable;
use crate::finding::{Kind, Occurrence, PackageFile, Removal, Visibility};
use crate::image::Image;
use crate::rules::Confidence;

/// A match and one place where it lies.
#[derive(Debug, Clone)]
pub(super) struct Located {
    pub matched: Match,
    pub occurrence: Occurrence,
}

impl Located {
    /// Says whose file it is. Somebody changed a file that a package brought: that is a reason to
    /// look at what is only possibly a secret.
    fn belongs_to(&mut self, owner: &PackageFile) {
        self.occurrence.package = Some(owner.clone());
        if owner.is_unmodified() {
            return;
        }
        let facts = &mut self.matched.facts;
        facts.insert("package".to_owned(), owner.to_string().into());
        facts.insert("package_file".to_owned(), "modified".into());
        if self.matched.suppressed.is_none() {
            self.matched.confidence = self.matched.confidence.max(Confidence::Likely);
        }
    }
}

/// Every place of every hit of an image's layers. `scans` holds each layer's result, base first;
/// `None` for a layer that is not there.
pub(super) fn locate(
    index: usize,
    image: &Image,
    scans: &[Option<&LayerScan>],
    found: &mut Places,
) {
    let empty = PathMarks::default();
    let stack = Stack {
        index,
        image,
        scans,
        marks: scans
            .iter()
            .map(|scan| scan.map_or(&empty, |scan| &scan.marks))
            .collect(),
        owners: Owners::new(scans.iter().map(|scan| (*scan)?.evidence.as_ref())),
    };
    for (layer, scan) in scans.iter().enumerate() {
        let Some(scan) = scan else { continue };
        // Images may share a layer by the thousand.
        if found.leaves_out(scan) {
            continue;
        }
        found.begin();
        let mut file = File::default();
        for hit in &scan.hits {
            stack.places(layer, hit, &mut file, found);
        }
        found.end_of(scan);
    }
}

struct Stack<'a> {
    index: usize,
    image: &'a Image,
    scans: &'a [Option<&'a LayerScan>],
    marks: Vec<&'a PathMarks>,
    owners: Owners<'a>,
}

/// The file that the last hit lay in, and its owner: hits of a file follow each other.
#[derive(Default)]
struct File {
    sequence: Option<u32>,
    owner: Option<PackageFile>,
}

/// A name for content: where the name stands, not where the bytes lie.
struct Name<'a> {
    layer: usize,
    path: &'a [u8],
    sequence: u32,
}

impl Stack<'_> {
    fn places(&self, layer: usize, hit: &LayerHit, file: &mut File, found: &mut Places) {
        let Some(sequence) = hit.sequence else {
            // Bytes of no entry: in no filesystem, for whoever has the blob.
            if found.has_room_for(&hit.hit.matched, false) {
                found.push(self.located(layer, hit, None, Visibility::Metadata));
            }
            return;
        };
        let own = Name {
            layer,
            path: &hit.path,
            sequence,
        };
        let fate = self.fate(&own);
        if hit.kind != Kind::File {
            if found.has_room_for(&hit.hit.matched, false) {
                found.push(self.named(layer, hit, &own, fate));
            }
            return;
        }
        // Where there is no room for all places, a secret keeps one that nothing explains away.
        let owner = match found.is_full() {
            true => None,
            false => self.owner(&own, fate, file),
        };
        let is_explained = owner.is_some_and(PackageFile::is_unmodified);
        let links = self.links(&own, fate);
        let links = links.map(|name| (self.fate(&name), name));
        for (fate, name) in std::iter::once((fate, own)).chain(links) {
            if found.has_room_for(&hit.hit.matched, is_explained) {
                let mut located = self.named(layer, hit, &name, fate);
                if let Some(owner) = owner {
                    located.belongs_to(owner);
                }
                found.push(located);
            }
        }
    }

    /// The package that owns the file of this name, as `file` remembers or comes to know it.
    fn owner<'f>(
        &self,
        own: &Name<'_>,
        fate: Option<(Hidden, usize)>,
        file: &'f mut File,
    ) -> Option<&'f PackageFile> {
        if file.sequence != Some(own.sequence) && !self.owners.is_empty() {
            let evidence = self.scans[own.layer].and_then(|scan| scan.evidence.as_ref());
            let checksums = evidence.and_then(|evidence| evidence.checksums.get(&own.sequence));
            let links = self.links(own, fate).map(|name| (name.layer, name.path));
            let names = std::iter::once((own.layer, own.path)).chain(links);
            file.owner =
                checksums.and_then(|checksums| self.owners.of(checksums, names, &self.marks));
            file.sequence = Some(own.sequence);
        }
        file.owner.as_ref()
    }

    /// Every hard link to the file of this name.
    fn links<'s>(
        &'s self,
        own: &Name<'s>,
        fate: Option<(Hidden, usize)>,
    ) -> impl Iterator<Item = Name<'s>> + use<'s> {
        let (layer, sequence) = (own.layer, own.sequence);
        let links = self.scans[layer].map(|scan| scan.links.own(sequence));
        let same = links.into_iter().flatten().map(move |link| (layer, link));
        let all = same.chain(self.links_from_above(layer, own.path, fate));
        all.map(|(layer, link)| Name {
            layer,
            path: &link.path,
            sequence: link.sequence,
        })
    }

    /// What hides a name, and which layer does.
    fn fate(&self, name: &Name<'_>) -> Option<(Hidden, usize)> {
        hidden_by(&self.marks, name.layer, name.path, name.sequence)
    }

    /// Hard links of later layers to this name, as long as nothing hides it from them.
    fn links_from_above<'s>(
        &'s self,
        layer: usize,
        path: &'s [u8],
        fate: Option<(Hidden, usize)>,
    ) -> impl Iterator<Item = (usize, &'s Link)> {
        let reach = fate.map_or(self.scans.len(), |(_, by)| by + 1);
        let above = self.scans.iter().enumerate().take(reach).skip(layer + 1);
        above.flat_map(move |(above, scan)| {
            let links = scan.map(|scan| scan.links.lower(path));
            links.into_iter().flatten().map(move |link| (above, link))
        })
    }

    fn named(
        &self,
        layer: usize,
        hit: &LayerHit,
        name: &Name<'_>,
        fate: Option<(Hidden, usize)>,
    ) -> Located {
        let visibility = match fate {
            None => Visibility::Final,
            Some((Hidden::Overwritten, _)) => Visibility::Overwritten,
            Some((Hidden::Deleted, _)) => Visibility::Deleted,
        };
        let mut located = self.located(layer, hit, Some(name.path), visibility);
        located.occurrence.removed_by = fate.map(|(_, by)| Removal {
            layer: Some(by),
            instruction: self
                .image
                .layers
                .get(by)
                .and_then(|layer| layer.instruction),
        });
        located
    }

    fn located(
        &self,
        layer: usize,
        hit: &LayerHit,
        path: Option<&[u8]>,
        visibility: Visibility,
    ) -> Located {
        let place = &self.image.layers[layer];
        let computed = self.scans[layer].and_then(|scan| scan.summary.diff_id.clone());
        let matched = hit.hit.matched.clone();
        let occurrence = Occurrence {
            image: Some(self.index),
            kind: hit.kind,
            layer: Some(layer),
            diff_id: place.diff_id.clone().or(computed),
            instruction: place.instruction,
            path: path.map(printable),
            pointer: None,
            key: hit
                .hit
                .matched
                .label
                .as_ref()
                .map(|key| printable(key.as_bytes())),
            inside: hit.hit.inside.clone(),
            decoded: hit.hit.decoded.clone(),
            line: matched.position.line,
            column: matched.position.column,
            offset: matched.span.offset,
            length: matched.span.length,
            visibility,
            removed_by: None,
            entry: hit.entry.clone(),
            package: None,
        };
        Located {
            matched,
            occurrence,
        }
    }
}
