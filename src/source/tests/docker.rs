//! `docker save` in its generations.

use super::*;

fn classic() -> Members {
    Members::default()
        .json(
            "config.json",
            &json!({ "os": "linux", "architecture": "amd64" }),
        )
        .json(
            "manifest.json",
            &json!([{
                "Config": "config.json",
                "RepoTags": ["app:1.0"],
                "Layers": [
                    format!("{}/layer.tar", id('a')),
                    format!("{}/layer.tar", id('b')),
                    format!("{}/layer.tar", id('a')),
                ],
            }]),
        )
        .file(&format!("{}/layer.tar", id('a')), layer("a"))
        .symlink(
            &format!("{}/layer.tar", id('b')),
            &format!("../{}/layer.tar", id('a')),
        )
}

#[test]
fn a_classic_save_lists_its_layers_even_those_that_are_links_or_listed_twice() {
    let contents = classic()
        .json(&format!("{}/json", id('a')), &json!({ "id": id('a') }))
        .file(&format!("{}/VERSION", id('a')), "1.0")
        .open();
    assert_eq!(layers(&contents), [3]);
    let image = &contents.images[0];
    assert_eq!(image.references, ["app:1.0"]);
    assert!(image.warnings.is_empty(), "{:?}", image.warnings);
    let first = image.layers[0].blob.as_ref().unwrap();
    assert!(
        image
            .layers
            .iter()
            .all(|l| l.blob.as_ref().unwrap()[..] == first[..])
    );
    assert_eq!(roles(&image.documents, Role::Config), ["config.json"]);
    assert_eq!(
        roles(&contents.documents, Role::Manifest),
        ["manifest.json"]
    );
    assert_eq!(roles(&contents.documents, Role::LegacyConfig).len(), 1);
    assert_eq!(roles(&contents.documents, Role::OrphanBlob), [""; 0]);
    assert_eq!(roles(&contents.documents, Role::ArchiveFile).len(), 1);
}

#[test]
fn keys_are_taken_in_any_case() {
    let contents = Members::default()
        .json("c.json", &json!({}))
        .file("l.tar.gz", layer("a"))
        .json(
            "manifest.json",
            &json!([{ "config": "c.json", "repoTags": ["jib:1"], "layers": ["l.tar.gz"] }]),
        )
        .open();
    assert_eq!(layers(&contents), [1]);
    assert_eq!(contents.images[0].references, ["jib:1"]);
}

#[test]
fn an_index_that_lists_null_does_not_hide_what_manifest_json_lists() {
    let mut members = Members::default();
    let config = members.blob(json!({}).to_string());
    let tar = members.blob(layer("a"));
    let path = |digest: &Digest| format!("blobs/sha256/{}", digest.encoded());
    let contents = members
        .index(Value::Null)
        .json(
            "manifest.json",
            &json!([{ "Config": path(&config), "RepoTags": null, "Layers": [path(&tar)] }]),
        )
        .open();
    assert_eq!(layers(&contents), [1]);
    assert_eq!(contents.images[0].layers[0].digest.as_ref(), Some(&tar));
    assert_eq!(contents.images[0].config_digest.as_ref(), Some(&config));
}

#[test]
fn an_image_in_index_and_manifest_json_is_one_image_with_both_references() {
    let mut members = Members::default();
    let mut descriptor = members.image(&json!({}), &["a"]);
    descriptor["annotations"] = json!({ "io.containerd.image.name": "docker.io/library/app:1" });
    let config = Digest::sha256(b"{}");
    let tar = Digest::sha256(&layer("a"));
    let path = |digest: &Digest| format!("blobs/sha256/{}", digest.encoded());
    let contents = members
        .index(json!([descriptor]))
        .json(
            "manifest.json",
            &json!([{ "Config": path(&config), "RepoTags": ["app:1"], "Layers": [path(&tar)] }]),
        )
        .open();
    assert_eq!(layers(&contents), [1]);
    assert_eq!(
        contents.images[0].references,
        ["docker.io/library/app:1", "app:1"]
    );
    assert!(contents.images[0].manifest_digest.is_some());
}

#[test]
fn names_of_kaniko_are_paths_like_any_other() {
    let config = format!("sha256:{}", id('c'));
    let blob = format!("{}.tar.gz", id('d'));
    let contents = Members::default()
        .json(&config, &json!({}))
        .file(&blob, layer("a"))
        .json(
            "manifest.json",
            &json!([{ "Config": config, "RepoTags": ["k:1"], "Layers": [blob, blob] }]),
        )
        .open();
    assert_eq!(layers(&contents), [2]);
    assert!(contents.images[0].warnings.is_empty());
    assert_eq!(roles(&contents.documents, Role::MemberName), [""; 0]);
}

