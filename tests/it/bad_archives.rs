//! Inputs that are broken from outside: each gives a message that names thing and place, and an
//! exit code that no pipeline can mistake for a pass.

use std::fs;
use std::path::Path;

use crate::support::image::bytes;
use crate::support::{
    ImageBuilder, LayerBuilder, Package, Run, Scratch, Shape, residue, scan, secrets,
};

fn image() -> (String, ImageBuilder) {
    let secret = secrets::github("bad input");
    let image = ImageBuilder::new()
        .layer(
            "COPY .env /app/ # buildkit",
            LayerBuilder::new().file("app/.env", format!("TOKEN={secret}\n")),
        )
        .layer(
            "COPY b / # buildkit",
            LayerBuilder::new().file("b", [b'b'; 5000]),
        );
    (secret, image)
}

/// Runs a scan that cannot give a report: exit 2, a message with all of `words`, no output.
fn refused(path: &Path, words: &[&str]) -> Run {
    let run = residue([Path::new("scan"), path]);
    assert_eq!(run.code, 2, "{}: {}", path.display(), run.stdout);
    assert_eq!(run.stdout, "", "{}", path.display());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for word in words.iter().copied().chain([name.as_ref()]) {
        assert!(run.stderr.contains(word), "no {word:?} in: {}", run.stderr);
    }
    run
}

#[test]
fn a_file_that_is_not_there() {
    refused(
        Path::new("/nonexistent/absent.tar"),
        &["/nonexistent/absent.tar", "No such file"],
    );
}

#[test]
fn a_file_that_is_no_archive() {
    let scratch = Scratch::new();
    refused(&scratch.write("empty.tar", b""), &["holds no image"]);
    refused(
        &scratch.write("garbage.tar", b"no archive at all\n".repeat(400)),
        &["holds no image"],
    );
    let noise: Vec<u8> = (0..60_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    refused(&scratch.write("noise.bin", noise), &["holds no image"]);
    let gzip = crate::support::compress::gzip(b"only a text");
    refused(&scratch.write("text.gz", gzip), &["holds no image"]);
}

#[test]
fn a_tar_that_is_no_image() {
    let scratch = Scratch::new();
    let tar = LayerBuilder::new().file("readme.txt", "hello").tar();
    refused(
        &scratch.write("plain.tar", tar),
        &["holds no image", "manifest.json"],
    );
    let tar = LayerBuilder::new().tar();
    refused(&scratch.write("nothing.tar", tar), &["holds no image"]);
}

#[test]
fn a_folder_that_is_no_layout() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("folder");
    fs::create_dir(&folder).expect("a folder");
    refused(&folder, &["holds no image"]);
    fs::write(
        folder.join("oci-layout"),
        r#"{"imageLayoutVersion":"1.0.0"}"#,
    )
    .expect("a file");
    refused(&folder, &["index.json"]);
}

#[test]
fn an_empty_manifest_is_no_pass() {
    let scratch = Scratch::new();
    for empty in ["[]", "", "null", "{}"] {
        let mut package = Package::default();
        package.file("manifest.json", empty);
        let path = scratch.write("save.tar", package.to_tar());
        let run = residue([Path::new("scan"), &path]);
        assert_eq!(run.code, 2, "{empty:?}: {}", run.stdout);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("manifest.json"), "{empty:?}: {said}");
    }
    let layout = Shape::OciArchive.package(&[]);
    refused(
        &scratch.write("layout.tar", layout.to_tar()),
        &["holds no image"],
    );
}

#[test]
fn broken_json_of_a_manifest_says_which_file_and_layers_named_elsewhere_are_scanned() {
    let scratch = Scratch::new();
    let (secret, image) = image();
    let mut package = Shape::Classic.package(&[image]);
    package.edit("manifest.json", |bytes| bytes.truncate(20));
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    assert_eq!(report.warning("broken-json")["path"], "manifest.json");
    assert!(!report.is_complete());
    // `repositories` names the top layer too.
    assert_eq!(report.place(&secret, "file")["layer"], 0);
}

