//! Equal work once: layers and documents that several images share are scanned once and reported
//! for each.

use std::collections::HashMap;

use rayon::prelude::*;

use super::ahead::Pool;
use super::budget::{self, Budget};
use super::layer::{LayerScan, Means, scan_layer};
use super::metadata::{DocumentScan, scan_document};
use super::overlay::Common;
use super::pipeline::Options;
use super::progress::Progress;
use super::twins::Twins;
use crate::archive::{BlobKey, Limits};
use crate::detect::Engine;
use crate::error::Warning;
use crate::image::{Image, Layer};
use crate::source::{Document, Role};

/// Layers that are the same bytes with the same promises are scanned once, whatever the number
/// of images they lie in.
pub(super) struct UniqueLayers {
    layers: Vec<Layer>,
    /// For each image, for each of its layers, the index in `layers`.
    places: Vec<Vec<Option<usize>>>,
}

impl UniqueLayers {
    pub(super) fn of(images: &[Image]) -> Self {
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
    pub(super) fn scan(
        &self,
        engine: &Engine,
        options: &Options,
        progress: &Progress,
    ) -> Vec<LayerScan> {
        let size = |layer: &Layer| layer.blob.as_ref().map_or(0, |blob| blob.len() as u64);
        let mut order: Vec<usize> = (0..self.layers.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(size(&self.layers[*index])));
        self.layers
            .iter()
            .for_each(|layer| progress.announce(size(layer)));
        let means = Means {
            engine,
            options,
            common: &Common::default(),
            progress,
            pool: &Pool::default(),
            twins: &Twins::of(self.layers.len()),
            claims: budget::claims(self.layers.len()),
        };
        let scans = self.scan_in(&order, means);
        let lost = scans.iter().any(|scan| scan.marks.lost() > 0);
        if !lost || scans.len() == 1 {
            return scans;
        }
        // Who found no room depends on the threads; the report must not.
        drop(scans);
        let again = Means {
            common: &Common::shared_by(self.layers.len()),
            progress: &Progress::default(),
            ..means
        };
        self.scan_in(&order, again)
    }

    fn scan_in(&self, order: &[usize], means: Means<'_>) -> Vec<LayerScan> {
        let mut scans: Vec<(usize, LayerScan)> = order
            .par_iter()
            .with_max_len(1)
            .map(|index| {
                let layer = &self.layers[*index];
                (*index, scan_layer(layer, means, self.layers.len()))
            })
            .collect();
        scans.sort_by_key(|(index, _)| *index);
        scans.into_iter().map(|(_, scan)| scan).collect()
    }

    pub(super) fn of_image<'s>(
        &self,
        image: usize,
        scans: &'s [LayerScan],
    ) -> Vec<Option<&'s LayerScan>> {
        self.places[image]
            .iter()
            .map(|place| place.map(|index| &scans[index]))
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
