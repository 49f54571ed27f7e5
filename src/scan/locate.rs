//! From hits in layers to occurrences: which image, instruction and visibility.

use super::layer::{LayerHit, LayerScan};
use super::overlay::{Hidden, PathMarks};
use super::owner::Owners;
use super::places::Places;
use super::stack::{Fate, Name, Stack};
use crate::archive::Limits;
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
    limits: &Limits,
    found: &mut Places,
) {
    let empty = PathMarks::default();
    let marks = scans.iter();
    let marks: Vec<&PathMarks> = marks
        .map(|scan| scan.map_or(&empty, |scan| &scan.marks))
        .collect();
    let subject = Subject {
        index,
        image,
        scans,
        owners: Owners::new(scans.iter().map(|scan| (*scan)?.evidence.as_ref()), &marks),
        stack: Stack {
            marks,
            links: (scans.iter().map(|scan| scan.map(|scan| &scan.links))).collect(),
        },
    };
    for (layer, scan) in scans.iter().enumerate() {
        let Some(scan) = scan else { continue };
        // Images may share a layer by the thousand.
        if found.leaves_out(scan) {
            continue;
        }
        subject.hash_claimed(layer, limits);
        found.begin();
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
    owners: Owners<'a>,
}

/// The names of the entry of the last hit, its own first: hits of an entry come together.
#[derive(Default)]
struct Names<'a> {
    sequence: Option<u32>,
    own: Vec<Name<'a>>,
    /// Whether hard links to the entry are among them, and the owner is known.
    has_links: bool,
    /// The package that owns the file, where one does.
    owner: Option<PackageFile>,
}

impl<'a> Subject<'a> {
    fn places(&self, layer: usize, hit: &'a LayerHit, names: &mut Names<'a>, found: &mut Places) {
        let Some(sequence) = hit.sequence else {
            // Bytes of no entry: in no filesystem, for whoever has the blob.
            if found.has_room_for(&hit.hit.matched, false) {
                found.push(self.located(layer, hit, None, Visibility::Metadata));
            }
            return;
        };
        if found.is_full() {
            // A secret without a place gets one, which nothing explains away, and names take time.
            if found.has_room_for(&hit.hit.matched, false) {
                let name = self.stack.name(layer, &hit.path, sequence);
                found.push(self.named(layer, hit, &name));
            }
            return;
        }
        if names.sequence != Some(sequence) {
            *names = Names {
                sequence: Some(sequence),
                own: vec![self.stack.name(layer, &hit.path, sequence)],
                has_links: false,
                owner: None,
            };
        }
        let is_file = hit.kind == Kind::File;
        if is_file && !names.has_links {
            self.stack.follow_links(&mut names.own);
            names.has_links = true;
            names.owner = self.owner(layer, sequence, &names.own);
        }
        let owner = names.owner.as_ref().filter(|_| is_file);
        let is_explained = owner.is_some_and(PackageFile::is_unmodified);
        let most = if is_file { names.own.len() } else { 1 };
        for (index, name) in names.own.iter().take(most).enumerate() {
            if !found.has_room_for(&hit.hit.matched, is_explained) {
                found.leave_out(most - index - 1);
                break;
            }
            let mut located = self.named(layer, hit, name);
            if let Some(owner) = owner {
                located.belongs_to(owner);
            }
            found.push(located);
        }
    }

    /// Hashes the files with hits of a layer that a package of the image claims, as far as that was left.
    fn hash_claimed(&self, layer: usize, limits: &Limits) {
        let scan = self.scans[layer];
        let Some((scan, evidence)) = scan.and_then(|scan| Some((scan, scan.evidence.as_ref()?)))
        else {
            return;
        };
        let unhashed = &evidence.unhashed;
        if self.owners.is_empty() || unhashed.sequences().is_empty() {
            return;
        }
        let files = scan.hits.iter().filter(|hit| hit.kind == Kind::File);
        let mut files: Vec<_> = files
            .filter_map(|hit| Some((hit.sequence?, &hit.path[..])))
            .filter(|(sequence, _)| unhashed.sequences().binary_search(sequence).is_ok())
            .collect();
        files.sort_unstable();
        files.dedup();
        let wanted = files.into_iter().filter_map(|(sequence, path)| {
            let mut names = vec![self.stack.name(layer, path, sequence)];
            self.stack.follow_links(&mut names);
            let algorithms = unhashed.left(sequence, self.owners.algorithms(&names))?;
            Some((sequence, algorithms))
        });
        let wanted: Vec<_> = wanted.collect();
        if !wanted.is_empty() {
            unhashed.hash(&self.image.layers[layer], limits, &wanted);
        }
    }

    /// The package that owns the file of an entry, under whichever of its names.
    fn owner(&self, layer: usize, sequence: u32, names: &[Name<'_>]) -> Option<PackageFile> {
        let evidence = self.scans[layer]?.evidence.as_ref()?;
        let checksums = evidence.checksums(sequence)?;
        self.owners.of(&checksums, names)
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
            package: None,
        };
        Located {
            matched,
            occurrence,
        }
    }
}
