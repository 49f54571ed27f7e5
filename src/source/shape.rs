//! Which shapes an archive has, told by content: `docker save`, OCI layout, skopeo's `dir:`, or
//! Docker before 1.10.
//!
//! One archive may have several at once, and may keep them in a folder of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::candidate::Place;
use super::survey::{Named, Survey, parse};
use super::{Role, docker_archive, faults, leftovers, legacy, manifest, oci_layout, parts};
use crate::archive::{Blob, Limits, MemberKind};
use crate::error::Warning;
use crate::oci::Digest;

/// Folders looked into where the root describes no image.
const FOLDERS: usize = 256;
/// How deep such a folder may lie.
const FOLDER_DEPTH: usize = 4;

/// A form in which images are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `manifest.json` as a list.
    DockerArchive,
    /// `index.json`.
    OciLayout,
    /// `manifest.json` as one manifest.
    Dir,
    /// `<id>/json` and `<id>/layer.tar`.
    Legacy,
}

impl Shape {
    /// The name people know.
    pub fn name(self) -> &'static str {
        match self {
            Self::DockerArchive => "docker-archive",
            Self::OciLayout => "OCI layout",
            Self::Dir => "dir",
            Self::Legacy => "docker-archive without manifest.json",
        }
    }
}

/// A JSON file that may describe images.
struct Description {
    name: String,
    blob: Blob,
    value: Option<Value>,
    warnings: Vec<Warning>,
}

/// What stands in one folder.
struct Folder {
    base: String,
    manifest: Option<Description>,
    index: Option<Description>,
    /// Ids that have a legacy config.
    ids: Vec<String>,
}

/// Reads what the archive describes; gives the shapes that it has.
pub(super) fn read(survey: &mut Survey<'_>) -> Vec<Shape> {
    let mut ids = legacy_ids(survey);
    let root = Folder::open(survey, String::new(), ids.remove("").unwrap_or_default());
    let mut shapes = root.read(survey);
    if shapes.is_empty() {
        let mut parsed = 0;
        for base in folders(survey, &ids) {
            let ids = ids.remove(&base).unwrap_or_default();
            let folder = Folder::open(survey, base, ids);
            parsed += folder.size();
            if folder.is_certain(survey) {
                shapes.extend(folder.read(survey));
            }
            if parsed > Limits::DOCUMENT_SIZE {
                break;
            }
        }
    }
    shapes
}

/// Ids by the folder that their own folders lie in.
fn legacy_ids(survey: &Survey<'_>) -> BTreeMap<String, Vec<String>> {
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for member in survey.members.archive().members() {
        if let Some(folder) = member.name.strip_suffix("/json") {
            let (base, id) = split(folder);
            if is_hash(id) {
                ids.entry(base.to_owned()).or_default().push(id.to_owned());
            }
        }
    }
    ids
}

/// Folders below the root that hold something that may describe images, the shallowest first.
fn folders(survey: &Survey<'_>, ids: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let members = survey.members.archive().members().iter();
    let named = members
        .filter(|member| !matches!(member.kind, MemberKind::Directory))
        .map(|member| split(&member.name))
        .filter(|(_, name)| matches!(*name, "manifest.json" | "index.json"))
        .map(|(base, _)| base);
    let found: BTreeSet<(usize, &str)> = named
        .chain(ids.keys().map(String::as_str))
        .map(|base| (base.matches('/').count(), base))
        .filter(|(depth, _)| (1..=FOLDER_DEPTH).contains(depth))
        .collect();
    let shallowest = found.into_iter().take(FOLDERS);
    shallowest.map(|(_, base)| base.to_owned()).collect()
}

/// A name's folder, with its slash, and the rest.
fn split(name: &str) -> (&str, &str) {
    name.split_at(name.rfind('/').map_or(0, |at| at + 1))
}

/// Whether this is a SHA-256 in hexadecimal.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

impl Folder {
    fn open(survey: &mut Survey<'_>, base: String, ids: Vec<String>) -> Self {
        let mut describe = |name: &str| {
            let name = format!("{base}{name}");
            let blob = survey.members.peek(&name)?;
            let mut warnings = Vec::new();
            let value = parse(&name, &blob, &mut warnings);
            Some(Description {
                name,
                blob,
                value,
                warnings,
            })
        };
        let manifest = describe("manifest.json");
        let index = describe("index.json");
        Self {
            base,
            manifest,
            index,
            ids,
        }
    }

    /// Bytes that were parsed of it.
    fn size(&self) -> u64 {
        let files = self.manifest.iter().chain(&self.index);
        files.map(|file| file.blob.len() as u64).sum()
    }

