//! Shapes of single tools: skopeo `dir:`, jib, kaniko, and Docker before manifests.

use serde_json::{Value, json};

use super::docker::v1_id;
use crate::support::compress::{Stored, gzip};
use crate::support::image::{ImageBuilder, bytes, sha256};
use crate::support::package::Package;

/// `skopeo copy dir:`: `manifest.json` is the image's own, blobs are named by bare hexadecimal.
pub fn skopeo_dir(image: &ImageBuilder) -> Package {
    let mut package = Package::default();
    package.file("version", "Directory Transport Version: 1.1\n");
    let config = image.config_bytes();
    let mut layers = Vec::new();
    for blob in image.blobs(image.stored) {
        package.blob(blob.digest.clone(), &blob.stored);
        layers.push(json!({
            "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
            "size": blob.stored.len(), "digest": format!("sha256:{}", blob.digest)
        }));
    }
    package.blob(sha256(&config), &config);
    package.file(
        "manifest.json",
        bytes(&json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                "size": config.len(), "digest": format!("sha256:{}", sha256(&config))
            },
            "layers": layers
        })),
    );
    package
}

/// jib: keys in lower case, layers compressed and named by diff ID, the config without a digest.
pub fn jib(image: &ImageBuilder) -> Package {
    let mut package = Package::default();
    let mut layers = Vec::new();
    for blob in image.blobs(Stored::Gzip) {
        let name = format!("{}.tar.gz", blob.diff_id);
        package.blob(name.clone(), &blob.stored);
        layers.push(name);
    }
    package.file("config.json", image.config_bytes());
    package.file(
        "manifest.json",
        bytes(&json!([{ "config": "config.json", "repoTags": image.tags, "layers": layers }])),
    );
    package
}

/// kaniko: `<digest>.tar.gz` at the root, the config named by its digest without a suffix.
pub fn kaniko(image: &ImageBuilder) -> Package {
    let mut package = Package::default();
    let config = image.config_bytes();
    let config_name = format!("sha256:{}", sha256(&config));
    package.file(config_name.clone(), config);
    let mut layers = Vec::new();
    for blob in image.blobs(Stored::Gzip) {
        let name = format!("{}.tar.gz", blob.digest);
        package.blob(name.clone(), &gzip(&blob.tar));
        layers.push(name);
    }
    package.file(
        "manifest.json",
        bytes(&json!([{ "Config": config_name, "RepoTags": image.tags, "Layers": layers }])),
    );
    package
}

/// Docker before 1.10: no `manifest.json`; `repositories` names the top, each `json` its parent.
/// What an instruction was stands in its own `json`; the image's config in the top one.
pub fn legacy(image: &ImageBuilder) -> Package {
    let config: Value = serde_json::from_slice(&image.config_bytes()).expect("our own JSON");
    let history = config["history"].as_array().cloned().unwrap_or_default();
    let mut blobs = image.blobs(Stored::Plain).into_iter();
    let mut package = Package::default();
    let mut parent = String::new();
    for (place, item) in history.iter().enumerate() {
        let empty = item["empty_layer"] == json!(true);
        let blob = if empty { None } else { blobs.next() };
        let tar = blob.as_ref().map_or(vec![0; 1024], |blob| blob.tar.clone());
        let id = match &blob {
            Some(blob) => v1_id(&parent, blob),
            None => sha256(format!("{parent} {}", item["created_by"]).as_bytes()),
        };
        let mut document = json!({
            "id": id, "created": item["created"], "os": "linux", "architecture": "amd64",
            "container_config": { "Cmd": [item["created_by"]] },
        });
        if !parent.is_empty() {
            document["parent"] = json!(parent);
        }
        if place + 1 == history.len() {
            document["config"] = config["config"].clone();
        }
        package.dir(id.clone());
        package.file(format!("{id}/VERSION"), "1.0");
        package.file(format!("{id}/json"), bytes(&document));
        package.file(format!("{id}/layer.tar"), tar);
        parent = id;
    }
    if let Some((name, tag)) = image.tags.first().and_then(|tag| tag.rsplit_once(':')) {
        package.file("repositories", bytes(&json!({ name: { tag: parent } })));
    }
    package
}
