//! Equal work once: layers and documents that several images share are scanned once and reported
//! for each.

use std::collections::HashMap;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::ahead::Pool;
use super::alike::{self, promises};
use super::budget::{self, Budget};
use super::layer::{LayerScan, Means, scan_layer};
use super::metadata::{DocumentScan, scan_document};
use super::overlay::{Common, ROOM};
use super::pipeline::Options;
use super::progress::Progress;
use super::twins::Twins;
use crate::archive::{Algorithm, BlobKey, Compression, Early, Limits, sniff};
use crate::detect::Engine;
use crate::error::Warning;
use crate::image::{Image, Layer};
use crate::source::{Document, Role};

/// Layers that are walked beside each other at most, since each takes some megabytes: further threads scan and
/// hash what these hand on.
const MOST_WALKED: usize = 16;

/// Layers that are the same bytes with the same promises are scanned once, whatever the number
/// of images and archives they lie in.
pub(super) struct UniqueLayers {
    /// Each range of an archive once, with the promises made for it.
    layers: Vec<Layer>,
    /// For each, an earlier one that is the same bytes elsewhere.
    earlier: Vec<Option<usize>>,
    /// For each image, for each of its layers, the index in `layers`.
    places: Vec<Vec<Option<usize>>>,
}

impl UniqueLayers {
    pub(super) fn of(images: &[Image]) -> Self {
        let mut known: HashMap<(BlobKey, String), usize> = HashMap::new();
        let mut layers = Vec::new();
        let mut place = |layer: &Layer| {
            let blob = layer.blob.as_ref()?;
            let next = layers.len();
            let key = (blob.key(), promises(layer));
            let index = *known.entry(key).or_insert(next);
            if index == next {
                layers.push(layer.clone());
            }
            Some(index)
        };
        let places = images
            .iter()
            .map(|image| image.layers.iter().map(&mut place).collect())
            .collect();
        Self {
            earlier: alike::earlier(&layers),
            layers,
            places,
        }
    }

    /// Scans each layer for which no earlier one stands.
    pub(super) fn scan(
        &self,
        engine: &Engine,
        options: &Options,
        progress: &Progress,
    ) -> Vec<Option<LayerScan>> {
        self.scan_within(ROOM, engine, options, progress)
    }

    /// As [`Self::scan`], with so many bytes for what all layers remember of their paths.
    fn scan_within(
        &self,
        room: usize,
        engine: &Engine,
        options: &Options,
        progress: &Progress,
    ) -> Vec<Option<LayerScan>> {
        let means = Means {
            engine,
            options,
            common: &Common::of(room),
            progress,
            pool: &Pool::default(),
            twins: &Twins::of(self.layers.len()),
            shelf: &Arc::default(),
            claims: budget::claims(self.layers.len()),
            early: None,
        };
        let scans = self.scan_with(means);
        let lost = scans.iter().flatten().any(|scan| scan.marks.lost() > 0);
        if !lost || scans.len() == 1 {
            return scans;
        }
        // Who found no room depends on the threads; the report must not.
        drop(scans);
        let again = Means {
            common: &Common::shared_by(room, self.layers.len()),
            progress: &Progress::default(),
            ..means
        };
        self.scan_with(again)
    }

    fn scan_with(&self, means: Means<'_>) -> Vec<Option<LayerScan>> {
        let layers = 0..self.layers.len();
        let mut scans: Vec<Option<LayerScan>> = layers.clone().map(|_| None).collect();
        let is_first = |index: &usize| self.earlier[*index].is_none();
        self.scan_these(layers.clone().filter(is_first).collect(), means, &mut scans);
        let is_left = |index: &usize| {
            let Some(earlier) = self.earlier[*index] else {
                return false;
            };
            let (layer, first) = (&self.layers[*index], &self.layers[earlier]);
            let scan = scans[earlier].as_ref();
            scan.is_none_or(|scan| !alike::holds_for(layer, first, scan))
        };
        let left = layers.filter(is_left).collect();
        self.scan_these(left, means, &mut scans);
        scans
    }

