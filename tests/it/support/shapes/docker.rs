//! Shapes with a `manifest.json` in Docker's own manner: classic, Docker 25, podman.

use serde_json::{Map, Value, json};

use super::oci::{add_index, oci_manifest};
use crate::support::compress::Stored;
use crate::support::image::{Blob, ImageBuilder, bytes, sha256};
use crate::support::package::Package;

/// `docker save` before 25: a folder for each layer, equal layers as symlinks.
pub fn classic(images: &[ImageBuilder]) -> Package {
    let mut package = Package::default();
    let mut manifest = Vec::new();
    let mut repositories = Map::new();
    let mut first_with: Vec<(String, String)> = Vec::new();
    for image in images {
        let config = image.config_bytes();
        let config_name = format!("{}.json", sha256(&config));
        let mut layers = Vec::new();
        let mut top = String::new();
        for blob in image.blobs(Stored::Plain) {
            let id = v1_id(&top, &blob);
            layers.push(format!("{id}/layer.tar"));
            if !package.has(&format!("{id}/layer.tar")) {
                v1_folder(&mut package, &id, &top);
                match first_with
                    .iter()
                    .find(|(diff_id, _)| *diff_id == blob.diff_id)
                {
                    Some((_, first)) => {
                        package.symlink(format!("{id}/layer.tar"), format!("../{first}/layer.tar"));
                    }
                    None => package.file(format!("{id}/layer.tar"), blob.tar),
                }
            }
            first_with.push((blob.diff_id, id.clone()));
            top = id;
        }
        package.blob(config_name.clone(), &config);
        name_in(&mut repositories, image, &top);
        manifest.push(json!({ "Config": config_name, "RepoTags": image.tags, "Layers": layers }));
    }
    package.file("manifest.json", bytes(&json!(manifest)));
    package.file("repositories", bytes(&Value::Object(repositories)));
    package
}

/// `docker save` of 25 and later with a graph driver: an OCI layout of plain layers and a
/// `manifest.json`, `LayerSources`, and a legacy config for each layer that nothing refers to.
pub fn docker25(images: &[ImageBuilder]) -> Package {
    let mut package = Package::default();
    package.dir("blobs");
    package.dir("blobs/sha256");
    let mut manifest = Vec::new();
    let mut entries = Vec::new();
    for image in images {
        let config = image.config_bytes();
        let blobs = image.blobs(Stored::Plain);
        let mut sources = Map::new();
        let mut layers = Vec::new();
        for blob in &blobs {
            let name = format!("blobs/sha256/{}", blob.diff_id);
            package.blob(name.clone(), &blob.tar);
            layers.push(name);
            let legacy = bytes(&json!({
                "id": blob.diff_id, "created": "1970-01-01T00:00:00Z", "container_config": {},
                "os": "linux"
            }));
            package.blob(format!("blobs/sha256/{}", sha256(&legacy)), &legacy);
            sources.insert(
                format!("sha256:{}", blob.diff_id),
                json!({
                    "mediaType": Stored::Plain.oci_media_type(),
                    "size": blob.tar.len(), "digest": format!("sha256:{}", blob.diff_id)
                }),
            );
        }
        let config_name = format!("blobs/sha256/{}", sha256(&config));
        package.blob(config_name.clone(), &config);
        entries.push(oci_manifest(
            &mut package,
            image,
            &config,
            &blobs,
            Stored::Plain,
        ));
        manifest.push(json!({
            "Config": config_name, "RepoTags": image.tags, "Layers": layers,
            "LayerSources": sources
        }));
    }
    add_index(&mut package, entries);
    package.file("manifest.json", bytes(&json!(manifest)));
    package
}

/// What `podman save` and `skopeo copy docker-archive:` write: layers at the root, named by their
/// diff ID, and symlinks to them where Docker would have the layers.
pub fn podman(images: &[ImageBuilder]) -> Package {
    let mut package = Package::default();
    let mut manifest = Vec::new();
    let mut repositories = Map::new();
    for image in images {
        let config = image.config_bytes();
        let mut layers = Vec::new();
        let mut top = String::new();
        for blob in image.blobs(Stored::Plain) {
            let name = format!("{}.tar", blob.diff_id);
            let id = v1_id(&top, &blob);
            package.blob(name.clone(), &blob.tar);
            if !package.has(&format!("{id}/VERSION")) {
                v1_folder(&mut package, &id, &top);
                package.symlink(format!("{id}/layer.tar"), format!("../{name}"));
            }
            layers.push(name);
            top = id;
        }
        let config_name = format!("{}.json", sha256(&config));
        package.blob(config_name.clone(), &config);
        name_in(&mut repositories, image, &top);
        manifest.push(json!({ "Config": config_name, "RepoTags": image.tags, "Layers": layers }));
    }
    package.file("repositories", bytes(&Value::Object(repositories)));
    package.file("manifest.json", bytes(&json!(manifest)));
    package
}

/// The id of a layer's folder, made from its parent's and its content.
pub fn v1_id(parent: &str, blob: &Blob) -> String {
    sha256(format!("{parent} {}", blob.diff_id).as_bytes())
}

fn v1_folder(package: &mut Package, id: &str, parent: &str) {
    let mut document = json!({ "id": id, "created": "1970-01-01T00:00:00Z", "os": "linux" });
    if !parent.is_empty() {
        document["parent"] = json!(parent);
    }
    package.dir(id);
    package.file(format!("{id}/VERSION"), "1.0");
    package.file(format!("{id}/json"), bytes(&document));
}

fn name_in(repositories: &mut Map<String, Value>, image: &ImageBuilder, top: &str) {
    for tag in &image.tags {
        if let Some((name, tag)) = tag.rsplit_once(':') {
            repositories.insert(name.to_owned(), json!({ tag: top }));
        }
    }
}
