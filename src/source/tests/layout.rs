//! OCI layouts: nested indexes, attestations, artifacts, what is missing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn platform(mut descriptor: Value, os: &str, architecture: &str) -> Value {
    descriptor["platform"] = json!({ "os": os, "architecture": architecture });
    descriptor
}

fn nested(members: &mut Members, manifests: &Value) -> Value {
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
    json!({ "mediaType": INDEX, "digest": members.blob(index.to_string()) })
}

#[test]
fn a_nested_index_gives_its_reference_to_every_image_and_attestations_to_theirs() {
    let mut members = Members::default();
    let amd = platform(
        members.image(&json!({ "os": "linux" }), &["a", "b"]),
        "linux",
        "amd64",
    );
    let statement = members.blob(json!({ "predicateType": "https://slsa.dev/x" }).to_string());
    let empty = members.blob(json!({ "empty": true }).to_string());
    let mut attestation = platform(
        members.manifest(&json!({
            "config": { "mediaType": CONFIG, "digest": empty },
            "layers": [{ "mediaType": "application/vnd.in-toto+json", "digest": statement }],
        })),
        "unknown",
        "unknown",
    );
    attestation["annotations"] = json!({
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": amd["digest"],
    });
    let mut inner = nested(&mut members, &json!([amd, attestation]));
    inner["annotations"] = json!({ "org.opencontainers.image.ref.name": "v1" });
    let contents = members.index(json!([inner])).open();
    assert_eq!(layers(&contents), [2]);
    let image = &contents.images[0];
    assert_eq!(image.references, ["v1"]);
    assert_eq!(image.platform.as_ref().unwrap().to_string(), "linux/amd64");
    assert_eq!(roles(&image.documents, Role::Attestation).len(), 2);
    assert_eq!(roles(&image.documents, Role::Manifest).len(), 2);
    assert_eq!(roles(&contents.documents, Role::Index).len(), 2);
    assert_eq!(roles(&contents.documents, Role::OrphanBlob), [""; 0]);
    assert!(contents.warnings.is_empty(), "{:?}", contents.warnings);
}

#[test]
fn platforms_left_out_are_incomplete_only_when_they_were_asked_for() {
    let build = || {
        let mut members = Members::default();
        let amd = platform(members.image(&json!({}), &["a"]), "linux", "amd64");
        let arm = platform(members.image(&json!({ "x": 1 }), &["b"]), "linux", "arm64");
        let gone = json!({ "mediaType": MANIFEST, "digest": Digest::sha256(b"gone") });
        let gone = platform(gone, "unknown", "unknown");
        let inner = nested(&mut members, &json!([arm, amd, gone]));
        members.without(&arm["digest"]).index(json!([inner]))
    };
    let host = Selection::default();
    let contents = build().try_open(&host).unwrap();
    assert_eq!(layers(&contents), [1]);
    assert_eq!(codes(&contents.warnings), [WarningCode::MissingPlatform]);
    let message = &contents.warnings[0].message;
    assert!(message.contains("platforms: linux/arm64"), "{message}");
    assert!(message.contains("attestations 1"), "{message}");
    let contents = build().open();
    assert_eq!(codes(&contents.warnings), [WarningCode::MissingPlatform]);
    assert_eq!(layers(&contents), [0, 1]);
    assert_eq!(
        codes(&contents.images[0].warnings),
        [WarningCode::MissingBlob]
    );
}

#[test]
fn an_attestation_without_its_image_belongs_to_the_archive() {
    let mut members = Members::default();
    let statement = members.blob("{\"_type\":\"in-toto\"}");
    let mut attestation = members.manifest(&json!({
        "config": { "mediaType": CONFIG, "digest": statement },
        "layers": [{ "mediaType": "application/vnd.in-toto+json", "digest": statement }],
    }));
    attestation["annotations"] = json!({ "vnd.docker.reference.type": "attestation-manifest" });
    let contents = members.index(json!([attestation])).open();
    assert!(contents.images.is_empty());
    assert!(!roles(&contents.documents, Role::Attestation).is_empty());
}

#[test]
fn a_filesystem_called_an_attestation_is_scanned_as_an_image() {
    let mut members = Members::default();
    let lie = platform(members.image(&json!({}), &["secret"]), "unknown", "unknown");
    assert_eq!(layers(&members.index(json!([lie])).open()), [1]);
}

