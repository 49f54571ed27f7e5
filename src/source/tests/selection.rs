//! `--image`, `--platform` and `--all-platforms`.

use super::*;
use crate::oci::Platform;

fn image(name: &str) -> Selection {
    Selection {
        image: Some(name.to_owned()),
        platforms: Platforms::Host,
        unverified: false,
    }
}

fn platform(text: &str) -> Selection {
    Selection {
        image: None,
        platforms: Platforms::One(text.parse().unwrap()),
        unverified: false,
    }
}

/// A layout with `app` for two platforms, the host's last, and `tool:2` for one.
fn two_images() -> Members {
    let host = Platform::host();
    let mut members = Members::default();
    let mut descriptors = Vec::new();
    for (reference, os, architecture) in [
        ("docker.io/library/app:latest", "plan9", "mips"),
        ("docker.io/library/app:latest", &host.os, &host.architecture),
        ("registry.example:5000/tool:2", "plan9", "mips"),
    ] {
        let config = json!({ "os": os, "architecture": architecture, "of": reference });
        let mut descriptor = members.image(&config, &["a"]);
        descriptor["platform"] = json!({ "os": os, "architecture": architecture });
        descriptor["annotations"] = json!({ "io.containerd.image.name": reference });
        descriptors.push(descriptor);
    }
    members.index(json!(descriptors))
}

fn selected(selection: &Selection) -> Vec<String> {
    let contents = two_images().try_open(selection).unwrap();
    let platform_of = |image: &super::super::RawImage| image.platform.as_ref().unwrap().to_string();
    contents
        .images
        .iter()
        .map(|image| format!("{} {}", image.references.join(","), platform_of(image)))
        .collect()
}

#[test]
fn by_default_every_image_is_taken_for_the_host_or_else_for_its_first_platform() {
    let host = Platform::host();
    assert_eq!(
        selected(&Selection::default()),
        [
            format!("docker.io/library/app:latest {host}"),
            "registry.example:5000/tool:2 plan9/mips".to_owned()
        ]
    );
    assert_eq!(selected(&all()).len(), 3);
}

#[test]
fn platforms_that_nobody_asked_for_are_named_and_attestations_are_not() {
    let told = |selection: &Selection| {
        let mut members = Members::default();
        let manifests: Vec<Value> = [
            ("linux", "amd64"),
            ("linux", "arm64"),
            ("unknown", "unknown"),
        ]
        .into_iter()
        .map(|(os, architecture)| {
            let config = json!({ "os": os, "architecture": architecture });
            let mut descriptor = members.image(&config, &["a"]);
            descriptor["platform"] = config;
            descriptor
        })
        .collect();
        let mut other = members.image(&json!({ "of": "other" }), &["b"]);
        other["annotations"] = json!({ "org.opencontainers.image.ref.name": "other" });
        let list = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
        let index = json!({
            "mediaType": INDEX,
            "digest": members.blob(list.to_string()),
            "annotations": { "org.opencontainers.image.ref.name": "app" },
        });
        let contents = members
            .index(json!([index, other]))
            .try_open(selection)
            .unwrap();
        let of_platforms = |warning: &Warning| warning.code == WarningCode::PlatformNotScanned;
        let told = contents.warnings.into_iter().filter(of_platforms);
        let told: Vec<Warning> = told.collect();
        assert!(told.iter().all(|warning| !warning.code.is_incomplete()));
        told.into_iter().map(|warning| warning.message).collect()
    };
    let passed_over = match Platform::host().architecture.as_str() {
        "arm64" => "linux/amd64",
        _ => "linux/arm64",
    };
    for selection in [Selection::default(), image("app")] {
        let told: Vec<String> = told(&selection);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(&format!("{passed_over};")), "{told:?}");
        assert!(told[0].contains("--all-platforms") && !told[0].contains("unknown"));
    }
    for selection in [all(), platform("linux/amd64"), image("other")] {
        assert_eq!(told(&selection), Vec::<String>::new());
    }
}

