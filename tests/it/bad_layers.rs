//! Layers that are broken, hostile or not what they say: the others are still scanned, and the
//! message names the layer.

use crate::support::image::sha256;
use crate::support::tar::{Header, Size};
use crate::support::{
    ImageBuilder, LayerBuilder, Scan, Scratch, Shape, Stored, residue, scan, scan_with, secrets,
};

/// A good layer with a secret, then a layer of these bytes.
fn below(bad: impl Into<Vec<u8>>) -> (String, ImageBuilder) {
    let secret = secrets::github("good layer");
    let good = LayerBuilder::new().file("good.env", format!("TOKEN={secret}\n"));
    let image = ImageBuilder::new()
        .layer("COPY good.env / # buildkit", good)
        .raw_layer("ADD bad.tar / # buildkit", bad);
    (secret, image)
}

fn scan_of(image: &ImageBuilder) -> Scan {
    let scratch = Scratch::new();
    scan(&scratch.image(Shape::OciArchive, image))
}

/// Damages the stored bytes of the last layer and keeps its name.
fn damaged(image: &ImageBuilder, shape: Shape, change: impl FnOnce(&mut Vec<u8>)) -> Scan {
    let scratch = Scratch::new();
    let mut package = shape.package(std::slice::from_ref(image));
    let stored = if shape == Shape::OciArchive {
        image.stored
    } else {
        Stored::Plain
    };
    let last = image.blobs(stored).pop().expect("a layer");
    let name = (package.names().into_iter())
        .find(|name| name.contains(&last.digest))
        .expect("the last layer");
    package.edit(&name, change);
    scan(&scratch.write("damaged.tar", package.to_tar()))
}

fn two_files() -> Vec<u8> {
    let noise: String = (0..4000)
        .map(|n| sha256(format!("{n}").as_bytes()))
        .collect();
    LayerBuilder::new()
        .file(
            "first.env",
            format!("TOKEN={}\n", secrets::npm("before the break")),
        )
        .file("noise", noise)
        .file("last", "last")
        .tar()
}

#[test]
fn a_layer_that_breaks_off_gives_what_could_be_read_and_says_where_it_ends() {
    for stored in [Stored::Plain, Stored::Gzip, Stored::Zstd] {
        let (secret, image) = below(two_files());
        let report = damaged(&image.stored(stored), Shape::OciArchive, |bytes| {
            bytes.truncate(bytes.len() * 2 / 3);
        });
        assert!(report.find(&secret).is_some(), "{stored:?}");
        let before = report.place(&secrets::npm("before the break"), "file");
        assert_eq!(before["layer"], 1, "{stored:?}");
        let warning = report.warning("truncated-layer");
        assert_eq!(warning["layer"], 1, "{stored:?}: {warning}");
        let message = warning["message"].as_str().unwrap_or_default();
        assert!(
            message.chars().any(|c| c.is_ascii_digit()),
            "no offset: {message}"
        );
        assert!(!report.is_complete(), "{stored:?}");
        assert_eq!(report.code, 1, "{stored:?}");
    }
}

#[test]
fn a_layer_broken_in_the_middle_hides_no_other() {
    let (secret, image) = below(two_files());
    let report = damaged(&image, Shape::OciArchive, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle..middle + 64].fill(0xaa);
    });
    assert!(report.find(&secret).is_some());
    assert!(
        report
            .warnings()
            .iter()
            .any(|warning| warning["layer"] == 1)
    );
    assert!(!report.is_complete());
}

#[test]
fn stored_bytes_that_are_not_what_names_them_are_said_with_both_hashes() {
    let (secret, image) = below(two_files());
    let wanted = image.blobs(image.stored).pop().expect("a layer").digest;
    let other = Stored::Gzip.apply(&LayerBuilder::new().file("other", "other").tar());
    let found = sha256(&other);
    let report = damaged(&image, Shape::OciArchive, |bytes| *bytes = other);
    let message = report.warning("digest-mismatch")["message"].to_string();
    assert!(
        message.contains(&wanted) && message.contains(&found),
        "{message}"
    );
    assert_eq!(report.warning("digest-mismatch")["layer"], 1);
    assert_eq!(report.layers(0)[1]["verified"], false);
    assert!(report.find(&secret).is_some());
    assert!(!report.is_complete());
}