#[test]
fn what_is_missing_is_said_and_a_foreign_layer_is_called_so() {
    let hex = id('e');
    let contents = Members::default()
        .json(
            "manifest.json",
            &json!([{
                "Config": "gone.json",
                "Layers": ["gone.tar", format!("{hex}.tar.gz"), "../../etc/passwd"],
                "LayerSources": { format!("sha256:{}", id('f')): {
                    "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                    "digest": format!("sha256:{hex}"),
                } },
            }]),
        )
        .open();
    let image = &contents.images[0];
    assert_eq!(
        codes(&image.warnings),
        [
            WarningCode::MissingBlob,
            WarningCode::MissingLayer,
            WarningCode::MissingLayer,
            WarningCode::MissingLayer
        ]
    );
    assert!(!image.warnings[1].message.contains("foreign"));
    assert!(image.warnings[2].message.contains("foreign"));
    assert_eq!(image.warnings[2].layer, Some(1));
    assert!(image.layers.iter().all(|layer| layer.blob.is_none()));
}

#[test]
fn a_broken_manifest_still_gives_every_member_to_the_scan() {
    let members = || {
        Members::default()
            .file("manifest.json", "[{\"Config\": \"c.json\",")
            .json("c.json", &json!({}))
            .file(&format!("{}.tar", id('a')), layer("a"))
    };
    let asked = Selection {
        image: Some("app".to_owned()),
        ..Selection::default()
    };
    let refused = members().refused(&asked);
    assert!(
        refused.ends_with("no image \"app\"; none can be read"),
        "{refused}"
    );
    let contents = members().open();
    assert!(contents.images.is_empty());
    assert_eq!(codes(&contents.warnings), [WarningCode::BrokenJson]);
    assert!(contents.warnings[0].message.contains("manifest.json"));
    assert_eq!(roles(&contents.documents, Role::OrphanBlob).len(), 1);
    assert_eq!(roles(&contents.documents, Role::ArchiveFile).len(), 2);
}

#[test]
fn an_archive_without_image_is_refused_with_what_was_looked_for() {
    let message = Members::default()
        .file("etc/passwd", "root")
        .refused(&all());
    for part in [
        "manifest.json",
        "index.json",
        "repositories",
        "docker import",
    ] {
        assert!(message.contains(part), "{message}");
    }
    let message = Members::default()
        .json("manifest.json", &json!([]))
        .refused(&all());
    assert!(
        message.contains("manifest.json lists no image"),
        "{message}"
    );
    let message = Members::default()
        .json("manifest.json", &json!({ "name": "web app" }))
        .refused(&all());
    assert!(message.contains("looked for"), "{message}");
}

#[test]
fn a_manifest_or_index_of_another_form_is_named_and_what_lies_beside_it_is_scanned() {
    let manifests = ["{}", "null", "[null]", "[{}]", "\"x\"", "{\"a\":1}", "[7]"];
    let manifests = manifests.map(|text| ("manifest.json", text, "is no list of images"));
    let indexes = ["{}", "[]", "{\"manifests\":{}}", "{\"schemaVersion\":2}"];
    let indexes = indexes.map(|text| ("index.json", text, "lists no manifest"));
    for (name, text, fault) in manifests.into_iter().chain(indexes) {
        let contents = Members::default()
            .file(name, text)
            .file(&format!("{}.tar", id('a')), layer("a"))
            .open();
        assert_eq!(
            codes(&contents.warnings),
            [WarningCode::BrokenJson],
            "{text}"
        );
        let message = &contents.warnings[0].message;
        assert!(message.contains(&format!("{name} {fault}")), "{message}");
        assert_eq!(roles(&contents.documents, Role::OrphanBlob).len(), 1);
        assert_eq!(roles(&contents.documents, Role::ArchiveFile), [name]);
    }
}

#[test]
fn one_broken_item_does_not_cost_the_other_images() {
    let contents = Members::default()
        .json("c.json", &json!({}))
        .json(
            "manifest.json",
            &json!([7, { "Config": "c.json", "Layers": [] }, { "Config": [] }]),
        )
        .open();
    assert_eq!(layers(&contents), [0]);
    assert_eq!(codes(&contents.warnings), [WarningCode::BrokenJson; 2]);
}