#[test]
fn broken_json_of_a_config_hides_no_layer() {
    let scratch = Scratch::new();
    let (secret, image) = image();
    let mut package = Shape::Kaniko.package(&[image]);
    let config = package.names()[0].clone();
    package.edit(&config, |bytes| bytes.truncate(bytes.len() / 2));
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    assert_eq!(report.place(&secret, "file")["layer"], 0);
    let warning = report.warning("broken-json");
    assert_eq!(warning["path"], config, "{warning}");
    assert!(!report.is_complete());
    assert_eq!(report.code, 1);
}

#[test]
fn an_archive_that_breaks_off_is_read_as_far_as_it_goes() {
    let scratch = Scratch::new();
    let (_, image) = image();
    let mut package = Shape::Classic.package(&[image]);
    package.members.reverse();
    let whole = package.to_tar();
    let last = package.layer_files().pop().expect("a layer");
    let position = find(&whole, last.as_bytes()).expect("its header");
    let path = scratch.write("cut.tar", &whole[..position + 1500]);
    let report = scan(&path);
    report.warning("truncated-archive");
    assert!(!report.is_complete());
    assert_ne!(report.code, 0);
}

#[test]
fn a_compressed_archive_that_breaks_off_is_incomplete() {
    let scratch = Scratch::new();
    let (_, image) = image();
    for shape in [
        Shape::ClassicGzip,
        Shape::ClassicZstd,
        Shape::ClassicXz,
        Shape::ClassicBzip2,
    ] {
        let path = scratch.image(shape, &image);
        let whole = fs::read(&path).expect("the archive");
        let cut = scratch.write("cut", &whole[..whole.len() - whole.len() / 4]);
        let run = residue([Path::new("scan"), &cut]);
        assert_ne!(run.code, 0, "{shape:?}: {}", run.stdout);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("cut"), "{shape:?}: {said}");
    }
}

#[test]
fn a_layer_that_is_not_in_the_archive_is_named_and_the_others_are_scanned() {
    let scratch = Scratch::new();
    let (secret, image) = image();
    for shape in [Shape::Podman, Shape::OciArchive, Shape::Docker25] {
        let mut package = shape.package(std::slice::from_ref(&image));
        let second = &image.blobs(if shape == Shape::OciArchive {
            image.stored
        } else {
            crate::support::Stored::Plain
        })[1];
        let missing = (package.names().into_iter())
            .find(|name| name.contains(&second.digest) || name.contains(&second.diff_id))
            .expect("the second layer");
        package.remove(&missing);
        let report = scan(&scratch.write("save.tar", package.to_tar()));
        assert_eq!(report.place(&secret, "file")["layer"], 0, "{shape:?}");
        let warning = report.warning("missing-layer");
        assert_eq!(warning["layer"], 1, "{warning}");
        let message = warning["message"].as_str().unwrap_or_default();
        assert!(message.contains(&second.digest[..12]) || message.contains(&second.diff_id[..12]));
        assert!(!report.is_complete());
        assert_eq!(report.layers(0).len(), 2, "{shape:?}");
    }
}

#[test]
fn nothing_but_missing_layers_is_exit_two() {
    let scratch = Scratch::new();
    let image = ImageBuilder::new().layer("COPY b /", LayerBuilder::new().file("b", "b"));
    let mut package = Shape::OciArchive.package(&[image]);
    for name in package.layer_files() {
        package.remove(&name);
    }
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    assert_eq!(report.code, 2, "{}", report.digest());
    assert_eq!(report.json["verdict"], "incomplete");
}

#[test]
fn a_config_or_manifest_that_is_not_in_the_archive_is_named() {
    let scratch = Scratch::new();
    let (secret, image) = image();
    let hex = crate::support::image::sha256(&image.config_bytes());
    let mut package = Shape::OciArchive.package(std::slice::from_ref(&image));
    package.remove(&format!("blobs/sha256/{hex}"));
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    assert_eq!(report.place(&secret, "file")["layer"], 0);
    let warning = report.warning("missing-blob");
    assert!(
        warning["message"]
            .as_str()
            .unwrap_or_default()
            .contains(&hex[..12]),
        "{warning}"
    );
}

