//! Layers that are the same bytes in several archives, or in several files of one: the first of them is
//! scanned, and what it yields stands for the others.
//!
//! An image may promise any digest for any bytes, and nothing is hashed before it is scanned, so the stored
//! bytes are compared: that takes a small part of what a scan takes and needs no hash at all. Promises have
//! to be equal as well, since they are checked in a scan.

use std::collections::HashMap;

use rayon::prelude::*;

use super::layer::LayerScan;
use crate::archive::Blob;
use crate::image::Layer;

/// Bytes that are compared at a time; what is behind is let go of.
const STEP: u64 = 8 << 20;

/// What a layer is said to be, beside the bytes that it is.
pub(super) fn promises(layer: &Layer) -> String {
    let Layer {
        digest,
        diff_id,
        media_type,
        ..
    } = layer;
    format!("{digest:?} {diff_id:?} {media_type}")
}

/// For each layer, an earlier one that is the same bytes with the same promises. Each is compared with one
/// other at most, however many promise the same.
pub(super) fn earlier(layers: &[Layer]) -> Vec<Option<usize>> {
    let mut known: HashMap<(usize, String), usize> = HashMap::new();
    let candidates: Vec<Option<usize>> = (layers.iter().enumerate())
        .map(|(index, layer)| {
            let size = layer.blob.as_ref()?.len();
            let first = *known.entry((size, promises(layer))).or_insert(index);
            (first != index).then_some(first)
        })
        .collect();
    let are_equal = |one: usize, other: usize| {
        let blobs = (layers[one].blob.as_ref()).zip(layers[other].blob.as_ref());
        blobs.is_some_and(|(one, other)| are_equal(one, other))
    };
    let candidates = candidates.into_par_iter().with_max_len(1).enumerate();
    candidates
        .map(|(index, candidate)| candidate.filter(|first| are_equal(*first, index)))
        .collect()
}

fn are_equal(one: &Blob, other: &Blob) -> bool {
    let size = one.len() as u64;
    (0..size).step_by(STEP as usize).all(|start| {
        let end = size.min(start + STEP);
        for blob in [one, other] {
            blob.will_need(end..size.min(end + STEP));
        }
        let parts = one.slice(start..end).zip(other.slice(start..end));
        let are_equal = parts.is_some_and(|(one, other)| *one == *other);
        for blob in [one, other] {
            blob.release(start..end);
        }
        are_equal
    })
}

/// Whether `scan`, of `layer`, holds for `other` as well, which is the same bytes with the same promises.
/// Warnings name a layer by its place in the image and the archive.
pub(super) fn holds_for(other: &Layer, layer: &Layer, scan: &LayerScan) -> bool {
    let is_silent = scan.warnings.is_empty() && scan.summary.warnings.is_empty();
    let is_named_so = layer.index == other.index && layer.name == other.name;
    // Of a file that was cut since, the other one may have more.
    (is_silent || is_named_so) && layer.cut().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::Digest;

    fn layer(bytes: &[u8], promise: &[u8]) -> Layer {
        Layer {
            index: 0,
            digest: Some(Digest::sha256(promise)),
            diff_id: None,
            media_type: Default::default(),
            name: String::new(),
            blob: Some(Blob::from_vec(bytes.to_vec())),
            instruction: None,
        }
    }

    #[test]
    fn a_layer_that_promises_to_be_another_and_is_not_stands_for_itself() {
        let layers = [
            layer(b"one", b"one"),
            layer(b"two", b"one"),
            layer(b"one", b"one"),
            layer(b"one", b"two"),
            layer(b"ones", b"one"),
            Layer {
                blob: None,
                ..layer(b"", b"one")
            },
            layer(b"", b"one"),
            layer(b"", b"one"),
        ];
        let found = earlier(&layers);
        let expected = [None, None, Some(0), None, None, None, None, Some(6)];
        assert_eq!(found, expected);
    }

    #[test]
    fn every_byte_of_a_large_layer_counts() {
        let bytes: Vec<u8> = (0..=250).cycle().take(2 * STEP as usize + 9).collect();
        let blob = |bytes: &[u8]| Blob::from_vec(bytes.to_vec());
        assert!(are_equal(&blob(&bytes), &blob(&bytes)));
        for at in [0, STEP as usize - 1, STEP as usize, bytes.len() - 1] {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert!(!are_equal(&blob(&bytes), &blob(&other)), "{at}");
        }
        assert!(!are_equal(&blob(&bytes), &blob(&bytes[1..])));
    }
}
