//! One large layer is shared among threads, and its report does not tell: contents of every size,
//! what is opened beside what is not, bytes of no entry, files of packages, a layer that is cut.

use std::path::Path;

use md5::Digest as _;

use crate::support::{
    ImageBuilder, KeyPair, LayerBuilder, Scratch, Shape, Stored, residue, secrets,
};

/// Lines of ordinary text, so many bytes of them, and a secret behind.
fn text(bytes: usize, secret: &str) -> String {
    let line = "nothing to see here, move along\n";
    format!("{}TOKEN={secret}\n", line.repeat(bytes / line.len()))
}

/// A layer of a few MiB, and its secrets: 300 small files, larger ones, one that is too large to be
/// copied, and the odd things between them.
fn layer() -> (Vec<String>, LayerBuilder) {
    let mut all = Vec::new();
    let mut secret = |word: String| {
        all.push(secrets::github(&word));
        all[all.len() - 1].clone()
    };
    let mut layer = LayerBuilder::new();
    for file in 0..300 {
        let size = if file % 60 == 7 { 700 << 10 } else { 900 };
        let content = text(size, &secret(format!("file {}", file % 250)));
        layer = layer.file(format!("srv/{file}.env"), content);
        if file % 50 == 20 {
            let inner = text(100, &secret(format!("archive {file}")));
            let archive = Stored::Gzip.apply(inner.as_bytes());
            layer = layer.file(format!("srv/{file}.txt.gz"), archive);
        }
        if file % 100 == 9 {
            let pair = KeyPair::of(&format!("pair {file}"));
            let store = pair.jks("demo.internal", "changeit");
            layer = layer
                .file(format!("srv/{file}.key"), pair.pem())
                .file(
                    format!("srv/{file}.pem"),
                    pair.pem_certificate("demo.internal", 2031),
                )
                .file(format!("srv/{file}.jks"), store);
        }
        if file % 70 == 30 {
            let name = secret(format!("name {file}"));
            layer = layer.file(format!("srv/{name}"), "x");
            let value = secret(format!("record {file}"));
            layer = layer
                .file(format!("srv/{file}.x"), "x")
                .xattr("user.token", value);
        }
    }
    let large = text(9 << 20, &secret("large".to_owned()));
    let key = KeyPair::of("in a large text").pem();
    let keys = text(600 << 10, &secret("keys".to_owned())) + &key;
    let mut layer = layer
        .file("srv/large.log", large)
        .file("srv/keys.txt", keys);
    let mut sums = String::new();
    // One that is copied, one that is kept while it is scanned, one that has to be read again.
    for size in [50, 3 << 20, 9 << 20] {
        let shipped = text(size, &secret(format!("shipped {size}")));
        for byte in md5::Md5::digest(&shipped) {
            sums.push_str(&format!("{byte:02x}"));
        }
        sums.push_str(&format!("  usr/share/{size}.conf\n"));
        layer = layer.file(format!("usr/share/{size}.conf"), shipped);
    }
    let layer = layer
        .file("var/lib/dpkg/info/demo.md5sums", sums)
        .after_end(format!("TOKEN={}", secret("slack".to_owned())));
    (all, layer)
}

fn report(path: &Path, threads: &str) -> String {
    let path = path.to_string_lossy();
    let run = residue([
        "scan",
        "--reveal",
        "--format=json",
        "--threads",
        threads,
        &path,
    ]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    run.stdout
}

#[test]
fn one_layer_gives_the_same_report_with_any_number_of_threads() {
    let scratch = Scratch::new();
    let (secrets, layer) = layer();
    let image = ImageBuilder::new().layer("COPY . / # buildkit", layer);
    for shape in [Shape::Classic, Shape::ClassicGzip, Shape::ClassicZstd] {
        let path = scratch.image(shape, &image);
        let first = report(&path, "1");
        for secret in &secrets {
            assert!(first.contains(secret), "{shape:?}");
        }
        let owned = first.matches("\"reason\": \"package\"").count();
        assert_eq!(owned, 3, "{shape:?}");
        for pair in ["pair 9", "in a large text"] {
            assert!(first.contains(&KeyPair::of(pair).id()), "{shape:?}");
        }
        assert!(first.contains("opens_with"), "{shape:?}");
        for threads in ["2", "8"] {
            let other = report(&path, threads);
            assert!(other == first, "{shape:?} with {threads} threads");
        }
    }
}

#[test]
fn what_was_read_of_a_layer_that_is_cut_is_told_whoever_scanned_it() {
    let scratch = Scratch::new();
    let (_, layer) = layer();
    let mut tar = layer.tar();
    tar.truncate(tar.len() / 3);
    for bytes in [Stored::Gzip.apply(&tar), tar] {
        let image = ImageBuilder::new().raw_layer("COPY . / # buildkit", bytes);
        let path = scratch.image(Shape::Docker25, &image);
        let first = report(&path, "1");
        assert!(first.contains(&secrets::github("file 3")));
        for threads in ["2", "8"] {
            assert!(report(&path, threads) == first, "{threads} threads");
        }
    }
}