#[test]
fn more_layers_than_diff_ids_is_said_with_both_numbers() {
    let scratch = Scratch::new();
    let (secret, image) = image();
    let mut package = Shape::Podman.package(std::slice::from_ref(&image));
    let config = image.config_bytes();
    let mut document: serde_json::Value = serde_json::from_slice(&config).expect("our own");
    document["rootfs"]["diff_ids"]
        .as_array_mut()
        .expect("a list")
        .pop();
    let name = format!("{}.json", crate::support::image::sha256(&config));
    package.edit(&name, |content| *content = bytes(&document));
    let report = scan(&scratch.write("save.tar", package.to_tar()));
    let message = report.warning("layer-count-mismatch")["message"].to_string();
    assert!(message.contains('2') && message.contains('1'), "{message}");
    assert_eq!(report.place(&secret, "file")["layer"], 0);
    assert!(!report.is_complete());
}

#[test]
fn symlinks_that_run_in_a_circle_or_out_of_the_archive_are_not_followed() {
    let scratch = Scratch::new();
    let (_, image) = image();
    for target in [
        "../loop/layer.tar",
        "/etc/passwd",
        "../../../../etc/passwd",
        "nowhere",
    ] {
        let mut package = Shape::Classic.package(std::slice::from_ref(&image));
        let layer = package.layer_files()[0].clone();
        package.replace_by_symlink(&layer, target);
        package.symlink("loop/layer.tar", format!("../{layer}"));
        let report = scan(&scratch.write("save.tar", package.to_tar()));
        assert!(!report.is_complete(), "{target}: {}", report.digest());
        assert_eq!(report.code, 2, "{target}: {}", report.digest());
        assert!(!report.json.to_string().contains("root:x:0"), "{target}");
    }
}

#[test]
fn links_of_a_layout_folder_do_not_lead_out_of_it() {
    let scratch = Scratch::new();
    let (_, image) = image();
    let outside = scratch.write("outside", b"TOKEN=not of the image\n");
    let mut package = Shape::OciDirectory.package(std::slice::from_ref(&image));
    let layer = package.layer_files()[0].clone();
    package.replace_by_symlink(&layer, &outside.to_string_lossy());
    let folder = scratch.path().join("layout");
    package.write_folder(&folder);
    let report = scan(&folder);
    assert!(!report.is_complete(), "{}", report.digest());
    assert_eq!(report.code, 2);
}

#[test]
fn a_file_of_a_layout_that_cannot_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let (_, image) = image();
    let package = Shape::OciDirectory.package(std::slice::from_ref(&image));
    let folder = scratch.path().join("layout");
    package.write_folder(&folder);
    let layer = folder.join(&package.layer_files()[0]);
    fs::set_permissions(&layer, fs::Permissions::from_mode(0o0)).expect("own file");
    if fs::read(&layer).is_ok() {
        // The superuser reads everything; a folder in its place is what he cannot read either.
        fs::remove_file(&layer).expect("own file");
        fs::create_dir(&layer).expect("own folder");
    }
    let report = scan(&folder);
    assert!(!report.is_complete(), "{}", report.digest());
    assert_ne!(report.code, 0);
    assert!(!report.warnings().is_empty());
}

#[test]
fn a_directory_in_the_place_of_a_file_and_other_odd_members_harm_nothing() {
    let scratch = Scratch::new();
    let (secret, image) = image();
    let inner = Shape::Classic
        .package(std::slice::from_ref(&image))
        .to_tar();
    let odd = LayerBuilder::new()
        .fifo("fifo")
        .device("device")
        .file("../../etc/cron.d/x", "* * * * *")
        .file(b"nul\0name", "x")
        .file("esc\x1b[2Jape", "x");
    let mut tar = odd.without_end().tar();
    tar.extend(inner);
    let report = scan(&scratch.write("odd.tar", tar));
    assert_eq!(report.place(&secret, "file")["layer"], 0);
    report.warning("hostile-name");
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
