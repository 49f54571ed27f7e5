//! Contents that lie in several layers: one without findings is scanned once, and no report tells.

use serde_json::Value;

use crate::support::{ImageBuilder, LayerBuilder, Scratch, Shape, scan_with, secrets};

/// Sizes around every bound: scanned at once, compared, hashed, in pieces, too large to be kept.
const SIZES: [usize; 5] = [100, 5_000, 60_000, 3 << 20, 9 << 20];

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
                .file(format!("elsewhere-{number}/quiet-{size}"), quiet)
                .file(format!("srv/loud-{size}"), loud)
                .file(
                    format!("srv/changes-{size}"),
                    format!("{}A={own}\n", words(size)),
                );
        }
        image = image.layer(&format!("RUN step {number}"), layer);
    }
    image
}

#[test]
fn what_lies_in_several_layers_is_told_of_each_whoever_scanned_it_first() {
    let scratch = Scratch::new();
    for shape in [Shape::Docker25, Shape::ClassicGzip] {
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
        for threads in ["--threads=2", "--threads=8"] {
            let other = scan_with(&path, &[threads]);
            assert_eq!(other.json, first.json, "{shape:?}, {threads}");
        }
    }
}