    /// Scans these layers, the largest first so that no core waits at the end for a large one.
    fn scan_these(&self, mut order: Vec<usize>, means: Means<'_>, scans: &mut [Option<LayerScan>]) {
        let size = |index: &usize| {
            let blob = self.layers[*index].blob.as_ref();
            blob.map_or(0, |blob| blob.len() as u64)
        };
        order.sort_by_key(|index| std::cmp::Reverse(size(index)));
        (order.iter()).for_each(|index| means.progress.announce(size(index)));
        let walkers = order.len().min(MOST_WALKED);
        let all_walk = |left: usize| left.min(walkers) >= rayon::current_num_threads();
        let shared = &means.pool.unhashed;
        shared.tell_whether_all_walk(all_walk(order.len()));
        let early = Arc::new(self.early(&order, means));
        let means = Means {
            early: Some(&early),
            ..means
        };
        let (next, left) = (AtomicUsize::new(0), AtomicUsize::new(order.len()));
        let scan_next = || {
            let index = *order.get(next.fetch_add(1, Ordering::Relaxed))?;
            let scan = scan_layer(&self.layers[index], means, self.layers.len());
            if !all_walk(left.fetch_sub(1, Ordering::Relaxed) - 1) {
                shared.tell_whether_all_walk(false);
            }
            Some((index, scan))
        };
        let scanned: Vec<_> = (0..walkers)
            .into_par_iter()
            .with_max_len(1)
            .flat_map_iter(|_| iter::from_fn(scan_next))
            .collect();
        for (index, scan) in scanned {
            scans[index] = Some(scan);
        }
    }

    /// Those of these layers whose stored bytes are hashed with SHA-256 by whoever walks them.
    fn early(&self, order: &[usize], means: Means<'_>) -> Early {
        let all_walk = means.pool.unhashed.do_all_walk();
        let layers = order.iter().map(|index| &self.layers[*index]);
        Early::of(layers.filter(|_| means.options.verify).filter_map(|layer| {
            let blob = layer.blob.as_ref()?;
            let is_hashed_here = all_walk || sniff(blob) == Compression::None;
            (is_hashed_here && layer.algorithm() == Algorithm::Sha256).then_some(blob)
        }))
    }

    pub(super) fn of_image<'s>(
        &self,
        image: usize,
        scans: &'s [Option<LayerScan>],
    ) -> Vec<Option<&'s LayerScan>> {
        self.places[image]
            .iter()
            .map(|place| {
                let index = (*place)?;
                let earlier = || scans[self.earlier[index]?].as_ref();
                scans[index].as_ref().or_else(earlier)
            })
            .collect()
    }

    /// What is wrong with the layers of an image, under that image's own layer numbers.
    pub(super) fn warnings_of(&self, image: usize, scans: &[Option<&LayerScan>]) -> Vec<Warning> {
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

/// Documents that are the same bytes in the same role under the same name.
pub(super) struct UniqueDocuments<'d> {
    documents: Vec<&'d Document>,
    /// For each document of each image, and of the archives (`None`), the index in `documents`.
    pub(super) places: Vec<(Option<usize>, usize)>,
}

impl<'d> UniqueDocuments<'d> {
    pub(super) fn of(images: &'d [Image], others: &'d [Document]) -> Self {
        let mut known: HashMap<(BlobKey, Role, &str), usize> = HashMap::new();
        let mut documents = Vec::new();
        let of_images = images.iter().enumerate();
        let of_images = of_images
            .flat_map(|(index, image)| image.documents.iter().map(move |d| (Some(index), d)));
        let places = of_images
            .chain(others.iter().map(|document| (None, document)))
            .map(|(image, document)| {
                let key = (document.blob.key(), document.role, &document.name[..]);
                let index = *known.entry(key).or_insert_with(|| {
                    documents.push(document);
                    documents.len() - 1
                });
                (image, index)
            })
            .collect();
        Self { documents, places }
    }

    /// Scans each document.
    pub(super) fn scan(&self, engine: &Engine, limits: &Limits) -> Vec<DocumentScan> {
        let documents = self.documents.par_iter();
        documents
            .map(|document| {
                scan_document(
                    document,
                    engine,
                    limits,
                    Budget::share(self.documents.len()),
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
