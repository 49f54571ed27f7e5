//! Places of an archive that no tool would read and that go wherever the archive goes: bytes under
//! the name of others, members that are no files, fields that mean nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::image::bytes;
use crate::support::tar::{Header, Magic, append, pax_record, seal};
use crate::support::{
    ImageBuilder, LayerBuilder, Package, Scan, Scratch, Shape, scan, scan_with, secrets,
};

fn clean() -> ImageBuilder {
    ImageBuilder::new().layer("COPY ok /", LayerBuilder::new().file("ok", "hello\n"))
}

/// The archive of a clean image with `manifest.json` as `change` leaves it.
fn changed(package: &mut Package, change: impl FnOnce(&mut Value)) {
    package.edit("manifest.json", |content| {
        let mut document: Value = serde_json::from_slice(content).expect("our own");
        change(&mut document);
        *content = bytes(&document);
    });
}

#[test]
fn a_layer_under_the_digest_of_another_in_another_folder_is_read_and_its_digest_is_wrong() {
    let scratch = Scratch::new();
    let secret = secrets::github("evil twin");
    let evil = LayerBuilder::new().file("evil", format!("T={secret}\n"));
    let image = clean();
    for has_index in [true, false] {
        let mut package = Shape::Docker25.package(std::slice::from_ref(&image));
        let layer = package.layer_files()[0].clone();
        package.file(format!("evil/{layer}"), evil.tar());
        changed(&mut package, |document| {
            let mut second = document[0].clone();
            second["Layers"][0] = json!(format!("evil/{layer}"));
            if has_index {
                document[0] = second;
            } else {
                document.as_array_mut().expect("a list").push(second);
            }
        });
        if !has_index {
            package.remove("index.json");
        }
        let report = scan(&scratch.write("save.tar", package.to_tar()));
        assert_eq!(report.place(&secret, "file")["path"], "evil");
        report.warning("digest-mismatch");
        assert!(!report.is_complete());
    }
}

#[test]
fn a_file_is_read_even_if_its_printed_name_is_the_name_of_another() {
    let scratch = Scratch::new();
    let (plain, control) = ("no\\x01te", "no\x01te");
    let secret = secrets::github("alias");
    for (first, second) in [(plain, control), (control, plain)] {
        for holder in [first, second] {
            let content = |name| {
                if name == holder {
                    secret.clone()
                } else {
                    "clean".into()
                }
            };
            let inner = Shape::Classic.package(&[clean()]).to_tar();
            let notes = LayerBuilder::new()
                .file(first, content(first))
                .file(second, content(second));
            let tar = [notes.without_end().tar(), inner].concat();
            let report = scan(&scratch.write("save.tar", tar));
            assert_eq!(report.places(&secret).len(), 1, "{holder:?}");
        }
    }
}

#[test]
fn a_file_is_read_even_if_its_printed_name_is_that_of_a_layer() {
    let scratch = Scratch::new();
    let secret = secrets::github("alias of a layer");
    let mut package = Shape::Classic.package(&[clean()]);
    let layer = package.layer_files()[0].clone();
    let content = package.bytes(&layer).to_vec();
    package.file("l\\x01", content);
    changed(&mut package, |document| {
        document[0]["Layers"][0] = json!("l\\x01")
    });
    package.file("l\x01", format!("T={secret}\n"));
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    assert_eq!(report.places(&secret).len(), 1);
}

#[test]
fn a_digest_that_cannot_be_checked_makes_the_scan_incomplete_unless_nobody_wants_it_checked() {
    let scratch = Scratch::new();
    let image = clean();
    let mut package = Shape::OciArchive.package(std::slice::from_ref(&image));
    let layer = image.blobs(image.stored)[0].digest.clone();
    let named = format!("sha256:{layer}");
    let manifest = (package.names().into_iter())
        .find(|name| {
            name.starts_with("blobs/")
                && package
                    .bytes(name)
                    .windows(named.len())
                    .any(|part| part == named.as_bytes())
                && package.bytes(name).starts_with(b"{")
        })
        .expect("the manifest");
    let text = String::from_utf8(package.bytes(&manifest).to_vec()).expect("JSON");
    let text = text.replace(&named, &format!("blake3:{layer}"));
    let digest = crate::support::image::sha256(text.as_bytes());
    package.edit("index.json", |content| {
        let index = String::from_utf8(content.clone()).expect("JSON");
        let old = manifest.rsplit('/').next().expect("a digest");
        *content = index.replace(old, &digest).into_bytes();
    });
    package.file(format!("blobs/sha256/{digest}"), text);
    let stored = package.bytes(&format!("blobs/sha256/{layer}")).to_vec();
    package.file(format!("blobs/blake3/{layer}"), stored);
    let path = scratch.write("image.tar", package.to_tar());
    let report = scan(&path);
    report.warning("unverified-digest");
    assert!(!report.is_complete(), "{}", report.digest());
    assert_eq!(report.code, 2);
    let report = scan_with(&path, &["--no-verify"]);
    assert!(report.is_complete(), "{}", report.digest());
    assert_eq!(report.code, 0);
}