#[test]
fn a_layout_in_a_folder_and_blobs_in_a_shared_folder_are_found() {
    let mut members = Members::default();
    let image = members.image(&json!({}), &["a"]);
    let contents = members.index(json!([image])).under("some/layout/").open();
    assert_eq!(layers(&contents), [1]);

    let mut beside = Members::default();
    let image = beside.image(&json!({}), &["a"]);
    for (name, _) in &mut beside.0 {
        *name = name.replace("blobs/", "shared/");
    }
    let index = json!({ "schemaVersion": 2, "manifests": [image] });
    let contents = beside.json("layout/index.json", &index).open();
    assert_eq!(layers(&contents), [1]);
    assert!(contents.images[0].warnings.is_empty());

    let mut shared = Members::default();
    let image = shared.image(&json!({}), &["a"]);
    for (name, _) in &mut shared.0 {
        *name = name.replace("blobs/", "shared/");
    }
    let contents = shared.index(json!([image])).open();
    assert_eq!(layers(&contents), [1]);
    assert!(contents.images[0].warnings.is_empty());
}

#[test]
fn a_manifest_inside_its_descriptor_and_blobs_that_are_links_are_read() {
    let mut members = Members::default();
    let config = members.blob("{}");
    let rootfs = layer("hello");
    let digest = Digest::sha256(&rootfs);
    let manifest = json!({
        "config": { "mediaType": CONFIG, "digest": config },
        "layers": [{ "mediaType": LAYER, "digest": digest }],
    })
    .to_string();
    let descriptor = json!({
        "mediaType": MANIFEST,
        "digest": Digest::sha256(manifest.as_bytes()),
        "data": STANDARD.encode(&manifest),
    });
    let contents = members
        .file("rootfs.tar.gz", rootfs)
        .symlink(
            &format!("blobs/sha256/{}", digest.encoded()),
            "../../rootfs.tar.gz",
        )
        .index(json!([descriptor]))
        .open();
    assert_eq!(layers(&contents), [1]);
    assert!(contents.images[0].layers[0].blob.is_some());
    assert!(contents.images[0].warnings.is_empty());
    assert_eq!(
        roles(&contents.documents, Role::ArchiveFile),
        ["oci-layout"]
    );
}

#[test]
fn artifacts_give_data_and_keep_layers_that_are_filesystems() {
    let mut members = Members::default();
    let config = members.blob("{}");
    let text = members.blob("values: 1\n");
    let chart = members.blob(layer("chart"));
    let artifact = members.manifest(&json!({
        "artifactType": "application/vnd.example",
        "config": { "mediaType": "application/vnd.oci.empty.v1+json", "digest": config },
        "layers": [
            { "mediaType": "text/plain", "digest": text },
            { "mediaType": "application/tar", "digest": chart },
        ],
        "subject": { "mediaType": MANIFEST, "digest": format!("sha256:{}", id('0')) },
    }));
    let contents = members.index(json!([artifact])).open();
    assert_eq!(layers(&contents), [1]);
    assert_eq!(
        roles(&contents.images[0].documents, Role::ArtifactData).len(),
        1
    );
    assert!(contents.images[0].warnings.is_empty());
}

#[test]
fn documents_that_are_not_what_their_digest_says_are_told() {
    let mut members = Members::default();
    let image = members.image(&json!({ "os": "linux" }), &["a"]);
    let config = Digest::sha256(json!({ "os": "linux" }).to_string().as_bytes());
    let contents = members
        .without(&json!(config))
        .json(
            &format!("blobs/sha256/{}", config.encoded()),
            &json!({ "os": "windows" }),
        )
        .index(json!([image]))
        .open();
    assert_eq!(
        codes(&contents.images[0].warnings),
        [WarningCode::DigestMismatch]
    );
    assert!(
        contents.images[0].warnings[0]
            .message
            .contains(config.as_str())
    );
    assert!(contents.images[0].config.is_some());
}

#[test]
fn missing_layers_and_configs_are_said_each() {
    let mut members = Members::default();
    let gone = Digest::sha256(b"gone");
    let image = members.manifest(&json!({
        "config": { "mediaType": CONFIG, "digest": gone },
        "layers": [
            { "mediaType": LAYER, "digest": gone },
            { "mediaType": LAYER, "digest": "nonsense" },
        ],
    }));
    let contents = members.index(json!([image])).open();
    assert_eq!(layers(&contents), [2]);
    assert_eq!(
        codes(&contents.images[0].warnings),
        [
            WarningCode::MissingBlob,
            WarningCode::MissingLayer,
            WarningCode::MissingLayer
        ]
    );
}