#[test]
fn an_uncompressed_layer_that_is_not_its_diff_id_is_said_with_both_hashes() {
    let (_, image) = below(two_files());
    let wanted = image.blobs(Stored::Plain).pop().expect("a layer").diff_id;
    let other = LayerBuilder::new().file("other", "other").tar();
    let found = sha256(&other);
    let report = damaged(&image, Shape::Podman, |bytes| *bytes = other);
    let message = report.warning("diff-id-mismatch")["message"].to_string();
    assert!(
        message.contains(&wanted) && message.contains(&found),
        "{message}"
    );
    assert!(!report.is_complete());
}

#[test]
fn digests_are_not_checked_where_the_user_says_so() {
    let scratch = Scratch::new();
    let (secret, image) = below(two_files());
    let mut package = Shape::OciArchive.package(std::slice::from_ref(&image));
    let layer = image.blobs(image.stored).pop().expect("a layer").digest;
    let other = Stored::Gzip.apply(&LayerBuilder::new().file("other", "other").tar());
    package.edit(&format!("blobs/sha256/{layer}"), |bytes| *bytes = other);
    let config = sha256(&image.config_bytes());
    package.edit(&format!("blobs/sha256/{config}"), |bytes| bytes.push(b' '));
    let path = scratch.write("other.tar", package.to_tar());
    let checked = scan(&path);
    assert!(!checked.is_complete());
    let codes = checked.warnings().iter().map(|warning| &warning["code"]);
    assert_eq!(codes.filter(|code| *code == "digest-mismatch").count(), 2);
    let report = scan_with(&path, &["--no-verify"]);
    assert_eq!(report.layers(0)[0]["verified"], serde_json::Value::Null);
    assert!(report.find(&secret).is_some());
    assert!(report.warnings().is_empty(), "{}", report.digest());
    assert!(report.is_complete());
}

#[test]
fn a_layer_that_is_no_tar_is_scanned_as_a_plain_file() {
    let inside = secrets::npm("no tar");
    let (secret, image) = below(format!("just text, token {inside}\n").repeat(40));
    let report = scan_of(&image);
    assert!(report.find(&secret).is_some());
    assert!(report.find(&inside).is_some(), "{}", report.digest());
    assert_eq!(report.warning("not-a-tar")["layer"], 1);
}

#[test]
fn an_empty_layer_is_a_layer() {
    for empty in [vec![], vec![0; 1024], vec![0; 512]] {
        let (secret, image) = below(empty);
        let report = scan_of(&image);
        assert!(report.find(&secret).is_some());
        assert_eq!(report.layers(0).len(), 2);
        assert_eq!(report.layers(0)[1]["entries"], 0);
    }
}

#[test]
fn negative_and_huge_sizes_end_a_layer_with_a_warning_and_nothing_else() {
    let sizes = [
        Size::Binary(-1),
        Size::Binary(i64::MIN),
        Size::Binary(i64::MAX),
        Size::Octal(0o77_777_777_777),
    ];
    for size in sizes {
        let mut header = Header::new("huge", b'0');
        header.size = size;
        let bad = LayerBuilder::new()
            .file("before", "x")
            .raw(&header.block(0))
            .file("behind", "x");
        let (secret, image) = below(bad.tar());
        let report = scan_of(&image);
        assert!(report.find(&secret).is_some());
        assert!(
            report
                .warnings()
                .iter()
                .any(|warning| warning["layer"] == 1)
        );
        assert!(!report.is_complete(), "{}", report.digest());
    }
}