#[test]
fn docker_before_manifests_is_read_along_its_parents() {
    let step = |letter: char, parent: Option<char>| {
        json!({
            "id": id(letter),
            "parent": parent.map(id),
            "container_config": { "Cmd": ["/bin/sh", "-c", format!("touch {letter}")] },
            "config": { "Env": [format!("STEP={letter}")] },
        })
    };
    let legacy = || {
        let mut members = Members::default();
        for (letter, parent) in [('c', Some('b')), ('a', None), ('b', Some('a'))] {
            members.push(
                &format!("{}/json", id(letter)),
                step(letter, parent).to_string(),
            );
            members.push(
                &format!("{}/layer.tar", id(letter)),
                layer(&letter.to_string()),
            );
        }
        members
    };
    for (members, references) in [
        (legacy(), vec![]),
        (
            legacy().json(
                "repositories",
                &json!({ "app": { "1": id('c'), "2": id('c') } }),
            ),
            vec!["app:1", "app:2"],
        ),
    ] {
        let contents = members.open();
        assert_eq!(layers(&contents), [3]);
        let image = &contents.images[0];
        assert_eq!(image.references, references);
        assert!(image.layers[0].name.starts_with('a') && image.layers[2].name.starts_with('c'));
        let config: Value = serde_json::from_slice(image.config.as_ref().unwrap()).unwrap();
        assert_eq!(config["config"]["Env"], json!(["STEP=c"]));
        assert_eq!(config["history"][0]["created_by"], "/bin/sh -c touch a");
        assert_eq!(roles(&image.documents, Role::LegacyConfig).len(), 2);
        assert_eq!(
            roles(&image.documents, Role::Config),
            [format!("{}/json", id('c'))]
        );
    }
    let tagged = legacy()
        .json("repositories", &json!({ "app": { "base": id('b') } }))
        .open();
    assert_eq!(layers(&tagged), [2, 3]);
}

#[test]
fn parents_in_a_circle_or_missing_end_the_chain_with_a_warning() {
    let contents = Members::default()
        .json(&format!("{}/json", id('a')), &json!({ "parent": id('b') }))
        .json(&format!("{}/json", id('b')), &json!({ "parent": id('a') }))
        .json("repositories", &json!({ "x": { "y": id('a') } }))
        .json(&format!("{}/json", id('c')), &json!({ "parent": id('d') }))
        .open();
    let found: Vec<_> = contents.images.iter().map(|i| codes(&i.warnings)).collect();
    assert!(found[0].contains(&WarningCode::BrokenLink), "{found:?}");
    assert!(found[1].contains(&WarningCode::MissingBlob), "{found:?}");
}

#[test]
fn lists_without_end_are_cut_with_a_warning() {
    let references: Vec<String> = (0..5_000).map(|n| format!("app:{n}")).collect();
    let contents = Members::default()
        .json("c.json", &json!({}))
        .file("l.tar", layer("a"))
        .json(
            "manifest.json",
            &json!([{
                "Config": "c.json",
                "RepoTags": references,
                "Layers": vec!["l.tar"; 20_000],
            }]),
        )
        .open();
    assert_eq!(layers(&contents), [10_000]);
    assert_eq!(contents.images[0].references.len(), 1_000);
    assert_eq!(
        codes(&contents.images[0].warnings),
        [WarningCode::LimitReached; 2]
    );
}

#[test]
fn references_of_another_type_do_not_cost_the_image() {
    let contents = Members::default()
        .json("c.json", &json!({}))
        .json(
            "manifest.json",
            &json!([{ "Config": "c.json", "RepoTags": "app:1", "Layers": [] }]),
        )
        .open();
    assert_eq!(layers(&contents), [0]);
    assert_eq!(codes(&contents.warnings), [WarningCode::BrokenJson]);
}

#[test]
fn a_truncated_save_without_its_manifest_gives_what_it_has() {
    let members = Members::default()
        .file(&format!("{}/VERSION", id('a')), "1.0")
        .json(&format!("{}/json", id('a')), &json!({ "id": id('a') }))
        .file(&format!("{}/layer.tar", id('a')), layer("a"));
    let contents = members.open();
    assert_eq!(layers(&contents), [1]);
}

#[test]
fn a_transport_that_was_named_must_fit_the_content() {
    let asked = crate::source::local::OCI.asked("somewhere");
    let error = read(&classic().archive(), &asked, &all()).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("oci: was asked for"), "{message}");
    assert!(message.contains("docker-archive"), "{message}");
}
