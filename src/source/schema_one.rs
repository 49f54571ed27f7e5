//! Docker's schema 1 manifest: layers and their legacy configs, newest first.
//!
//! It names no config, so one is made of its `v1Compatibility` strings; what is scanned is the
//! manifest itself. Steps that changed no file have a layer too (the well-known empty one), so
//! history and layers pair one to one.

use serde_json::Value;

use super::candidate::Candidate;
use super::faults::missing_layer;
use super::legacy_config::synthesize;
use super::manifest::Found;
use super::survey::{Survey, document};
use super::{RawImage, RawLayer, Role, json};
use crate::archive::Blob;
use crate::error::{Warning, WarningCode};
use crate::oci::{Digest, MediaType};

/// Reads a schema 1 manifest. The digest of a signed one is not that of its bytes as they stand.
pub(super) fn read(survey: &mut Survey<'_>, found: Found<'_>) {
    let Found {
        base,
        named,
        value,
        digest,
        reference,
        place,
        ..
    } = found;
    let mut image = RawImage {
        platform: place.platform.clone(),
        documents: vec![document(&named.name, Role::Manifest, &named.blob)],
        ..RawImage::default()
    };
    if let Some(digest) = &digest
        && value.get("signatures").is_none()
    {
        let mismatch = survey.check_digest(&named.name, digest, &named.blob);
        image.warnings.extend(mismatch);
    }
    image.manifest_digest = digest;
    image.config = Some(config(&named.name, &value, &mut image.warnings));
    read_layers(survey, base, &value, &mut image);
    let mut candidate = Candidate {
        image,
        places: vec![place],
        ..Candidate::default()
    };
    candidate.refer(reference.or(own_reference(&value).as_deref()));
    survey.add(candidate);
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// `name:tag` as the manifest has them.
fn own_reference(value: &Value) -> Option<String> {
    let text = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let name = text("name")?;
    Some(text("tag").map_or_else(|| name.to_owned(), |tag| format!("{name}:{tag}")))
}

fn config(name: &str, value: &Value, warnings: &mut Vec<Warning>) -> Blob {
    let mut chain = Vec::new();
    for (position, item) in list(value, "history").iter().enumerate() {
        let text = item.get("v1Compatibility").and_then(Value::as_str);
        let place = format!("{name} /history/{position}/v1Compatibility");
        let (parsed, warning) = json::parse(&place, text.unwrap_or_default().as_bytes());
        warnings.extend(warning);
        chain.push(parsed.unwrap_or_default());
    }
    chain.reverse();
    synthesize(&chain)
}

fn read_layers(survey: &mut Survey<'_>, base: &str, value: &Value, image: &mut RawImage) {
    let mut layers: Vec<&Value> = list(value, "fsLayers").iter().rev().collect();
    survey.bound_layers(&mut layers, &mut image.warnings);
    for (index, layer) in layers.into_iter().enumerate() {
        let sum = layer.get("blobSum").and_then(Value::as_str);
        let digest: Option<Digest> = sum.and_then(|sum| sum.parse().ok());
        let name = digest
            .as_ref()
            .and_then(|digest| survey.members.locate(base, digest));
        let blob = name.as_ref().and_then(|name| survey.members.read(name));
        let stated = sum.map_or_else(|| format!("layer {index} without blobSum"), str::to_owned);
        let layer = RawLayer {
            name: name.unwrap_or(stated),
            media_type: MediaType::default(),
            digest,
            blob,
        };
        if layer.blob.is_none() {
            image.warnings.push(missing_layer(index, &layer));
        }
        image.layers.push(layer);
    }
    let (items, layers) = (list(value, "history").len(), list(value, "fsLayers").len());
    if items != layers {
        image.warnings.push(Warning::new(
            WarningCode::LayerCountMismatch,
            format!(
                "the schema 1 manifest lists {layers} layers and {items} legacy configs; every \
                 layer is scanned"
            ),
        ));
    }
}
