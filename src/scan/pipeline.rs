//! From inputs to a report: open, walk and scan in parallel, put together in order.

use std::collections::HashMap;

use rayon::prelude::*;

use super::assemble::{image_report, tool};
use super::budget::Budget;
use super::environment::place_in_history;
use super::group::group;
use super::layer::{LayerScan, scan_layer};
use super::locate::locate;
use super::metadata::scan_document;
use super::overlay::PathHasher;
use super::places::Places;
use super::progress::Progress;
use super::redact::Redaction;
use crate::archive::{BlobKey, Limits};
use crate::detect::Engine;
use crate::error::{Error, Result, Warning, WarningCode};
use crate::finding::{Report, Summary, Verdict};
use crate::image::{Image, Layer, assemble};
use crate::source::{Document, Selection, open};

/// How to scan.
#[derive(Debug, Clone)]
pub struct Options {
    /// Limits on untrusted input.
    pub limits: Limits,
    /// Whether digests and diff IDs are checked.
    pub verify: bool,
    /// Whether quoted commands and paths keep their secrets.
    pub reveal: bool,
    /// Worker threads; as many as there are cores when absent.
    pub threads: Option<usize>,
    /// Which images of each input.
    pub selection: Selection,
}

impl Default for Options {
    /// Every image for this host, verified, redacted, on all cores.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            verify: true,
            reveal: false,
            threads: None,
            selection: Selection::default(),
        }
    }
}

/// Scans every input and reports.
///
/// # Errors
/// When not one input can be opened. Beside others that can, an input that cannot is a warning and
/// the scan is incomplete.
pub fn run(
    inputs: &[String],
    engine: &Engine,
    options: &Options,
    progress: &Progress,
) -> Result<Report> {
    let threads = options.threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Error::Invalid {
            what: "number of threads",
            value: threads.to_string(),
            reason: error.to_string(),
        })?;
    let subject = Subject::open(inputs, options)?;
    Ok(pool.install(|| subject.scan(engine, options, progress)))
}

/// Everything that was opened.
#[derive(Default)]
struct Subject {
    images: Vec<Image>,
    /// Of an archive and not of one image.
    documents: Vec<Document>,
    warnings: Vec<Warning>,
}

impl Subject {
    fn open(inputs: &[String], options: &Options) -> Result<Self> {
        let mut subject = Self::default();
        let mut failed = Vec::new();
        for input in inputs {
            match open(input, &options.selection, &options.limits) {
                Ok(contents) => {
                    let images = contents.images.into_iter();
                    subject
                        .images
                        .extend(images.map(|raw| assemble(input, raw)));
                    subject.documents.extend(contents.documents);
                    subject.warnings.extend(contents.warnings);
                }
                Err(error) => failed.push(error),
            }
        }
        if failed.len() == inputs.len() {
            let only = if failed.len() == 1 {
                failed.pop()
            } else {
                None
            };
            return Err(only.unwrap_or(Error::NoInput(failed)));
        }
        let unread = |error: Error| Warning::new(WarningCode::UnreadableFile, error.to_string());
        subject.warnings.extend(failed.into_iter().map(unread));
        Ok(subject)
    }

    fn scan(mut self, engine: &Engine, options: &Options, progress: &Progress) -> Report {
        let layers = UniqueLayers::of(&self.images);
        let scans = layers.scan(engine, options, progress);
        let mut found = self.scan_documents(engine, options);
        let mut images = Vec::with_capacity(self.images.len());
        for (index, image) in self.images.iter_mut().enumerate() {
            let scans = layers.of_image(index, &scans);
            locate(index, image, &scans, &mut found);
            images.push(image_report(image, &scans));
            let layer_warnings = layers.warnings_of(index, &scans);
            let warnings = std::mem::take(&mut image.warnings)
                .into_iter()
                .chain(layer_warnings);
            self.warnings
                .extend(warnings.map(|warning| warning.in_image(index)));
        }
        let (found, left_out) = found.finish();
        self.warnings.extend(left_out);
        let redaction = (!options.reveal).then(|| Redaction::of(&found));
        let (mut findings, mut suppressed) = group(found, engine.rules(), &self.images);
        let mut warnings = self.warnings;
        if let Some(redaction) = redaction {
            redaction.images(&mut images);
            redaction.findings(&mut findings, &mut suppressed);
            redaction.warnings(&mut warnings);
        }
        warnings.sort_by(|a, b| (a.image, a.layer, a).cmp(&(b.image, b.layer, b)));
        warnings.dedup();
        let complete = !warnings.iter().any(|warning| warning.code.is_incomplete());
        Report {
            tool: tool(engine.rules()),
            summary: Summary::of(&findings, &images),
            images,
            findings,
            suppressed,
            warnings,
            complete,
            verdict: if complete {
                Verdict::Pass
            } else {
                Verdict::Incomplete
            },
        }
    }

