//! Details that other tools have already paid for, each once: archives, manifests, histories, tars.
//!
//! Overlay details stand in `overlay.rs`.

use serde_json::{Value, json};

use crate::support::image::{bytes, sha256};
use crate::support::tar::Size;
use crate::support::{ImageBuilder, LayerBuilder, Scratch, Shape, Stored, scan, secrets};

fn with_token(word: &str) -> (String, ImageBuilder) {
    let secret = secrets::github(word);
    let layer = LayerBuilder::new().file("app/.env", format!("TOKEN={secret}\n"));
    (
        secret,
        ImageBuilder::new().layer("COPY .env /app/ # buildkit", layer),
    )
}

/// A layer with the secret at `etc/x.env`, entered in some special way, must give it.
fn is_found_in(layer: LayerBuilder, secret: &str, path: &str) {
    let scratch = Scratch::new();
    let image = ImageBuilder::new().layer("ADD special.tar /", layer);
    let report = scan(&scratch.image(Shape::OciArchive, &image));
    let place = report.place(secret, "file");
    assert_eq!(place["path"], path, "{place:#}");
    assert_eq!(place["visibility"], "final", "{place:#}");
}

#[test]
fn a_layer_that_is_a_symlink_to_another_images_layer_is_followed() {
    let scratch = Scratch::new();
    let (secret, image) = with_token("shared");
    let other = ImageBuilder::new()
        .tag("example.test/other:1")
        .layer("RUN base", LayerBuilder::new().file("base", "base"))
        .layer(
            "COPY .env /app/ # buildkit",
            LayerBuilder::new().file("app/.env", format!("TOKEN={secret}\n")),
        );
    let package = Shape::Classic.package(&[image, other]);
    let links = package
        .members
        .iter()
        .filter(|(_, member)| matches!(member, crate::support::package::Member::Symlink(_)));
    assert_eq!(links.count(), 1);
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    let images: Vec<&Value> = report
        .places(&secret)
        .iter()
        .map(|place| &place["image"])
        .collect();
    assert_eq!(images, [0, 1], "{}", report.digest());
    assert!(report.is_complete(), "{}", report.digest());
}

#[test]
fn layer_sources_and_media_types_that_lie_about_compression_are_not_trusted() {
    let scratch = Scratch::new();
    let (secret, image) = with_token("lying media type");
    let mut package = Shape::Docker25.package(std::slice::from_ref(&image));
    let blob = &image.blobs(Stored::Plain)[0];
    let name = format!("blobs/sha256/{}", blob.diff_id);
    package.edit(&name, |bytes| *bytes = Stored::Gzip.apply(bytes));
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    assert_eq!(report.place(&secret, "file")["path"], "app/.env");
}

#[test]
fn gzip_bytes_under_the_name_layer_tar_are_read() {
    let scratch = Scratch::new();
    let (secret, image) = with_token("gzip as layer.tar");
    let mut package = Shape::Classic.package(std::slice::from_ref(&image));
    for name in package.layer_files() {
        package.edit(&name, |bytes| *bytes = Stored::Gzip.apply(bytes));
    }
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    assert_eq!(report.place(&secret, "file")["layer"], 0);
    assert!(report.is_complete(), "{}", report.digest());
}

#[test]
fn a_null_list_of_manifests_beside_a_full_manifest_json_is_no_empty_image() {
    let scratch = Scratch::new();
    let (secret, image) = with_token("saved by id");
    let mut package = Shape::Docker25.package(&[image.untagged()]);
    package.edit("index.json", |bytes| {
        *bytes = br#"{"schemaVersion":2,"manifests":null}"#.to_vec();
    });
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    assert_eq!(report.place(&secret, "file")["layer"], 0);
}

#[test]
fn orphan_legacy_configs_are_scanned_and_no_reason_to_warn() {
    let scratch = Scratch::new();
    let (_, image) = with_token("orphan");
    let secret = secrets::npm("in an orphan");
    let mut package = Shape::Docker25.package(&[image]);
    let legacy = bytes(&json!({
        "id": "a", "container_config": { "Cmd": ["/bin/sh", "-c", format!("curl -u x:{secret} h")] }
    }));
    package.file(format!("blobs/sha256/{}", sha256(&legacy)), legacy);
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    assert!(report.find(&secret).is_some(), "{}", report.digest());
    assert!(report.is_complete(), "{}", report.digest());
}

#[test]
fn unknown_files_of_an_archive_are_scanned_too() {
    let scratch = Scratch::new();
    let (_, image) = with_token("extra");
    let secret = secrets::npm("in an extra file");
    let mut package = Shape::Classic.package(&[image]);
    package.file(
        "notes.txt",
        format!("//registry.npmjs.org/:_authToken={secret}\n"),
    );
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    assert_eq!(report.place(&secret, "archive-file")["path"], "notes.txt");
}

