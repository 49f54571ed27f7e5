//! Contents that lie in several layers, and layers that lie in several archives: they are scanned once, and
//! no report tells.

use serde_json::Value;

use crate::support::{
    ImageBuilder, LayerBuilder, Scan, Scratch, Shape, Stored, scan_with, secrets,
};

/// Sizes around every bound: scanned at once, compared, hashed, in pieces, too large to be kept.
const SIZES: [usize; 5] = [100, 5_000, 60_000, 600 << 10, 9 << 20];
/// Larger files lie in each layer once.
const SMALL: usize = 1 << 20;

fn words(size: usize) -> String {
    let line = "nothing to see here, move along\n";
    line.repeat(size / line.len() + 1)
}

fn token(word: &str) -> String {
    secrets::github(&format!("twin {word}"))
}

/// Three layers. In each lie the same quiet files, the same files with a secret, files that differ from
/// those of the layer below in their last bytes alone, and equal ones elsewhere.
fn image() -> ImageBuilder {
    let mut image = ImageBuilder::new();
    for number in 0..3 {
        let mut layer = LayerBuilder::new();
        for size in SIZES {
            let quiet = words(size);
            let loud = format!("{}TOKEN={}\n", words(size), token(&format!("loud {size}")));
            let own = match number {
                1 => token(&format!("own {size}")),
                // As long, and no token.
                _ => "x".repeat(token("x").len()),
            };
            layer = layer
                .file(format!("srv/quiet-{size}"), quiet.clone())
                .file(format!("srv/loud-{size}"), loud)
                .file(
                    format!("srv/changes-{size}"),
                    format!("{}A={own}\n", words(size)),
                );
            if size < SMALL {
                layer = layer.file(format!("elsewhere-{number}/quiet-{size}"), quiet);
            }
        }
        image = image.layer(&format!("RUN step {number}"), layer);
    }
    image
}

#[test]
fn what_lies_in_several_layers_is_told_of_each_whoever_scanned_it_first() {
    let scratch = Scratch::new();
    let shapes = [
        (Shape::Docker25, &["2", "8"][..]),
        (Shape::ClassicGzip, &["2"]),
    ];
    for (shape, others) in shapes {
        let path = scratch.image(shape, &image());
        let first = scan_with(&path, &["--threads=1"]);
        for size in SIZES {
            let layers = |word: String| -> Vec<&Value> {
                let places = first.places(&token(&word)).iter();
                places.map(|place| &place["layer"]).collect()
            };
            // The one that is seen comes first.
            assert_eq!(layers(format!("loud {size}")), [2, 0, 1], "{size}");
            assert_eq!(layers(format!("own {size}")), [1], "{size}");
        }
        for threads in others {
            let other = scan_with(&path, &["--threads", threads]);
            assert_eq!(other.json, first.json, "{shape:?}, {threads}");
        }
    }
}

/// An image on the base that it shares with others: two layers with the same secrets and the same broken
/// archive in them, then one of its own.
fn on_base(name: &str) -> ImageBuilder {
    let base = LayerBuilder::new()
        .file("etc/base.env", format!("TOKEN={}\n", token("base")))
        .file("etc/broken.zip", b"PK\x03\x04 and then nothing".repeat(3));
    let more = LayerBuilder::new()
        .file("etc/more.env", format!("TOKEN={}\n", token("more")))
        .file("etc/quiet", words(60_000));
    let own = LayerBuilder::new()
        .file("srv/own.env", format!("TOKEN={}\n", token(name)))
        .whiteout("etc/more.env");
    ImageBuilder::new()
        .tag(&format!("example.test/{name}:1"))
        .layer("ADD base.tar /", base)
        .layer("COPY more /etc", more)
        .layer(&format!("COPY {name} /srv"), own)
}

/// What a report says of one image: its places without the number of the image, and its warnings.
fn told_of(scan: &Scan, image: usize) -> Vec<String> {
    let of_it = |value: &&Value| value["image"] == image;
    let without = |value: &Value| {
        let mut value = value.clone();
        value["image"] = Value::Null;
        value.to_string()
    };
    let mut told: Vec<String> = scan.warnings().iter().filter(of_it).map(without).collect();
    for finding in scan.findings() {
        let places = finding["occurrences"].as_array().expect("places").iter();
        let places = places.filter(of_it).map(without);
        told.extend(places.map(|place| format!("{} {place}", finding["id"])));
    }
    told.sort();
    told.push(scan.json["images"][image].to_string());
    told
}

#[test]
fn what_lies_in_several_archives_is_told_of_each_as_if_it_were_alone() {
    let scratch = Scratch::new();
    for shape in [Shape::Classic, Shape::Docker25, Shape::OciArchive] {
        let paths = ["one", "other"].map(|name| {
            let package = shape.package(&[on_base(name)]);
            scratch.write(&format!("{name}.tar"), package.to_tar())
        });
        let second = paths[1].to_str().expect("a path");
        let alone = paths.each_ref().map(|path| scan_with(path, &[]));
        assert!(!alone[0].warnings().is_empty(), "the broken archive");
        for more in ["--threads=2", "--no-verify"] {
            let both = scan_with(&paths[0], &[second, more]);
            for (image, alone) in alone.iter().enumerate() {
                let is_checked = more != "--no-verify";
                let are_equal = told_of(&both, image) == told_of(alone, 0);
                assert!(are_equal || !is_checked, "{shape:?}, image {image}");
            }
            let images = |secret: &str| -> Vec<Value> {
                let places = both.places(&token(secret)).iter();
                places.map(|place| place["image"].clone()).collect()
            };
            assert_eq!(images("base"), [0, 1]);
            assert_eq!(images("more"), [0, 1]);
            assert_eq!(
                (images("one"), images("other")),
                (vec![0.into()], vec![1.into()])
            );
        }
    }
}

#[test]
fn a_layer_that_claims_to_be_that_of_another_archive_is_scanned_for_what_it_is() {
    let scratch = Scratch::new();
    let honest = on_base("one");
    let base = honest.blobs(Stored::Plain).swap_remove(0);
    // As long as the base, under its name, with another token in it.
    let mut lying = Shape::Docker25.package(std::slice::from_ref(&honest));
    let name = (lying.names().into_iter()).find(|name| name.contains(&base.digest));
    lying.edit(&name.expect("the base"), |bytes| {
        let (known, hidden) = (token("base"), token("hidden"));
        let at = bytes
            .windows(known.len())
            .position(|part| part == known.as_bytes());
        let at = at.expect("the token");
        bytes[at..at + known.len()].copy_from_slice(hidden.as_bytes());
    });
    let honest = Shape::Docker25.package(&[honest]).to_tar();
    let honest = scratch.write("honest.tar", honest);
    let lying = scratch.write("lying.tar", lying.to_tar());
    for (first, second, liar) in [(&honest, &lying, 1), (&lying, &honest, 0)] {
        let report = scan_with(first, &[second.to_str().expect("a path")]);
        for (secret, image) in [("hidden", liar), ("base", 1 - liar)] {
            assert_eq!(report.place(&token(secret), "file")["image"], image);
        }
        let mismatch = report.warning("diff-id-mismatch");
        assert_eq!(
            (&mismatch["image"], &mismatch["layer"]),
            (&liar.into(), &0.into())
        );
        assert_eq!(report.layers(liar)[0]["verified"], false);
        assert_eq!(report.layers(1 - liar)[0]["verified"], true);
    }
}
