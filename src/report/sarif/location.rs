//! Where an occurrence lies, as SARIF locations.
//!
//! Every location has a physical part, because code scanning services refuse results without
//! one: `layer/<n>/<path>` in a layer, `archive/<document>` outside of layers; images after the
//! first stand under `image/<i>/`. A place in a document also has a logical part: its JSON
//! pointer without the first slash (`config/Env/3`).

use serde_json::{Map, Value, json};

use super::text::{message, uri_path};
use crate::error::{Warning, printable};
use crate::finding::{Kind, Occurrence, Part};

/// A finding's location, without a message.
pub(super) fn location(occurrence: &Occurrence) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(occurrence) } });
    if let Some(region) = region(occurrence) {
        physical["region"] = region;
    }
    let mut location = json!({ "physicalLocation": physical });
    if let Some(logical) = logical(occurrence) {
        location["logicalLocations"] = json!([logical]);
    }
    location["properties"] = properties(occurrence);
    location
}

/// A further location of a result: numbered, and with a message that says what it is, and of which part
/// of the secret.
pub(super) fn related(occurrence: &Occurrence, part: Option<&Part>, id: usize) -> Value {
    let mut related = location(occurrence);
    let of_part = part.map(|part| format!("{}: ", part.title));
    let text = of_part.unwrap_or_default() + &describe(occurrence);
    related["id"] = json!(id);
    related["message"] = json!({ "text": message(&text) });
    related
}

/// The place in words, for a message; as hostile as the image.
pub(super) fn describe(occurrence: &Occurrence) -> String {
    let path = occurrence.path.as_deref().unwrap_or_default();
    let mut text = match (occurrence.layer, logical_name(occurrence)) {
        (Some(layer), _) => format!("layer {layer} {path}"),
        (None, Some(name)) => format!("{} {name}", occurrence.kind.as_str()),
        (None, None) => format!("{} {path}", occurrence.kind.as_str()),
    };
    for member in &occurrence.inside {
        text.push_str(" » ");
        text.push_str(member);
    }
    format!("{} ({})", text.trim_end(), occurrence.visibility.as_str())
}

/// Where a warning belongs, if it names a layer or a path.
pub(super) fn location_of_warning(warning: &Warning) -> Option<Value> {
    let path = warning.path.as_deref();
    (warning.layer.is_some() || path.is_some()).then(|| {
        let uri = tree(warning.image, warning.layer, path);
        json!({ "physicalLocation": { "artifactLocation": { "uri": uri } } })
    })
}

fn uri(occurrence: &Occurrence) -> String {
    let mut uri = tree(
        occurrence.image,
        occurrence.layer,
        occurrence.path.as_deref(),
    );
    for member in &occurrence.inside {
        uri.push_str("!/");
        uri.push_str(&uri_path(member.trim_start_matches('/')));
    }
    uri
}

fn tree(image: Option<usize>, layer: Option<usize>, path: Option<&str>) -> String {
    let mut uri = match image {
        Some(image) if image > 0 => format!("image/{image}/"),
        _ => String::new(),
    };
    match layer {
        Some(layer) => uri.push_str(&format!("layer/{layer}")),
        None => uri.push_str("archive"),
    }
    if let Some(path) = path {
        uri.push('/');
        uri.push_str(&uri_path(path.trim_start_matches('/')));
    }
    uri
}

/// Decodings of a whole text, in which places count; others are of the value that stands there.
const TEXTS: [&str; 3] = ["utf-16le", "utf-16be", "header"];

/// Line, column and bytes in the artifact. Only for content of which the text stands there as it
/// is: what was decoded, and what is a value of a document, has its positions in the properties.
fn region(occurrence: &Occurrence) -> Option<Value> {
    let is_content = matches!(
        occurrence.kind,
        Kind::File | Kind::Artifact | Kind::OrphanBlob | Kind::ArchiveFile
    );
    let of_text = |how: &String| TEXTS.contains(&how.as_str());
    let plain =
        is_content && !occurrence.decoded.iter().any(of_text) && occurrence.pointer.is_none();
    (plain && occurrence.line > 0 && occurrence.column > 0).then(|| {
        json!({
            "startLine": occurrence.line,
            "startColumn": occurrence.column,
            "byteOffset": occurrence.offset,
            "byteLength": occurrence.length,
        })
    })
}

fn logical_name(occurrence: &Occurrence) -> Option<String> {
    let pointer = occurrence.pointer.as_deref()?.trim_start_matches('/');
    (!pointer.is_empty()).then(|| printable(pointer.as_bytes()))
}

fn logical(occurrence: &Occurrence) -> Option<Value> {
    let name = logical_name(occurrence)?;
    let last = name.rsplit('/').next().unwrap_or_default();
    Some(json!({ "name": last, "fullyQualifiedName": name, "kind": "value" }))
}

/// What SARIF has no field for.
fn properties(occurrence: &Occurrence) -> Value {
    let mut properties = Map::new();
    let mut set = |name: &str, value: Value| {
        if !value.is_null() {
            properties.insert(name.to_owned(), value);
        }
    };
    set("kind", json!(occurrence.kind));
    set("visibility", json!(occurrence.visibility));
    set("image", json!(occurrence.image));
    set("layer", json!(occurrence.layer));
    set("diffId", json!(occurrence.diff_id));
    set("instruction", json!(occurrence.instruction));
    set("removedBy", json!(occurrence.removed_by));
    set("package", json!(occurrence.package));
    if !occurrence.decoded.is_empty() {
        set("decoded", json!(occurrence.decoded));
    }
    if region(occurrence).is_none() {
        set("line", json!(occurrence.line));
        set("column", json!(occurrence.column));
        set("offset", json!(occurrence.offset));
        set("length", json!(occurrence.length));
    }
    Value::Object(properties)
}