#[test]
fn what_extended_headers_of_the_archive_say_is_scanned_too() {
    let scratch = Scratch::new();
    let (_, image) = with_token("records");
    let global = secrets::npm("in a global header");
    let attribute = secrets::github("in an attribute");
    let records = LayerBuilder::new()
        .pax_global("comment", &format!("_authToken={global}"))
        .file("a", "")
        .xattr("user.token", &attribute)
        .file("b", "")
        .tar();
    let tar = Shape::Classic.package(&[image]).to_tar();
    // Without the end marker of the first, the two are one archive.
    let mut whole = records[..records.len() - 1024].to_vec();
    whole.extend(tar);
    let report = scan(&scratch.write("save.tar", whole));
    report.place(&global, "archive-file");
    report.place(&attribute, "archive-file");
    assert!(report.is_complete(), "{}", report.digest());
}

#[test]
fn empty_instructions_have_no_layer_and_are_evidence_still() {
    let scratch = Scratch::new();
    let secret = secrets::npm("blanked");
    let image = ImageBuilder::new()
        .instruction(&format!("ENV NPM_TOKEN={secret}"))
        .layer("COPY a / # buildkit", LayerBuilder::new().file("a", "a"))
        .instruction("ENV NPM_TOKEN=")
        .layer("COPY b / # buildkit", LayerBuilder::new().file("b", "b"))
        .env("NPM_TOKEN", "");
    let report = scan(&scratch.image(Shape::Docker25, &image));
    let place = report.place(&secret, "history");
    assert_eq!(place["instruction"], 0);
    assert_eq!(place["layer"], Value::Null);
    assert_eq!(place["visibility"], "metadata");
    let layers: Vec<&Value> = report
        .layers(0)
        .iter()
        .map(|layer| &layer["instruction"])
        .collect();
    assert_eq!(layers, [1, 3]);
}

#[test]
fn a_history_that_is_missing_leaves_the_layers_without_instructions() {
    let scratch = Scratch::new();
    let (secret, image) = with_token("no history");
    let report = scan(&scratch.image(Shape::OciArchive, &image.without_history()));
    let place = report.place(&secret, "file");
    assert_eq!(place["layer"], 0);
    assert_eq!(place["instruction"], Value::Null);
    assert!(report.is_complete());
}

#[test]
fn a_history_shorter_than_the_layers_belongs_to_the_last_ones_and_is_marked() {
    let scratch = Scratch::new();
    let secret = secrets::github("short history");
    let image = ImageBuilder::new()
        .layer_without_history(LayerBuilder::new().file("base1", "1"))
        .layer_without_history(LayerBuilder::new().file("base2", "2"))
        .layer(
            "COPY .env /app/ # buildkit",
            LayerBuilder::new().file("app/.env", format!("TOKEN={secret}\n")),
        );
    let report = scan(&scratch.image(Shape::OciArchive, &image));
    let place = report.place(&secret, "file");
    assert_eq!(place["layer"], 2);
    assert_eq!(place["instruction"], 0);
    assert_eq!(
        report.json["images"][0]["instructions"][0]["approximate"],
        true
    );
    report.warning("approximate-history");
}

#[test]
fn pax_names_override_the_header_and_long_names_of_gnu_do_too() {
    let long = format!("{}/x.env", "d".repeat(150));
    let secret = secrets::github("pax path");
    let content = format!("TOKEN={secret}\n");
    let pax = LayerBuilder::new().pax_path(&long, "short", &content);
    is_found_in(pax, &secret, &long);
    is_found_in(
        LayerBuilder::new().gnu_long_name(&long, &content),
        &secret,
        &long,
    );
}

#[test]
fn a_pax_size_overrides_the_size_of_the_header() {
    let secret = secrets::github("pax size");
    let content = format!("TOKEN={secret}\n");
    let layer = LayerBuilder::new()
        .pax("size", content.len().to_string())
        .size(Size::Octal(0))
        .file("etc/x.env", &content)
        .file("etc/after", "after");
    is_found_in(layer, &secret, "etc/x.env");
}

#[test]
fn a_pax_record_before_a_long_name_belongs_to_the_file_and_not_to_the_name() {
    let long = format!("{}/x.env", "e".repeat(150));
    let secret = secrets::github("differential");
    let layer = LayerBuilder::new()
        .pax("comment", "x")
        .gnu_long_name(&long, format!("TOKEN={secret}\n"));
    is_found_in(layer, &secret, &long);
}

#[test]
fn sizes_may_be_base_256() {
    let secret = secrets::github("base 256");
    let content = format!("TOKEN={secret}\n");
    let layer = LayerBuilder::new()
        .size(Size::Binary(content.len() as i64))
        .file("etc/x.env", &content);
    is_found_in(layer, &secret, "etc/x.env");
}

#[test]
fn headers_without_magic_are_tar_too() {
    let secret = secrets::github("old v7");
    let layer = LayerBuilder::new()
        .old_v7()
        .file("etc/x.env", format!("TOKEN={secret}\n"));
    is_found_in(layer, &secret, "etc/x.env");
}

#[test]
fn with_dot_with_slash_and_without_are_one_path() {
    for name in [
        "./etc/x.env",
        "/etc/x.env",
        "etc/x.env",
        "etc//x.env",
        "./etc/./x.env",
    ] {
        let secret = secrets::github(name);
        is_found_in(
            LayerBuilder::new().file(name, format!("TOKEN={secret}\n")),
            &secret,
            "etc/x.env",
        );
    }
}

