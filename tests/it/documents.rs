//! Documents that no strict parser reads, and archives that break: what is in them is found all the
//! same, and what could not be read is said.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::json;

use crate::support::compress::gzip;
use crate::support::image::sha256;
use crate::support::{ImageBuilder, LayerBuilder, Scan, Scratch, Shape, scan, scan_with, secrets};

fn plain() -> ImageBuilder {
    ImageBuilder::new().layer("COPY a / # buildkit", LayerBuilder::new().file("a", "a"))
}

/// An image with `statement` as its attestation, as BuildKit attaches it.
fn attested(statement: &[u8]) -> Scan {
    let mut package = Shape::OciArchive.package(&[plain()]);
    let digest = |bytes: &[u8]| format!("sha256:{}", sha256(bytes));
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": digest(b"{}"),
            "size": 2,
        },
        "layers": [{
            "mediaType": "application/vnd.in-toto+json",
            "digest": digest(statement),
            "size": statement.len(),
        }],
    })
    .to_string();
    for bytes in [b"{}", statement, manifest.as_bytes()] {
        package.blob(format!("blobs/sha256/{}", sha256(bytes)), bytes);
    }
    package.edit("index.json", |bytes| {
        let mut index: serde_json::Value = serde_json::from_slice(bytes).expect("an index");
        let manifests = index["manifests"].as_array_mut().expect("manifests");
        manifests.push(json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": digest(manifest.as_bytes()),
            "size": manifest.len(),
            "platform": { "os": "unknown", "architecture": "unknown" },
            "annotations": { "vnd.docker.reference.type": "attestation-manifest" },
        }));
        *bytes = index.to_string().into_bytes();
    });
    let scratch = Scratch::new();
    scan(&scratch.write("image.tar", package.to_tar()))
}

#[test]
fn an_attestation_that_no_strict_parser_reads_is_decoded() {
    let token = secrets::github("attested");
    let dockerfile = STANDARD.encode(format!("FROM scratch\nENV T={token}\n"));
    let deep = format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000));
    let data = format!(r#""data":"{dockerfile}""#);
    let whole = [
        format!(r#"{{"a":"\ud800",{data}}}"#),
        format!(r#"{{"a":1e999,{data}}}"#),
        format!(r#"{{"a":{deep},{data}}}"#),
        format!("\u{feff}{{{data}}}"),
        format!("{{\"a\":1}}\n{{{data}}}\n"),
    ];
    for statement in &whole {
        let report = attested(statement.as_bytes());
        let place = report.place(&token, "attestation");
        assert_eq!(place["pointer"], "/data", "{statement}");
        assert!(report.is_complete(), "{}", report.digest());
    }
    let cut = attested(format!("{{{data}").as_bytes());
    assert_eq!(cut.place(&token, "attestation")["pointer"], "/data");
    cut.warning("broken-json");
    assert!(!cut.is_complete());
}

#[test]
fn base64_of_any_alphabet_and_of_what_is_no_text_is_decoded() {
    let token = secrets::github("encoded");
    let text = format!("# caf\u{e9} ~~~???\nENV T={token}\n");
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let lines = |encoded: String| {
        let (first, rest) = encoded.split_at(20);
        format!("{first}\r\n{rest}\n")
    };
    for data in [
        URL_SAFE.encode(&text),
        lines(STANDARD.encode(&text)),
        STANDARD.encode(&latin),
        STANDARD.encode(format!("\u{c}{text}")),
        STANDARD.encode(gzip(text.as_bytes())),
    ] {
        let report = attested(json!({ "data": data }).to_string().as_bytes());
        let place = report.place(&token, "attestation");
        assert_eq!(place["pointer"], "/data");
        assert_eq!(place["decoded"][0], "base64");
    }
}

#[test]
fn a_secret_beside_an_escaped_quote_is_one_finding() {
    let password = secrets::letters("netrc", 15);
    let line = format!(r#"RUN echo "machine x login y password {password}" > ~/.netrc"#);
    let scratch = Scratch::new();
    let report = scan(&scratch.image(Shape::Docker25, &plain().instruction(&line)));
    assert_eq!(report.findings().len(), 1, "{}", report.digest());
    assert_eq!(report.places(&password).len(), 1);
}

#[test]
fn a_small_nested_archive_that_breaks_is_searched_and_the_scan_stays_complete() {
    let token = secrets::github("cut");
    let mut cut = gzip(format!("T={token}\n").as_bytes());
    cut.truncate(cut.len() - 4);
    let layer = LayerBuilder::new().file("a.gz", cut);
    let scratch = Scratch::new();
    let image = ImageBuilder::new().layer("COPY a.gz / # buildkit", layer);
    let report = scan(&scratch.image(Shape::OciArchive, &image));
    assert_eq!(report.place(&token, "file")["inside"], json!(["a"]));
    report.warning("broken-nested-archive");
    assert!(report.is_complete());
}

#[test]
fn nested_archives_of_a_layer_are_limited_together() {
    let layer = (0..4).fold(LayerBuilder::new(), |layer, n| {
        layer.file(format!("{n}.gz"), gzip(&vec![0; 1 << 20]))
    });
    let scratch = Scratch::new();
    let image = ImageBuilder::new().layer("COPY . / # buildkit", layer);
    let path = scratch.image(Shape::OciArchive, &image);
    assert!(scan(&path).is_complete());
    let report = scan_with(&path, &["--max-total-size", "2MiB"]);
    let warning = report.warning("limit-reached");
    let message = warning["message"].as_str().unwrap_or_default();
    assert!(message.contains("--max-total-size"), "{message}");
    assert!(!report.is_complete());
}
