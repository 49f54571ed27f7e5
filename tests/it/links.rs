//! Names that lead elsewhere: chains of hard links, links to folders, names that nothing shows.

use crate::support::{ImageBuilder, LayerBuilder, Scratch, Shape, scan, secrets};

/// Checks path and visibility of every place of the secret in files.
fn are(secret: &str, layers: Vec<LayerBuilder>, expected: &[(&str, &str)]) {
    let scratch = Scratch::new();
    let image = (layers.into_iter()).fold(ImageBuilder::new(), |image, layer| {
        image.layer("RUN step", layer)
    });
    let report = scan(&scratch.image(Shape::Docker25, &image));
    assert!(report.is_complete(), "{}", report.digest());
    let places = report.places(secret);
    let of = |place: &serde_json::Value| {
        let text = |key: &str| place[key].as_str().unwrap_or_default().to_owned();
        (text("path"), text("visibility"))
    };
    let mut found: Vec<(String, String)> = places.iter().map(of).collect();
    found.sort();
    let expected = expected.iter().map(|(p, v)| ((*p).into(), (*v).into()));
    assert_eq!(found, expected.collect::<Vec<_>>(), "{}", report.digest());
}

fn layer() -> LayerBuilder {
    LayerBuilder::new()
}

#[test]
fn a_hard_link_to_a_hard_link_of_a_lower_layer_keeps_the_content() {
    let secret = secrets::github("link to a link");
    let base = layer()
        .file("a/secret", format!("TOKEN={secret}\n"))
        .hardlink("a/alias", "a/secret");
    are(
        &secret,
        vec![
            base,
            layer().hardlink("y", "a/alias"),
            layer().whiteout("a/secret").whiteout("a/alias"),
        ],
        &[
            ("a/alias", "deleted"),
            ("a/secret", "deleted"),
            ("y", "final"),
        ],
    );
}

#[test]
fn hard_links_are_followed_from_layer_to_layer() {
    let secret = secrets::github("chain of links");
    are(
        &secret,
        vec![
            layer().file("secret", format!("TOKEN={secret}\n")),
            layer().hardlink("x", "secret"),
            layer().hardlink("y", "x"),
            layer().whiteout("secret").whiteout("x"),
        ],
        &[("secret", "deleted"), ("x", "deleted"), ("y", "final")],
    );
}

#[test]
fn a_whiteout_and_a_file_reach_through_a_link_to_a_folder() {
    let secret = secrets::github("link to a folder");
    for (name, target) in [
        ("lib", "usr/lib"),
        ("lib", "/usr/lib"),
        ("x/lib", "../usr/lib"),
    ] {
        let base = layer()
            .file("usr/lib/s", format!("TOKEN={secret}\n"))
            .symlink(name, target);
        let path = format!("{name}/s");
        let deleted = layer().whiteout(&path);
        are(
            &secret,
            vec![base.clone(), deleted],
            &[("usr/lib/s", "deleted")],
        );
        let replaced = layer().file(&path, "clean");
        are(
            &secret,
            vec![base.clone(), replaced],
            &[("usr/lib/s", "overwritten")],
        );
        let own_folder = layer().dir(name).file(&path, "clean");
        are(&secret, vec![base, own_folder], &[("usr/lib/s", "final")]);
    }
}

#[test]
fn a_file_that_came_through_a_link_to_a_folder_stands_in_that_folder() {
    let secret = secrets::github("came through a link");
    let base = layer().dir("usr/lib").symlink("lib", "usr/lib");
    let through = layer().file("lib/s", format!("TOKEN={secret}\n"));
    are(
        &secret,
        vec![base, through, layer().whiteout("usr/lib/s")],
        &[("lib/s", "deleted")],
    );
}

#[test]
fn a_whiteout_whose_name_leads_up_deletes_what_unpackers_delete() {
    let secret = secrets::github("leads up");
    are(
        &secret,
        vec![
            layer().file("s", format!("TOKEN={secret}\n")),
            layer().file("x/../.wh.s", ""),
        ],
        &[("s", "deleted")],
    );
}

#[test]
fn content_of_whiteouts_and_of_aufs_is_in_no_filesystem() {
    for path in [
        ".wh.foo",
        "d/.wh..wh..opq",
        ".wh..wh.plnk/1.2",
        "x/.wh..wh.aufs",
    ] {
        let secret = secrets::github(path);
        let odd = layer().file(path, format!("TOKEN={secret}\n"));
        are(&secret, vec![odd], &[(path, "metadata")]);
    }
    let secret = secrets::github("linked");
    let linked = layer()
        .file(".wh..wh.plnk/1.2", format!("TOKEN={secret}\n"))
        .hardlink("y", ".wh..wh.plnk/1.2");
    let expected = [(".wh..wh.plnk/1.2", "metadata"), ("y", "final")];
    are(&secret, vec![linked], &expected);
}

#[test]
fn content_under_a_name_that_no_file_system_holds_is_found_and_told() {
    let secret = secrets::github("deep");
    let deep = "a/".repeat(300_000) + "s";
    let odd = layer().pax_path(&deep, "s", format!("TOKEN={secret}\n"));
    let scratch = Scratch::new();
    let image = ImageBuilder::new().layer("ADD odd.tar /", odd);
    let report = scan(&scratch.image(Shape::Docker25, &image));
    assert!(report.is_complete(), "{}", report.digest());
    assert_eq!(report.place(&secret, "file")["visibility"], "metadata");
    let warnings = report.json["warnings"].to_string();
    assert!(warnings.contains("no file system can hold"), "{warnings}");
}
