//! The same image in every shape: the findings are the same, whatever tool wrote the archive.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::support::shapes::{attestation, oci_entry, oci_layout_of};
use crate::support::{
    ImageBuilder, LayerBuilder, Package, Scan, Scratch, Shape, Stored, residue, residue_with_input,
    scan, scan_with, secrets,
};

/// Three layers: one secret that stays, one that is deleted, one that is overwritten; one in the
/// environment. Two layers are equal byte for byte.
fn image() -> ImageBuilder {
    let stays = secrets::github("stays");
    let deleted = secrets::npm("deleted");
    let overwritten = secrets::grafana("overwritten");
    let env = secrets::github("env");
    let noise = LayerBuilder::new().file("tmp/same", "the same in two layers\n");
    ImageBuilder::new()
        .layer(
            "COPY first / # buildkit",
            LayerBuilder::new()
                .dir("app")
                .file("app/keep.env", format!("A=1\nTOKEN={stays}\n"))
                .file(
                    "app/.npmrc",
                    format!("//registry.npmjs.org/:_authToken={deleted}\n"),
                )
                .file("app/grafana.ini", format!("token = {overwritten}\n")),
        )
        .layer("RUN /bin/sh -c touch /tmp/same # buildkit", noise.clone())
        .layer("RUN /bin/sh -c touch /tmp/same # buildkit", noise)
        .layer(
            "RUN /bin/sh -c rm /app/.npmrc # buildkit",
            LayerBuilder::new()
                .whiteout("app/.npmrc")
                .file("app/grafana.ini", "token = none\n"),
        )
        .env("API_TOKEN", &env)
}

/// The kind of a place. Docker before 1.10 has no config of the image; what the environment is
/// stands in the legacy config of the top layer.
fn kind_of(place: &Value) -> &str {
    let pointer = place["pointer"].as_str().unwrap_or_default();
    match place["kind"].as_str().unwrap_or_default() {
        "legacy-config" if pointer.starts_with("/config/Env/") => "env",
        kind => kind,
    }
}

/// What a report says of secrets in files, without what differs between shapes.
fn story(report: &Scan) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for finding in report.findings() {
        for place in finding["occurrences"].as_array().into_iter().flatten() {
            let kind = kind_of(place);
            if kind == "file" || kind == "env" {
                let value = &finding["secret"]["value"];
                let path = if kind == "file" {
                    &place["path"]
                } else {
                    &Value::Null
                };
                lines.insert(format!(
                    "{value} {} {kind} {path} {} {} {} {} {}",
                    finding["rule"],
                    place["line"],
                    place["layer"],
                    place["visibility"],
                    place["removed_by"]["layer"],
                    finding["confidence"],
                ));
            }
        }
    }
    lines
}

#[test]
fn every_shape_of_one_image_gives_the_same_findings() {
    let scratch = Scratch::new();
    let expected = story(&scan(&scratch.image(Shape::Classic, &image())));
    assert_eq!(expected.len(), 4, "{expected:#?}");
    for shape in Shape::ALL {
        let report = scan(&scratch.image(shape, &image()));
        assert_eq!(story(&report), expected, "{shape:?}");
        assert!(report.is_complete(), "{shape:?}: {:#?}", report.warnings());
        assert_eq!(report.code, 1, "{shape:?}");
        assert_eq!(report.layers(0).len(), 4, "{shape:?}");
    }
}

#[test]
fn every_way_to_store_a_layer_gives_the_same_findings() {
    let scratch = Scratch::new();
    let expected = story(&scan(&scratch.image(Shape::OciArchive, &image())));
    assert_eq!(expected.len(), 4);
    for stored in [
        Stored::Plain,
        Stored::GzipMembers,
        Stored::Zstd,
        Stored::ZstdFrames,
        Stored::Xz,
        Stored::Bzip2,
    ] {
        for shape in [
            Shape::OciArchive,
            Shape::OciDirectory,
            Shape::Containerd,
            Shape::SkopeoDir,
        ] {
            let report = scan(&scratch.image(shape, &image().stored(stored)));
            assert_eq!(story(&report), expected, "{shape:?} with {stored:?}");
            assert!(report.is_complete(), "{stored:?}: {:#?}", report.warnings());
        }
    }
}

#[test]
fn an_archive_on_standard_input_is_scanned_like_a_file() {
    let scratch = Scratch::new();
    for shape in [Shape::Classic, Shape::ClassicZstd, Shape::OciArchive] {
        let path = scratch.image(shape, &image());
        let arguments = ["scan", "-", "--format=json", "--reveal"];
        let run = residue_with_input(arguments, &path);
        let report = Scan {
            code: run.code,
            json: serde_json::from_str(&run.stdout).expect("a report"),
            stderr: run.stderr,
        };
        assert_eq!(story(&report), story(&scan(&path)), "{shape:?}");
        assert_eq!(report.json["images"][0]["source"], "-");
    }
}

#[test]
fn a_files_name_decides_nothing() {
    let scratch = Scratch::new();
    let path = scratch.image(Shape::ClassicGzip, &image());
    for name in ["image.txt", "image.zip", "image", "image.tar"] {
        let renamed = scratch.path().join(name);
        fs::copy(&path, &renamed).expect("a copy");
        assert_eq!(story(&scan(&renamed)).len(), 4, "{name}");
    }
}