#[test]
fn pax_records_that_lie_about_their_length_or_hold_no_number_harm_nothing() {
    for record in [
        "999999999 path=x\n",
        "0 path=x\n",
        "-5 size=1\n",
        "path=x",
        "",
        "12 size=-1\n",
        "30 size=99999999999999999999\n",
    ] {
        let bad = LayerBuilder::new()
            .file("before", "x")
            .raw(&Header::new("pax", b'x').block(record.len() as u64))
            .raw(&padded(record.as_bytes()))
            .file("behind", "x");
        let (secret, image) = below(bad.tar());
        let report = scan_of(&image);
        assert!(report.find(&secret).is_some(), "{record:?}");
    }
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len().next_multiple_of(512), 0);
    padded
}

#[test]
fn a_header_that_asks_for_a_gigantic_name_is_refused_without_reading_it() {
    let mut header = Header::new("././@LongLink", b'L');
    header.size = Size::Octal(0o77_777_777_777);
    let bad = LayerBuilder::new()
        .raw(&header.block(0))
        .file("behind", "x");
    let (secret, image) = below(bad.tar());
    let report = scan_of(&image);
    assert!(report.find(&secret).is_some());
    assert!(!report.is_complete(), "{}", report.digest());
}

#[test]
fn names_that_lead_out_of_the_root_hold_nul_or_drive_a_terminal_are_tamed() {
    let secret = secrets::npm("hostile names");
    let content = format!("//registry.npmjs.org/:_authToken={secret}\n");
    let bad = LayerBuilder::new()
        .file("../../etc/passwd", &content)
        .pax_path(b"nul\0name", "short", &content)
        .file("a\x1b]0;title\x07\x1b[2J", &content)
        .file("b\u{202e}gpj.exe", &content)
        .file(b"latin\xe9", &content);
    let (_, image) = below(bad.tar());
    let scratch = Scratch::new();
    let path = scratch.image(Shape::OciArchive, &image);
    let report = scan(&path);
    assert_eq!(report.places(&secret).len(), 5, "{}", report.digest());
    report.warning("hostile-name");
    for format in ["terminal", "json", "jsonl", "sarif"] {
        let path = path.to_string_lossy();
        let run = residue(["scan", "--color=always", "--format", format, &path]);
        for forbidden in ["\x1b]0", "\x1b[2J", "\x07", "\u{202e}", "\0"] {
            assert!(
                !run.stdout.contains(forbidden),
                "{format} has {forbidden:?}"
            );
        }
    }
}

#[test]
fn links_between_entries_may_run_in_circles() {
    let bad = LayerBuilder::new()
        .hardlink("a", "b")
        .hardlink("b", "a")
        .hardlink("self", "self")
        .symlink("c", "d")
        .symlink("d", "c")
        .hardlink("nowhere", "not/there");
    let (secret, image) = below(bad.tar());
    let report = scan_of(&image);
    assert!(report.find(&secret).is_some());
    assert_eq!(report.layers(0)[1]["entries"], 6);
}

#[test]
fn a_broken_zip_behind_the_break_of_a_layer_is_told_with_the_layer() {
    let inner = secrets::npm("in a broken zip");
    let content = format!("TOKEN={inner}\n{}", "x".repeat(2048));
    let sizes = [content.len() as u32 + 100; 2].map(u32::to_le_bytes);
    let header = [
        &b"PK\x03\x04\x14\0"[..],
        &[0; 12],
        &sizes.concat(),
        b"\x01\0\0\0a",
    ];
    let zip = [&header.concat()[..], content.as_bytes()].concat();
    let layer = LayerBuilder::new().file("a", "a").raw(&zip).without_end();
    let (secret, image) = below(layer.tar());
    let report = scan_of(&image);
    assert!(report.find(&secret).is_some() && report.find(&inner).is_some());
    for code in ["broken-layer", "broken-nested-archive"] {
        let warning = report.warning(code);
        assert_eq!(
            (&warning["layer"], &warning["path"]),
            (&1.into(), &().into())
        );
    }
}
