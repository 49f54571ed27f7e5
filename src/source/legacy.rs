//! Docker 0.x to 1.9: no `manifest.json`, but `<id>/json` and `<id>/layer.tar` for each layer,
//! linked to the layer below by `parent`; `repositories` names the newest ones.
//!
//! Images are the ids that `repositories` names and those that nobody names as parent, so an
//! archive whose `repositories` is absent is read as well.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::candidate::{Candidate, Place};
use super::faults::{missing_blob, missing_layer};
use super::legacy_config::synthesize;
use super::survey::{LAYERS, Survey, document, parse};
use super::{RawImage, RawLayer, Role};
use crate::archive::Blob;
use crate::error::{Warning, WarningCode, printable};
use crate::oci::MediaType;

/// A layer with its own config.
struct Step {
    name: String,
    blob: Blob,
    value: Value,
}

/// Reads the images of an archive without manifest. Their folders lie under `base`.
pub(super) fn read(survey: &mut Survey<'_>, base: &str, ids: &[String]) {
    let mut steps = BTreeMap::new();
    if ids.len() > LAYERS {
        survey.warnings.push(too_many());
    }
    for id in ids.iter().take(LAYERS) {
        let name = format!("{base}{id}/json");
        let Some(blob) = survey.members.read(&name) else {
            continue;
        };
        if !survey.count_parsed(&name, blob.len()) {
            break;
        }
        let mut warnings = Vec::new();
        let value = parse(&name, &blob, &mut warnings).unwrap_or_default();
        survey.warnings.extend(warnings);
        steps.insert(id.clone(), Step { name, blob, value });
    }
    let tags = tags(survey, base);
    let parents: BTreeSet<&str> = steps
        .values()
        .filter_map(|step| parent(&step.value))
        .collect();
    let heads: Vec<&String> = steps
        .keys()
        .filter(|id| tags.contains_key(*id) || !parents.contains(id.as_str()))
        .collect();
    let mut read = 0;
    for head in heads {
        if !survey.count_manifest() {
            return;
        }
        let mut candidate = image(survey, base, head, &steps);
        read += candidate.image.layers.len();
        for tag in tags.get(head).into_iter().flatten() {
            candidate.refer(Some(tag));
        }
        survey.candidates.push(candidate);
        if read > LAYERS {
            return survey.warnings.push(too_many());
        }
    }
}

fn parent(value: &Value) -> Option<&str> {
    value
        .get("parent")
        .and_then(Value::as_str)
        .filter(|parent| !parent.is_empty())
}

/// References by id, from `repositories`: `{name: {tag: id}}`.
fn tags(survey: &mut Survey<'_>, base: &str) -> BTreeMap<String, Vec<String>> {
    let mut tags: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let name = format!("{base}repositories");
    let Some(blob) = survey.members.read(&name) else {
        return tags;
    };
    survey.document(&name, Role::ArchiveFile, &blob);
    let mut warnings = Vec::new();
    let value = parse(&name, &blob, &mut warnings).unwrap_or_default();
    survey.warnings.extend(warnings);
    for (repository, by_tag) in value.as_object().into_iter().flatten() {
        for (tag, id) in by_tag.as_object().into_iter().flatten() {
            if let Some(id) = id.as_str() {
                tags.entry(id.to_owned())
                    .or_default()
                    .push(format!("{repository}:{tag}"));
            }
        }
    }
    tags
}

fn image(
    survey: &mut Survey<'_>,
    base: &str,
    head: &str,
    steps: &BTreeMap<String, Step>,
) -> Candidate {
    let mut image = RawImage::default();
    let chain = chain(head, steps, &mut image.warnings);
    for (index, id) in chain.iter().enumerate() {
        let name = format!("{base}{id}/layer.tar");
        let layer = RawLayer {
            digest: None,
            media_type: MediaType::default(),
            blob: survey.members.read(&name),
            name,
        };
        if layer.blob.is_none() {
            image.warnings.push(missing_layer(index, &layer));
        }
        image.layers.push(layer);
    }
    let steps: Vec<&Step> = chain.iter().filter_map(|id| steps.get(*id)).collect();
    for (index, step) in steps.iter().enumerate() {
        // The head's is the image's own config; those below it are what it was made from.
        let is_own = index + 1 == steps.len();
        let role = if is_own {
            Role::Config
        } else {
            Role::LegacyConfig
        };
        image.documents.push(document(&step.name, role, &step.blob));
    }
    let values: Vec<Value> = steps.iter().map(|step| step.value.clone()).collect();
    image.config = Some(synthesize(&values));
    Candidate {
        image,
        places: vec![Place::default()],
        ..Candidate::default()
    }
}

/// Ids from the base to `head`.
fn chain<'s>(
    head: &'s str,
    steps: &'s BTreeMap<String, Step>,
    warnings: &mut Vec<Warning>,
) -> Vec<&'s str> {
    let mut chain = vec![head];
    let mut seen = BTreeSet::from([head]);
    let mut next = steps.get(head).and_then(|step| parent(&step.value));
    while let Some(id) = next {
        let Some(step) = steps.get(id) else {
            warnings.push(missing_blob("the config of a parent layer,", id));
            break;
        };
        if !seen.insert(id) {
            warnings.push(circle(id));
            break;
        }
        if chain.len() >= LAYERS {
            warnings.push(too_many());
            break;
        }
        chain.push(id);
        next = parent(&step.value);
    }
    chain.reverse();
    chain
}

fn circle(id: &str) -> Warning {
    Warning::new(
        WarningCode::BrokenLink,
        format!(
            "layer {} is its own ancestor; the chain of parents ends there",
            printable(id.as_bytes())
        ),
    )
}

fn too_many() -> Warning {
    Warning::new(
        WarningCode::LimitReached,
        format!(
            "there are more than {LAYERS} layers in chains of parents; the others are not read"
        ),
    )
}