#[test]
fn the_transports_that_people_know_from_skopeo_are_understood() {
    let scratch = Scratch::new();
    for (shape, transport) in [
        (Shape::Classic, "docker-archive"),
        (Shape::OciArchive, "oci-archive"),
        (Shape::OciDirectory, "oci"),
        (Shape::SkopeoDir, "dir"),
    ] {
        let path = scratch.image(shape, &image());
        let reference = format!("{transport}:{}", path.display());
        let run = residue(["scan", "--format=json", &reference]);
        assert_eq!(run.code, 1, "{reference}: {}", run.stderr);
    }
    let layout = scratch.image(Shape::OciDirectory, &image());
    let tagged = format!("oci:{}:1", layout.display());
    assert_eq!(residue(["scan", &tagged]).code, 1);
    let absent = residue(["scan", &format!("oci:{}:absent", layout.display())]);
    assert_eq!(absent.code, 2);
    assert!(absent.stderr.contains("absent"), "{}", absent.stderr);
}

#[test]
fn all_images_of_an_archive_are_scanned_and_one_can_be_picked() {
    let scratch = Scratch::new();
    let [first, second] = ["first", "second"].map(secrets::github);
    let image = |tag: &str, secret: &str| {
        let layer = LayerBuilder::new().file("etc/app.env", format!("TOKEN={secret}\n"));
        ImageBuilder::new()
            .tag(tag)
            .layer("COPY app.env /etc/ # buildkit", layer)
    };
    let both = [
        image("example.test/one:1", &first),
        image("example.test/two:2", &second),
    ];
    for shape in [
        Shape::Classic,
        Shape::Docker25,
        Shape::Podman,
        Shape::OciArchive,
    ] {
        let path = shape.write(&both, scratch.path());
        let all = scan(&path);
        assert_eq!(
            all.json["images"].as_array().map(Vec::len),
            Some(2),
            "{shape:?}"
        );
        assert_eq!(all.place(&first, "file")["image"], 0, "{shape:?}");
        assert_eq!(all.place(&second, "file")["image"], 1, "{shape:?}");
        let one = scan_with(&path, &["--image", "example.test/two:2"]);
        assert!(one.find(&second).is_some(), "{shape:?}");
        assert!(one.find(&first).is_none(), "{shape:?}");
    }
    let path = Shape::Classic.write(&both, scratch.path());
    let none = residue([
        "scan",
        "--image",
        "example.test/three:3",
        &path.to_string_lossy(),
    ]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("three"), "{}", none.stderr);
}

#[test]
fn an_index_gives_one_platform_unless_every_one_is_asked_for() {
    let scratch = Scratch::new();
    let secret = |arch: &str| secrets::github(arch);
    let image = |arch: &str| {
        let layer = LayerBuilder::new().file("etc/app.env", format!("TOKEN={}\n", secret(arch)));
        ImageBuilder::new()
            .platform("linux", arch)
            .layer("COPY app.env /etc/ # buildkit", layer)
    };
    let path = Shape::Containerd.write(&[image("riscv64"), image("s390x")], scratch.path());
    let one = scan_with(&path, &["--platform", "linux/s390x"]);
    assert!(one.find(&secret("s390x")).is_some(), "{}", one.digest());
    assert!(one.find(&secret("riscv64")).is_none(), "{}", one.digest());
    assert_eq!(one.json["images"][0]["platform"], "linux/s390x");
    let all = scan_with(&path, &["--all-platforms"]);
    for arch in ["riscv64", "s390x"] {
        assert!(
            all.find(&secret(arch)).is_some(),
            "{arch}: {}",
            all.digest()
        );
    }
    let absent = residue(["scan", "--platform", "linux/mips", &path.to_string_lossy()]);
    assert_eq!(absent.code, 2, "{}", absent.stderr);
}

#[test]
fn attestations_are_read_and_not_taken_for_images() {
    let scratch = Scratch::new();
    let argument = secrets::github("build argument");
    let embedded = secrets::npm("embedded Dockerfile");
    let mut package = Package::default();
    let entry = oci_entry(&mut package, &image());
    let dockerfile = base64(&format!("FROM scratch\nARG NPM_TOKEN={embedded}\n"));
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "predicate": {
            "invocation": { "parameters": { "args": { "build-arg:DEPLOY": argument } } },
            "metadata": { "https://mobyproject.org/buildkit@v1#metadata": {
                "source": { "infos": [{ "filename": "Dockerfile", "data": dockerfile }] } } }
        }
    });
    let proof = attestation(&mut package, &entry, &statement);
    let package = oci_layout_of(package, vec![entry, proof]);
    let report = scan(&scratch.write("attested.tar", package.to_tar()));
    assert_eq!(
        report.json["images"].as_array().map(Vec::len),
        Some(1),
        "{}",
        report.digest()
    );
    report.place(&argument, "attestation");
    assert_eq!(
        report.place(&embedded, "attestation")["decoded"],
        json!(["base64"])
    );
}

fn base64(text: &str) -> String {
    use base64::prelude::{BASE64_STANDARD, Engine};
    BASE64_STANDARD.encode(text)
}
