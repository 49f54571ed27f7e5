//! `docker save`: `manifest.json` lists images, each with a config and layers by path.
//!
//! Keys are taken in any case, as Docker's own reader does and jib needs. Names promise a digest
//! only under `blobs/<algorithm>/`; the older `<id>.json` and `<id>/layer.tar` promise nothing.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::candidate::{Candidate, Place};
use super::faults::{missing_blob, missing_layer};
use super::members::resolve;
use super::survey::{Named, Survey};
use super::{RawImage, RawLayer};
use crate::error::{Warning, WarningCode, printable};
use crate::oci::{Descriptor, Digest, DockerManifestItem, MediaType};

/// Reads the images that `manifest.json`'s list names. Their files lie under `base`.
pub(super) fn read(survey: &mut Survey<'_>, base: &str, name: &str, list: Vec<Value>) {
    for (position, item) in list.into_iter().enumerate() {
        if !survey.count_manifest() {
            return;
        }
        let mut item = lower_keys(item);
        let media_types = media_types(&item);
        let (item, is_whole) = parse_item(&mut item);
        if !is_whole {
            survey.warnings.push(broken_item(name, position));
        }
        if let Some(item) = item {
            let candidate = candidate(survey, base, item, &media_types);
            survey.add(candidate);
        }
    }
}

/// An item that names a config or layers, and whether it is as it should be. References that are
/// not cost the image its name and nothing else.
fn parse_item(item: &mut Value) -> (Option<DockerManifestItem>, bool) {
    let parse = |item: &Value| {
        let item = DockerManifestItem::deserialize(item).ok();
        item.filter(|item| !item.config.is_empty() || !item.layers.is_empty())
    };
    if let Some(item) = parse(item) {
        return (Some(item), true);
    }
    if let Some(fields) = item.as_object_mut() {
        fields.shift_remove("repotags");
    }
    (parse(item), false)
}

/// Whether a list is `docker save`'s: an item names a config or layers, or there is none.
pub(super) fn is_list(items: &[Value]) -> bool {
    let is_image = |item: &Value| {
        item.as_object().is_some_and(|fields| {
            fields.keys().any(|key| {
                ["config", "layers"]
                    .iter()
                    .any(|k| key.eq_ignore_ascii_case(k))
            })
        })
    };
    items.is_empty() || items.iter().any(is_image)
}

fn lower_keys(item: Value) -> Value {
    match item {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, value)| (key.to_ascii_lowercase(), value))
                .collect::<Map<_, _>>(),
        ),
        other => other,
    }
}

/// Media types that `LayerSources` states, by digest of the blob and by diff ID.
fn media_types(item: &Value) -> HashMap<String, MediaType> {
    let mut types = HashMap::new();
    let sources = item.get("layersources").and_then(Value::as_object);
    for (diff_id, source) in sources.into_iter().flatten() {
        if let Ok(source) = Descriptor::deserialize(source) {
            if let Some((_, hex)) = diff_id.split_once(':') {
                types.insert(hex.to_owned(), source.media_type.clone());
            }
            types.insert(source.digest.encoded().to_owned(), source.media_type);
        }
    }
    types
}

fn candidate(
    survey: &mut Survey<'_>,
    base: &str,
    mut item: DockerManifestItem,
    media_types: &HashMap<String, MediaType>,
) -> Candidate {
    let mut image = RawImage::default();
    survey.bound_layers(&mut item.layers, &mut image.warnings);
    read_config(survey, base, &item.config, &mut image);
    for (index, path) in item.layers.iter().enumerate() {
        let name = resolve(base, path);
        let blob = name.as_ref().and_then(|name| survey.members.read(name));
        let layer = RawLayer {
            digest: promised_digest(path),
            media_type: media_types.get(stem(path)).cloned().unwrap_or_default(),
            name: name.unwrap_or_else(|| path.clone()),
            blob,
        };
        if layer.blob.is_none() {
            image.warnings.push(missing_layer(index, &layer));
        }
        image.layers.push(layer);
    }
    let mut candidate = Candidate {
        image,
        places: vec![Place::default()],
        ..Candidate::default()
    };
    for reference in &item.repo_tags {
        candidate.refer(Some(reference));
    }
    candidate
}

fn read_config(survey: &mut Survey<'_>, base: &str, path: &str, image: &mut RawImage) {
    let promised = promised_digest(path);
    let name = resolve(base, path).filter(|name| !name.is_empty());
    let blob = name.as_ref().and_then(|name| survey.members.read(name));
    match (name, blob) {
        (Some(name), Some(blob)) => {
            let digest = promised.unwrap_or_else(|| survey.digest_of(&name, &blob));
            image.config_digest = Some(digest);
            survey.take_config(image, Named { name, blob });
        }
        _ => {
            image.config_digest = promised;
            image.warnings.push(missing_blob("the config", path));
        }
    }
}

/// The digest that a path of the form `…/blobs/<algorithm>/<hex>` promises.
fn promised_digest(path: &str) -> Option<Digest> {
    let mut parts = path.rsplit('/');
    let (hex, algorithm, folder) = (parts.next()?, parts.next()?, parts.next()?);
    (folder == "blobs")
        .then(|| format!("{algorithm}:{hex}").parse().ok())
        .flatten()
}

/// A layer's file name without folders and without what follows the first dot.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

fn broken_item(name: &str, position: usize) -> Warning {
    Warning::new(
        WarningCode::BrokenJson,
        format!(
            "image {position} of {} is not described as it should be; what can be read of it is",
            printable(name.as_bytes())
        ),
    )
    .at(name.as_bytes())
}
