//! An OCI layout's index, walked down to its manifests: in a directory, in an archive, in a
//! Docker save since version 25, and the manifest list of skopeo's `dir:`.
//!
//! An index may list indexes, so depth and number are bounded and circles are told by digest.

use std::collections::HashMap;

use serde_json::Value;

use super::candidate::Place;
use super::manifest::Found;
use super::survey::{Named, Survey, parse};
use super::{Role, manifest, parts};
use crate::error::{Warning, WarningCode, printable};
use crate::oci::{Descriptor, Digest, MediaType, Platform};

/// Indexes within indexes.
const DEPTH: usize = 8;
/// The image that a BuildKit attestation is about.
const ABOUT: &str = "vnd.docker.reference.digest";

/// One index on the way down.
struct Level<'l> {
    base: &'l str,
    name: &'l str,
    digest: Option<&'l Digest>,
    reference: Option<&'l str>,
    above: Option<&'l Level<'l>>,
}

/// Reads everything that the index `value` lists. Its blobs lie under `base`.
pub(super) fn read(survey: &mut Survey<'_>, base: &str, name: &str, value: &Value) {
    let top = Level {
        base,
        name,
        digest: None,
        reference: None,
        above: None,
    };
    walk(survey, &top, value);
}

fn walk(survey: &mut Survey<'_>, level: &Level<'_>, index: &Value) {
    let Some(list) = index.get("manifests").and_then(Value::as_array) else {
        return;
    };
    let mut groups: HashMap<Option<String>, usize> = HashMap::new();
    for (position, item) in list.iter().enumerate() {
        if !survey.count_manifest() {
            return;
        }
        let Some(descriptor) = parts::descriptor(item) else {
            survey.warnings.push(broken_item(level.name, position));
            continue;
        };
        let reference = descriptor.reference().or(level.reference);
        let group = *groups
            .entry(reference.map(str::to_owned))
            .or_insert_with(|| survey.new_group());
        let place = Place {
            group: Some(group),
            platform: descriptor.platform.clone().filter(is_stated),
            index: level.digest.cloned(),
        };
        visit(survey, level, &descriptor, reference, place);
    }
}

/// One entry of an index.
fn visit(
    survey: &mut Survey<'_>,
    level: &Level<'_>,
    descriptor: &Descriptor,
    reference: Option<&str>,
    place: Place,
) {
    if let Some(known) = survey.known(&descriptor.digest) {
        known.refer(reference);
        known.places.push(place);
        return;
    }
    if descriptor.is_attestation() && !survey.attested.insert(descriptor.digest.clone()) {
        return;
    }
    let Some(named) = survey.fetch(level.base, descriptor) else {
        if descriptor.is_attestation() {
            survey.absent_attestations += 1;
        } else {
            manifest::absent(survey, &descriptor.digest, place, reference);
        }
        return;
    };
    if !survey.count_parsed(&named.name, named.blob.len()) {
        return;
    }
    let mut warnings = Vec::new();
    let value = parse(&named.name, &named.blob, &mut warnings);
    if value.is_none() && is_other(&descriptor.media_type) {
        return survey.document(&named.name, Role::ArtifactData, &named.blob);
    }
    survey.warnings.extend(warnings);
    match value {
        None => survey.document(&named.name, Role::Manifest, &named.blob),
        Some(value) if parts::is_index(&value) => {
            nested(survey, level, descriptor, reference, named, &value);
        }
        Some(value) => {
            let found = Found {
                base: level.base,
                named,
                value,
                digest: Some(descriptor.digest.clone()),
                reference,
                place,
                is_attestation: descriptor.is_attestation(),
                about: about(descriptor),
            };
            if let Err(other) = manifest::read(survey, found) {
                manifest::not_a_manifest(survey, &other);
            }
        }
    }
}

fn nested(
    survey: &mut Survey<'_>,
    level: &Level<'_>,
    descriptor: &Descriptor,
    reference: Option<&str>,
    named: Named,
    value: &Value,
) {
    survey.document(&named.name, Role::Index, &named.blob);
    let mut depth = 1;
    let mut above = Some(level);
    while let Some(upper) = above {
        if upper.digest == Some(&descriptor.digest) {
            return survey.warnings.push(circle(&named.name));
        }
        depth += 1;
        above = upper.above;
    }
    if depth > DEPTH {
        return survey.warnings.push(too_deep(&named.name));
    }
    let mismatch = survey.check_digest(&named.name, &descriptor.digest, &named.blob);
    survey.warnings.extend(mismatch);
    let inner = Level {
        base: level.base,
        name: &named.name,
        digest: Some(&descriptor.digest),
        reference,
        above: Some(level),
    };
    walk(survey, &inner, value);
}

/// Whether a writer says that this blob is neither manifest nor index.
fn is_other(media_type: &MediaType) -> bool {
    let text = media_type.as_str();
    !text.is_empty() && !text.ends_with("json") && !text.ends_with("prettyjws")
}

fn is_stated(platform: &Platform) -> bool {
    let is_empty = platform.os.is_empty() && platform.architecture.is_empty();
    !is_empty && !platform.is_unknown()
}

fn about(descriptor: &Descriptor) -> Option<Digest> {
    descriptor.annotations.get(ABOUT)?.parse().ok()
}

fn broken_item(name: &str, position: usize) -> Warning {
    Warning::new(
        WarningCode::BrokenJson,
        format!(
            "item {position} of {} is no valid descriptor and is not read",
            printable(name.as_bytes())
        ),
    )
    .at(name.as_bytes())
}

fn circle(name: &str) -> Warning {
    Warning::new(
        WarningCode::BrokenLink,
        format!(
            "index {} lists itself, directly or by another index",
            printable(name.as_bytes())
        ),
    )
    .at(name.as_bytes())
}

fn too_deep(name: &str) -> Warning {
    Warning::new(
        WarningCode::LimitReached,
        format!(
            "index {} is nested deeper than {DEPTH} and is not read",
            printable(name.as_bytes())
        ),
    )
    .at(name.as_bytes())
}
