//! From hits in layers to occurrences: which image, instruction and visibility.

use super::layer::{LayerHit, LayerScan};
use super::overlay::{Hidden, PathMarks};
use super::places::Places;
use super::stack::{Fate, Name, Stack};
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
    let subject = Subject {
        index,
        image,
        scans,
        stack: Stack {
            marks: (scans.iter())
                .map(|scan| scan.map_or(&empty, |scan| &scan.marks))
                .collect(),
            links: (scans.iter().map(|scan| scan.map(|scan| &scan.links))).collect(),
        },
    };
    for (layer, scan) in scans.iter().enumerate() {
        let Some(scan) = scan else { continue };
        // Images may share a layer by the thousand.
        if found.leaves_out(scan) {
            continue;
        }
        let mut names = Names::default();
        for hit in &scan.hits {
            subject.places(layer, hit, &mut names, found);
        }
        found.end_of(scan);
    }
}

struct Subject<'a> {
    index: usize,
    image: &'a Image,
    scans: &'a [Option<&'a LayerScan>],
    stack: Stack<'a>,
}

/// The names of the entry of the last hit, its own first: hits of an entry come together.
#[derive(Default)]
struct Names<'a> {
    sequence: Option<u32>,
    own: Vec<Name<'a>>,
    /// Whether hard links to the entry are among them.
    has_links: bool,
}

impl<'a> Subject<'a> {
    fn places(&self, layer: usize, hit: &'a LayerHit, names: &mut Names<'a>, found: &mut Places) {
        let Some(sequence) = hit.sequence else {
            // Bytes of no entry: in no filesystem, for whoever has the blob.
            if found.has_room_for(&hit.hit.matched) {
                found.push(self.located(layer, hit, None, Visibility::Metadata));
            }
            return;
        };
        if names.sequence != Some(sequence) {
            *names = Names {
                sequence: Some(sequence),
                own: vec![self.stack.name(layer, &hit.path, sequence)],
                has_links: false,
            };
        }
        let is_file = hit.kind == Kind::File;
        if is_file && !names.has_links {
            self.stack.follow_links(&mut names.own);
            names.has_links = true;
        }
        let most = if is_file { names.own.len() } else { 1 };
        for (index, name) in names.own.iter().take(most).enumerate() {
            if !found.has_room_for(&hit.hit.matched) {
                found.leave_out(most - index - 1);
                break;
            }
            found.push(self.named(layer, hit, name));
        }
    }

    fn named(&self, layer: usize, hit: &LayerHit, name: &Name<'_>) -> Located {
        let visibility = match name.fate {
            Fate::Nowhere => Visibility::Metadata,
            Fate::Final => Visibility::Final,
            Fate::Hidden(Hidden::Overwritten, _) => Visibility::Overwritten,
            Fate::Hidden(Hidden::Deleted, _) => Visibility::Deleted,
        };
        let mut located = self.located(layer, hit, Some(name.path), visibility);
        if let Fate::Hidden(_, by) = name.fate {
            let remover = self.image.layers.get(by);
            located.occurrence.removed_by = Some(Removal {
                layer: Some(by),
                instruction: remover.and_then(|layer| layer.instruction),
            });
        }
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