    /// Whether this folder describes images beyond doubt: in a root file system many other things
    /// have these names.
    fn is_certain(&self, survey: &Survey<'_>) -> bool {
        let is_index = |index: &Value| parts::is_index(index) && has_version(index);
        let is_manifest = |manifest: &Value| match manifest {
            Value::Array(items) => !items.is_empty() && docker_archive::is_list(items),
            other => has_version(other),
        };
        let has_layer = |id: &String| {
            let layer = format!("{}{id}/layer.tar", self.base);
            survey.members.contains(&layer)
        };
        value(&self.index).is_some_and(is_index)
            || value(&self.manifest).is_some_and(is_manifest)
            || self.ids.iter().any(has_layer)
    }

    /// Reads all that this folder describes.
    fn read(self, survey: &mut Survey<'_>) -> Vec<Shape> {
        let mut shapes = Vec::new();
        let mut misshapen = Vec::new();
        let (base, before) = (self.base.as_str(), survey.candidates.len());
        if let Some(index) = self.index {
            survey.warnings.extend(index.warnings);
            match index.value {
                Some(value) if parts::is_index(&value) => {
                    shapes.push(Shape::OciLayout);
                    survey.members.mark(&index.name);
                    survey.document(&index.name, Role::Index, &index.blob);
                    oci_layout::read(survey, base, &index.name, &value);
                }
                Some(value) => {
                    let fault = faults::misshapen(&index.name, "lists no manifest");
                    misshapen.push((is_foreign(&value), fault));
                }
                None => {}
            }
        }
        if let Some(description) = self.manifest {
            survey.warnings.extend(description.warnings);
            if let Some(value) = description.value {
                let fault = faults::misshapen(&description.name, "is no list of images");
                let fault = (is_foreign(&value), fault);
                let named = Named {
                    name: description.name,
                    blob: description.blob,
                };
                match read_manifest(survey, base, named, value) {
                    Some(shape) => shapes.push(shape),
                    None => misshapen.push(fault),
                }
            }
        }
        if survey.candidates.len() == before && !self.ids.is_empty() {
            shapes.push(Shape::Legacy);
            legacy::read(survey, base, &self.ids);
        }
        // Other programs' files have these names too: such a one is a broken description only
        // where blobs lie about that nothing else describes.
        let is_undescribed = survey.candidates.len() == before
            && leftovers::has_traces(survey.members.archive().members());
        let faults = misshapen.into_iter();
        let faults = faults.filter(|(is_foreign, _)| !is_foreign || is_undescribed);
        survey.warnings.extend(faults.map(|(_, fault)| fault));
        shapes
    }
}

/// `manifest.json`: `docker save`'s list, or the one manifest of skopeo's `dir:`.
fn read_manifest(survey: &mut Survey<'_>, base: &str, named: Named, value: Value) -> Option<Shape> {
    let value = match value {
        Value::Array(list) if docker_archive::is_list(&list) => {
            survey.members.mark(&named.name);
            survey.document(&named.name, Role::Manifest, &named.blob);
            docker_archive::read(survey, base, &named.name, list);
            return Some(Shape::DockerArchive);
        }
        value if has_version(&value) => value,
        _ => return None,
    };
    let name = named.name.clone();
    if parts::is_index(&value) {
        survey.document(&name, Role::Index, &named.blob);
        oci_layout::read(survey, base, &name, &value);
    } else {
        // Nothing states the digest of a schema 1 manifest, and a signed one has another.
        let is_plain = !parts::is_schema_one(&value);
        let found = manifest::Found {
            base,
            digest: is_plain.then(|| Digest::sha256(&named.blob)),
            named,
            value,
            reference: None,
            place: Place::default(),
            is_attestation: false,
            about: None,
        };
        manifest::read(survey, found).ok()?;
    }
    survey.members.mark(&name);
    Some(Shape::Dir)
}

fn value(file: &Option<Description>) -> Option<&Value> {
    file.as_ref()?.value.as_ref()
}

/// Whether a document that describes no image may be of another program: it says something, and
/// nothing that an index says.
fn is_foreign(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty() && !fields.contains_key("manifests"),
        Value::Array(items) => items.iter().any(is_foreign),
        _ => false,
    }
}

/// Whether a document says which schema it follows, or points at a config as only manifests do.
fn has_version(value: &Value) -> bool {
    value.get("schemaVersion").is_some()
        || value
            .pointer("/config/digest")
            .is_some_and(Value::is_string)
}
