//! What stands behind the end mark of a tar: no container shows it and it hides nothing, and whoever has the
//! image can read it.

use std::fs;
use std::path::PathBuf;

use crate::support::{
    ImageBuilder, LayerBuilder, Scan, Scratch, Shape, residue, scan, scan_with, secrets,
};

const ZERO_BLOCK: [u8; 512] = [0; 512];

/// A layer with a secret in `app/token`, and above it one with these entries behind its end mark.
fn behind(secret: &str, tail: LayerBuilder) -> ImageBuilder {
    let token = format!("TOKEN={secret}\n");
    ImageBuilder::new()
        .layer(
            "COPY token /app/",
            LayerBuilder::new().file("app/token", token),
        )
        .layer(
            "COPY x /",
            LayerBuilder::new().file("x", "x").after_end(tail.tar()),
        )
}

fn scanned(image: &ImageBuilder) -> Scan {
    let scratch = Scratch::new();
    scan(&scratch.image(Shape::Docker25, image))
}

/// Checks all places of a secret: path and visibility of each.
fn lies(report: &Scan, secret: &str, places: &[(&str, &str)]) {
    let told = report.places(secret).iter();
    let told = told.map(|place| (place["path"].as_str(), place["visibility"].as_str()));
    let expected = places.iter().map(|(path, seen)| (Some(*path), Some(*seen)));
    assert!(told.eq(expected), "{}", report.digest());
}

#[test]
fn nothing_behind_the_end_mark_hides_a_file() {
    let secret = secrets::github("hidden by nothing");
    for tail in [
        LayerBuilder::new().whiteout("app/token"),
        LayerBuilder::new().whiteout("app"),
        LayerBuilder::new().opaque("app"),
        LayerBuilder::new().file("app/token", "harmless"),
        LayerBuilder::new().file("app", "no folder"),
        LayerBuilder::new().symlink("app", "elsewhere"),
    ] {
        let report = scanned(&behind(&secret, tail));
        lies(&report, &secret, &[("app/token", "final")]);
        let warning = report.warning("behind-end-mark");
        assert_eq!((&warning["layer"], report.is_complete()), (&1.into(), true));
        let layer = &report.layers(0)[1];
        assert_eq!(
            (&layer["entries"], &layer["whiteouts"]),
            (&2.into(), &0.into())
        );
    }
}

#[test]
fn a_file_behind_the_end_mark_is_in_no_filesystem() {
    let secret = secrets::github("in no filesystem");
    let tail = LayerBuilder::new().file("etc/token", format!("TOKEN={secret}"));
    let report = scanned(&behind("", tail));
    lies(&report, &secret, &[("etc/token", "metadata")]);
    let tail = LayerBuilder::new().file("x", format!("TOKEN={secret}"));
    let report = scanned(&behind("", tail));
    lies(&report, &secret, &[("x", "metadata")]);
}

#[test]
fn one_zero_block_is_an_end_mark_as_well() {
    let secret = secrets::github("lone zero block");
    let token = format!("TOKEN={secret}\n");
    let above = LayerBuilder::new().raw(&ZERO_BLOCK).whiteout("app/token");
    let image = ImageBuilder::new()
        .layer(
            "COPY token /app/",
            LayerBuilder::new().file("app/token", token),
        )
        .layer("RUN true", above);
    lies(&scanned(&image), &secret, &[("app/token", "final")]);
}

#[test]
fn a_link_behind_the_end_mark_is_no_name_of_a_file() {
    let secret = secrets::github("no name");
    let tail = LayerBuilder::new().hardlink("kept", "app/token");
    let image =
        behind(&secret, tail).layer("RUN rm token", LayerBuilder::new().whiteout("app/token"));
    lies(&scanned(&image), &secret, &[("app/token", "deleted")]);
}

#[test]
fn a_link_to_a_folder_behind_the_end_mark_leads_nowhere() {
    let secret = secrets::github("leads nowhere");
    let tail = LayerBuilder::new().symlink("lib", "app");
    let image = behind(&secret, tail).layer("RUN rm", LayerBuilder::new().whiteout("lib/token"));
    lies(&scanned(&image), &secret, &[("app/token", "final")]);
}