#[test]
fn indexes_in_circles_too_deep_or_without_end_stop() {
    let mut members = Members::default();
    let mut inner = members.image(&json!({}), &["a"]);
    for _ in 0..20 {
        inner = nested(&mut members, &json!([inner]));
    }
    let contents = members.index(json!([inner])).open();
    assert_eq!(codes(&contents.warnings), [WarningCode::LimitReached]);
    assert!(!roles(&contents.documents, Role::OrphanBlob).is_empty());

    let circle = Digest::sha256(b"circle");
    let members = Members::default()
        .json(
            &format!("blobs/sha256/{}", circle.encoded()),
            &json!({ "manifests": [{ "mediaType": INDEX, "digest": circle }] }),
        )
        .index(json!([{ "mediaType": INDEX, "digest": circle }]));
    let found = codes(&members.open().warnings);
    assert!(found.contains(&WarningCode::BrokenLink), "{found:?}");

    let mut members = Members::default();
    let mut image = members.image(&json!({}), &["a"]);
    image["annotations"] = json!({});
    let many = vec![image; 5_000];
    let contents = members.index(json!(many)).open();
    assert_eq!(layers(&contents), [1]);
    assert_eq!(codes(&contents.warnings), [WarningCode::LimitReached]);
}

#[test]
fn what_is_listed_as_a_manifest_and_is_none_is_told_and_scanned() {
    let mut members = Members::default();
    let text = members.blob("not json");
    let odd = members.blob("{\"a\":1}");
    let tar = members.blob(layer("a"));
    let contents = members
        .index(json!([
            { "mediaType": MANIFEST, "digest": text },
            { "mediaType": MANIFEST, "digest": odd },
            { "mediaType": LAYER, "digest": tar },
            { "mediaType": MANIFEST, "digest": 7 },
        ]))
        .open();
    assert!(contents.images.is_empty());
    assert_eq!(codes(&contents.warnings), [WarningCode::BrokenJson; 3]);
    assert_eq!(roles(&contents.documents, Role::Manifest).len(), 2);
    assert_eq!(roles(&contents.documents, Role::ArtifactData).len(), 1);
}

#[test]
fn orphans_extra_files_and_odd_names_are_documents() {
    let mut members = Members::default();
    let image = members.image(&json!({}), &["a"]);
    let orphan = members.blob("orphan");
    let legacy = members.blob(json!({ "container_config": {}, "created": "x" }).to_string());
    let contents = members
        .file("notes/.env.production", "KEY=1")
        .symlink("link", "https://user:word@host/")
        .index(json!([image]))
        .open();
    let path = |digest: &Digest| format!("blobs/sha256/{}", digest.encoded());
    let documents = &contents.documents;
    assert_eq!(roles(documents, Role::OrphanBlob), [path(&orphan)]);
    assert_eq!(roles(documents, Role::LegacyConfig), [path(&legacy)]);
    assert_eq!(
        roles(documents, Role::ArchiveFile),
        ["notes/.env.production", "oci-layout"]
    );
    assert_eq!(
        roles(documents, Role::MemberName),
        ["notes/.env.production", "link", "link"]
    );
}

#[test]
fn a_descriptor_that_is_odd_in_one_place_still_leads_to_its_image() {
    let mut members = Members::default();
    let mut image = members.image(&json!({}), &["a"]);
    image["annotations"] = json!({ "n": 1, "org.opencontainers.image.ref.name": "v1" });
    image["size"] = json!("12");
    image["platform"] = json!("linux");
    let contents = members.index(json!([image])).open();
    assert_eq!(layers(&contents), [1]);
    assert_eq!(contents.images[0].references, ["v1"]);
}

#[test]
fn a_member_that_a_later_one_of_its_name_shadows_is_a_document() {
    let mut members = Members::default();
    let image = members.image(&json!({}), &["a"]);
    let contents = members
        .json("index.json", &json!({ "manifests": [], "note": "first" }))
        .file("VERSION", "1.0")
        .index(json!([image]))
        .file("VERSION", "1.0")
        .open();
    let files = roles(&contents.documents, Role::ArchiveFile);
    assert_eq!(files.len(), 3, "{files:?}");
    assert!(files[0].starts_with("index.json (shadowed"), "{files:?}");
}

#[test]
fn a_description_that_cannot_be_read_is_said_with_the_reason() {
    for name in ["index.json", "manifest.json"] {
        let members = Members::default()
            .json("oci-layout", &json!({ "imageLayoutVersion": "1.0.0" }))
            .symlink(name, name);
        let archive = members.archive();
        let reason = archive.get(name).unwrap_err();
        assert!(reason.code.is_incomplete());
        let error = read(&archive, &Asked::anything("test.tar"), &all()).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(&reason.message), "{message}");
    }
}