#[test]
fn an_image_is_named_as_people_name_it() {
    for name in [
        "docker.io/library/app:latest",
        "docker.io/library/app",
        "app:latest",
        "app",
        "latest",
    ] {
        let found = selected(&image(name));
        assert_eq!(found.len(), 1, "{name}");
        assert!(found[0].starts_with("docker.io/library/app"), "{name}");
    }
    for name in ["registry.example:5000/tool:2", "2"] {
        assert!(selected(&image(name))[0].contains("tool"), "{name}");
    }
}

#[test]
fn a_digest_or_its_beginning_names_one_image_whatever_its_platform() {
    let contents = two_images().open();
    let digest = contents.images[0].manifest_digest.as_ref().unwrap();
    let config = contents.images[0].config_digest.as_ref().unwrap();
    for name in [
        digest.to_string(),
        digest.encoded().to_owned(),
        digest.encoded()[..12].to_owned(),
        config.to_string(),
        format!("whatever@{digest}"),
    ] {
        let found = selected(&image(&name));
        assert_eq!(found, ["docker.io/library/app:latest plan9/mips"], "{name}");
    }
    let message = two_images().refused(&image(&digest.encoded()[..5]));
    assert!(message.contains("no image"), "{message}");
}

#[test]
fn what_is_not_there_is_answered_with_what_there_is() {
    let message = two_images().refused(&image("app:3"));
    assert!(
        message.contains("app:3") && message.contains("tool:2"),
        "{message}"
    );
    let message = two_images().refused(&platform("windows/arm64"));
    assert!(
        message.contains("windows/arm64") && message.contains("plan9/mips"),
        "{message}"
    );
}

#[test]
fn a_platform_takes_what_is_for_it_and_nothing_else() {
    let found = selected(&platform("plan9/mips"));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|image| image.ends_with("plan9/mips")));
}

#[test]
fn a_platform_that_only_the_config_states_counts() {
    let build = || {
        Members::default()
            .json("c.json", &json!({ "os": "linux", "architecture": "arm64" }))
            .json(
                "manifest.json",
                &json!([{ "Config": "c.json", "Layers": [] }]),
            )
    };
    assert_eq!(
        layers(&build().try_open(&platform("linux/arm64")).unwrap()),
        [0]
    );
    let message = build().refused(&platform("linux/s390x"));
    assert!(message.contains("linux/arm64"), "{message}");
}

#[test]
fn the_beginning_of_several_digests_is_refused() {
    let mut members = Members::default();
    let mut first_of = std::collections::HashMap::new();
    let mut number = 0_u32;
    let (one, two, prefix) = loop {
        let digest = Digest::sha256(config(number).as_bytes());
        let prefix = digest.encoded()[..6].to_owned();
        if let Some(one) = first_of.insert(prefix.clone(), number) {
            break (one, number, prefix);
        }
        number += 1;
    };
    let mut items = Vec::new();
    for number in [one, two] {
        let name = format!("{number}.json");
        members.push(&name, config(number));
        items.push(json!({ "Config": name, "Layers": [] }));
    }
    let message = members
        .json("manifest.json", &json!(items))
        .refused(&image(&prefix));
    assert!(message.contains("beginning of 2 digests"), "{message}");
}

fn config(number: u32) -> String {
    json!({ "number": number }).to_string()
}

#[test]
fn what_refers_to_a_wanted_image_comes_with_it() {
    let mut members = Members::default();
    let mut app = members.image(&json!({}), &["a"]);
    app["annotations"] = json!({ "org.opencontainers.image.ref.name": "app" });
    let empty = members.blob("{\"empty\":1}");
    let signature = members.manifest(&json!({
        "artifactType": "application/vnd.example.signature",
        "config": { "mediaType": "application/vnd.oci.empty.v1+json", "digest": empty },
        "layers": [],
        "subject": app,
    }));
    let mut other = members.image(&json!({ "other": 1 }), &["b"]);
    other["annotations"] = json!({ "org.opencontainers.image.ref.name": "other" });
    let contents = members
        .index(json!([app, signature, other]))
        .try_open(&image("app"))
        .unwrap();
    assert_eq!(layers(&contents), [1, 0]);
    assert_eq!(roles(&contents.documents, Role::OrphanBlob), [""; 0]);
}
