//! Limits on untrusted input: each has a flag, and hitting one never passes silently.

use std::path::Path;

use crate::support::compress::{bzip2, gzip, xz, zstd};
use crate::support::tar::{Header, Size};
use crate::support::{
    ImageBuilder, LayerBuilder, Scan, Scratch, Shape, Stored, residue, scan, scan_with, secrets,
};

/// The scan hit a limit, says which flag raises it, and is incomplete.
fn is_limited(report: &Scan, flag: &str) {
    let warning = report.warning("limit-reached");
    let message = warning["message"].as_str().unwrap_or_default();
    assert!(message.contains(flag), "no {flag} in: {message}");
    assert!(!report.is_complete());
    assert_ne!(report.code, 0);
}

fn layer_of(size: usize) -> (String, ImageBuilder) {
    let secret = secrets::github("behind the limit");
    let layer = LayerBuilder::new()
        .file("zeros", vec![0; size])
        .file("behind.env", format!("TOKEN={secret}\n"));
    (
        secret,
        ImageBuilder::new().layer("ADD zeros / # buildkit", layer),
    )
}

#[test]
fn an_entry_larger_than_allowed_is_cut_and_what_follows_is_scanned() {
    let scratch = Scratch::new();
    let (secret, image) = layer_of(3 << 20);
    let path = scratch.image(Shape::OciArchive, &image);
    let report = scan_with(&path, &["--max-entry-size", "1048576"]);
    is_limited(&report, "--max-entry-size");
    assert_eq!(report.place(&secret, "file")["path"], "behind.env");
    assert_eq!(report.warning("limit-reached")["path"], "zeros");
    assert!(scan(&path).is_complete());
}

#[test]
fn a_layer_larger_than_allowed_is_cut() {
    let scratch = Scratch::new();
    let (_, image) = layer_of(3 << 20);
    for stored in [Stored::Plain, Stored::Gzip, Stored::Zstd] {
        let path = scratch.image(Shape::OciArchive, &image.clone().stored(stored));
        let report = scan_with(&path, &["--max-total-size", "1048576"]);
        is_limited(&report, "--max-total-size");
        assert_eq!(report.warning("limit-reached")["layer"], 0);
    }
}

/// A tar of one entry of zeros, compressed piece by piece: small, and larger than what is let
/// through before the ratio is judged.
fn bomb(compress: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    const MEGABYTES: usize = 68;
    let mut header = Header::new("zeros", b'0');
    header.size = Size::Octal((MEGABYTES << 20) as u64);
    let mut bytes = compress(&header.block(0));
    let zeros = compress(&vec![0; 1 << 20]);
    for _ in 0..MEGABYTES {
        bytes.extend_from_slice(&zeros);
    }
    bytes.extend(compress(&[0; 1024]));
    bytes
}

#[test]
fn a_compression_bomb_in_a_layer_is_stopped_by_its_ratio() {
    let scratch = Scratch::new();
    let image = layer_of(10).1.stored(Stored::Plain);
    for (name, bomb) in [
        ("gzip", bomb(gzip)),
        ("zstd", bomb(zstd)),
        ("bzip2", bomb(bzip2)),
    ] {
        let mut package = Shape::OciArchive.package(std::slice::from_ref(&image));
        let layer = package.layer_files()[0].clone();
        package.edit(&layer, |bytes| *bytes = bomb);
        let path = scratch.write(name, package.to_tar());
        is_limited(&scan_with(&path, &["--max-ratio", "50"]), "--max-ratio");
    }
}

#[test]
fn a_compression_bomb_around_the_archive_is_stopped() {
    let scratch = Scratch::new();
    for (name, bytes) in [
        ("gz", bomb(gzip)),
        ("zst", bomb(zstd)),
        ("xz", bomb(xz)),
        ("bz2", bomb(bzip2)),
    ] {
        let path = scratch.write(name, bytes);
        for limit in ["--max-ratio=50", "--max-total-size=1048576"] {
            let run = residue([Path::new("scan"), Path::new(limit), &path]);
            assert_eq!(run.code, 2, "{name} {limit}: {}", run.stdout);
            let said = format!("{}{}", run.stdout, run.stderr);
            let flag = limit.split('=').next().unwrap_or_default();
            assert!(said.contains(flag), "{name}: no {flag} in {said}");
        }
    }
}

#[test]
fn archives_nested_deeper_than_allowed_are_said() {
    let scratch = Scratch::new();
    let secret = secrets::github("nested");
    let mut content = format!("TOKEN={secret}\n").into_bytes();
    for depth in 0..3 {
        content = gzip(
            &LayerBuilder::new()
                .file(format!("inner{depth}"), content)
                .tar(),
        );
    }
    let layer = LayerBuilder::new().file("outer.tgz", content);
    let image = ImageBuilder::new().layer("COPY outer.tgz / # buildkit", layer);
    let path = scratch.image(Shape::OciArchive, &image);
    let place = scan(&path).place(&secret, "file").clone();
    let mut inside: Vec<&str> = (place["inside"].as_array().into_iter().flatten())
        .filter_map(serde_json::Value::as_str)
        .filter(|member| member.starts_with("inner"))
        .collect();
    // A compressed member is a step of its own, under the name that its content has.
    inside.dedup();
    assert_eq!(inside, ["inner2", "inner1", "inner0"], "{place:#}");
    let report = scan_with(&path, &["--max-depth", "1"]);
    is_limited(&report, "--max-depth");
    assert!(report.find(&secret).is_none());
}

#[test]
fn limits_that_are_no_numbers_are_refused_together() {
    let run = residue(["scan", "--max-ratio=many", "--threads=none", "x.tar"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("--max-ratio"), "{}", run.stderr);
}