    /// Scans the documents of every image and of the archives, in parallel, found in order.
    fn scan_documents(&mut self, engine: &Engine, options: &Options) -> Places {
        let of_images = self.images.iter().enumerate();
        let of_images = of_images.flat_map(|(index, image)| {
            image
                .documents
                .iter()
                .map(move |document| (Some(index), document))
        });
        let all: Vec<(Option<usize>, &Document)> = of_images
            .chain(self.documents.iter().map(|document| (None, document)))
            .collect();
        let parts = all.len();
        let scan =
            |document| scan_document(document, engine, &options.limits, Budget::share(parts));
        let scans: Vec<_> = all
            .par_iter()
            .map(|(image, document)| (*image, scan(document)))
            .collect();
        let mut found = Places::default();
        for (index, mut scan) in scans {
            for located in &mut scan.found {
                located.occurrence.image = index;
            }
            if let Some(index) = index {
                place_in_history(&self.images[index], &mut scan.found);
            }
            let owned = |warning: Warning| Warning {
                image: index,
                ..warning
            };
            self.warnings.extend(scan.warnings.into_iter().map(owned));
            for located in scan.found {
                if found.has_room_for(&located.matched) {
                    found.push(located);
                }
            }
        }
        found
    }
}

/// Layers that are the same bytes with the same promises are scanned once, whatever the number
/// of images they lie in.
struct UniqueLayers {
    layers: Vec<Layer>,
    /// For each image, for each of its layers, the index in `layers`.
    places: Vec<Vec<Option<usize>>>,
}

impl UniqueLayers {
    fn of(images: &[Image]) -> Self {
        let mut known: HashMap<(BlobKey, String), usize> = HashMap::new();
        let mut layers = Vec::new();
        let mut place = |layer: &Layer| {
            let blob = layer.blob.as_ref()?;
            let promises = format!(
                "{:?} {:?} {}",
                layer.digest, layer.diff_id, layer.media_type
            );
            let next = layers.len();
            let index = *known.entry((blob.key(), promises)).or_insert(next);
            if index == next {
                layers.push(layer.clone());
            }
            Some(index)
        };
        let places = images
            .iter()
            .map(|image| image.layers.iter().map(&mut place).collect())
            .collect();
        Self { layers, places }
    }

    /// Scans each layer, the largest first so that no core waits at the end for a large one.
    fn scan(&self, engine: &Engine, options: &Options, progress: &Progress) -> Vec<LayerScan> {
        let size = |layer: &Layer| layer.blob.as_ref().map_or(0, |blob| blob.len() as u64);
        let mut order: Vec<usize> = (0..self.layers.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(size(&self.layers[*index])));
        self.layers
            .iter()
            .for_each(|layer| progress.announce(size(layer)));
        let hasher = PathHasher::default();
        let hits = || Budget::share(self.layers.len());
        let mut scans: Vec<(usize, LayerScan)> = order
            .into_par_iter()
            .with_max_len(1)
            .map(|index| {
                let layer = &self.layers[index];
                let (limits, verify) = (&options.limits, options.verify);
                let scan = scan_layer(layer, engine, limits, verify, &hasher, hits());
                progress.finish(size(layer));
                (index, scan)
            })
            .collect();
        scans.sort_by_key(|(index, _)| *index);
        scans.into_iter().map(|(_, scan)| scan).collect()
    }

    fn of_image<'s>(&self, image: usize, scans: &'s [LayerScan]) -> Vec<Option<&'s LayerScan>> {
        self.places[image]
            .iter()
            .map(|place| place.map(|index| &scans[index]))
            .collect()
    }

    /// What is wrong with the layers of an image, under that image's own layer numbers.
    fn warnings_of(&self, image: usize, scans: &[Option<&LayerScan>]) -> Vec<Warning> {
        let numbered = self.places[image].iter().enumerate().zip(scans);
        numbered
            .filter_map(|((layer, _), scan)| Some((layer, (*scan)?)))
            .flat_map(|(layer, scan)| {
                let all = scan.summary.warnings.iter().chain(&scan.warnings);
                all.cloned().map(move |warning| warning.in_layer(layer))
            })
            .collect()
    }
}
