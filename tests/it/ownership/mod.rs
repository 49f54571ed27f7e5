//! Files of packages: what whoever has the package has too is no leak of this image; what somebody
//! changed or added is.

mod databases;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::git::Object;
use crate::support::{ImageBuilder, LayerBuilder, Scan, Scratch, Shape, Stored, secrets};
use crate::support::{residue, scan_with};

/// A private package's token in a file's content.
fn content(word: &str) -> (String, String) {
    let secret = secrets::github(word);
    let content = format!("# shipped\nTOKEN={secret}\n");
    (secret, content)
}

fn hex(bytes: impl IntoIterator<Item = u8>) -> String {
    bytes
        .into_iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn md5(content: &str) -> String {
    hex(md5::Md5::digest(content))
}

fn sha256(content: &str) -> String {
    hex(Sha256::digest(content))
}

/// The lists that dpkg has of a package with one file.
fn dpkg(layer: LayerBuilder, path: &str, content: &str) -> LayerBuilder {
    layer
        .file(
            "var/lib/dpkg/info/demo:amd64.md5sums",
            format!("{}  {path}\n", md5(content)),
        )
        .file(
            "var/lib/dpkg/status",
            "Package: demo\nStatus: install ok installed\nVersion: 1.2-3\n",
        )
}

fn image(layers: impl IntoIterator<Item = LayerBuilder>) -> ImageBuilder {
    let layers = layers.into_iter().enumerate();
    layers.fold(ImageBuilder::new(), |image, (number, layer)| {
        image.layer(&format!("RUN step {number}"), layer)
    })
}

fn scan(image: &ImageBuilder, more: &[&str]) -> Scan {
    let scratch = Scratch::new();
    let report = scan_with(&scratch.image(Shape::Docker25, image), more);
    assert!(report.is_complete(), "{}", report.digest());
    report
}

/// The suppressed finding of this secret.
fn suppressed<'s>(report: &'s Scan, secret: &str) -> Option<&'s Value> {
    let all = report.json["suppressed"].as_array().expect("suppressed");
    all.iter().find(|one| one["secret"]["value"] == secret)
}

/// The secret lies only in unmodified files of this package.
fn is_packages(image: &ImageBuilder, secret: &str, note: &str) {
    let report = scan(image, &[]);
    let Some(found) = suppressed(&report, secret) else {
        panic!("not suppressed: {}", report.digest());
    };
    assert_eq!(found["reason"], "package");
    assert_eq!(found["note"], note);
    let places = found["occurrences"].as_array().expect("places");
    assert!(
        places
            .iter()
            .all(|place| place["package"]["file"] == "unmodified")
    );
    assert_eq!(report.code, 0, "{}", report.digest());
}

/// The secret is a finding, and no place says that it belongs to a package.
fn is_nobodys(image: &ImageBuilder, secret: &str) {
    let report = scan(image, &[]);
    let places = report.places(secret);
    assert!(
        places.iter().all(|place| place.get("package").is_none()),
        "{places:#?}"
    );
}

#[test]
fn a_blob_of_git_before_a_file_of_a_package_does_not_hide_whose_it_is() {
    let ((waiting, blob), (secret, content)) = (self::content("blob"), self::content("of package"));
    let path = "usr/lib/demo/x.py";
    let blob = Object::blob(blob);
    let layer = LayerBuilder::new().file(format!("app/.git/{}", blob.path()), blob.loose());
    let layer = dpkg(layer, path, &content).file(path, &content);
    for stored in [Stored::Plain, Stored::Gzip] {
        let report = scan(&image([layer.clone()]).stored(stored), &[]);
        assert!(report.find(&waiting).is_some(), "{}", report.digest());
        assert!(
            suppressed(&report, &secret).is_some(),
            "{}",
            report.digest()
        );
    }
}

#[test]
fn what_lies_in_an_unmodified_file_of_a_package_is_listed_with_the_package() {
    let (secret, text) = content("unmodified");
    let layer = LayerBuilder::new().file("usr/share/demo/key", &text);
    let image = image([dpkg(layer, "usr/share/demo/key", &text)]);
    is_packages(&image, &secret, "demo 1.2-3");
    let report = scan(&image, &["--no-packages"]);
    assert_eq!(report.code, 1);
    assert!(report.place(&secret, "file").get("package").is_none());
    let scratch = Scratch::new();
    let config = scratch.write("residue.toml", "[scan]\nno-packages = true\n");
    let config = config.to_string_lossy();
    assert_eq!(scan(&image, &["--config", &config]).code, 1);
}

