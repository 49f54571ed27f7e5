//! OCI layouts: as an archive or a folder, flat, and as Docker's containerd store writes them.

use serde_json::{Value, json};

use crate::support::compress::Stored;
use crate::support::image::{Blob, ImageBuilder, bytes, sha256};
use crate::support::package::Package;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// A layout with one manifest for each image.
pub fn oci_layout(images: &[ImageBuilder]) -> Package {
    let mut package = Package::default();
    let entries = images
        .iter()
        .map(|image| {
            let blobs = image.blobs(image.stored);
            oci_manifest(
                &mut package,
                image,
                &image.config_bytes(),
                &blobs,
                image.stored,
            )
        })
        .collect();
    add_index(&mut package, entries);
    package
}

/// A layout whose index has exactly these descriptors.
pub fn oci_layout_of(mut package: Package, entries: Vec<Value>) -> Package {
    add_index(&mut package, entries);
    package
}

/// `docker save` with the containerd store: compressed layers, an index in the index with all
/// platforms and an attestation, and `manifest.json` for the first image only.
pub fn containerd(images: &[ImageBuilder]) -> Package {
    let mut package = Package::default();
    let mut entries = Vec::new();
    for image in images {
        let blobs = image.blobs(image.stored);
        let entry = oci_manifest(
            &mut package,
            image,
            &image.config_bytes(),
            &blobs,
            image.stored,
        );
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": "https://slsa.dev/provenance/v0.2",
            "predicate": { "invocation": { "parameters": { "args": {} } } }
        });
        let proof = attestation(&mut package, &entry, &statement);
        entries.push(entry);
        entries.push(proof);
    }
    let nested = bytes(&json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries }));
    let mut top = put(&mut package, INDEX, &nested);
    name_of(&images[0], &mut top);
    add_index(&mut package, vec![top]);
    let first = &images[0];
    let layers: Vec<String> = (first.blobs(first.stored).iter())
        .map(|blob| format!("blobs/sha256/{}", blob.digest))
        .collect();
    package.file(
        "manifest.json",
        bytes(&json!([{
            "Config": format!("blobs/sha256/{}", sha256(&first.config_bytes())),
            "RepoTags": first.tags, "Layers": layers
        }])),
    );
    package
}

/// An attestation manifest about the image of `entry`; gives its descriptor.
pub fn attestation(package: &mut Package, entry: &Value, statement: &Value) -> Value {
    let predicate = statement["predicateType"].clone();
    let mut layer = put(package, "application/vnd.in-toto+json", &bytes(statement));
    layer["annotations"] = json!({ "in-toto.io/predicate-type": predicate });
    let config = put(
        package,
        CONFIG,
        &bytes(
            &json!({ "architecture": "unknown", "os": "unknown", "config": {},
            "rootfs": { "type": "layers", "diff_ids": [layer["digest"]] } }),
        ),
    );
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]
    });
    let mut descriptor = put(package, MANIFEST, &bytes(&manifest));
    descriptor["platform"] = json!({ "architecture": "unknown", "os": "unknown" });
    descriptor["annotations"] = json!({
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": entry["digest"]
    });
    descriptor
}

/// The image as its builder would store it; gives the manifest's descriptor.
pub fn oci_entry(package: &mut Package, image: &ImageBuilder) -> Value {
    let blobs = image.blobs(image.stored);
    oci_manifest(package, image, &image.config_bytes(), &blobs, image.stored)
}

/// Writes config, layers and manifest as blobs; gives the manifest's descriptor.
pub fn oci_manifest(
    package: &mut Package,
    image: &ImageBuilder,
    config: &[u8],
    blobs: &[Blob],
    stored: Stored,
) -> Value {
    let layers: Vec<Value> = (blobs.iter())
        .map(|blob| put(package, stored.oci_media_type(), &blob.stored))
        .collect();
    let config = put(package, CONFIG, config);
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers
    });
    let mut descriptor = put(package, MANIFEST, &bytes(&manifest));
    descriptor["platform"] = json!({ "architecture": image.architecture(), "os": "linux" });
    name_of(image, &mut descriptor);
    descriptor
}

/// Writes a blob; gives its descriptor.
pub fn put(package: &mut Package, media_type: &str, blob: &[u8]) -> Value {
    let hex = sha256(blob);
    package.blob(format!("blobs/sha256/{hex}"), blob);
    json!({ "mediaType": media_type, "digest": format!("sha256:{hex}"), "size": blob.len() })
}

/// Writes `oci-layout` and `index.json`.
pub fn add_index(package: &mut Package, entries: Vec<Value>) {
    package.file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
    package.file("index.json", bytes(&index));
}

fn name_of(image: &ImageBuilder, descriptor: &mut Value) {
    if let Some(tag) = image.tags.first() {
        let short = tag.rsplit(':').next().unwrap_or(tag);
        descriptor["annotations"] = json!({
            "io.containerd.image.name": tag, "org.opencontainers.image.ref.name": short
        });
    }
}
