//! Places of an archive that no tool would read and that go wherever the archive goes: bytes under
//! the name of others, members that are no files, fields that mean nothing.

use serde_json::{Value, json};

use crate::support::image::bytes;
use crate::support::{ImageBuilder, LayerBuilder, Package, Scratch, Shape, scan, secrets};

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