#[test]
fn a_compressed_stream_behind_junk_or_in_base64_of_a_document_is_opened() {
    let scratch = Scratch::new();
    let gzip = |text: &str| crate::support::compress::gzip(text.as_bytes());
    let [layer, archive, field] = ["layer", "archive", "field"].map(secrets::github);
    let image = clean().top("unknown", json!({ "data": STANDARD.encode(gzip(&field)) }));
    let mut package = Shape::Classic.package(&[image]);
    let name = package.layer_files()[0].clone();
    package.edit(&name, |tar| {
        *tar = crate::support::compress::gzip(tar);
        tar.extend([b"junk".to_vec(), gzip(&layer)].concat());
    });
    let tar = [package.to_tar(), b"junk".to_vec(), gzip(&archive)].concat();
    let report = scan(&scratch.write("save.tar", tar));
    assert_eq!(report.places(&layer)[0]["kind"], "hidden-bytes");
    assert_eq!(report.places(&archive)[0]["kind"], "archive-file");
    let place = &report.places(&field)[0];
    assert_eq!(place["pointer"], "/unknown/data");
    assert_eq!(place["decoded"], json!(["base64"]));
}

/// Scans the archive of a clean image behind these members.
fn behind(members: &[u8]) -> Scan {
    let tar = [members, &Shape::Classic.package(&[clean()]).to_tar()].concat();
    let scratch = Scratch::new();
    scan(&scratch.write("save.tar", tar))
}

#[test]
fn content_of_members_that_are_no_files_is_read() {
    for kind in *b"125DMZ6" {
        let secret = secrets::github(&format!("content of {}", kind as char));
        let mut header = Header::new("odd", kind);
        header.link = b"ok".to_vec();
        let mut members = header.block(secret.len() as u64).to_vec();
        append(&mut members, secret.as_bytes());
        let report = behind(&members);
        let place = &report.places(&secret)[0];
        let path = place["path"].as_str().unwrap_or_default();
        assert!(path.starts_with("odd (content of member 0"), "{place}");
    }
}

#[test]
fn fields_of_the_archives_own_headers_are_read() {
    let secret = |field: &str| secrets::github(&format!("field {field}"));
    let linked = |kind, text: &str| {
        let mut header = Header::new("odd", kind);
        header.link = text.as_bytes().to_vec();
        header.block(0).to_vec()
    };
    let gnu = |text: &str| {
        let mut header = Header::new("odd", b'0');
        header.magic = Magic::Gnu;
        let mut block = header.block(0);
        block[400..400 + text.len()].copy_from_slice(text.as_bytes());
        seal(&mut block);
        block.to_vec()
    };
    let named = |text: &str| {
        let record = pax_record("comment", b"none");
        let mut members = Header::new(text, b'x').block(record.len() as u64).to_vec();
        append(&mut members, &record);
        [members, Header::new("odd", b'0').block(0).to_vec()].concat()
    };
    let pax = |key: &str, text: &str| {
        let layer = LayerBuilder::new().pax(key, text).file("odd", "");
        layer.without_end().tar()
    };
    for (field, members) in [
        ("file", linked(b'0', &secret("file"))),
        ("directory", linked(b'5', &secret("directory"))),
        ("map", gnu(&secret("map"))),
        ("extension", named(&secret("extension"))),
        ("linkpath", pax("linkpath", &secret("linkpath"))),
        ("mtime", pax("mtime", &secret("mtime"))),
    ] {
        assert_eq!(behind(&members).places(&secret(field)).len(), 1, "{field}");
    }
}