#[test]
fn the_terminal_counts_what_packages_explain() {
    let (_, text) = content("terminal");
    let layer = LayerBuilder::new().file("usr/share/demo/key", &text);
    let image = image([dpkg(layer, "usr/share/demo/key", &text)]);
    let scratch = Scratch::new();
    let path = scratch.image(Shape::Docker25, &image);
    let run = residue(["scan".as_ref(), path.as_os_str()]);
    assert!(
        run.stdout.contains("Suppressed 1: 1 package"),
        "{}",
        run.stdout
    );
    assert_eq!(run.code, 0);
}

#[test]
fn a_changed_file_of_a_package_is_told_and_weighs_more() {
    let password = secrets::letters("changed", 14);
    let shipped = "# nothing\n";
    let base = LayerBuilder::new().file("etc/client.txt", shipped);
    let changed = format!("machine db login app password {password}\n");
    let top = || LayerBuilder::new().file("etc/client.txt", &changed);
    let unknown = scan(&image([LayerBuilder::new(), top()]), &[]);
    assert_eq!(unknown.finding(&password)["confidence"], "possible");
    let image = image([dpkg(base, "etc/client.txt", shipped), top()]);
    let report = scan(&image, &[]);
    let finding = report.finding(&password);
    assert_eq!(finding["confidence"], "likely");
    assert_eq!(finding["facts"]["package"], "demo 1.2-3");
    assert_eq!(finding["facts"]["package_file"], "modified");
    let package = &report.place(&password, "file")["package"];
    assert_eq!(package["name"], "demo");
    assert_eq!(package["version"], "1.2-3");
    assert_eq!(package["file"], "modified");
}

#[test]
fn one_place_that_no_package_explains_makes_it_a_finding_with_all_its_places() {
    let (secret, text) = content("copied");
    let layer = LayerBuilder::new()
        .file("usr/share/demo/key", &text)
        .file("var/copy", &text);
    let report = scan(&image([dpkg(layer, "usr/share/demo/key", &text)]), &[]);
    assert!(suppressed(&report, &secret).is_none());
    let owned = |place: &&Value| place["package"]["name"] == "demo";
    assert_eq!(report.places(&secret).len(), 2);
    assert_eq!(report.places(&secret).iter().filter(owned).count(), 1);
    assert_eq!(report.places(&secret)[0]["path"], "var/copy");
    let in_env = image([dpkg(
        LayerBuilder::new().file("usr/share/demo/key", &text),
        "usr/share/demo/key",
        &text,
    )]);
    assert_eq!(scan(&in_env.env("TOKEN", &secret), &[]).code, 1);
}

#[test]
fn merged_folders_are_one_where_the_image_has_the_link() {
    let (secret, text) = content("merged");
    let file = |listed: &str| {
        let layer = LayerBuilder::new().file("usr/lib/demo/key", &text);
        dpkg(layer, listed, &text)
    };
    let link = || LayerBuilder::new().symlink("lib", "usr/lib");
    let merged = image([link(), file("lib/demo/key")]);
    is_packages(&merged, &secret, "demo 1.2-3");
    is_packages(
        &image([link(), file("usr/lib/demo/key")]),
        &secret,
        "demo 1.2-3",
    );
    is_nobodys(&image([file("lib/demo/key")]), &secret);
}

#[test]
fn what_a_system_package_has_where_no_distribution_puts_files_is_somebodys_own() {
    let (secret, text) = content("own");
    let layer = LayerBuilder::new().file("opt/company/key", &text);
    is_nobodys(&image([dpkg(layer, "opt/company/key", &text)]), &secret);
}

#[test]
fn a_database_counts_from_any_layer_and_also_when_it_is_deleted() {
    let (secret, text) = content("any layer");
    let file = || LayerBuilder::new().file("usr/share/demo/key", &text);
    let lists = || dpkg(LayerBuilder::new(), "usr/share/demo/key", &text);
    is_packages(&image([file(), lists()]), &secret, "demo 1.2-3");
    is_packages(&image([lists(), file()]), &secret, "demo 1.2-3");
    let deletes = LayerBuilder::new().whiteout("var/lib/dpkg");
    is_packages(&image([lists(), file(), deletes]), &secret, "demo 1.2-3");
}