#[test]
fn a_layer_without_end_blocks_is_whole() {
    let scratch = Scratch::new();
    let secret = secrets::github("no end");
    let layer = LayerBuilder::new()
        .file("etc/x.env", format!("TOKEN={secret}\n"))
        .without_end();
    let image = ImageBuilder::new().layer("ADD x /", layer);
    let report = scan(&scratch.image(Shape::OciArchive, &image));
    assert_eq!(report.place(&secret, "file")["path"], "etc/x.env");
    assert!(report.is_complete(), "{}", report.digest());
    assert_eq!(report.layers(0)[0]["verified"], true);
}

#[test]
fn the_stream_is_drained_so_that_the_diff_id_is_checked_behind_the_last_entry() {
    let scratch = Scratch::new();
    let layer = LayerBuilder::new().file("a", "a").after_end([0_u8; 8192]);
    let image = ImageBuilder::new().layer("ADD x /", layer);
    let report = scan(&scratch.image(Shape::OciArchive, &image));
    assert_eq!(report.layers(0)[0]["verified"], true, "{}", report.digest());
    assert!(report.is_complete(), "{}", report.digest());
}

#[test]
fn what_lies_behind_the_end_of_a_tar_is_scanned() {
    let scratch = Scratch::new();
    let [slack, second] = ["slack", "second tar"].map(secrets::github);
    for (secret, tail) in [
        (&slack, format!("TOKEN={slack}\n").into_bytes()),
        (
            &second,
            LayerBuilder::new()
                .file("z", format!("TOKEN={second}\n"))
                .tar(),
        ),
    ] {
        let layer = LayerBuilder::new().file("a", "a").after_end(tail);
        let image = ImageBuilder::new().layer("ADD x /", layer);
        let report = scan(&scratch.image(Shape::OciArchive, &image));
        assert!(report.find(secret).is_some(), "{}", report.digest());
    }
}

#[test]
fn names_and_attributes_need_not_be_utf8() {
    let scratch = Scratch::new();
    let secret = secrets::github("latin-1");
    let layer = LayerBuilder::new()
        .xattr("user.note", b"\xff\xfe")
        .file(b"etc/caf\xe9.env", format!("TOKEN={secret}\n"));
    let image = ImageBuilder::new().layer("ADD x /", layer);
    let report = scan(&scratch.image(Shape::OciArchive, &image));
    assert_eq!(report.place(&secret, "file")["path"], "etc/caf\\xe9.env");
}

#[test]
fn a_secret_in_a_name_a_link_or_an_attribute_is_found() {
    let scratch = Scratch::new();
    let [name, link, xattr, global] = ["name", "link", "xattr", "global"].map(secrets::github);
    let layer = LayerBuilder::new()
        .pax_global("comment", &format!("token={global}"))
        .file(format!("tmp/{name}"), "")
        .symlink("tmp/link", &format!("/run/{link}"))
        .xattr("user.token", &xattr)
        .file("tmp/x", "");
    let image = ImageBuilder::new().layer("ADD x /", layer);
    let report = scan(&scratch.image(Shape::OciArchive, &image));
    report.place(&name, "name");
    report.place(&link, "name");
    report.place(&xattr, "entry-metadata");
    report.place(&global, "entry-metadata");
}

#[test]
fn the_payload_of_a_skippable_zstd_frame_does_not_disturb() {
    let scratch = Scratch::new();
    let (secret, image) = with_token("zstd chunked");
    let report = scan(&scratch.image(Shape::OciArchive, &image.stored(Stored::ZstdFrames)));
    assert_eq!(report.place(&secret, "file")["path"], "app/.env");
    assert!(report.is_complete(), "{}", report.digest());
}

#[test]
fn what_an_entry_says_of_itself_stands_in_the_report() {
    let scratch = Scratch::new();
    let secret = secrets::github("entry facts");
    let layer = LayerBuilder::new()
        .mode(0o640)
        .owner(1000, 33)
        .mtime(1_600_000_000)
        .file("etc/x.env", format!("A=1\n  TOKEN={secret}\n"));
    let image = ImageBuilder::new().layer("COPY x.env /etc/ # buildkit", layer);
    let report = scan(&scratch.image(Shape::Docker25, &image));
    let place = report.place(&secret, "file");
    let entry = &place["entry"];
    assert_eq!(entry["uid"], 1000);
    assert_eq!(entry["gid"], 33);
    assert_eq!(entry["mtime"], 1_600_000_000);
    assert_eq!(entry["size"], 4 + 2 + 6 + 40 + 1);
    assert!(
        entry["mode"]
            .as_str()
            .is_some_and(|mode| mode.ends_with("640")),
        "{entry}"
    );
    assert_eq!((&place["line"], &place["column"]), (&json!(2), &json!(9)));
    assert_eq!(
        (&place["offset"], &place["length"]),
        (&json!(12), &json!(40))
    );
}
