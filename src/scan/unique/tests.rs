//! Which layers are scanned, and which are told of without.

use std::sync::atomic::Ordering;

use super::*;
use crate::archive::Blob;
use crate::detect::catalog;
use crate::oci::{DiffId, Digest};
use crate::rules::Loader;

/// A layer of one file, in a storage of its own.
fn layer(index: usize, name: &str, content: &[u8]) -> Layer {
    let mut writer = ::tar::Builder::new(Vec::new());
    let mut header = ::tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_cksum();
    writer.append_data(&mut header, "a.env", content).unwrap();
    let tar = writer.into_inner().unwrap();
    Layer {
        index,
        digest: None,
        diff_id: Some(DiffId(Digest::sha256(&tar))),
        media_type: Default::default(),
        name: name.to_owned(),
        blob: Some(Blob::from_vec(tar)),
        instruction: None,
    }
}

fn image(layers: Vec<Layer>) -> Image {
    Image {
        layers,
        ..crate::image::assemble("test", Default::default())
    }
}

/// How many layers were scanned, and for each image what is wrong with its layers.
fn scanned(images: &[Image]) -> (usize, Vec<Vec<String>>) {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    let unique = UniqueLayers::of(images);
    let progress = Progress::default();
    let scans = unique.scan(&engine, &Options::default(), &progress);
    let (total, done) = (&progress.layers_total, &progress.layers_done);
    let done = done.load(Ordering::Relaxed);
    assert_eq!(total.load(Ordering::Relaxed), done);
    assert_eq!(scans.iter().flatten().count() as u64, done);
    let warnings = (0..images.len()).map(|image| {
        let scans = unique.of_image(image, &scans);
        assert!(scans.iter().all(Option::is_some), "a layer of {image}");
        let warnings = unique.warnings_of(image, &scans).into_iter();
        warnings.map(|warning| warning.message).collect()
    });
    (done as usize, warnings.collect())
}

#[test]
fn a_layer_of_several_archives_is_scanned_once() {
    let base = |index| layer(index, "base", b"A=1\n");
    let own = |content: &[u8]| layer(1, "own", content);
    let images = [
        image(vec![base(0), own(b"one")]),
        image(vec![base(0), own(b"other")]),
        // Elsewhere in the stack, and without anything to be said of it.
        image(vec![own(b"third"), base(1)]),
    ];
    let (layers, warnings) = scanned(&images);
    assert_eq!(layers, 4);
    assert_eq!(warnings.concat(), [""; 0]);
}

#[test]
fn what_is_wrong_with_a_layer_is_said_under_its_own_name() {
    let cut = |index, name| {
        let mut layer = layer(index, name, b"A=1\n");
        let blob = layer.blob.take().unwrap();
        layer.blob = blob.slice(0..514);
        layer
    };
    let images = [
        image(vec![cut(0, "one")]),
        image(vec![cut(0, "one")]),
        image(vec![cut(0, "other")]),
    ];
    let (layers, warnings) = scanned(&images);
    assert_eq!(layers, 2);
    assert!(!warnings[0].is_empty());
    assert_eq!(warnings[0], warnings[1]);
    assert!(warnings[2].iter().all(|warning| warning.contains("other")));
    assert_eq!(warnings[2].len(), warnings[0].len());
}

#[test]
fn a_layer_that_claims_to_be_another_lends_it_nothing_and_borrows_nothing() {
    let honest = || layer(0, "blob", b"A=1\n");
    let liar = || Layer {
        blob: layer(0, "blob", b"B=2\n").blob,
        ..honest()
    };
    for layers in [[honest(), liar()], [liar(), honest()]] {
        let images = layers.map(|layer| image(vec![layer]));
        let lies = |image: &Image| {
            *image.layers[0].blob.as_deref().unwrap() != **honest().blob.as_ref().unwrap()
        };
        let (layers, warnings) = scanned(&images);
        assert_eq!(layers, 2);
        for (image, warnings) in images.iter().zip(warnings) {
            assert_eq!(!warnings.is_empty(), lies(image), "{warnings:?}");
        }
    }
}

#[test]
fn layers_share_one_bound_on_paths_and_what_each_loses_does_not_depend_on_the_threads() {
    let many = |index: usize| {
        let mut writer = ::tar::Builder::new(Vec::new());
        for file in 0..300 {
            let mut header = ::tar::Header::new_ustar();
            header.set_size(0);
            header.set_cksum();
            let name = format!("{index}/{file}");
            writer.append_data(&mut header, name, &b""[..]).unwrap();
        }
        Layer {
            blob: Some(Blob::from_vec(writer.into_inner().unwrap())),
            diff_id: None,
            ..layer(index, &format!("layer {index}"), b"")
        }
    };
    let unique = UniqueLayers::of(&[image((0..3).map(many).collect())]);
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    let lost = |threads, room| -> Vec<u64> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let scans = pool.build().unwrap().install(|| {
            unique.scan_within(room, &engine, &Options::default(), &Progress::default())
        });
        scans
            .iter()
            .flatten()
            .map(|scan| scan.marks.lost())
            .collect()
    };
    // Enough for all, and enough for the first one alone.
    assert_eq!(lost(1, ROOM), [0, 0, 0]);
    let alone = lost(1, 12 << 10);
    assert!(
        alone[0] > 0 && alone.iter().all(|lost| *lost == alone[0]),
        "{alone:?}"
    );
    for threads in [2, 8] {
        assert_eq!(lost(threads, 12 << 10), alone);
    }
}
