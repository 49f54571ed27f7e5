//! skopeo's `dir:`, with manifests of every generation.

use super::*;

fn hex(bytes: &[u8]) -> String {
    Digest::sha256(bytes).encoded().to_owned()
}

#[test]
fn blobs_stand_beside_the_manifest_by_bare_hash() {
    let tar = layer("a");
    let contents = Members::default()
        .file("version", "Directory Transport Version: 1.1\n")
        .file(&hex(b"{}"), "{}")
        .file(&hex(&tar), tar.clone())
        .json(
            "manifest.json",
            &json!({
                "schemaVersion": 2,
                "config": { "mediaType": CONFIG, "digest": Digest::sha256(b"{}") },
                "layers": [{ "mediaType": LAYER, "digest": Digest::sha256(&tar) }],
            }),
        )
        .open();
    assert_eq!(layers(&contents), [1]);
    assert!(contents.images[0].warnings.is_empty());
    assert!(contents.images[0].manifest_digest.is_some());
    assert_eq!(roles(&contents.documents, Role::ArchiveFile), ["version"]);
}

#[test]
fn a_list_finds_its_manifests_by_hash_and_suffix() {
    let manifest = json!({
        "schemaVersion": 2,
        "config": { "mediaType": CONFIG, "digest": Digest::sha256(b"{}") },
        "layers": [],
    })
    .to_string();
    let contents = Members::default()
        .file(&hex(b"{}"), "{}")
        .file(
            &format!("{}.manifest.json", hex(manifest.as_bytes())),
            manifest.clone(),
        )
        .json(
            "manifest.json",
            &json!({
                "schemaVersion": 2,
                "manifests": [{ "mediaType": MANIFEST, "digest": Digest::sha256(manifest.as_bytes()) }],
            }),
        )
        .open();
    assert_eq!(layers(&contents), [0]);
    assert!(contents.images[0].warnings.is_empty());
}

#[test]
fn schema_one_lists_the_newest_first_and_hides_configs_in_strings() {
    let (base, top) = (layer("base"), layer("top"));
    let compatibility = |command: &str| {
        json!({
            "container_config": { "Cmd": ["/bin/sh", "-c", command] },
            "config": { "Env": [format!("BY={command}")] },
            "os": "linux",
        })
        .to_string()
    };
    let contents = Members::default()
        .file(&hex(&base), base.clone())
        .file(&hex(&top), top.clone())
        .json(
            "manifest.json",
            &json!({
                "schemaVersion": 1,
                "name": "old/app",
                "tag": "1",
                "fsLayers": [
                    { "blobSum": Digest::sha256(&top) },
                    { "blobSum": Digest::sha256(b"gone") },
                    { "blobSum": Digest::sha256(&base) },
                ],
                "history": [
                    { "v1Compatibility": compatibility("top") },
                    { "v1Compatibility": "{broken" },
                    { "v1Compatibility": compatibility("base") },
                ],
            }),
        )
        .open();
    let image = &contents.images[0];
    assert_eq!(image.references, ["old/app:1"]);
    assert_eq!(image.layers[0].digest, Some(Digest::sha256(&base)));
    assert_eq!(image.layers[2].digest, Some(Digest::sha256(&top)));
    assert_eq!(
        codes(&image.warnings),
        [WarningCode::BrokenJson, WarningCode::MissingLayer]
    );
    let config: Value = serde_json::from_slice(image.config.as_ref().unwrap()).unwrap();
    assert_eq!(config["config"]["Env"], json!(["BY=top"]));
    assert_eq!(config["history"][0]["created_by"], "/bin/sh -c base");
    assert_eq!(roles(&image.documents, Role::Manifest), ["manifest.json"]);
}
