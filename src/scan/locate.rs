//! From hits in layers to occurrences: which image, instruction and visibility.

use super::layer::{LayerHit, LayerScan};
use super::links::Link;
use super::overlay::{Hidden, PathMarks, hidden_by};
use super::places::Places;
use crate::detect::Match;
use crate::error::printable;
use crate::finding::{Kind, Occurrence, Removal, Visibility};
use crate::image::Image;

/// A match and one place where it lies.
#[derive(Debug, Clone)]
pub(super) struct Located {
    pub matched: Match,
    pub occurrence: Occurrence,
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
    };
    for (layer, scan) in scans.iter().enumerate() {
        let Some(scan) = scan else { continue };
        // Images may share a layer by the thousand.
        if found.leaves_out(scan) {
            continue;
        }
        for hit in &scan.hits {
            stack.places(layer, hit, found);
        }
        found.end_of(scan);
    }
}

struct Stack<'a> {
    index: usize,
    image: &'a Image,
    scans: &'a [Option<&'a LayerScan>],
    marks: Vec<&'a PathMarks>,
}

/// A name for content: where the name stands, not where the bytes lie.
struct Name<'a> {
    layer: usize,
    path: &'a [u8],
    sequence: u32,
}

impl Stack<'_> {
    fn places(&self, layer: usize, hit: &LayerHit, found: &mut Places) {
        let Some(sequence) = hit.sequence else {
            // Bytes of no entry: in no filesystem, for whoever has the blob.
            if found.has_room_for(&hit.hit.matched) {
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
        if found.has_room_for(&hit.hit.matched) {
            found.push(self.named(layer, hit, &own, fate));
        }
        if hit.kind != Kind::File {
            return;
        }
        let links = self.scans[layer].map(|scan| scan.links.own(sequence));
        let same = links.into_iter().flatten().map(|link| (layer, link));
        for (layer_of_link, link) in same.chain(self.links_from_above(layer, &own, fate)) {
            let name = Name {
                layer: layer_of_link,
                path: &link.path,
                sequence: link.sequence,
            };
            if found.has_room_for(&hit.hit.matched) {
                found.push(self.named(layer, hit, &name, self.fate(&name)));
            }
        }
    }

    /// What hides a name, and which layer does.
    fn fate(&self, name: &Name<'_>) -> Option<(Hidden, usize)> {
        hidden_by(&self.marks, name.layer, name.path, name.sequence)
    }

    /// Hard links of later layers to this name, as long as nothing hides it from them.
    fn links_from_above<'s>(
        &'s self,
        layer: usize,
        name: &'s Name<'_>,
        fate: Option<(Hidden, usize)>,
    ) -> impl Iterator<Item = (usize, &'s Link)> {
        let reach = fate.map_or(self.scans.len(), |(_, by)| by + 1);
        let above = self.scans.iter().enumerate().take(reach).skip(layer + 1);
        above.flat_map(move |(above, scan)| {
            let links = scan.map(|scan| scan.links.lower(name.path));
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
        };
        Located {
            matched,
            occurrence,
        }
    }
}