#[test]
fn a_package_database_behind_the_end_mark_explains_nothing() {
    let secret = secrets::github("forged");
    let database = |sum: &str| format!("P:demo\nV:1\nF:app\nR:token\nZ:X1{sum}\n\n");
    let token = format!("TOKEN={secret}\n");
    let sum = <sha1::Sha1 as sha1::Digest>::digest(&token);
    let sum: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    let database = LayerBuilder::new().file("lib/apk/db/installed", database(&sum));
    let explained =
        behind(&secret, LayerBuilder::new()).layer("RUN apk add demo", database.clone());
    assert!(scanned(&explained).findings().is_empty());
    let report = scanned(&behind(&secret, database));
    lies(&report, &secret, &[("app/token", "final")]);
}

#[test]
fn the_cache_tells_the_same() {
    let secret = secrets::github("kept");
    let scratch = Scratch::new();
    let image = behind(&secret, LayerBuilder::new().whiteout("app/token"));
    let image = scratch.image(Shape::Docker25, &image);
    let cache = format!("--cache-dir={}", scratch.path().join("cache").display());
    for _ in 0..2 {
        let report = scan_with(&image, &[&cache]);
        lies(&report, &secret, &[("app/token", "final")]);
        report.warning("behind-end-mark");
    }
}

#[test]
fn layers_and_extract_know_it_too() {
    let scratch = Scratch::new();
    let tail = LayerBuilder::new()
        .file("x", "behind")
        .whiteout("app/token");
    let image = scratch.image(Shape::Docker25, &behind("", tail));
    let run = |words: &[&str]| {
        let words = [&[words[0], image.to_str().unwrap()], &words[1..]].concat();
        let run = residue(words);
        assert_eq!(run.code, 0, "{run:?}");
        run
    };
    let table = run(&["layers", "--format=json"]).stdout;
    let table: serde_json::Value = serde_json::from_str(&table).unwrap();
    assert_eq!(table["images"][0]["layers"][1]["whiteouts"], 0);
    assert_eq!(table["warnings"][0]["code"], "behind-end-mark");
    assert_eq!(run(&["extract", "x"]).stdout, "x");
    assert_eq!(run(&["extract", "x", "--occurrence=2"]).stdout, "behind");
    let list = run(&["extract", "--list", "--layer=1"]).stdout;
    let marked: Vec<bool> = list
        .lines()
        .map(|line| line.ends_with("behind the end mark"))
        .collect();
    assert_eq!(marked, [false, false, true, true], "{list}");
    assert!(!list.contains("whiteout"), "{list}");
}

/// Two archives, one behind the end mark of the other.
fn concatenated(scratch: &Scratch, first: &ImageBuilder, second: &ImageBuilder) -> PathBuf {
    let archives =
        [first, second].map(|image| fs::read(scratch.image(Shape::Docker25, image)).unwrap());
    scratch.write("both.tar", archives.concat())
}

#[test]
fn of_two_archives_in_one_file_the_first_is_the_image_and_the_other_is_left_over() {
    let secrets = ["first", "second"].map(secrets::github);
    let [first, second] = secrets.each_ref().map(|secret| {
        let token = format!("TOKEN={secret}\n");
        ImageBuilder::new().layer("COPY", LayerBuilder::new().file("token", token))
    });
    let scratch = Scratch::new();
    let second = second.env("FROM", "second");
    let report = scan(&concatenated(&scratch, &first, &second));
    lies(&report, &secrets[0], &[("token", "final")]);
    let place = &report.places(&secrets[1])[0];
    assert_eq!(
        (&place["image"], &place["visibility"]),
        (&serde_json::Value::Null, &"metadata".into())
    );
    assert_eq!(report.json["images"].as_array().map(Vec::len), Some(1));
    assert!(report.is_complete());
    let message = report.warning("behind-end-mark")["message"]
        .as_str()
        .unwrap();
    assert!(
        message.contains("where docker load, podman and skopeo do not look"),
        "{message}"
    );
}

#[test]
fn an_image_that_stands_behind_the_end_mark_alone_is_scanned() {
    let secret = secrets::github("alone");
    let layer = LayerBuilder::new().file("token", format!("TOKEN={secret}\n"));
    let scratch = Scratch::new();
    let image = scratch.image(Shape::Docker25, &ImageBuilder::new().layer("COPY", layer));
    let image = [&ZERO_BLOCK[..], &ZERO_BLOCK, &fs::read(image).unwrap()].concat();
    let report = scan(&scratch.write("late.tar", image));
    lies(&report, &secret, &[("token", "final")]);
    report.warning("behind-end-mark");
}