#[test]
fn a_database_of_one_image_says_nothing_of_another_with_the_same_layer() {
    let (secret, text) = content("two images");
    let file = || LayerBuilder::new().file("usr/share/demo/key", &text);
    let lists = dpkg(LayerBuilder::new(), "usr/share/demo/key", &text);
    let with = image([file(), lists]).tag("example.test/with:1");
    let without = image([file()]).tag("example.test/without:1");
    let scratch = Scratch::new();
    let report = scan_with(
        &Shape::Docker25.write(&[with, without], scratch.path()),
        &[],
    );
    let owned = |place: &Value| (place["image"].as_u64(), place["package"]["name"] == "demo");
    let places: Vec<_> = report.places(&secret).iter().map(owned).collect();
    assert_eq!(
        places,
        [(Some(1), false), (Some(0), true)],
        "unexplained first"
    );
}

#[test]
fn the_outer_file_counts_for_what_lies_in_a_nested_archive() {
    let (secret, text) = content("nested");
    let archive = LayerBuilder::new().file("inner/key", &text).tar();
    let archive = String::from_utf8(archive).expect("a tar of ASCII");
    let layer = LayerBuilder::new().file("usr/share/demo/a.tar", &archive);
    let image = image([dpkg(layer, "usr/share/demo/a.tar", &archive)]);
    is_packages(&image, &secret, "demo 1.2-3");
}

#[test]
fn large_files_and_those_of_plain_layers_are_hashed_too() {
    let (secret, text) = content("large");
    let large = format!("{}\n{text}{}", "x".repeat(5 << 20), "y".repeat(5 << 20));
    for stored in [Stored::Plain, Stored::Gzip, Stored::Zstd] {
        for text in [&text, &large] {
            let scratch = Scratch::new();
            let layer = LayerBuilder::new()
                .file("usr/lib/demo/before", "nothing")
                .file("usr/lib/demo/key", text)
                .file("usr/lib/demo/after", "nothing");
            let image = image([dpkg(layer, "usr/lib/demo/key", text)]).stored(stored);
            let report = scan_with(&scratch.image(Shape::OciArchive, &image), &[]);
            let found = suppressed(&report, &secret);
            let found = found.unwrap_or_else(|| panic!("{stored:?}: {}", report.digest()));
            assert_eq!(found["note"], "demo 1.2-3", "{stored:?}");
        }
    }
}

/// Loose objects of git are searched when the rest of their layer is read.
#[test]
fn a_loose_object_with_a_secret_takes_no_owner_away() {
    let (secret, text) = content("beside git");
    let blob = Object::blob(format!("TOKEN={}\n", secrets::github("committed")));
    for stored in [Stored::Plain, Stored::Gzip] {
        let layer = LayerBuilder::new()
            .file(format!("app/.git/{}", blob.path()), blob.loose())
            .file("usr/share/demo/key", &text);
        let image = image([dpkg(layer, "usr/share/demo/key", &text)]).stored(stored);
        let scratch = Scratch::new();
        let report = scan_with(&scratch.image(Shape::OciArchive, &image), &[]);
        assert_eq!(report.findings().len(), 1, "{}", report.digest());
        assert!(suppressed(&report, &secret).is_some(), "{stored:?}");
    }
}

#[test]
fn a_hard_link_is_the_same_file() {
    let (secret, text) = content("linked");
    let layer = LayerBuilder::new()
        .file("objects/0a", &text)
        .hardlink("usr/share/demo/key", "objects/0a");
    let above = LayerBuilder::new().hardlink("usr/share/demo/other", "usr/share/demo/key");
    let image = image([dpkg(layer, "usr/share/demo/key", &text), above]);
    is_packages(&image, &secret, "demo 1.2-3");
}

#[test]
fn the_name_of_a_package_is_redacted_like_everything_that_is_quoted() {
    let (secret, text) = content("named");
    let layer = LayerBuilder::new().file("etc/demo.conf", &text).file(
        "var/lib/dpkg/status",
        format!(
            "Package: {secret}\nVersion: {secret}\nConffiles:\n /etc/demo.conf {}\n",
            md5(&text)
        ),
    );
    let scratch = Scratch::new();
    let path = scratch.image(Shape::Docker25, &image([layer]));
    for format in ["json", "sarif", "terminal"] {
        let run = residue(["scan", "--format", format, &path.to_string_lossy()]);
        assert!(!run.stdout.contains(&secret), "{format}: {}", run.stdout);
    }
}
